"""Nearest neighbours of many rows at once, exact for few rows and by cells for many.

Rows are cut into about sqrt(n) cells by k-means; the rows of a cell are compared with the rows of the cells whose centres
are nearest to its own, in one matrix product (an inverted file as Jegou, Douze and Schmid 2011 have it, probed cell by
cell instead of row by row). Memory: a block of at most 16 MB at a time besides the result.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices, Vectors
from .. import clusters

EXACT = 4096
"""Rows up to which every pair is compared."""
PROBED = 48
"""Cells looked at for the rows of one cell."""
BLOCK = 4_000_000
"""Floats of one block of closeness."""

Near = npt.NDArray[np.int32]


def graph(vectors: Vectors, k: int, *, rng: np.random.Generator) -> Near:
    """(n, k) the k nearest other rows of each row, nearest first; fewer columns where there are fewer rows."""
    n = len(vectors)
    k = min(k, n - 1)
    if k <= 0:
        return np.zeros((n, 0), dtype=np.int32)
    found = nearest_among(vectors, vectors, k + 1, rng=rng)
    # A row finds itself first, except where identical rows stand before it.
    itself = found == np.arange(n, dtype=np.int32)[:, None]
    itself[~itself.any(axis=1), -1] = True
    return found[~itself].reshape(n, k)


def nearest_among(queries: Vectors, base: Vectors, k: int, *, rng: np.random.Generator) -> Near:
    """(queries, k) rows of ``base`` nearest to each query by Euclidean distance, nearest first. k <= rows of base."""
    half = 0.5 * np.einsum("ij,ij->i", base, base, dtype=np.float32)
    out = np.empty((len(queries), k), dtype=np.int32)
    if len(base) <= max(EXACT, 2 * k):
        everything = np.arange(len(base), dtype=np.int64)
        _fill(out, queries, np.arange(len(queries), dtype=np.int64), base, everything, half)
        return out
    middle = clusters.centres(base, int(np.sqrt(len(base))), rng=rng)
    owner = clusters.nearest(base, middle)[0]
    members = _members(owner, len(middle))
    asked = _members(owner if queries is base else clusters.nearest(queries, middle)[0], len(middle))
    closeness = middle @ middle.T - 0.5 * np.einsum("ij,ij->i", middle, middle)
    for cell, rows in enumerate(asked):
        if not len(rows):
            continue
        around = np.argsort(-closeness[cell], kind="stable")
        _fill(out, queries, rows, base, _candidates(members, around, k), half)
    return out


def _candidates(members: list[Indices], around: Indices, k: int) -> Indices:
    """Rows of the nearest cells, as many cells as are probed or as it takes to have k rows, ascending."""
    taken: list[Indices] = []
    count = 0
    for place, cell in enumerate(around):
        if place >= PROBED and count >= k:
            break
        taken.append(members[cell])
        count += len(members[cell])
    return np.sort(np.concatenate(taken))


def _members(owner: Indices, cells: int) -> list[Indices]:
    order = np.argsort(owner, kind="stable")
    return np.split(order, np.searchsorted(owner[order], np.arange(1, cells)))


def _fill(out: Near, queries: Vectors, rows: Indices, base: Vectors, candidates: Indices, half: Vectors) -> None:
    """Write the nearest candidates of these queries, nearest first; equally near ones in the order of their rows."""
    k = out.shape[1]
    there, shift = np.ascontiguousarray(base[candidates]), half[candidates]
    step = max(1, BLOCK // len(candidates))
    for begin in range(0, len(rows), step):
        some = rows[begin : begin + step]
        closeness = queries[some] @ there.T
        closeness -= shift
        if k < len(candidates):
            best = np.argpartition(closeness, len(candidates) - k, axis=1)[:, len(candidates) - k :]
        else:
            best = np.broadcast_to(np.arange(len(candidates)), closeness.shape)
        best = np.sort(best, axis=1)
        order = np.argsort(-np.take_along_axis(closeness, best, axis=1), axis=1, kind="stable")
        out[some] = candidates[np.take_along_axis(best, order, axis=1)]
