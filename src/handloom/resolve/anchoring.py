"""Whether people follow suggestions because they are right or because they are there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..core.errors import Malformed
from .skills import LEVEL, wilson

MARGIN = 0.05
"""A difference below this is no reason to worry, however well it is measured."""
LEAST = 10
"""Answers wanted in each of the two arms before anybody is warned about."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its interval: value is nan when n is 0."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Anchoring:
    """One actor, or all together (actor -1).

    shown: share of answers equal to the suggestion where it was shown. blind: the same where it was hidden. difference:
    shown less blind, n the smaller of both. wrong: share that followed the suggestion where it was shown and the label
    by others says that it was wrong. wrong_blind: the same where it was hidden. warning: a sentence, or None.
    """

    actor: int
    shown: Rate
    blind: Rate
    difference: Rate
    wrong: Rate
    wrong_blind: Rate
    warning: str | None


@dataclass(frozen=True, slots=True)
class Followed:
    """n answers to questions that had a suggestion. All arrays (n,).

    actors: numbers from 0. shown: whether the suggestion was on screen. accepted: whether the answer equals it.
    right: whether the suggestion was right by what others say (or gold): 1, 0, or -1 where that is not known.
    """

    actors: npt.NDArray[np.int64]
    shown: npt.NDArray[np.bool_]
    accepted: npt.NDArray[np.bool_]
    right: npt.NDArray[np.int64]


def report(answers: Followed, *, level: float = LEVEL) -> list[Anchoring]:
    """First all actors together (actor -1), then each one who answered such a question.

    The blind share is drawn at random, so that the difference is an effect of showing. Its interval is Newcombe's
    (1998, method 10) from two Wilson intervals. The warning asks for the lower bound to exceed `MARGIN` in the answers to
    wrong suggestions, or in all answers where too few are known to be wrong.
    """
    sizes = {len(answers.actors), len(answers.shown), len(answers.accepted), len(answers.right)}
    if len(sizes) != 1:
        raise Malformed(f"actors, shown, accepted and right differ in length: {sorted(sizes)}")
    n = int(answers.actors.max()) + 1 if len(answers.actors) else 0
    everybody = _arms(np.zeros(len(answers.actors), np.int64), answers, 1)
    each = _arms(answers.actors, answers, n)
    present = np.flatnonzero(np.bincount(answers.actors, minlength=n)).tolist()
    return [_judged(-1, everybody[0], level), *(_judged(actor, each[actor], level) for actor in present)]


def _arms(group: npt.NDArray[np.int64], answers: Followed, groups: int) -> npt.NDArray[np.int64]:
    """(groups, suggestion known to be wrong, shown, accepted) counts; axis 1 is 0 for all answers, 1 for the wrong ones."""
    cell = (group * 2 + answers.shown) * 2 + answers.accepted
    every = np.bincount(cell, minlength=groups * 4).reshape(groups, 2, 2)
    wrong = np.bincount(cell[answers.right == 0], minlength=groups * 4).reshape(groups, 2, 2)
    return np.stack((every, wrong), axis=1)


def _judged(actor: int, arms: npt.NDArray[np.int64], level: float) -> Anchoring:
    (blind, shown), (wrong_blind, wrong) = ([_rate(cells, level) for cells in arm] for arm in arms)
    difference, misled = newcombe(shown, blind), newcombe(wrong, wrong_blind)
    return Anchoring(
        actor, shown, blind, difference, wrong, wrong_blind, _warning(difference, misled, wrong, wrong_blind)
    )


def _rate(cells: npt.NDArray[np.int64], level: float) -> Rate:
    n = int(cells.sum())
    value, low, high = wilson(int(cells[1]), n, level=level)
    return Rate(float(value), float(low), float(high), n)


def newcombe(one: Rate, other: Rate) -> Rate:
    """The difference of two independent shares with Newcombe's hybrid score interval; -1 to 1 where one arm is empty."""
    n = min(one.n, other.n)
    if n == 0:
        return Rate(float("nan"), -1.0, 1.0, 0)
    value = one.value - other.value
    low = value - ((one.value - one.low) ** 2 + (other.high - other.value) ** 2) ** 0.5
    high = value + ((one.high - one.value) ** 2 + (other.value - other.low) ** 2) ** 0.5
    return Rate(value, max(-1.0, low), min(1.0, high), n)


def _warning(difference: Rate, misled: Rate, wrong: Rate, wrong_blind: Rate) -> str | None:
    if misled.n >= LEAST and misled.low > MARGIN:
        return (
            f"follows wrong suggestions: {wrong.value:.0%} of {wrong.n} when shown, "
            f"{wrong_blind.value:.0%} of {wrong_blind.n} when hidden"
        )
    if misled.n < LEAST and difference.n >= LEAST and difference.low > MARGIN:
        return f"agrees with suggestions {difference.value:.0%} more often when they are shown (at least {difference.low:.0%})"
    return None
