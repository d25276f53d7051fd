"""JSON that comes in is JSON that both databases can hold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.strict import loads

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab\\u"), inner, max_size=4),
)


@given(_values, st.booleans())
def test_what_is_fine_comes_through_as_it_is(value: object, escaped: bool) -> None:
    assert loads(json.dumps(value, ensure_ascii=escaped).encode()) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"NaN",
        b"[-1e999]",
        b"[Infinity]",
        b'"\\u0000"',
        b'{"\\udc00": 1}',
        b'["\\ud800"]',
        b"\xff",
        b"[" * 100_000,
        b"1" * 5000,
        b"",
        b"{",
    ],
)
def test_what_a_database_refuses_is_refused_here(raw: bytes) -> None:
    with pytest.raises(json.JSONDecodeError):
        loads(raw)


def test_a_whole_pair_and_a_backslash_are_fine() -> None:
    assert loads(b'["\\ud83d\\ude00", "\\\\u0000"]') == ["😀", "\\u0000"]
