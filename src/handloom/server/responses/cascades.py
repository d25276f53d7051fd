"""One class at a time."""

from __future__ import annotations

from typing import Literal

from .base import Shown, Time, Who
from .loop import Measured
from .questions import Answered


class AimShown(Shown):
    """What a split is to reach."""

    precision: float
    recall: float


class RoundShown(Shown):
    """A random batch. scored: a model had scored the pool before it was drawn; yes: items that most people said yes to."""

    number: int
    scored: bool
    pool: int
    asked: int
    open: int
    answered: int
    yes: int
    decision: str | None
    decision_state: str | None


class SplitWorth(Shown):
    """Thresholds on the score with what they do, and what they are worth by the random answers of their round alone."""

    low: float | None
    high: float | None
    yes: int
    ask: int
    no: int
    precision: Measured
    recall: Measured


class SplitShown(Shown):
    """Thresholds that somebody signed. labelled: items labelled by it; standing: of them, those nobody else has labelled
    and that are not revoked; audit: share that people found right of a random sample."""

    id: str
    decision: str
    policy: str
    by: Who | None
    reason: str | None
    low: float | None
    high: float | None
    evidence: SplitWorth | None
    labelled: int | None
    standing: int
    audit: Measured
    state: Literal["working", "standing", "revoked"]
    created: Time


class CascadeShown(Shown):
    """One class of a task. answered: items that people answered for it; human_share: of the items undecided at its start."""

    id: str
    task: str
    label: str
    state: Literal["working", "asking", "deciding", "failed", "closed"]
    words: str
    aim: AimShown
    batch: int
    audit: int
    rounds_at_most: int
    pool: int
    answered: int
    seconds: float
    human_share: Measured
    automatic: int
    created: Time
    closed: Time | None
    rounds: list[RoundShown]
    splits: list[SplitShown]


class ClassCount(Shown):
    """Labels of a class by who gave them."""

    label: str
    people: int
    automatic: int


class Cascades(Shown):
    """A page of cascades, newest first. open: questions that wait in the grid."""

    cascades: list[CascadeShown]
    next: str | None
    classes: list[ClassCount]
    open: int


class GridAnswered(Shown):
    """What became of each answer, and the seconds that each counts."""

    answers: list[Answered]
    seconds: float
