"""Items over which the model spreads its belief most evenly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Probs
from ..core.protocols import Pick
from .by_score import ByProbability, largest, pool_of
from .margin import torn
from .uncertainty import entropies, is_multi


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

    def reason(row: int, score: float) -> str:
        known = np.isfinite(score)
        return torn(probabilities[row], multi, classes) + (f", {score:.0%} of full uncertainty" if known else "")

    return largest(scores, n, pool, rng=rng, name="entropy", reason=reason)


class Entropy(ByProbability):
    """`entropy` as a plug-in; before the first model it draws at random."""

    name = "entropy"
    help = "items over which the model spreads its belief most evenly"
    function = staticmethod(entropy)
