"""Intervals of statistics that need weights or resampling; plain proportions are in `handloom.core.intervals`."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from ..core.intervals import LEVEL, Measured, measured, proportion, wilson

__all__ = ["LEVEL", "Measured", "Statistic", "bootstrap", "measured", "proportion", "weighted_proportion", "wilson"]

ROUNDS = 1000
Statistic = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""(k, cells) counts to (k,) values."""


def weighted_proportion(right: npt.ArrayLike, probabilities: npt.ArrayLike, *, level: float = LEVEL) -> Measured:
    """The share of a population from items that were drawn with unequal, known probabilities.

    right: (n,) of 0 and 1. probabilities: (n,) inclusion probabilities; 0 means picked on purpose and is left out, since
    no weight can make such an item stand for others. Hájek's ratio estimator, Wilson's interval at Kish's effective size,
    which is reported as ``effective``; n counts the items used.
    """
    chance = np.asarray(probabilities, dtype=np.float64)
    used = chance > 0
    weight = 1 / chance[used]
    hit = np.asarray(right, dtype=np.float64)[used]
    if not weight.size:
        return measured(None, 0.0, 1.0, 0) | {"effective": 0.0}
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    value = float(np.clip((weight * hit).sum() / weight.sum(), 0.0, 1.0))
    low, high = wilson(value * effective, effective, level=level)
    return measured(value, low, high, hit.size) | {"effective": effective}


def bootstrap(
    counts: npt.ArrayLike,
    statistic: Statistic,
    *,
    rng: np.random.Generator,
    bounds: tuple[float, float] = (0.0, 1.0),
    rounds: int = ROUNDS,
) -> Measured:
    """BCa bootstrap interval of any statistic of a table of counts (Efron 1987).

    Resampling n items is the same as drawing the cell counts from a multinomial, so the cost does not grow with n.
    ``statistic`` turns (k, cells) counts into (k,) values. With fewer than two items the interval is ``bounds``.
    """
    cells = np.asarray(counts, dtype=np.float64)
    n = int(cells.sum())
    if n == 0:
        return measured(None, *bounds, 0)
    value = float(statistic(cells[None, :])[0])
    if n == 1:
        return measured(value, *bounds, n)
    drawn = statistic(rng.multinomial(n, cells / n, size=rounds).astype(np.float64))
    filled = np.flatnonzero(cells)
    without = np.repeat(cells[None, :], filled.size, axis=0)
    without[np.arange(filled.size), filled] -= 1
    low, high = _bca(value, drawn, statistic(without), cells[filled])
    return measured(value, max(bounds[0], min(low, value)), min(bounds[1], max(high, value)), n)


def _bca(
    value: float, drawn: npt.NDArray[np.float64], without: npt.NDArray[np.float64], times: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Bias-corrected, accelerated percentiles; ``without``: the statistic without one item of each cell."""
    normal = NormalDist()
    below = (np.count_nonzero(drawn < value) + 0.5 * np.count_nonzero(drawn == value)) / drawn.size
    bias = normal.inv_cdf(min(max(below, 0.5 / drawn.size), 1 - 0.5 / drawn.size))
    gap = (without * times).sum() / times.sum() - without
    spread = float((times * gap**2).sum())
    slope = float((times * gap**3).sum()) / (6 * spread**1.5) if spread > 1e-18 else 0.0
    ends = []
    for side in (0.5 - LEVEL / 2, 0.5 + LEVEL / 2):
        z = bias + normal.inv_cdf(side)
        bent = bias + z / max(1 - slope * z, 1e-3)
        ends.append(float(np.quantile(drawn, normal.cdf(bent))))
    return ends[0], ends[1]
