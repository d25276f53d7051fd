"""Unsure items from as many groups as possible, small groups first. Citovsky et al. 2021."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Probs, Vectors
from ..core.protocols import Pick
from .clusters import centres, nearest
from .given import checked
from .margin import Margin, torn
from .picks import best, filled, finite, sides
from .plugin import Plugin
from .uncertainty import is_multi, margins

WIDE = 10
"""How many times n unsure rows are looked at."""
PER_GROUP = 20
MOST_GROUPS = 500


@checked
def cluster_margin(
    embeddings: Vectors,
    probabilities: Probs,
    n: int,
    *,
    labelled: npt.ArrayLike | None = None,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """Of the 10 n rows with the smallest margin, n in turns from their groups, the smallest group first.

    embeddings: (rows, d), unit length, cut into groups of about 20 (at most 500) by k-means instead of the paper's
    hierarchy, which needs rows x rows. probabilities: (rows, classes). Rows with nan come last.
    """
    pool, _ = sides(len(embeddings), candidates, labelled)
    multi = is_multi(probabilities) if multi is None else multi
    usable = finite(probabilities, finite(embeddings, pool))
    picks: list[Pick] = []
    if usable.size and n > 0:
        scores = margins(probabilities, usable, multi=multi)
        near = best(scores, min(WIDE * n, usable.size), rng)
        groups = int(np.clip(usable.size // PER_GROUP, 1, MOST_GROUPS))
        owner = nearest(embeddings, centres(embeddings, groups, rng=rng, rows=usable), rows=usable[near])[0]
        for place, size in _in_turns(owner, min(n, usable.size), rng):
            row = int(usable[near[place]])
            why = f"{torn(probabilities[row], multi, classes)}; from a group with {size} unsure items"
            picks.append(Pick(row, float(scores[near[place]]), 0.0, "cluster_margin", why))
    return filled(picks, pool, n, "cluster_margin", rng, "it has no usable embedding or probability, so it came last")


def _in_turns(owner: Indices, n: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """n places and the sizes of their groups: one of each group, then a second, small groups first, drawn by chance."""
    order = rng.permutation(len(owner))
    order = order[np.argsort(owner[order], kind="stable")]
    sizes = np.bincount(owner)
    turn = np.arange(len(owner)) - np.concatenate(([0], np.cumsum(sizes)[:-1]))[owner[order]]
    queue = order[np.lexsort((sizes[owner[order]], turn))]
    return [(int(place), int(sizes[owner[place]])) for place in queue[:n]]


class ClusterMargin(Plugin):
    """`cluster_margin` as a plug-in; without embeddings it is `margin`, before the first model it draws at random."""

    name = "cluster_margin"
    help = "items between two classes, from as many groups of similar items as possible"
    needs = ("features", "probabilities")
    takes = ("classes",)
    instead = (Margin,)
    function = staticmethod(cluster_margin)
