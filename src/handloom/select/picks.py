"""Shared by all strategies: from scores to picks, and the always-on uniformly random share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices
from ..core.protocols import Pick

CHUNK = 65_536
"""Rows looked at together, so that no strategy needs more than a few MiB beside its input."""

NO_EMBEDDING = "it has no usable embedding, so it came last"


def rows(candidates: npt.ArrayLike | None, total: int) -> Indices:
    """The candidate rows as int64, all of them when None."""
    if candidates is None:
        return np.arange(total, dtype=np.int64)
    return np.asarray(candidates, dtype=np.int64).reshape(-1)


def best(scores: npt.NDArray[np.float32], n: int, rng: np.random.Generator) -> Indices:
    """Positions of the n largest scores, best first; ties fall by chance, nan counts as worst."""
    n = min(n, scores.size)
    if n <= 0:
        return np.zeros(0, dtype=np.int64)
    clean = np.where(np.isnan(scores), np.float32(-np.inf), scores) if np.isnan(scores).any() else scores
    cut = np.partition(clean, scores.size - n)[scores.size - n]
    above = np.flatnonzero(clean > cut)
    level = np.flatnonzero(clean == cut)
    level = rng.choice(level, size=n - above.size, replace=False)
    order = np.argsort(-clean[above], kind="stable")
    return np.concatenate((above[order], level)).astype(np.int64)


def make(
    indices: Sequence[int] | Indices,
    scores: npt.ArrayLike,
    strategy: str,
    reason: Callable[[int], str],
    probability: float = 0.0,
) -> list[Pick]:
    """Picks in the order given; ``reason`` gets the position in that order. A score of nan is written as 0."""
    values = np.nan_to_num(np.asarray(scores, dtype=np.float64)).tolist()
    return [
        Pick(index, score, probability, strategy, reason(place))
        for place, (index, score) in enumerate(zip(np.asarray(indices).tolist(), values, strict=True))
    ]


def sides(total: int, candidates: npt.ArrayLike | None, labelled: npt.ArrayLike | None) -> tuple[Indices, Indices]:
    """The rows that may be picked, ascending and without those that have a label; and those with a label."""
    known = rows([] if labelled is None else labelled, 0)
    return np.setdiff1d(rows(candidates, total), known), known


def finite(vectors: npt.NDArray[np.float32], pool: Indices) -> Indices:
    """Those of the rows without nan or infinity, looked at in blocks."""
    parts = np.array_split(pool, 1 + pool.size // 8192)
    with np.errstate(invalid="ignore"):
        return np.concatenate([part[np.isfinite(vectors[part].sum(axis=1))] for part in parts])


def filled(picks: list[Pick], pool: Indices, n: int, name: str, rng: np.random.Generator, reason: str) -> list[Pick]:
    """The picks, and from the rest of the pool at random what is missing to n."""
    missing = min(n, pool.size) - len(picks)
    if missing <= 0:
        return picks
    rest = np.setdiff1d(pool, [p.index for p in picks])
    return picks + make(rng.choice(rest, size=missing, replace=False), np.zeros(missing), name, lambda _: reason)


def mix(
    choose: Callable[[Indices, int], list[Pick]],
    candidates: npt.ArrayLike,
    n: int,
    *,
    random_share: float,
    rng: np.random.Generator,
) -> list[Pick]:
    """n picks, of which a share is uniformly random with its true inclusion probability.

    The random part is drawn first, from all candidates, so that each had the same chance ``k / len(candidates)``; what
    ``choose(rest, count)`` adds from the rest keeps probability 0. k is the share of n rounded by chance, so that its
    mean is exactly ``random_share * n`` even in batches of one. The order is shuffled: nobody can tell from the place.
    """
    pool = rows(candidates, 0)
    n = min(n, pool.size)
    if n <= 0:
        return []
    exact = random_share * n
    k = min(n, int(exact) + int(rng.random() < exact - int(exact)))
    drawn = np.sort(rng.choice(pool.size, size=k, replace=False))
    picks = make(
        pool[drawn],
        np.zeros(k),
        "random",
        lambda _: f"one of {k} drawn at random from {pool.size}",
        probability=exact / pool.size,
    )
    rest = np.delete(pool, drawn)
    picks += choose(rest, n - k)
    return [picks[i] for i in rng.permutation(len(picks))]
