"""Items between two classes: the gap between the two likeliest is smallest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Probs
from ..core.protocols import Pick
from .by_score import MISSING, ByProbability, largest, pool_of
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
    pool = pool_of(candidates)
    multi = is_multi(probabilities) if multi is None else multi
    scores = margins(probabilities, pool, multi=multi)

    def reason(row: int, _: float) -> str:
        return torn(probabilities[row], multi, classes)

    return largest(scores, n, pool, rng=rng, name="margin", reason=reason)


def torn(chances: Probs, multi: bool, classes: Sequence[str] | None = None) -> str:
    """``torn between 3 and 5 (0.48 against 0.45)``, or about one label of a multi-label task."""
    if not np.isfinite(chances).all():
        return MISSING
    if multi or chances.size < 2:
        k = int(np.abs(chances - 0.5).argmin())
        return f"unsure whether {called(k, classes)} applies ({chances[k]:.2f})"
    second, first = np.argsort(chances, kind="stable")[-2:]
    names = f"{called(first, classes)} and {called(second, classes)}"
    return f"torn between {names} ({chances[first]:.2f} against {chances[second]:.2f})"


def called(number: int, classes: Sequence[str] | None) -> str:
    """A class by its name, or by its number when names are not known."""
    return f"class {number}" if classes is None else str(classes[number])


class Margin(ByProbability):
    """`margin` as a plug-in; before the first model it draws at random."""

    name = "margin"
    help = "items between two classes"
    function = staticmethod(margin)
