"""Items on which each model is sure and they differ: doubt that a label can settle. Houlsby et al. 2011, Gal et al. 2017."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Draws
from ..core.protocols import Pick
from .by_score import MISSING, each, largest, pool_of
from .draws import informations
from .given import checked
from .margin import Margin, torn
from .plugin import Plugin
from .uncertainty import is_multi


@checked
def bald(
    draws: Draws,
    n: int,
    *,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """The n rows whose label would tell most about which model is right: entropy of the mean minus mean entropy.

    draws: (members, rows, classes), of an ensemble or of Monte-Carlo dropout. Unlike `entropy` it leaves out items that are
    ambiguous by themselves, since there all members agree to be unsure. Ties fall by ``rng``; a row with nan comes last.
    """
    pool = pool_of(candidates)
    multi = is_multi(draws[0]) if multi is None else multi
    scores = informations(draws, pool, multi=multi)

    def reason(row: int, score: float) -> str:
        mine = draws[:, row].mean(axis=0)
        if not np.isfinite(mine).all():
            return MISSING
        return f"{len(draws)} models differ by {score:.0%} of full uncertainty; {torn(mine, multi, classes)}"

    return largest(scores, n, pool, rng=rng, name="bald", reasons=each(reason))


class Bald(Plugin):
    """`bald` as a plug-in; without draws it is `margin`, before the first model it draws at random."""

    name = "bald"
    help = "items on which several models are sure and differ"
    needs = ("committee",)
    takes = ("classes",)
    instead = (Margin,)
    function = staticmethod(bald)
