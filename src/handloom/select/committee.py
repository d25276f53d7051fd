"""Items that several models disagree about. Seung, Opper and Sompolinsky 1992."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..core.arrays import Draws
from ..core.protocols import Pick
from .by_score import MISSING, each, largest, pool_of
from .draws import consensus_entropies, vote_entropies
from .given import checked
from .margin import Margin, called, torn
from .plugin import Plugin
from .uncertainty import is_multi


@checked
def committee(
    draws: Draws,
    n: int,
    *,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    measure: Literal["vote", "consensus"] = "vote",
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """The n rows on which the members' votes (or their mean probabilities) have the largest entropy.

    draws: (members, rows, classes). Ties fall by ``rng``; a row with nan comes last.
    """
    pool = pool_of(candidates)
    multi = is_multi(draws[0]) if multi is None else multi
    measured = vote_entropies if measure == "vote" else consensus_entropies
    scores = measured(draws, pool, multi=multi)

    def reason(row: int, _: float) -> str:
        mine = draws[:, row]
        if not np.isfinite(mine).all():
            return MISSING
        if multi or measure == "consensus":
            return f"on average of {len(mine)} models {torn(mine.mean(axis=0), multi, classes)}"
        votes = np.bincount(mine.argmax(axis=1), minlength=mine.shape[1])
        said = [f"{votes[k]} {called(int(k), classes)}" for k in np.argsort(-votes, kind="stable") if votes[k]]
        return f"{len(mine)} models vote: {', '.join(said[:4])}"

    return largest(scores, n, pool, rng=rng, name="committee", reasons=each(reason))


class Committee(Plugin):
    """`committee` as a plug-in; without a committee it is `margin`, before the first model it draws at random."""

    name = "committee"
    help = "items on which several models vote differently"
    needs = ("committee",)
    takes = ("classes",)
    instead = (Margin,)
    function = staticmethod(committee)
