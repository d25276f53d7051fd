"""How good the rest of a queue of suspects is, and when to stop reviewing it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ...core.intervals import Measured, measured
from .combiner import Combiner

DRAWS = 400
NEXT = 20
WORTH = 0.1
LEAST_VERDICTS = 20


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left to review.

    order: rows not reviewed yet, worst first, and scores: their chance of being wrong. expected: share of them that is
    wrong, with interval. next: the chance of the next few, with interval. n counts the rows, ``verdicts`` what was reviewed.
    stop: whether the next few are most likely not worth a person's time; why: in words.
    """

    order: Indices
    scores: npt.NDArray[np.float64]
    expected: Measured
    next: Measured
    stop: bool
    why: str


def outlook(
    combiner: Combiner,
    rows: Indices,
    verdicts: int,
    *,
    ahead: int = NEXT,
    worth: float = WORTH,
    rng: np.random.Generator,
) -> Outlook:
    """Look at the rows of a queue that nobody has reviewed.

    combiner: refitted from ``verdicts`` verdicts. worth: stop when the next ``ahead`` rows hold, at the upper end of the
    interval, a smaller share of errors. Never advises to stop before 20 verdicts: fewer cannot show that much.
    """
    scores = combiner.scores(rows)
    best = np.argsort(-scores, kind="stable")
    order, scores = rows[best], scores[best]
    expected = share_wrong(combiner, order, verdicts, rng=rng)
    soon = share_wrong(combiner, order[:ahead], verdicts, rng=rng, found=False)
    stop, why = _advice(soon, verdicts, worth)
    return Outlook(order, scores, expected, soon, stop, why)


def share_wrong(
    combiner: Combiner, rows: Indices, verdicts: int, *, rng: np.random.Generator, found: bool = True
) -> Measured:
    """Share of these rows that is wrong, with a 95 % interval: of what a review of all would find, or of their mean chance.

    Verdicts come from the top of a queue and are no random sample of the rest; so the share is read from the fitted chances,
    and the interval holds the doubt about the fit and, with ``found``, the luck of the rows themselves. Before any verdict
    the level of the scores means nothing, and the interval says so: 0 to 1.
    """
    n = len(rows)
    if not n:
        return measured(None, 0.0, 1.0, 0) | {"verdicts": verdicts}
    value = float(combiner.scores(rows).mean())
    if not verdicts:
        return measured(value, 0.0, 1.0, n) | {"verdicts": 0}
    chances = combiner.draws(rows, DRAWS, rng=rng)
    shares = ((rng.random(chances.shape) < chances) if found else chances).mean(axis=1)
    low, high = np.quantile(shares, (0.025, 0.975))
    return measured(value, min(low, value), max(high, value), n) | {"verdicts": verdicts}


def _advice(soon: Measured, verdicts: int, worth: float) -> tuple[bool, str]:
    n = soon["n"]
    if not n:
        return True, "nothing is left to review"
    if verdicts < LEAST_VERDICTS:
        return False, f"{verdicts} verdicts are too few to tell; {LEAST_VERDICTS} are wanted"
    share = f"{soon['value']:.0%} ({soon['low']:.0%} to {soon['high']:.0%})"
    if soon["high"] < worth:
        return True, f"of the next {n} about {share} are wrong, less than the {worth:.0%} that are worth a look"
    return False, f"of the next {n} about {share} are wrong"
