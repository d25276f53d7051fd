"""When to stop: what the next answers are expected to bring, with an interval, and whether the model still changes its mind.

another 100 answers, about 12 minutes, +0.4 points (0.1 to 0.7)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, log, sqrt

import numpy as np
import numpy.typing as npt

POWERS = np.linspace(0.1, 2.0, 20)
"""How fast error falls with labels: error ~ labels ** -power. 0.5 is usual."""
FEWEST = 4
"""Points of a curve below which nothing is said."""
PAST = 8.0
"""Points with fewer labels than the newest divided by this are left out: the first labels follow another law."""
WORTH = 0.002
STEADY = 0.99
LOOKS = 3


@dataclass(frozen=True, slots=True)
class Forecast:
    """What another ``answers`` are expected to cost and to bring. gain, low, high: of the score, as shares of 1."""

    answers: int
    seconds: float
    gain: float
    low: float
    high: float

    def __str__(self) -> str:
        return (
            f"another {self.answers} answers, about {_duration(self.seconds)}, {100 * self.gain:+.1f} points "
            f"({100 * self.low:.1f} to {100 * self.high:.1f})"
        )


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether to stop, and the sentence that says why."""

    stop: bool
    why: str


def forecast(
    curve: Sequence[tuple[float, float]], answers: int, *, seconds_per_answer: float, level: float = 0.95
) -> Forecast | None:
    """The gain of another ``answers`` labels; None for fewer than four points, or when they do not spread.

    curve: (labels, score) of the models so far, scores in [0, 1]. Fits score = top - height * labels ** -power (Cortes et al.
    1993) for twenty powers, by least squares each; the powers count by how well they fit, and the gain from the newest point
    on is their mixture. Its spread holds what the height may be and how far single scores lie from the line, which is what
    one will see. Nothing is drawn by chance.
    """
    points = np.array(sorted(curve), dtype=np.float64).reshape(-1, 2)
    points = points[points[:, 0] > 0]
    points = points[points[:, 0] >= points[-1, 0] / PAST] if len(points) else points
    if len(points) < FEWEST or points[0, 0] == points[-1, 0] or answers <= 0:
        return None
    labels, scores = points.T
    fits = [_fit(labels, scores, float(power), float(answers)) for power in POWERS]
    height = np.array([fit[0] for fit in fits])
    weight = np.exp(height - height.max())
    weight /= weight.sum()
    means, spreads = np.array([fit[1] for fit in fits]), np.array([fit[2] for fit in fits])
    room = 1.0 - float(scores[-1])
    gain = float(weight @ means)
    tail = (1 - level) / 2
    low, high = (_quantile(weight, means, spreads, q) for q in (tail, 1 - tail))
    return Forecast(answers, answers * seconds_per_answer, min(gain, room), min(low, room), min(high, room))


def _fit(
    labels: npt.NDArray[np.float64], scores: npt.NDArray[np.float64], power: float, more: float
) -> tuple[float, float, float]:
    """Log weight of this power, and mean and standard deviation of the gain (normal, widened for few points)."""
    falling = labels**-power
    middle = falling - falling.mean()
    square = float(middle @ middle)
    slope = float(middle @ (scores - scores.mean())) / square
    rest = scores - scores.mean() - slope * middle
    free = len(labels) - 2
    left = max(float(rest @ rest), 1e-10)
    noise = left / free
    widened = free / (free - 2) if free > 2 else 3.0
    step = float((labels[-1] + more) ** -power - labels[-1] ** -power)
    weight = -0.5 * log(square) - 0.5 * free * log(left)
    # The gain that will be seen is between two scores, each of which may lie off the line.
    return weight, slope * step, sqrt(widened * noise * (step * step / square + 2.0))


def _quantile(
    weight: npt.NDArray[np.float64], means: npt.NDArray[np.float64], spreads: npt.NDArray[np.float64], share: float
) -> float:
    """Where a mixture of normals has this share below it, by halving."""
    low, high = float((means - 8 * spreads).min()), float((means + 8 * spreads).max())
    for _ in range(60):
        middle = (low + high) / 2
        below = sum(
            w * 0.5 * (1 + erf((middle - m) / (s * sqrt(2)))) for w, m, s in zip(weight, means, spreads, strict=True)
        )
        low, high = (middle, high) if below < share else (low, middle)
    return (low + high) / 2


def agreement(before: npt.ArrayLike, after: npt.ArrayLike) -> float:
    """Cohen's kappa in [-1, 1] between two models' class numbers of the same items; 1 when both always give one class.

    Unlike the share of equal answers it does not look good when one class is common. Bloodgood and Vijay-Shanker 2009.
    """
    first, second = np.asarray(before, dtype=np.int64), np.asarray(after, dtype=np.int64)
    if not first.size:
        return 1.0
    classes = int(max(first.max(), second.max())) + 1
    shares = [np.bincount(one, minlength=classes) / first.size for one in (first, second)]
    expected = float(shares[0] @ shares[1])
    same = float((first == second).mean())
    return 1.0 if expected >= 1.0 else (same - expected) / (1 - expected)


def changed(before: npt.ArrayLike, after: npt.ArrayLike) -> float:
    """Share of the items on which two models differ; nan without items."""
    first, second = np.asarray(before), np.asarray(after)
    return float((first != second).mean()) if first.size else float("nan")


def advise(expected: Forecast | None, agreements: Sequence[float], *, worth: float = WORTH) -> Advice:
    """Stop when the next answers bring less than ``worth`` even at best, and the model has stopped to change its mind.

    agreements: of successive models, newest last; the mean of the last three has to reach 0.99. Either sign alone has been
    seen to come too early: a flat stretch of a curve, or a model that is sure and wrong.
    """
    if expected is None:
        return Advice(False, "too few models so far to say what more answers bring")
    last = list(agreements)[-LOOKS:]
    steady = len(last) == LOOKS and sum(last) / LOOKS >= STEADY
    if expected.high >= worth:
        return Advice(False, f"{expected}: worth asking on")
    if not steady:
        return Advice(False, f"{expected}; but the model still changes its answers from one training to the next")
    return Advice(True, f"{expected}, and the last {LOOKS} models agree: more answers hardly change anything")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
