"""Identical items with different labels: at least one of the labels is wrong, whatever any model says."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ...core.errors import BadValue


@dataclass(frozen=True, slots=True)
class Twins:
    """group: (n,) number of the row's group of identical items. wrong: (n,) share of the others in it labelled otherwise.

    likeliest: (n,) the class that most of the group has, -1 where none has most.
    """

    group: Indices
    wrong: npt.NDArray[np.float64]
    likeliest: Indices


def duplicates(labels: Indices, keys: Sequence[Hashable]) -> Twins:
    """Compare the labels of rows with equal keys (a content digest, or the text itself). nan where a row has no label.

    Raises `BadValue`.
    """
    if len(keys) != len(labels):
        raise BadValue(f"keys are one per label; found {len(keys)} for {len(labels)} labels")
    numbers: dict[Hashable, int] = {}
    group = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    held = np.flatnonzero(labels >= 0)
    wrong = np.full(len(labels), np.nan)
    wrong[held] = 0.0
    likeliest = np.asarray(labels, dtype=np.int64).copy()
    size = np.bincount(group[held], minlength=len(numbers))
    several = held[size[group[held]] > 1]
    order = several[np.argsort(group[several], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if order.size else []:
        votes = np.bincount(labels[rows])
        wrong[rows] = 1 - (votes[labels[rows]] - 1) / (len(rows) - 1)
        most = np.flatnonzero(votes == votes.max())
        likeliest[rows] = most[0] if most.size == 1 else -1
    return Twins(group, wrong, likeliest)
