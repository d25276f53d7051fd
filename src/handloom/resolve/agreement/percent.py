"""Percent agreement: how often two people who were asked the same say the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.intervals import Measured
from .units import ROUNDS, table, units, with_interval


def percent(items: npt.ArrayLike, values: npt.ArrayLike, *, rng: np.random.Generator, rounds: int = ROUNDS) -> Measured:
    """Share of equal pairs of answers among all pairs on the same item, 0 to 1; n counts the items with two answers.

    Chance agreement is not taken off, so it is high wherever one class is frequent.
    """
    found = units(items, values)
    counts, size = table(found), found.sizes.astype(np.float64)
    sums = np.stack(((counts * (counts - 1)).sum(axis=1), size * (size - 1)), axis=1)
    return with_interval(sums, lambda s: s[:, 0] / s[:, 1], len(found), rng=rng, rounds=rounds)
