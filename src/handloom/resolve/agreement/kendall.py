"""Kendall's W: do several actors rank items alike; tau-b for two."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.errors import Malformed
from ...core.intervals import Measured, measured
from .units import ROUNDS


def kendall_w(scores: npt.ArrayLike, *, rng: np.random.Generator, rounds: int = ROUNDS) -> Measured:
    """Coefficient of concordance in [0, 1] of (actors, items) scores or ranks without gaps, corrected for ties
    (Kendall and Babington Smith 1939); n is the number of items.

    The interval is a bootstrap over actors, since an item cannot be ranked alone; it is 0 to 1 for two actors. Undefined
    (value None) where everybody ties everything.
    """
    ranks = _ranks(scores)
    m, n = ranks.shape
    value = _concordance(ranks[None])[0]
    if not np.isfinite(value):
        return measured(None, 0.0, 1.0, n)
    if m < 3:
        return measured(value, 0.0, 1.0, n)
    drawn = _concordance(ranks[rng.integers(0, m, size=(rounds, m))])
    low, high = np.quantile(drawn[np.isfinite(drawn)], (0.025, 0.975))
    return measured(value, min(low, value), max(high, value), n)


def kendall_tau(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Tau-b in [-1, 1] of two rankings of n items, ties allowed (Kendall 1945), in O(n^2); nan where one ties everything."""
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != other.shape or one.ndim != 1:
        raise Malformed(f"two rankings of the same items; found {one.shape} and {other.shape}")
    above = beyond = ties_one = ties_other = 0
    for place in range(one.size - 1):
        first_signs, second_signs = np.sign(one[place + 1 :] - one[place]), np.sign(other[place + 1 :] - other[place])
        both = first_signs * second_signs
        above += int(np.count_nonzero(both > 0))
        beyond += int(np.count_nonzero(both < 0))
        ties_one += int(np.count_nonzero(first_signs == 0))
        ties_other += int(np.count_nonzero(second_signs == 0))
    pairs = one.size * (one.size - 1) // 2
    most = ((pairs - ties_one) * (pairs - ties_other)) ** 0.5
    return (above - beyond) / most if most else float("nan")


def _ranks(scores: npt.ArrayLike) -> npt.NDArray[np.float64]:
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] < 2 or table.shape[1] < 2 or not np.isfinite(table).all():
        raise Malformed(f"W needs at least 2 actors and 2 items without gaps; found a table of {table.shape}")
    return np.stack([_midranks(row) for row in table])


def _midranks(row: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Ranks from 1, equal scores sharing the mean of theirs."""
    _, number, times = np.unique(row, return_inverse=True, return_counts=True)
    return (np.cumsum(times) - (times - 1) / 2)[number]


def _concordance(ranks: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(draws,) W of (draws, actors, items) ranks. The variance of each actor's ranks holds the correction for ties."""
    n = ranks.shape[2]
    sums = ranks.sum(axis=1)
    spread = ((sums - sums.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    most = ranks.shape[1] * ((ranks - (n + 1) / 2) ** 2).sum(axis=(1, 2))
    return spread / np.where(most > 0, most, np.nan)
