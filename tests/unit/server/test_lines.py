"""A body is cut into the same lines however it arrives."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from handloom.core.errors import TooLarge
from handloom.jobs.intake import MAX_LINE
from handloom.operations.imports import CHUNK
from handloom.server.lines import LineCutter, Numbered, chunks


def _cut(parts: list[bytes]) -> list[Numbered]:
    cutter = LineCutter()
    for part in parts:
        cutter.feed(part)
    cutter.finish()
    return cutter.take()


@given(st.binary(max_size=60).map(lambda raw: raw.replace(b"\xef\xbb\xbf", b"")), st.lists(st.integers(0, 60)))
def test_the_cuts_do_not_matter(raw: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    parts = [raw[a:b] for a, b in itertools.pairwise(places)]
    assert _cut(parts) == _cut([raw])


@given(st.lists(st.text(alphabet="ab \r", max_size=4), max_size=8))
def test_lines_keep_their_numbers_and_blank_ones_are_left_out(lines: list[str]) -> None:
    found = _cut(["\n".join(lines).encode()])
    wanted = [(n, line.strip(" \r").encode()) for n, line in enumerate(lines, 1) if line.strip(" \r")]
    assert found == wanted


def test_a_line_over_the_limit_is_an_error_and_the_next_one_is_fine() -> None:
    piece = b"x" * (MAX_LINE // 4)
    found = _cut([b"first\n", *[piece] * 6, b"\nlast"])
    assert [n for n, _ in found] == [1, 2, 3]
    assert isinstance(found[1][1], TooLarge)
    assert found[2] == (3, b"last")


def test_a_line_over_the_limit_is_not_kept_in_memory() -> None:
    cutter = LineCutter()
    for _ in range(20):
        cutter.feed(b"x" * (MAX_LINE // 4))
        assert len(cutter._rest) <= MAX_LINE
    cutter.finish()
    assert [type(line) for _, line in cutter.take()] == [TooLarge]


def test_chunks_are_of_equal_size_however_the_body_arrives() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"a\n" * (2 * CHUNK + 500)
        yield b"b\n" * (CHUNK - 501) + b"last"

    async def sizes() -> list[int]:
        return [len(chunk) async for chunk in chunks(body())]

    assert asyncio.run(sizes()) == [CHUNK] * 3
