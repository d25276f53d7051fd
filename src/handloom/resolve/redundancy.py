"""When an item has had enough answers."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Literal

import numpy as np
import numpy.typing as npt

Reason = Literal["sure", "most", "cost", "ask"]
AHEAD = 3
"""How many further answers are looked at together: a single one can often not turn the label, two or three can."""
KEPT = 4
"""Classes looked at one by one; the rest of the posterior is too small to win."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Ask again until one of these holds.

    threshold: posterior of the label at which it is sure. least, most: answers wanted at least, and never exceeded.
    worth: seconds of attention that a wrong label costs later on; None: the cost of an answer does not count.
    """

    threshold: float = 0.95
    least: int = 1
    most: int = 9
    worth: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """enough: whether to stop asking. why: ``sure``, ``most``, ``cost`` or, to go on, ``ask``. gain: expected fall of the
    probability of a wrong label per further answer; nan when it did not matter."""

    enough: bool
    why: Reason
    gain: float


def enough(
    posterior: npt.ArrayLike,
    n: int,
    rule: Rule = Rule(),
    *,
    label: int | None = None,
    accuracy: float = 0.8,
    seconds: float = 0.0,
) -> Verdict:
    """Whether an item with this posterior and n answers has had enough.

    posterior: (classes,). label: the class that stands, None: the likeliest. accuracy: of the person who would be asked
    next. seconds: that an answer takes them.
    """
    belief = np.asarray(posterior, dtype=np.float64)
    if n >= rule.most:
        return Verdict(True, "most", float("nan"))
    if n < rule.least:
        return Verdict(False, "ask", float("nan"))
    if (belief.max() if label is None else belief[label]) >= rule.threshold:
        return Verdict(True, "sure", float("nan"))
    if rule.worth is None:
        return Verdict(False, "ask", float("nan"))
    gain = gain_per_answer(belief, accuracy)
    worthless = gain * rule.worth <= seconds
    return Verdict(worthless, "cost" if worthless else "ask", gain)


def gain_per_answer(posterior: npt.ArrayLike, accuracy: float, *, ahead: int = AHEAD) -> float:
    """Largest expected rise of the label's posterior per answer, over the next 1 to ``ahead`` answers of that accuracy.

    Preposterior analysis (Raiffa and Schlaifer 1961): over all outcomes of m answers, the expectation of the largest
    posterior less the present one, divided by m. Errors fall on the other classes alike.
    """
    belief = np.sort(np.asarray(posterior, dtype=np.float64))[::-1]
    k = belief.size
    if k < 2:
        return 0.0
    kept = belief[:KEPT]
    miss = (1 - accuracy) / (k - 1)
    now, best = kept[0], 0.0
    for m in range(1, ahead + 1):
        total = 0.0
        for outcome in _outcomes(m, kept.size + (k > kept.size)):
            ways = factorial(m)
            for times in outcome:
                ways //= factorial(times)
            named = np.array(outcome[: kept.size])
            lost = (miss * (k - kept.size)) ** sum(outcome[kept.size :])
            chance = kept * accuracy**named * miss ** (named.sum() - named) * lost
            total += ways * float(chance.max())
        best = max(best, (total - now) / m)
    return best


def _outcomes(answers: int, classes: int) -> list[tuple[int, ...]]:
    """All ways in which that many answers can fall on classes."""
    if classes == 1:
        return [(answers,)]
    return [(first, *rest) for first in range(answers + 1) for rest in _outcomes(answers - first, classes - 1)]
