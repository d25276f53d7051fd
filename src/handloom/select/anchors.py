"""Look near the known examples of each class, so that rare classes are found. Lesci and Vlachos 2024.

Uncertainty over the whole pool hardly meets a class that makes up one item in a hundred. Here every class gets the same
share of a small pool of the items most like its labelled ones, and `margin` picks in there; the small pool is drawn anew
each time, so that it moves on with the labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Probs, Scores, Vectors
from ..core.protocols import Pick
from .given import checked
from .margin import Margin, margin
from .picks import filled, finite, sides
from .plugin import Plugin
from .typiclust import TypiClust

PER_CLASS = 10
"""Labelled items of a class that others are compared with, drawn at random of those it has."""
SHARE, LEAST, MOST = 0.05, 20, 1000
"""The small pool: this share of all candidates, at least 20 and at most 1,000 times n / 10."""
BLOCK = 8192


@checked
def anchors(
    embeddings: Vectors,
    probabilities: Probs,
    n: int,
    *,
    labelled: npt.ArrayLike,
    targets: npt.ArrayLike,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """n rows by `margin` from a small pool that holds as many neighbours of each labelled class.

    embeddings: (rows, d), unit length. labelled, targets: rows that have a label, and their class numbers (below 0: unknown).
    Rows with nan come last. Memory: some floats per row.
    """
    pool, known = sides(len(embeddings), candidates, labelled)
    numbers = np.asarray(targets, dtype=np.int64)
    usable = finite(probabilities, finite(embeddings, pool))
    picks: list[Pick] = []
    if usable.size and n > 0 and (numbers >= 0).any():
        near, owner = _small_pool(embeddings, usable, known, numbers, n, rng)
        names = dict(zip(near.tolist(), owner.tolist(), strict=True))
        for pick in margin(probabilities, n, candidates=near, rng=rng, classes=classes):
            kind = names[pick.index]
            word = f"class {kind}" if classes is None else classes[kind]
            picks.append(Pick(pick.index, pick.score, 0.0, "anchors", f"like labelled {word}; {pick.reason}"))
    if len(picks) < min(n, usable.size):
        rest = np.setdiff1d(usable, [p.index for p in picks])
        more = margin(probabilities, n - len(picks), candidates=rest, rng=rng, classes=classes)
        picks += [Pick(p.index, p.score, 0.0, "anchors", p.reason) for p in more]
    return filled(picks, pool, n, "anchors", rng, "it has no usable embedding or probability, so it came last")


def _small_pool(
    embeddings: Vectors, usable: Indices, known: Indices, numbers: Indices, n: int, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """The rows nearest to the anchors of each class, each row once, and the class for which it is there."""
    kinds = np.unique(numbers[numbers >= 0])
    size = min(usable.size, int(np.clip(SHARE * usable.size, LEAST * n / 10, MOST * n / 10)))
    each = max(1, -(-size // len(kinds)))
    rows: list[Indices] = []
    owner: list[Indices] = []
    taken = np.zeros(usable.size, dtype=bool)
    for kind in kinds.tolist():
        mine = finite(embeddings, known[numbers == kind])
        if not mine.size:
            continue
        drawn = rng.permutation(mine)[:PER_CLASS]
        alike = _likeness(embeddings, usable, embeddings[drawn])
        alike[taken] = -np.inf
        count = min(each, int((~taken).sum()))
        if count:
            found = np.argpartition(alike, len(alike) - count)[len(alike) - count :]
            taken[found] = True
            rows.append(usable[found])
            owner.append(np.full(count, kind, dtype=np.int64))
    empty = np.zeros(0, dtype=np.int64)
    return np.concatenate([empty, *rows]), np.concatenate([empty, *owner])


def _likeness(embeddings: Vectors, pool: Indices, others: Vectors) -> Scores:
    """(pool,) the largest cosine to any of the others."""
    out = np.empty(pool.size, dtype=np.float32)
    for begin in range(0, pool.size, BLOCK):
        out[begin : begin + BLOCK] = (embeddings[pool[begin : begin + BLOCK]] @ others.T).max(axis=1)
    return out


class Anchors(Plugin):
    """`anchors` as a plug-in; before the first model it is `typiclust`, without embeddings `margin` or random."""

    name = "anchors"
    help = "unsure items near the labelled examples of each class; for rare classes"
    needs = ("features", "probabilities")
    takes = ("labelled", "targets", "classes")
    instead = (Margin, TypiClust)
    function = staticmethod(anchors)
