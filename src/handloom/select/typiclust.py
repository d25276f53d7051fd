"""The most typical item of each group that has no label yet: the best first questions. Hacohen, Dekel and Weinshall 2022."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Vectors
from ..core.protocols import Pick
from .clusters import centres, nearest
from .given import checked
from .picks import NO_EMBEDDING, filled, finite, sides
from .plugin import Plugin

NEIGHBOURS = 20
COMPARED = 512
RANKED = 2048
MOST_GROUPS = 1000
SMALL = 5


@checked
def typiclust(
    embeddings: Vectors,
    n: int,
    *,
    labelled: npt.ArrayLike | None = None,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
) -> list[Pick]:
    """n rows, from the groups with the fewest labels, large groups first, the most typical row of each.

    embeddings: (rows, d), unit length. labelled: rows that have a label. candidates: rows to pick from (default: all others).
    The pool is cut into as many groups as there are labels and picks (at most 1,000; beyond that groups give several).
    Rows with nan are picked last, at random. Memory: a few floats per row and 8 MB; never rows x rows.
    """
    pool, known = sides(len(embeddings), candidates, labelled)
    usable = finite(embeddings, pool)
    picks: list[Pick] = []
    if usable.size and n > 0:
        picks = _by_group(embeddings, usable, finite(embeddings, known), min(n, usable.size), rng)
    return filled(picks, pool, n, "typiclust", rng, NO_EMBEDDING)


def _by_group(embeddings: Vectors, pool: Indices, known: Indices, n: int, rng: np.random.Generator) -> list[Pick]:
    groups = min(len(known) + n, MOST_GROUPS, len(pool) + len(known))
    everyone = np.concatenate((pool, known))
    middle = centres(embeddings, groups, rng=rng, rows=everyone)
    groups = len(middle)
    owner = nearest(embeddings, middle, rows=everyone)[0]
    labels = np.bincount(owner[len(pool) :], minlength=groups)
    sizes = np.bincount(owner[: len(pool)], minlength=groups)
    members = np.split(np.argsort(owner[: len(pool)], kind="stable"), np.cumsum(sizes)[:-1])
    picks: list[Pick] = []
    used = labels.copy()
    left = sizes.copy()
    queues: dict[int, list[tuple[int, float]]] = {}
    while len(picks) < n:
        open_groups = np.flatnonzero(left)
        tiny = sizes[open_groups] < SMALL
        order = open_groups[np.lexsort((-left[open_groups], used[open_groups], tiny))]
        for group in order[: n - len(picks)].tolist():
            if group not in queues:
                queues[group] = _typical(embeddings, pool[members[group]], rng)
            place, score = queues[group].pop(0)
            picks.append(Pick(place, score, 0.0, "typiclust", _reason(int(sizes[group]), int(labels[group]))))
            used[group] += 1
            left[group] -= 1
        if not order.size:
            break
    return picks


def _typical(embeddings: Vectors, members: Indices, rng: np.random.Generator) -> list[tuple[int, float]]:
    """Rows with their typicality, 1 / mean distance to the 20 nearest of at most 512 others; most typical first.

    Of a large group 2,048 rows drawn at random are ranked; the others follow, in any order, with typicality 0.
    """
    chance = rng.permutation(members)
    ranked, rest = chance[:RANKED], chance[RANKED:]
    vectors = embeddings[ranked]
    others = vectors[:COMPARED]
    count = min(NEIGHBOURS, len(others) - 1)
    if count < 1:
        return [(int(m), 0.0) for m in chance]
    square = np.einsum("ij,ij->i", vectors, vectors)
    gap = np.sqrt(np.maximum(square[:, None] + square[None, : len(others)] - 2 * (vectors @ others.T), 0))
    near = np.partition(gap, count, axis=1)[:, : count + 1].sum(axis=1) / count
    typical = 1 / (near + 1e-6)
    order = np.argsort(-typical, kind="stable")
    return [(int(ranked[i]), float(typical[i])) for i in order] + [(int(m), 0.0) for m in rest]


def _reason(size: int, labels: int) -> str:
    had = "no label yet" if labels == 0 else "1 label" if labels == 1 else f"{labels} labels"
    return f"typical of a group of {size} similar items with {had}"


class TypiClust(Plugin):
    """`typiclust` as a plug-in; without embeddings it draws at random."""

    name = "typiclust"
    help = "the most typical item of each group of similar items; for the first labels"
    needs = ("features",)
    takes = ("labelled",)
    function = staticmethod(typiclust)
