"""Cohen's kappa: agreement of two actors beyond chance."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from ...core.errors import Malformed
from ...core.intervals import Measured
from .units import ROUNDS, Table, with_interval

Weights = Literal["none", "linear", "quadratic"]


def cohen(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    weights: Weights = "none",
    rounds: int = ROUNDS,
) -> Measured:
    """Kappa in [-1, 1] of two actors who both answered the same n items (Cohen 1960); weighted: Cohen 1968.

    weights: ``linear`` or ``quadratic`` count a disagreement by its distance in the sorted order of the values. Undefined
    (value None) where both always say one and the same thing.
    """
    one, other = np.asarray(first), np.asarray(second)
    if one.shape != other.shape or one.ndim != 1:
        raise Malformed(f"two columns of answers to the same items; found {one.shape} and {other.shape}")
    known, number = np.unique(np.concatenate((one, other)), return_inverse=True)
    k = known.size
    cells = np.zeros((one.size, k * k))
    cells[np.arange(one.size), number[: one.size] * k + number[one.size :]] = 1.0
    return with_interval(cells, lambda s: kappa(s.reshape(-1, k, k), weights), one.size, rng=rng, rounds=rounds)


def kappa(counts: Table, weights: Weights = "none") -> Table:
    """(tables,) kappa of (tables, first, second) counts."""
    k = counts.shape[-1]
    apart = np.abs(np.arange(k)[:, None] - np.arange(k)[None, :]).astype(np.float64)
    cost = {"none": (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]
    total = counts.sum(axis=(1, 2))
    seen = (counts * cost).sum(axis=(1, 2)) / total
    chance = np.einsum("tk,kl,tl->t", counts.sum(axis=2), cost, counts.sum(axis=1)) / total**2
    return 1 - seen / np.where(chance > 0, chance, np.nan)
