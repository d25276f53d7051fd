"""The content digest of a dataset: the same for the same rows, in whatever order they came and whatever store holds them.

Each row is hashed (BLAKE2b-160 of its canonical JSON), and the hashes are added modulo 2**160. A sum has no order, and
rows can be taken out and put in, so the digest of a version follows from its parent's at the cost of what changed.
It names honest content; it is no defence against someone who searches for collisions (Wagner 2002).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from ..core.ids import digest

EMPTY = "0" * 40
_MODULUS = 1 << 160


class Row(Protocol):
    """What of a row counts as content: which item, its value, how sure, and whether it is held out for testing."""

    @property
    def identity(self) -> str: ...
    @property
    def value(self) -> Any: ...
    @property
    def confidence(self) -> float | None: ...
    @property
    def test(self) -> bool: ...


def update(parent: str, taken: Iterable[Row], put: Iterable[Row]) -> str:
    """The digest after some rows of a dataset were taken out and others put in."""
    total = int(parent, 16) - sum(map(_number, taken)) + sum(map(_number, put))
    return f"{total % _MODULUS:040x}"


def of(rows: Iterable[Row]) -> str:
    """The digest of a whole dataset."""
    return update(EMPTY, (), rows)


def _number(row: Row) -> int:
    return int(digest([row.identity, row.value, row.confidence, row.test]), 16)
