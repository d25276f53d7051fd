"""The default: cover the pool first, then ask where the model is unsure, spread out; how much of each, the data decides.

1. Before a model knows two classes, `typiclust`: the most typical item of each unlabelled group.
2. Then look at the least certain items, **as many as the model is expected to get wrong**, that is the sum over the pool of
   1 - probability of its answer. They are cut into n groups, each item counting as much as it is uncertain, and the item
   nearest to the middle of each group is asked about (after Zhdanov 2019, "Diverse mini-batch active learning").

A young model expects to be wrong almost everywhere, so the n groups cover the pool; as it learns, the circle closes around the
boundary between classes, and the picks become those of margin sampling with near-duplicates left out. No count of labels is
written anywhere. What it needs beside other strategies is measured by ``handloom bench core-1``.
"""

from __future__ import annotations

import numpy as np

from ..core.arrays import Indices, Probs, Scores, Vectors
from ..core.protocols import Pick, Pool
from .clusters import centres, nearest
from .margin import margin, torn
from .random import random
from .typiclust import typiclust
from .uncertainty import doubts, is_multi, margins

LEAST_CIRCLE = 3
MOST_CIRCLE = 15


def auto(pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]:
    """n of the pool's candidates. Without embeddings: margin; without a model: typiclust; without either: random."""
    known = np.unique(pool.targets[pool.targets >= 0])
    probabilities = pool.probabilities
    if pool.features is None:
        if probabilities is None:
            return random(0, n, candidates=pool.candidates, rng=rng)
        return margin(probabilities, n, candidates=pool.candidates, rng=rng, classes=pool.classes)
    if n <= 0 or not len(pool.candidates):
        return []
    if probabilities is None or (len(known) < 2 and not is_multi(probabilities)):
        return typiclust(pool.features.vectors, n, labelled=pool.labelled, candidates=pool.candidates, rng=rng)
    return _unsure_and_spread(pool, pool.features.vectors, probabilities, n, rng)


def _unsure_and_spread(
    pool: Pool, vectors: Vectors, probabilities: Probs, n: int, rng: np.random.Generator
) -> list[Pick]:
    multi = is_multi(probabilities)
    near, scores = _circle(probabilities, pool.candidates, n, multi, rng)
    usable = np.isfinite(vectors[near].sum(axis=1)) & np.isfinite(scores)
    near, scores = near[usable], scores[usable]
    picks: list[Pick] = []
    if near.size:
        for place, size in _middles(vectors[near], np.maximum(scores, 1e-6), min(n, near.size), rng):
            why = torn(probabilities[near[place]], multi, pool.classes)
            like = f"; stands for {size} similar unsure items" if size > 1 else ""
            picks.append(Pick(int(near[place]), float(scores[place]), 0.0, "auto", why + like))
    if len(picks) < min(n, len(pool.candidates)):
        rest = np.setdiff1d(pool.candidates, [p.index for p in picks])
        more = margin(probabilities, n - len(picks), candidates=rest, rng=rng, multi=multi, classes=pool.classes)
        picks += [Pick(p.index, p.score, 0.0, "auto", p.reason) for p in more]
    return picks


def _circle(
    probabilities: Probs, candidates: Indices, n: int, multi: bool, rng: np.random.Generator
) -> tuple[Indices, Scores]:
    """The least certain candidates and their margin scores: as many as are expected to be wrong, within 3 to 15 times n."""
    scores = margins(probabilities, candidates, multi=multi)
    wrong = float(np.nansum(doubts(probabilities, candidates, multi=multi), dtype=np.float64))
    size = min(len(candidates), int(np.clip(wrong, LEAST_CIRCLE * n, MOST_CIRCLE * n)))
    order = rng.permutation(len(candidates))
    clean = np.nan_to_num(scores[order], nan=-1.0)
    top = order[np.argpartition(-clean, size - 1)[:size]] if 0 < size < len(order) else order
    return candidates[top], scores[top]


def _middles(vectors: Vectors, weight: Scores, n: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Of each of n groups, the row nearest to its weighted middle, and how many rows the group has; may give fewer than n."""
    middle = centres(vectors, n, rng=rng, weight=weight)
    owner, gap = nearest(vectors, middle)
    order = np.lexsort((gap, owner))
    first = np.flatnonzero(np.diff(owner[order], prepend=-1))
    sizes = np.diff(np.append(first, len(order)))
    return list(zip(order[first].tolist(), sizes.tolist(), strict=True))


class Auto:
    """`auto` as a plug-in."""

    name = "auto"
    help = "adapts: covers the items first, then asks where the model is unsure, spread out"

    def pick(self, pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]:
        """n of the pool's candidates."""
        return auto(pool, n, rng=rng)
