"""What holds for a batch whatever picked it: no two alike, nothing like what is asked already, and fair shares."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Vectors
from ..core.protocols import Pick

ALIKE = 0.995
"""Cosine from which two items count as the same question."""
TRIES = 4


def settle(
    choose: Callable[[Indices, int], list[Pick]],
    candidates: Indices,
    n: int,
    *,
    vectors: Vectors | None = None,
    asked: Indices | None = None,
    alike: float = ALIKE,
    groups: npt.ArrayLike | None = None,
    most: int | None = None,
) -> list[Pick]:
    """n picks of ``choose(candidates, count)``, without near-duplicates and with at most ``most`` of each group.

    vectors: (rows, d), unit length; a pick with a cosine of ``alike`` to another or to a row of ``asked`` is left out and
    replaced, by asking again without it. groups: (rows,) number of each row's class or slice, below 0 for none. What was
    left out comes back when there is nothing else: always n picks where there are n candidates.
    """
    kept: list[Pick] = []
    left_out: list[Pick] = []
    rest = np.asarray(candidates, dtype=np.int64)
    group = None if groups is None else np.asarray(groups, dtype=np.int64)
    near = _Near(vectors, asked, alike)
    for _ in range(TRIES):
        missing = min(n, len(candidates)) - len(kept)
        if missing <= 0 or not rest.size:
            break
        for pick in choose(rest, missing):
            full = group is not None and most is not None and _count(kept, group, pick.index) >= most
            (left_out if full or near.has(pick.index) else kept).append(pick)
            if kept and kept[-1] is pick:
                near.add(pick.index)
        rest = np.setdiff1d(rest, [p.index for p in (*kept, *left_out)])
        if group is not None and most is not None:
            rest = rest[~np.isin(group[rest], _full(kept, group, most))]
    missing = min(n, len(candidates)) - len(kept)
    if missing > len(left_out):
        gone = [p.index for p in (*kept, *left_out)]
        kept += choose(np.setdiff1d(candidates, gone), missing - len(left_out))
        missing = len(left_out)
    return kept + left_out[:missing]


def _count(kept: list[Pick], group: Indices, row: int) -> int:
    return 0 if group[row] < 0 else sum(int(group[p.index]) == int(group[row]) for p in kept)


def _full(kept: list[Pick], group: Indices, most: int) -> Indices:
    numbers, counts = np.unique(group[[p.index for p in kept]], return_counts=True)
    return numbers[(counts >= most) & (numbers >= 0)]


class _Near:
    """Says whether a row is nearly the same as one that is asked."""

    def __init__(self, vectors: Vectors | None, asked: Indices | None, alike: float) -> None:
        self._vectors = vectors
        self._alike = alike
        self._asked = None if vectors is None else vectors[np.zeros(0, dtype=np.int64) if asked is None else asked]
        self._new: list[int] = []

    def has(self, row: int) -> bool:
        if self._vectors is None or self._asked is None:
            return False
        mine = self._vectors[row]
        if not np.isfinite(mine).all():
            return False
        parts = (self._asked, self._vectors[self._new])
        return any(len(part) and float(np.nanmax(part @ mine)) >= self._alike for part in parts)

    def add(self, row: int) -> None:
        self._new.append(row)
