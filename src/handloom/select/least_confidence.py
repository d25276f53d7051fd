"""Items whose likeliest answer is least likely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Probs, Scores
from ..core.protocols import Pick
from .by_score import MISSING, largest, pool_of
from .given import checked
from .margin import called
from .plugin import Plugin
from .uncertainty import doubts, is_multi


@checked
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

    def reasons(rows: Indices, found: Scores) -> list[str]:
        likeliest = probabilities[rows].argmax(axis=1).tolist()
        return [
            _reason(score, None if multi else called(k, classes)) for score, k in zip(found, likeliest, strict=True)
        ]

    return largest(scores, n, pool, rng=rng, name="least_confidence", reasons=reasons)


def _reason(score: float, label: str | None) -> str:
    if np.isnan(score):
        return MISSING
    if label is None:
        return f"its likeliest labels have only {1 - score:.2f}"
    return f"its likeliest label, {label}, has only {1 - score:.2f}"


class LeastConfidence(Plugin):
    """`least_confidence` as a plug-in; before the first model it draws at random."""

    name = "least_confidence"
    help = "items whose likeliest answer is least likely"
    needs = ("probabilities",)
    takes = ("classes",)
    function = staticmethod(least_confidence)
