"""Projects, tasks, guidelines, kinds, strategies."""

from __future__ import annotations

from typing import Any

from .base import Shown, Time, Who


class GuidelineVersion(Shown):
    """Guidelines in force."""

    version: int
    text: str


class Task(Shown):
    """A learning problem on items."""

    id: str
    name: str
    kind: str
    version: int
    shape: str
    widget: str
    labels: list[str]
    multi: bool
    guidelines: GuidelineVersion | None


class Counts(Shown):
    """How much there is."""

    items: int
    answers: int
    labels: int
    open: int


class Project(Shown):
    """A problem with its items, people and models."""

    id: str
    name: str
    created: Time
    settings: dict[str, Any]
    tasks: list[Task]
    counts: Counts


class Projects(Shown):
    """A page of projects."""

    projects: list[Project]
    next: str | None


class Guideline(Shown):
    """One version of guidelines."""

    id: str
    version: int
    text: str
    actor: Who
    created: Time


class Guidelines(Shown):
    """All versions, newest first."""

    guidelines: list[Guideline]


class Kind(Shown):
    """A kind of task that is installed."""

    kind: str
    shape: str
    widget: str
    module: str | None
    fields: dict[str, str]


class Kinds(Shown):
    """All kinds of task."""

    kinds: list[Kind]


class Strategy(Shown):
    """A strategy that is installed. needs: what it cannot do without, such as probabilities."""

    name: str
    help: str
    needs: list[str]


class Strategies(Shown):
    """All strategies."""

    strategies: list[Strategy]


class Checks(Shown):
    """Names of all data tests."""

    checks: list[str]
