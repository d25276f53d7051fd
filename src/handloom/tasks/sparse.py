"""Few columns of a wide sparse matrix, and a truncated SVD of them, without the weight of a larger library."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..core.arrays import Indices

Csr = Any
"""A scipy.sparse.csr_matrix of float32; scipy ships no types."""


def used_columns(matrix: Csr, most: int) -> Indices:
    """Columns that hold a value, sorted; only the ``most`` frequent of them when there are more."""
    counts = np.bincount(matrix.indices, minlength=1)
    used = np.flatnonzero(counts)
    if used.size > most:
        used = np.sort(used[np.argsort(-counts[used], kind="stable")[:most]])
    return used.astype(np.int64)


def restrict(matrix: Csr, columns: Indices) -> Csr:
    """``matrix[:, columns]`` for sorted columns, in one pass over the stored values."""
    place = np.full(matrix.shape[1], -1, dtype=np.int32)
    place[columns] = np.arange(len(columns), dtype=np.int32)
    moved = place[matrix.indices]
    keep = moved >= 0
    ends = np.concatenate(([0], np.cumsum(keep)))[matrix.indptr]
    shape = (matrix.shape[0], len(columns))
    return sparse.csr_matrix((matrix.data[keep], moved[keep], ends), shape=shape)


def right_singular_vectors(
    matrix: Csr | npt.NDArray[np.float32], rank: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """(columns, rank) leading right singular vectors, by randomised range finding with four power steps.

    Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1.
    """
    rank = max(1, min(rank, *matrix.shape))
    width = min(rank + 10, *matrix.shape)
    basis = np.linalg.qr(matrix @ rng.standard_normal((matrix.shape[1], width)).astype(np.float32))[0]
    for _ in range(4):
        basis = np.linalg.qr(matrix @ np.linalg.qr(matrix.T @ basis)[0])[0]
    small = np.asarray(matrix.T @ basis).T
    vectors = np.linalg.svd(small, full_matrices=False)[2][:rank].T
    return np.ascontiguousarray(vectors, dtype=np.float32)


def unit_rows(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Rows scaled to length 1, in place; an all-zero row points along the first axis, so that every row has a length."""
    length = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    empty = length < 1e-12
    rows[empty, 0] = 1.0
    length[empty] = 1.0
    rows /= length[:, None]
    return rows
