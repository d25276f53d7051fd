"""Fleiss' kappa: agreement of many actors beyond chance, whoever they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.intervals import Measured
from .units import ROUNDS, Table, table, units, with_interval


def fleiss(items: npt.ArrayLike, values: npt.ArrayLike, *, rng: np.random.Generator, rounds: int = ROUNDS) -> Measured:
    """Kappa in [-1, 1] over items that have at least two answers (Fleiss 1971); n counts them.

    The paper has the same number of answers for each item; where the numbers differ, each item's agreement counts alike
    and the classes' shares are those of all answers. Undefined (value None) where only one value was ever given.
    """
    found = units(items, values)
    counts, size = table(found), found.sizes.astype(np.float64)
    agreement = (counts * (counts - 1)).sum(axis=1) / (size * (size - 1))
    sums = np.column_stack((agreement, np.ones(len(found)), counts))
    return with_interval(sums, _kappa, len(found), rng=rng, rounds=rounds)


def _kappa(sums: Table) -> Table:
    seen, counts = sums[:, 0] / sums[:, 1], sums[:, 2:]
    chance = ((counts / counts.sum(axis=1, keepdims=True)) ** 2).sum(axis=1)
    return (seen - chance) / np.where(chance < 1, 1 - chance, np.nan)
