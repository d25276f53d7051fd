"""Items whose balls cover most of the pool. Yehuda, Dekel, Hacohen and Weinshall 2022."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Vectors
from ..core.protocols import Pick, Pool
from .clusters import centres, nearest
from .given import checked
from .greedy import Floats, tops
from .picks import NO_EMBEDDING, filled, finite, sides
from .plugin import Plugin

SAMPLE = 8192
"""Rows that are covered and picked from; of a larger pool as many drawn at random."""
MOST_PAIRS = 3_000_000
"""Pairs of rows within the radius that are kept, 12 MB; above that the radius is made smaller."""
BLOCK = 256
GROUPS = 10
LOOKED_AT = 512
IMPURE = 0.05
ROUNDS = 4


@checked
def prob_cover(
    embeddings: Vectors,
    n: int,
    *,
    labelled: npt.ArrayLike | None = None,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    radius: float | None = None,
    groups: int = GROUPS,
) -> list[Pick]:
    """n rows, each with the most rows within ``radius`` that no labelled or picked row covers yet; the score is their share.

    embeddings: (rows, d), unit length. radius: by default the largest at which 95 % of the balls lie within one of
    ``groups`` k-means groups, as a stand-in for classes. When everything is covered the radius is halved. Of a larger pool
    8,192 rows drawn at random stand for all. Rows with nan come last. Memory: 8,192 rows, 12 MB of pairs.
    """
    pool, known = sides(len(embeddings), candidates, labelled)
    usable = finite(embeddings, pool)
    picks: list[Pick] = []
    if usable.size and n > 0:
        sample = usable if usable.size <= SAMPLE else np.sort(rng.choice(usable, size=max(SAMPLE, n), replace=False))
        vectors = embeddings[sample]
        covers = embeddings[finite(embeddings, known)]
        wide = _pure_radius(vectors, groups, rng) if radius is None else radius
        for _ in range(ROUNDS):
            wanted = min(n, sample.size) - len(picks)
            if wanted <= 0:
                break
            taken = np.isin(sample, [p.index for p in picks])
            found, wide = _cover(vectors, np.concatenate((covers, vectors[taken])), wide, wanted, rng)
            for place, gain in found:
                why = f"{gain} items within {wide:.2f} of it that nothing asked is near to"
                picks.append(Pick(int(sample[place]), gain / len(sample), 0.0, "prob_cover", why))
            wide /= 2
        picks = filled(picks, usable, min(n, usable.size), "prob_cover", rng, "everything else is covered already")
    return filled(picks, pool, n, "prob_cover", rng, NO_EMBEDDING)


def _pure_radius(vectors: Vectors, groups: int, rng: np.random.Generator) -> float:
    """The radius that 95 % of the looked-at rows can have before the ball reaches into another group."""
    owner = nearest(vectors, centres(vectors, min(groups, len(vectors)), rng=rng))[0]
    looked = rng.permutation(len(vectors))[:LOOKED_AT]
    square = np.einsum("ij,ij->i", vectors, vectors)
    reach = np.full(len(looked), np.inf, dtype=np.float32)
    for begin in range(0, len(looked), BLOCK):
        rows = looked[begin : begin + BLOCK]
        gap = _squares(vectors, square, rows)
        gap[owner[rows][:, None] == owner[None, :]] = np.inf
        reach[begin : begin + BLOCK] = np.sqrt(gap.min(axis=1))
    there = reach[np.isfinite(reach)]
    return float(np.quantile(there, IMPURE)) if there.size else float(np.sqrt(2 * square.max()))


def _squares(vectors: Vectors, square: Floats, rows: Indices | slice) -> Floats:
    """(rows, all) squared distances."""
    out = vectors[rows] @ vectors.T
    out *= -2
    out += square[None, :]
    out += square[rows][:, None]
    return np.maximum(out, 0, out=out)


def _pairs(vectors: Vectors, radius: float) -> tuple[Indices, npt.NDArray[np.int32], float]:
    """For each row the rows within the radius: where each list begins, the lists one after the other, and the radius."""
    square = np.einsum("ij,ij->i", vectors, vectors)
    while True:
        lists: list[npt.NDArray[np.int32]] = []
        counts = np.zeros(len(vectors), dtype=np.int64)
        total = 0
        for begin in range(0, len(vectors), BLOCK):
            span = slice(begin, min(begin + BLOCK, len(vectors)))
            near = _squares(vectors, square, span) <= radius * radius
            near[np.arange(span.stop - begin), np.arange(begin, span.stop)] = True
            counts[span] = near.sum(axis=1)
            total += int(counts[span].sum())
            if total > MOST_PAIRS:
                break
            lists.append(np.nonzero(near)[1].astype(np.int32))
        if total <= MOST_PAIRS or radius < 1e-6:
            return np.concatenate(([0], np.cumsum(counts))), np.concatenate(lists), radius
        radius *= 0.8


def _cover(
    vectors: Vectors, covers: Vectors, radius: float, n: int, rng: np.random.Generator
) -> tuple[list[tuple[int, int]], float]:
    """Up to n places with how many rows each newly covers, and the radius in the end; ends when all is covered."""
    begin, lists, radius = _pairs(vectors, radius)
    open_ = np.ones(len(vectors), dtype=bool)
    if len(covers):
        open_ = nearest(vectors, covers)[1] > radius * radius
    owner = np.repeat(np.arange(len(vectors)), np.diff(begin))
    gain = np.bincount(owner[open_[lists]], minlength=len(vectors))
    found: list[tuple[int, int]] = []
    while len(found) < n and gain.max() > 0:
        level = tops(gain)
        place = int(level[0] if level.size == 1 else rng.choice(level))
        mine = lists[begin[place] : begin[place + 1]]
        new = mine[open_[mine]]
        found.append((place, int(gain[place])))
        open_[new] = False
        touched = np.concatenate([lists[begin[row] : begin[row + 1]] for row in new])
        gain -= np.bincount(touched, minlength=len(vectors))
    return found, radius


class ProbCover(Plugin):
    """`prob_cover` as a plug-in; without embeddings it draws at random."""

    name = "prob_cover"
    help = "items with the most items near them that nothing asked is near to"
    needs = ("features",)
    takes = ("labelled",)
    function = staticmethod(prob_cover)

    @classmethod
    def named(cls, pool: Pool) -> dict[str, Any]:
        groups = GROUPS if pool.classes is None else max(2, len(pool.classes))
        return super().named(pool) | {"groups": groups}
