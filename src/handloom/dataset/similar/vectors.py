"""Vectors that point almost the same way: embeddings, thumbnails of images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .near import Near, distinct

ALL_UP_TO = 20_000
"""Rows up to which all pairs are compared."""
_BLOCK = 1_024
_TABLES, _BITS = 24, 14
_CROWD = 256


def near(vectors: np.ndarray, threshold: float, *, seed: int = 0) -> Near:
    """Pairs of rows with a cosine of at least ``threshold``. vectors: (n, d), of any length; rows of zeros match nothing.

    Exact up to `ALL_UP_TO` rows; above, pairs are looked at that fall on the same side of 14 random planes in one of 24
    tables (Charikar 2002), which at a cosine of 0.97 finds 99.9 % of them.
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, length, out=np.zeros(vectors.shape, dtype=np.float32), where=length > 0)
    unit = unit.astype(np.float32, copy=False)
    found = list(_all(unit, threshold) if len(unit) <= ALL_UP_TO else _hashed(unit, threshold, seed))
    pairs = distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    first, second = pairs >> 32, pairs & 0xFFFFFFFF
    share = np.einsum("ij,ij->i", unit[first], unit[second]).astype(float)
    return Near(first, second, np.minimum(share, 1.0))


def _all(unit: np.ndarray, threshold: float) -> Iterator[np.ndarray]:
    for start in range(0, len(unit), _BLOCK):
        cosines = unit[start : start + _BLOCK] @ unit[start:].T
        a, b = np.nonzero(cosines >= threshold)
        later = b > a
        yield (a[later] + start) << 32 | (b[later] + start)


def _hashed(unit: np.ndarray, threshold: float, seed: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(seed)
    weights = 1 << np.arange(_BITS)
    for _ in range(_TABLES):
        planes = rng.standard_normal((unit.shape[1], _BITS)).astype(np.float32)
        cells = ((unit @ planes) > 0) @ weights
        order = np.argsort(cells, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(cells[order]) != 0])
        for rows in np.split(order, starts[1:]):
            for start in range(0, len(rows), _CROWD):
                part = np.sort(rows[start : start + _CROWD])
                a, b = np.nonzero(np.triu(unit[part] @ unit[part].T >= threshold, 1))
                yield part[a] << 32 | part[b]
