"""K-means on unit vectors with a bounded amount of memory and work, for strategies that want spread."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Vectors

SAMPLE = 32_768
SAMPLE_FLOATS = 6_000_000
"""Of wide rows fewer are learned from, so that their copy stays within 24 MB."""
SEEDING = 8
BLOCK_FLOATS = 2_000_000
"""At most 8 MB of distances at a time."""
WORK = 4e10
"""Multiplications spent on refining the centres, about a second on one core; small pools are refined until nothing moves."""
MOST_ROUNDS = 30
OVERHEAD = 200
"""What a round costs per row beside the distances, in centres."""

Floats = npt.NDArray[np.float32]


def centres(
    vectors: Vectors,
    k: int,
    *,
    rng: np.random.Generator,
    rows: Indices | None = None,
    weight: npt.NDArray[np.float32] | None = None,
) -> Floats:
    """(k, d) centres of ``vectors`` (n, d), or of some of its rows, each counting its ``weight`` times.

    Learned from at most 32,768 rows, fewer when they are wide. Arthur and Vassilvitskii 2007 for the start, then Lloyd's rounds.
    """
    index = np.arange(len(vectors), dtype=np.int64) if rows is None else rows
    heavy = np.ones(len(index), dtype=np.float32) if weight is None else weight
    most = max(2 * k, min(SAMPLE, SAMPLE_FLOATS // max(1, vectors.shape[1])))
    if len(index) > most:
        drawn = np.sort(rng.choice(len(index), size=most, replace=False))
        index, heavy = index[drawn], heavy[drawn]
    sample = vectors[index]
    k = min(k, len(sample))
    start = sample
    chance = heavy
    if len(sample) > SEEDING * k:
        drawn = rng.choice(len(sample), size=SEEDING * k, replace=False)
        start, chance = sample[drawn], heavy[drawn]
    middle = _spread(start, k, chance.astype(np.float64), rng)
    rounds = int(np.clip(WORK / max(1, sample.size * (k + OVERHEAD)), 3, MOST_ROUNDS))
    before: Indices | None = None
    for _ in range(rounds):
        owner = nearest(sample, middle)[0]
        if before is not None and np.array_equal(owner, before):
            break
        before = owner
        middle = _means(sample, owner, heavy, middle)
    return middle


def nearest(vectors: Vectors, middle: Floats, *, rows: Indices | None = None) -> tuple[Indices, Floats]:
    """(n,) the nearest centre of each row (or of some rows) and (n,) the squared distance to it, in blocks of 8 MB."""
    count = len(vectors) if rows is None else len(rows)
    half = 0.5 * np.einsum("ij,ij->i", middle, middle)
    owner = np.empty(count, dtype=np.int64)
    near = np.empty(count, dtype=np.float32)
    block = min(8192, max(64, BLOCK_FLOATS // max(1, len(middle))))
    for begin in range(0, count, block):
        span = slice(begin, begin + block)
        part = vectors[span] if rows is None else vectors[rows[span]]
        closeness = part @ middle.T
        closeness -= half
        best = closeness.argmax(axis=1)
        owner[span] = best
        near[span] = np.einsum("ij,ij->i", part, part) - 2 * closeness[np.arange(len(part)), best]
    return owner, np.maximum(near, 0)


def _spread(rows: Vectors, k: int, chance: npt.NDArray[np.float64], rng: np.random.Generator) -> Floats:
    """k rows far from each other: each drawn with probability ~ weight * squared distance to those drawn so far."""
    square = np.einsum("ij,ij->i", rows, rows)
    chosen = np.empty(k, dtype=np.int64)
    gap = np.full(len(rows), np.inf)
    for i in range(k):
        pull = chance * (1.0 if i == 0 else gap)
        total = np.cumsum(pull)
        place = int(np.searchsorted(total, rng.random() * total[-1])) if total[-1] > 0 else int(rng.integers(len(rows)))
        chosen[i] = min(place, len(rows) - 1)
        new = rows[chosen[i]]
        np.minimum(gap, np.maximum(square - 2 * (rows @ new) + square[chosen[i]], 0), out=gap)
    return rows[chosen].copy()


def _means(rows: Vectors, owner: Indices, weight: Floats, before: Floats) -> Floats:
    """Weighted mean of the rows of each centre; a centre that owns nothing stays where it was."""
    order = np.argsort(owner, kind="stable")
    present, begin = np.unique(owner[order], return_index=True)
    mass = np.add.reduceat(weight[order].astype(np.float64), begin)
    middle = before.copy()
    block = max(1, BLOCK_FLOATS // rows.shape[1])
    sums = np.zeros((len(present), rows.shape[1]), dtype=np.float32)
    for start in range(0, len(order), block):
        span = order[start : start + block]
        groups, first = np.unique(owner[span], return_index=True)
        part = np.add.reduceat(rows[span] * weight[span, None], first, axis=0)
        sums[np.searchsorted(present, groups)] += part
    solid = mass > 0
    middle[present[solid]] = sums[solid] / mass[solid, None]
    return middle
