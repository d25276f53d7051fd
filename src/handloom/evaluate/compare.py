"""Two models on the same test items: how much better, and is that more than chance."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from .intervals import LEVEL, Measured, bootstrap, measured
from .tables import cells, macro_f1_of


def right(truth: npt.ArrayLike, predicted: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """(n,) whether each prediction equals the truth (multi-label: the whole row)."""
    same = np.asarray(truth) == np.asarray(predicted)
    return same.all(axis=1) if same.ndim == 2 else same


def accuracy_difference(
    truth: npt.ArrayLike, candidate: npt.ArrayLike, other: npt.ArrayLike, *, level: float = LEVEL
) -> Measured:
    """Accuracy of the candidate minus that of the other on the same items, in [-1, 1].

    Interval for paired proportions of Agresti and Min 2005 (half an item added to each of the four cells). Items on which
    both are right or both wrong say nothing, which is why this is far narrower than two separate intervals.
    """
    mine, theirs = right(truth, candidate), right(truth, other)
    n = int(mine.size)
    if n == 0:
        return measured(None, -1.0, 1.0, 0)
    better, worse = int((mine & ~theirs).sum()), int((~mine & theirs).sum())
    total, up, down = n + 2.0, better + 0.5, worse + 0.5
    centre = (up - down) / total
    spread = max(0.0, (up + down) - (up - down) ** 2 / total) ** 0.5 / total
    half = NormalDist().inv_cdf(0.5 + level / 2) * spread
    value = (better - worse) / n
    return measured(value, max(-1.0, min(centre - half, value)), min(1.0, max(centre + half, value)), n)


def macro_f1_difference(
    truth: npt.ArrayLike, candidate: npt.ArrayLike, other: npt.ArrayLike, *, rng: np.random.Generator
) -> Measured:
    """Macro-F1 of the candidate minus that of the other on the same items, in [-1, 1]; one label per item, BCa bootstrap."""
    combos, counts = cells(truth, candidate, other)
    mine, theirs = macro_f1_of(combos[0], combos[1]), macro_f1_of(combos[0], combos[2])
    return bootstrap(counts, lambda times: mine(times) - theirs(times), rng=rng, bounds=(-1.0, 1.0))


def flipped(before: npt.ArrayLike, after: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Positions whose prediction changed, in order."""
    return np.flatnonzero(~right(before, after))
