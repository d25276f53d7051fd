"""Items between two classes: the gap between the two likeliest is smallest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Probs, Scores
from ..core.protocols import Pick
from .by_score import MISSING, largest, pool_of
from .given import checked
from .plugin import Plugin
from .uncertainty import is_multi, margins


@checked
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

    def reasons(rows: Indices, _: Scores) -> list[str]:
        return all_torn(probabilities[rows], multi, classes)

    return largest(scores, n, pool, rng=rng, name="margin", reasons=reasons)


def torn(chances: Probs, multi: bool, classes: Sequence[str] | None = None) -> str:
    """``torn between 3 and 5 (0.48 against 0.45)``, or about one label of a multi-label task. chances: (classes,)."""
    return all_torn(chances[None], multi, classes)[0]


def all_torn(chances: Probs, multi: bool, classes: Sequence[str] | None = None) -> list[str]:
    """The same for each of (rows, classes)."""
    known = np.isfinite(chances.sum(axis=1)).tolist()
    at = np.arange(len(chances))
    if multi or chances.shape[1] < 2:
        near = np.abs(chances - 0.5).argmin(axis=1)
        found = zip(known, near.tolist(), chances[at, near].tolist(), strict=True)
        return [f"unsure whether {called(k, classes)} applies ({p:.2f})" if good else MISSING for good, k, p in found]
    two = np.argsort(chances, axis=1, kind="stable")[:, -2:]
    values = np.take_along_axis(chances, two, axis=1).tolist()
    return [
        f"torn between {called(k, classes)} and {called(j, classes)} ({p:.2f} against {q:.2f})" if good else MISSING
        for good, (j, k), (q, p) in zip(known, two.tolist(), values, strict=True)
    ]


def called(number: int, classes: Sequence[str] | None) -> str:
    """A class by its name, or by its number when names are not known."""
    return f"class {number}" if classes is None else str(classes[number])


class Margin(Plugin):
    """`margin` as a plug-in; before the first model it draws at random."""

    name = "margin"
    help = "items between two classes"
    needs = ("probabilities",)
    takes = ("classes",)
    function = staticmethod(margin)
