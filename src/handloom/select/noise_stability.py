"""Items whose prediction moves most when a little noise is put on the input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Draws, Probs
from ..core.protocols import Pick
from .by_score import MISSING, each, largest, pool_of
from .draws import moves
from .given import checked
from .margin import Margin, torn
from .plugin import Plugin
from .uncertainty import is_multi


@checked
def noise_stability(
    probabilities: Probs,
    noisy: Draws,
    n: int,
    *,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """The n rows with the largest mean distance between the output and the output under noise.

    probabilities: (rows, classes). noisy: (draws, rows, classes) of the same model on inputs with noise; the distance is
    half the sum of absolute differences, in [0, 1]. Li et al. 2022 put the noise on the weights, which needs the model;
    noise on the input needs only its predictions. Ties fall by ``rng``; a row with nan comes last.
    """
    pool = pool_of(candidates)
    multi = is_multi(probabilities) if multi is None else multi
    scores = moves(probabilities, noisy, pool, multi=multi)

    def reason(row: int, score: float) -> str:
        if not np.isfinite(score):
            return MISSING
        return f"a little noise moves its prediction by {score:.2f}; {torn(probabilities[row], multi, classes)}"

    return largest(scores, n, pool, rng=rng, name="noise_stability", reasons=each(reason))


class NoiseStability(Plugin):
    """`noise_stability` as a plug-in; without noisy predictions it is `margin`, before the first model random."""

    name = "noise_stability"
    help = "items whose prediction moves most when a little noise is put on the input"
    needs = ("probabilities", "noisy")
    takes = ("classes",)
    instead = (Margin,)
    function = staticmethod(noise_stability)
