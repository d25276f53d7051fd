"""Strategies that look at each row by itself: a measure, its n largest values, ties by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Scores
from ..core.protocols import Pick
from .picks import best, make, rows

MISSING = "the model gave no probability for it"


def pool_of(candidates: npt.ArrayLike | None) -> Indices | None:
    """The candidate rows, or None for all: measures then read their input without a copy."""
    return None if candidates is None else rows(candidates, 0)


def largest(
    scores: Scores,
    n: int,
    pool: Indices | None,
    *,
    rng: np.random.Generator,
    name: str,
    reasons: Callable[[Indices, Scores], Sequence[str]],
) -> list[Pick]:
    """The n rows of ``pool`` with the largest of its scores; nan comes last, ties fall by ``rng``.

    reasons: from rows and their scores to words.
    """
    chosen = best(scores, n, rng)
    indices = chosen if pool is None else pool[chosen]
    words = reasons(indices, scores[chosen])
    return make(indices, scores[chosen], name, words.__getitem__)


def each(reason: Callable[[int, float], str]) -> Callable[[Indices, Scores], list[str]]:
    """Reasons of many rows from the reason of one."""
    return lambda rows, scores: [reason(row, score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True)]
