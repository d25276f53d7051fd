"""Items whose likeliest answer is least likely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Probs
from ..core.protocols import Pick, Pool
from .picks import best, make, rows
from .random import random
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
    pool = None if candidates is None else rows(candidates, 0)
    multi = is_multi(probabilities) if multi is None else multi
    scores = doubts(probabilities, pool, multi=multi)
    chosen = best(scores, n, rng)
    indices = chosen if pool is None else pool[chosen]

    def reason(place: int) -> str:
        chances = probabilities[indices[place]]
        if not np.isfinite(chances).all():
            return "the model gave no probability for it"
        if multi:
            return f"its likeliest labels have only {1 - scores[chosen[place]]:.2f}"
        k = int(chances.argmax())
        return f"its likeliest label, {f'class {k}' if classes is None else classes[k]}, has only {chances[k]:.2f}"

    return make(indices, scores[chosen], "least_confidence", reason)


class LeastConfidence:
    """`least_confidence` as a plug-in; before the first model it draws at random."""

    name = "least_confidence"
    needs_model = True

    def pick(self, pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]:
        """n of the pool's candidates."""
        if pool.probabilities is None:
            return random(0, n, candidates=pool.candidates, rng=rng)
        return least_confidence(pool.probabilities, n, candidates=pool.candidates, rng=rng, classes=pool.classes)
