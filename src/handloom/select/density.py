"""Unsure items that many others are like: no question is spent on an oddity. Settles and Craven 2008."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Probs, Scores, Vectors
from ..core.protocols import Pick
from .by_score import largest
from .given import checked
from .margin import Margin, all_torn
from .picks import finite, sides
from .plugin import Plugin
from .uncertainty import entropies, is_multi

BLOCK = 8192


@checked
def density(
    embeddings: Vectors,
    probabilities: Probs,
    n: int,
    *,
    labelled: npt.ArrayLike | None = None,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    beta: float = 1.0,
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """The n rows with the largest entropy x (mean similarity to the pool) ** beta.

    embeddings: (rows, d), unit length; the mean cosine to all others is the cosine to their mean, moved from [-1, 1] to
    [0, 1]. probabilities: (rows, classes). Rows with nan come last.
    """
    pool, _ = sides(len(embeddings), candidates, labelled)
    multi = is_multi(probabilities) if multi is None else multi
    alike = likeness(embeddings, pool)
    scores = (entropies(probabilities, pool, multi=multi) * alike**beta).astype(np.float32)

    def reasons(rows: Indices, _: Scores) -> list[str]:
        likes = alike[np.searchsorted(pool, rows)].tolist()
        words = all_torn(probabilities[rows], multi, classes)
        return [f"{word}; {like:.2f} like the pool" for word, like in zip(words, likes, strict=True)]

    return largest(scores, n, pool, rng=rng, name="density", reasons=reasons)


def likeness(embeddings: Vectors, pool: Indices) -> Scores:
    """(pool,) mean cosine of each row to the usable rows of the pool, moved to [0, 1]; nan for rows with nan."""
    usable = finite(embeddings, pool)
    mean = np.zeros(embeddings.shape[1], dtype=np.float64)
    for begin in range(0, usable.size, BLOCK):
        mean += embeddings[usable[begin : begin + BLOCK]].sum(axis=0, dtype=np.float64)
    centre = (mean / max(1, usable.size)).astype(np.float32)
    out = np.empty(pool.size, dtype=np.float32)
    with np.errstate(invalid="ignore"):
        for begin in range(0, pool.size, BLOCK):
            out[begin : begin + BLOCK] = embeddings[pool[begin : begin + BLOCK]] @ centre
    out[~np.isfinite(out)] = np.nan
    return np.clip((1 + out) / 2, 0, 1, dtype=np.float32)


class Density(Plugin):
    """`density` as a plug-in; without embeddings it is `margin`, before the first model it draws at random."""

    name = "density"
    help = "unsure items that many others are like"
    needs = ("features", "probabilities")
    takes = ("classes",)
    instead = (Margin,)
    function = staticmethod(density)
