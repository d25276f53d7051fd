"""Distances of many rows to a growing set of centres, computed many centres at a time.

Picking one row after the other by its distance to what is picked already takes, written plainly, one pass over all rows
per pick, and that pass waits for memory. A distance to the nearest centre only ever shrinks, so one that is some picks
old is an upper bound, and both ways of picking stay exact with bounds: the farthest row can be looked for among the few
largest bounds (`k_center`), and a row can be drawn by its bound and then accepted with probability distance / bound
(`badge`). The pass over all rows is made once for dozens of picks, as a product of matrices that computes instead of
waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Probs, Vectors

Floats = npt.NDArray[np.float32]
TOGETHER = 64
"""Centres that wait for one pass over all rows."""
BLOCK = 4096
"""Rows looked at together: 1 MB of products with 64 centres."""
NOTHING = 1e-6
"""A squared distance of this part of a row's own squared length is rounding."""


class Space(Protocol):
    """Where rows have distances. square: (rows,) squared lengths."""

    square: Floats

    def take(self, rows: Indices) -> Any:
        """Some rows, gathered for products with many others."""
        ...

    def inner(self, taken: Any, rows: slice | Indices) -> Floats:
        """(taken, rows) inner products."""
        ...


class Plain:
    """Rows of one matrix, (rows, d)."""

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = vectors
        self.square = np.empty(len(vectors), dtype=np.float32)
        for span in spans(len(vectors)):
            part = vectors[span]
            self.square[span] = np.einsum("ij,ij->i", part, part)

    def take(self, rows: Indices) -> Any:
        """(taken, d)."""
        return self.vectors[rows]

    def inner(self, taken: Any, rows: slice | Indices) -> Floats:
        """(taken, rows)."""
        return taken @ self.vectors[rows].T


class Gradients:
    """For each row the outer product of (its probabilities - its likeliest answer) and its vector, never written out.

    That is the gradient of the last layer if the likeliest answer were right; the inner product of two such is the product
    of the inner products of their factors. Ash et al. 2020.
    """

    def __init__(self, vectors: Vectors, probabilities: Probs, *, multi: bool) -> None:
        self.vectors = vectors
        self.probabilities = probabilities
        self.multi = multi
        self.square = np.empty(len(vectors), dtype=np.float32)
        for span in spans(len(vectors)):
            part, error = vectors[span], self._errors(span)
            self.square[span] = np.einsum("ij,ij->i", part, part) * np.einsum("ij,ij->i", error, error)

    def _errors(self, rows: slice | Indices) -> Floats:
        chances = self.probabilities[rows]
        if self.multi:
            return chances - (chances > 0.5)
        out = chances.copy()
        out[np.arange(len(out)), chances.argmax(axis=1)] -= 1
        return out

    def take(self, rows: Indices) -> Any:
        """(taken, d) vectors and (taken, classes) errors."""
        return self.vectors[rows], self._errors(rows)

    def inner(self, taken: Any, rows: slice | Indices) -> Floats:
        """(taken, rows)."""
        out = taken[0] @ self.vectors[rows].T
        out *= taken[1] @ self._errors(rows).T
        return out


def spans(total: int) -> Iterator[slice]:
    """Slices of `BLOCK` rows."""
    return (slice(begin, min(begin + BLOCK, total)) for begin in range(0, total, BLOCK))


def gaps(space: Space, usable: Indices) -> Floats:
    """(rows,) squared distance to the nearest centre while there is none: infinite, and -infinite for rows not to be picked."""
    out = np.full(len(space.square), -np.inf, dtype=np.float32)
    out[usable] = np.inf
    return out


def lower(gap: Floats, space: Space, centres: Indices) -> None:
    """Bring ``gap`` down to the squared distance to the nearest of these centres too, where that is nearer."""
    with np.errstate(invalid="ignore"):
        for begin in range(0, len(centres), TOGETHER):
            some = centres[begin : begin + TOGETHER]
            taken = space.take(some)
            half = 0.5 * space.square[some, None]
            for span in spans(len(gap)):
                inner = space.inner(taken, span)
                inner -= half
                near = inner.max(axis=0)
                near *= -2
                near += space.square[span]
                np.maximum(near, 0, out=near)
                np.fmin(gap[span], near, out=gap[span])  # a row with nan keeps -infinity


def tops(values: npt.NDArray[Any]) -> Indices:
    """The places of the largest value."""
    return np.flatnonzero(values == values.max())


def shrunk(vectors: Vectors, usable: Indices, known: Indices) -> tuple[Vectors, Indices] | None:
    """The usable and known rows apart, with their old numbers, when they are less than half of all; else None."""
    if 2 * (usable.size + known.size) >= len(vectors):
        return None
    both = np.concatenate((usable, known))
    return vectors[both], both
