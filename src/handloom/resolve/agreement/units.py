"""Answers grouped by item, and intervals by drawing items anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ...core.errors import Malformed
from ...core.intervals import LEVEL, Measured, measured

Table = npt.NDArray[np.float64]
Statistic = Callable[[Table], Table]
"""(draws, columns) sums over items -> (draws,) values, nan where undefined."""
ROUNDS = 1000
GROUPS = 2000
"""More items than this are drawn in that many random groups: the interval is the same, its cost is not."""
CHUNK = 100


@dataclass(frozen=True, slots=True)
class Units:
    """Answers of items that have at least two, sorted by item: unit (n,) numbers from 0, values (n,), sizes (units,)."""

    unit: Indices
    values: npt.NDArray
    sizes: Indices

    def __len__(self) -> int:
        return int(self.sizes.size)

    def sums(self, of: npt.ArrayLike) -> Table:
        """(units,) sums of an array (n,)."""
        return np.bincount(self.unit, np.asarray(of, dtype=np.float64), len(self)).astype(np.float64)


def units(items: npt.ArrayLike, values: npt.ArrayLike) -> Units:
    """Pairable answers only: an item with one answer agrees with nobody. Raises `Malformed` when lengths differ."""
    which, said = np.asarray(items), np.asarray(values)
    if which.shape != said.shape or which.ndim != 1:
        raise Malformed(f"items and values are two columns of one length; found {which.shape} and {said.shape}")
    _, unit, sizes = np.unique(which, return_inverse=True, return_counts=True)
    keep = sizes[unit] > 1
    _, unit, sizes = np.unique(unit[keep], return_inverse=True, return_counts=True)
    order = np.argsort(unit, kind="stable")
    return Units(unit[order].astype(np.int64), said[keep][order], sizes.astype(np.int64))


def categories(values: npt.ArrayLike) -> tuple[npt.NDArray, Indices]:
    """(known values, sorted; number of each value's among them)."""
    known, number = np.unique(np.asarray(values), return_inverse=True)
    return known, number.astype(np.int64)


def table(found: Units) -> Table:
    """(units, categories) how often each value was given."""
    known, number = categories(found.values)
    flat = np.bincount(found.unit * known.size + number, minlength=len(found) * known.size)
    return flat.reshape(len(found), known.size).astype(np.float64)


def with_interval(
    sums: Table, value: Statistic, n: int, *, rng: np.random.Generator, rounds: int = ROUNDS, level: float = LEVEL
) -> Measured:
    """The statistic of all items, with the percentile interval of drawing items anew (Efron 1979).

    sums: (items, columns), one row for each item, whose column sums the statistic is a function of. n: reported.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        here = float(value(sums.sum(axis=0)[None, :])[0]) if len(sums) else float("nan")
        if not np.isfinite(here):
            return measured(None, -1.0, 1.0, n)
        if len(sums) > GROUPS:
            group = rng.permutation(len(sums)) % GROUPS
            sums = np.stack([np.bincount(group, column, GROUPS) for column in sums.T], axis=1).astype(np.float64)
        drawn = []
        for start in range(0, rounds, CHUNK):
            times = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=min(CHUNK, rounds - start))
            drawn.append(value(times @ sums))
    found = np.concatenate(drawn)
    # A draw in which only one value is left has no chance agreement to compare with.
    found = found[np.isfinite(found)]
    if not found.size:
        return measured(here, -1.0, 1.0, n)
    low, high = np.quantile(found, (0.5 - level / 2, 0.5 + level / 2))
    return measured(here, min(float(low), here), max(float(high), here), n)
