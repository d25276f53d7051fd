"""The content digest of a dataset: the same for the same rows, in whatever order they came and whatever store holds them.

A row says of an item (``identity``) what is held of it: value, confidence, split, weight. With H the BLAKE2b of the
identity in 128 bits and S that of the state in 160 bits, the digest is the sum of H * S over all rows modulo the prime
2**160 - 47. A sum has no order, and rows can be taken out and put in, so the digest of a version follows from its
parent's at the cost of what changed. A product lets rows of equal state be added up first: a database sums the H of
each state, and a million rows need no more hashing than they have states.
It names honest content; it is no defence against someone who searches for collisions (Wagner 2002).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from ..core.ids import digest, fingerprint

EMPTY = "0" * 40
TRAIN = "train"
_PRIME = (1 << 160) - 47


class Row(Protocol):
    """What of a row counts as content: which item, its value, how sure, its split (None: train) and weight (None: 1)."""

    @property
    def identity(self) -> str: ...
    @property
    def value(self) -> Any: ...
    @property
    def confidence(self) -> float | None: ...
    @property
    def split(self) -> str | None: ...
    @property
    def weight(self) -> float | None: ...


class Share(NamedTuple):
    """Rows of equal state. total: the sum of their `handloom.core.ids.fingerprint`; state: `state` of any of them."""

    total: int
    state: int


def state(value: Any, confidence: float | None, split: str | None, weight: float | None) -> int:
    """What is held of an item as a number below 2**160."""
    sure = None if confidence is None else float(confidence)
    return int(digest([value, sure, split or TRAIN, 1.0 if weight is None else float(weight)]), 16)


def shift(parent: str, taken: Iterable[Share], put: Iterable[Share]) -> str:
    """The digest after rows were taken out and put in, given in shares."""
    total = int(parent, 16) - sum(t * s for t, s in taken) + sum(t * s for t, s in put)
    return f"{total % _PRIME:040x}"


def update(parent: str, taken: Iterable[Row], put: Iterable[Row]) -> str:
    """The digest after some rows of a dataset were taken out and others put in."""
    return shift(parent, map(_share, taken), map(_share, put))


def of(rows: Iterable[Row]) -> str:
    """The digest of a whole dataset."""
    return update(EMPTY, (), rows)


def _share(row: Row) -> Share:
    return Share(fingerprint(row.identity), state(row.value, row.confidence, row.split, row.weight))
