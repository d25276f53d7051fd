"""Items over which the model spreads its belief most evenly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Probs, Scores
from ..core.protocols import Pick
from .by_score import largest, pool_of
from .given import checked
from .margin import all_torn
from .plugin import Plugin
from .uncertainty import entropies, is_multi


@checked
def entropy(
    probabilities: Probs,
    n: int,
    *,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """The n rows with the largest entropy of their probabilities (multi-label: mean over the labels).

    probabilities: (rows, classes). Ties fall by ``rng``; a row with nan comes last. ``classes`` names them in the reasons.
    """
    pool = pool_of(candidates)
    multi = is_multi(probabilities) if multi is None else multi
    scores = entropies(probabilities, pool, multi=multi)

    def reasons(rows: Indices, found: Scores) -> list[str]:
        words = all_torn(probabilities[rows], multi, classes)
        shares = ["" if np.isnan(score) else f", {score:.0%} of full uncertainty" for score in found.tolist()]
        return [word + share for word, share in zip(words, shares, strict=True)]

    return largest(scores, n, pool, rng=rng, name="entropy", reasons=reasons)


class Entropy(Plugin):
    """`entropy` as a plug-in; before the first model it draws at random."""

    name = "entropy"
    help = "items over which the model spreads its belief most evenly"
    needs = ("probabilities",)
    takes = ("classes",)
    function = staticmethod(entropy)
