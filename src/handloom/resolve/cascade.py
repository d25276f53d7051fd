"""Label a large pool one class at a time: people answer a few at random, the clear rest follows (Yu et al. 2015, LSUN).

Each round, a model that has seen none of this round's answers scores the undecided pool; people answer a uniformly random batch
of it in a grid; and two thresholds are proposed. Above the upper one everything becomes a yes, below the lower one a no, and
what lies between goes to the next round. What the split is worth is read from this round's random answers alone, with exact
intervals. The same answers place the thresholds, which could make them look better than they are; so they are placed by a
curve of two numbers through all answers (Platt 1999) rather than at the best-looking answer, and ``bench/cascade.py`` counts
how often the intervals cover what was achieved. Splitting the answers in halves would be purer: with ten yes among two hundred
answers nothing could be decided. A person signs the split (`Proposal` is the evidence) or asks for more answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices
from ..core.errors import BadValue
from ..core.intervals import Measured, exact

BINS = 20
STEADY = 0.1
"""Precision of the prior on the two numbers of the curve: with all answers alike it stays finite."""
EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Aim:
    """What a split has to reach: precision of the automatic yes, and share of the true yes that the automatic no leaves alone."""

    precision: float = 0.95
    recall: float = 0.95


@dataclass(frozen=True, slots=True)
class Proposal:
    """A split of the undecided pool, and what it is worth.

    low, high: thresholds on the score; -inf and inf where no split reaches the aim. yes, ask, no: items of the pool in each
    part. precision: of the automatic yes. recall: share of the pool's true yes that is not in the automatic no. histogram:
    one row per bin of the score: its edges, items of the pool, answers, and how many of them were yes.
    """

    low: float
    high: float
    yes: int
    ask: int
    no: int
    precision: Measured
    recall: Measured
    histogram: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Items of the pool with a score in [start, end), the random answers among them, and how many said yes."""

    start: float
    end: float
    items: int
    answers: int
    yes: int


def propose(
    scores: npt.NDArray,
    asked: Indices,
    answers: npt.NDArray[np.bool_],
    aim: Aim | None = None,
) -> Proposal:
    """Thresholds for a pool, with intervals.

    scores: (n,) of the undecided pool, larger is more likely a yes. asked: rows of it drawn uniformly at random in this
    round; answers: (asked,) whether people said yes. Raises `BadValue`.
    """
    _check(scores, asked, answers)
    low, high = _thresholds(scores, scores[asked], answers, aim or Aim())
    return at(scores, asked, answers, low, high)


def at(scores: npt.NDArray, asked: Indices, answers: npt.NDArray[np.bool_], low: float, high: float) -> Proposal:
    """What the split at these thresholds is worth, as in `propose`: for whoever moves them. Raises `BadValue`."""
    _check(scores, asked, answers)
    if not low <= high:
        raise BadValue(f"the lower threshold is at most the upper one; found {low} and {high}")
    held = scores[asked]
    above = held >= high
    positives = held[answers]
    return Proposal(
        low,
        high,
        yes=int((scores >= high).sum()),
        ask=int(((scores >= low) & (scores < high)).sum()),
        no=int((scores < low).sum()),
        precision=exact(int(answers[above].sum()), int(above.sum())),
        recall=exact(int((positives >= low).sum()), len(positives)),
        histogram=_histogram(scores, held, answers),
    )


def _check(scores: npt.NDArray, asked: Indices, answers: npt.NDArray[np.bool_]) -> None:
    if len(asked) != len(answers):
        raise BadValue(f"one answer per row asked; found {len(asked)} rows and {len(answers)} answers")
    if not np.isfinite(scores).all():
        raise BadValue("scores are finite numbers; found nan or infinity")


def _thresholds(scores: npt.NDArray, asked: npt.NDArray, said: npt.NDArray[np.bool_], aim: Aim) -> tuple[float, float]:
    """The lowest upper and the highest lower threshold that reach the aims on the pool, by the curve through the answers."""
    if not 0 < said.sum() < len(said):
        return -np.inf, np.inf
    middle, scale = float(_odds(scores).mean()), float(_odds(scores).std()) or 1.0
    level, slope = _curve((_odds(asked) - middle) / scale, said)
    if slope <= 0:  # the scores say nothing of the answers
        return -np.inf, np.inf
    ranked = np.sort(scores)[::-1]
    chance = 1 / (1 + np.exp(-(level + slope * (_odds(ranked) - middle) / scale)))
    found = np.cumsum(chance)
    enough = np.flatnonzero(found / np.arange(1, len(ranked) + 1) >= aim.precision)
    high = float(ranked[enough[-1]]) if enough.size else np.inf
    low = float(ranked[min(int(np.searchsorted(found, aim.recall * found[-1])), len(ranked) - 1)])
    return min(low, high), high


def _odds(scores: npt.NDArray) -> npt.NDArray[np.float64]:
    """Log odds of scores in [0, 1]; other scores as they are."""
    values = np.asarray(scores, dtype=np.float64)
    if values.min(initial=0.0) < 0 or values.max(initial=0.0) > 1:
        return values
    clipped = np.clip(values, EDGE, 1 - EDGE)
    return np.log(clipped) - np.log1p(-clipped)


def _curve(x: npt.NDArray[np.float64], said: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Level and slope of the logistic curve through the answers, by Newton's method."""
    design = np.stack((np.ones(len(x)), x), axis=1)
    weights = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -50, 50)))
        slope = design.T @ (chance - said) + STEADY * weights
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + STEADY * np.eye(2)
        step = np.linalg.solve(bend, slope)
        weights -= step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    return float(weights[0]), float(weights[1])


def _histogram(scores: npt.NDArray, asked: npt.NDArray, said: npt.NDArray[np.bool_]) -> tuple[Bin, ...]:
    if not len(scores):
        return ()
    edges = np.linspace(float(scores.min()), float(np.nextafter(scores.max(), np.inf)), BINS + 1)
    items = np.histogram(scores, edges)[0]
    answers, yes = np.histogram(asked, edges)[0], np.histogram(asked[said], edges)[0]
    return tuple(
        Bin(float(edges[k]), float(edges[k + 1]), int(items[k]), int(answers[k]), int(yes[k])) for k in range(BINS)
    )
