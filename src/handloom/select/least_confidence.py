"""Items whose likeliest answer is least likely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Probs
from ..core.protocols import Pick
from .by_score import MISSING, ByProbability, largest, pool_of
from .margin import called
from .uncertainty import doubts, is_multi


def least_confidence(
    probabilities: Probs,
    n: int,
    *,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """The n rows whose likeliest class (multi-label: likeliest set of labels) has the smallest probability.

    probabilities: (rows, classes). Ties fall by ``rng``; a row with nan comes last. ``classes`` names them in the reasons.
    """
    pool = pool_of(candidates)
    multi = is_multi(probabilities) if multi is None else multi
    scores = doubts(probabilities, pool, multi=multi)

    def reason(row: int, score: float) -> str:
        chances = probabilities[row]
        if not np.isfinite(chances).all():
            return MISSING
        if multi:
            return f"its likeliest labels have only {1 - score:.2f}"
        k = int(chances.argmax())
        return f"its likeliest label, {called(k, classes)}, has only {chances[k]:.2f}"

    return largest(scores, n, pool, rng=rng, name="least_confidence", reason=reason)


class LeastConfidence(ByProbability):
    """`least_confidence` as a plug-in; before the first model it draws at random."""

    name = "least_confidence"
    help = "items whose likeliest answer is least likely"
    function = staticmethod(least_confidence)
