"""Items between two classes: the gap between the two likeliest is smallest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Probs
from ..core.protocols import Pick, Pool
from .picks import best, make, rows
from .random import random
from .uncertainty import is_multi, margins


def margin(
    probabilities: Probs,
    n: int,
    *,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """The n rows with the smallest gap between the two likeliest classes (multi-label: with a label nearest to even).

    probabilities: (rows, classes). Ties fall by ``rng``; a row with nan comes last. ``classes`` names them in the reasons.
    """
    pool = None if candidates is None else rows(candidates, 0)
    multi = is_multi(probabilities) if multi is None else multi
    scores = margins(probabilities, pool, multi=multi)
    chosen = best(scores, n, rng)
    indices = chosen if pool is None else pool[chosen]
    return make(indices, scores[chosen], "margin", lambda i: torn(probabilities[indices[i]], multi, classes))


def torn(chances: Probs, multi: bool, classes: Sequence[str] | None = None) -> str:
    """``torn between 3 and 5 (0.48 against 0.45)``, or about one label of a multi-label task."""
    if not np.isfinite(chances).all():
        return "the model gave no probability for it"
    if multi or chances.size < 2:
        k = int(np.abs(chances - 0.5).argmin())
        return f"unsure whether {_called(k, classes)} applies ({chances[k]:.2f})"
    second, first = np.argsort(chances, kind="stable")[-2:]
    names = f"{_called(first, classes)} and {_called(second, classes)}"
    return f"torn between {names} ({chances[first]:.2f} against {chances[second]:.2f})"


def _called(number: int, classes: Sequence[str] | None) -> str:
    return f"class {number}" if classes is None else str(classes[number])


class Margin:
    """`margin` as a plug-in; before the first model it draws at random."""

    name = "margin"
    needs_model = True

    def pick(self, pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]:
        """n of the pool's candidates."""
        if pool.probabilities is None:
            return random(0, n, candidates=pool.candidates, rng=rng)
        return margin(pool.probabilities, n, candidates=pool.candidates, rng=rng, classes=pool.classes)
