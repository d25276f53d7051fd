"""Most expected correction per second of a person: a quick doubtful item before a slow one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Probs, Scores
from ..core.protocols import Pick
from .by_score import each, largest, pool_of
from .given import checked
from .margin import Margin, torn
from .plugin import Plugin
from .uncertainty import doubts, is_multi


@checked
def gain_per_second(
    probabilities: Probs,
    seconds: Scores,
    n: int,
    *,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """The n rows with the largest chance that the model is wrong, divided by what the answer is expected to take.

    probabilities: (rows, classes). seconds: (rows,) above 0, as `handloom.select.expected_seconds` learns them from
    measured answers. Settles, Craven and Friedland 2008. Ties fall by ``rng``; a row with nan comes last.
    """
    pool = pool_of(candidates)
    multi = is_multi(probabilities) if multi is None else multi
    cost = seconds if pool is None else seconds[pool]
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.where(cost > 0, doubts(probabilities, pool, multi=multi) / cost, np.nan).astype(np.float32)

    def reason(row: int, _: float) -> str:
        return f"{torn(probabilities[row], multi, classes)}, in about {seconds[row]:.1f} s"

    return largest(scores, n, pool, rng=rng, name="gain_per_second", reasons=each(reason))


class GainPerSecond(Plugin):
    """`gain_per_second` as a plug-in; without seconds it is `margin`, before the first model it draws at random."""

    name = "gain_per_second"
    help = "most expected correction per second of a person, from measured answers"
    needs = ("probabilities", "seconds")
    takes = ("classes",)
    instead = (Margin,)
    function = staticmethod(gain_per_second)
