"""What the labels around a row say: needs vectors (of an encoder), no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices, Vectors
from ...core.errors import BadValue

NEAREST = 10
CELLS = 1 << 22
"""Similarities held at once: 16 MB."""


@dataclass(frozen=True, slots=True)
class Around:
    """wrong: (n,) share in [0, 1] of the neighbours, weighed by similarity, that have another label; nan without a label.

    likeliest: (n,) the class of most weight around the row. count: neighbours looked at.
    """

    wrong: npt.NDArray[np.float64]
    likeliest: Indices
    count: int


def neighbours(labels: Indices, vectors: Vectors, *, nearest: int = NEAREST) -> Around:
    """Labels of the nearest rows by cosine similarity; rows without a label (-1) are no neighbours.

    vectors: (n, d) float32, rows of unit length. Exact: n x n dot products in pieces of 16 MB, so fit for up to about
    200,000 rows. Raises `BadValue`.
    """
    if vectors.ndim != 2 or len(vectors) != len(labels):
        raise BadValue(f"vectors are one row per label; found shape {vectors.shape} for {len(labels)} labels")
    broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if broken.size:
        raise BadValue(f"row {broken[0]} of the vectors has nan or infinity; leave it out, or give no vectors")
    n, classes = len(labels), int(labels.max(initial=-1)) + 1
    known = np.flatnonzero(labels >= 0)
    count = min(nearest, max(len(known) - 1, 0))
    wrong, likeliest = np.full(n, np.nan), np.maximum(labels, 0)
    if count == 0:
        return Around(wrong, likeliest, 0)
    base, names = np.ascontiguousarray(vectors[known]), labels[known]
    place = np.full(n, -1, dtype=np.int64)
    place[known] = np.arange(len(known))
    size = max(1, CELLS // len(known))
    for start in range(0, n, size):
        rows = np.arange(start, min(start + size, n))
        alike = vectors[rows] @ base.T
        held = place[rows] >= 0
        alike[np.flatnonzero(held), place[rows][held]] = -np.inf
        near = np.argpartition(alike, -count, axis=1)[:, -count:]
        weight = np.maximum(np.take_along_axis(alike, near, axis=1), 1e-3).astype(np.float64)
        votes = np.zeros((len(rows), classes))
        np.add.at(votes, (np.arange(len(rows))[:, None], names[near]), weight)
        votes /= votes.sum(axis=1, keepdims=True)
        likeliest[rows] = votes.argmax(axis=1)
        wrong[rows[held]] = 1 - votes[np.flatnonzero(held), labels[rows[held]]]
    return Around(wrong, likeliest, count)
