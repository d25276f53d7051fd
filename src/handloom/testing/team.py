"""A simulated team at work in a real project: people of different skill, one who guesses, one who follows suggestions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.errors import Forbidden
from ..handle import ProjectHandle
from ..workspace import Workspace
from .people import Oracle, Truth, work

_IDLE = 3
"""Rounds in a row without any answer after which the work is done."""
Report = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the team. accuracy: chance of a right answer; follows: chance to take over a suggestion unseen."""

    name: str
    accuracy: float
    follows: float = 0.0


def team_of(accuracies: Sequence[float], *, classes: int) -> list[Colleague]:
    """Honest people of these accuracies, one who guesses among the classes, and one who follows every suggestion."""
    honest = [Colleague(f"person {accuracy:.2f}", accuracy) for accuracy in accuracies]
    return [*honest, Colleague("spammer", 1 / classes), Colleague("follower", 0.75, follows=1.0)]


@dataclass(slots=True)
class Worked:
    """What a team did. answers: per name; right: of the answers to items whose truth is known; paused: answers given
    before somebody was paused, by name; seconds: simulated seconds of attention."""

    answers: dict[str, int] = field(default_factory=dict)
    right: dict[str, int] = field(default_factory=dict)
    paused: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.answers.values())


class _Watched:
    """A person whose answers are compared with the truth on the way."""

    def __init__(self, person: Oracle, name: str, done: Worked) -> None:
        self._person, self._name, self._done = person, name, done

    def answer(self, question: Mapping[str, Any], truth: Truth = None) -> dict[str, Any]:
        body = self._person.answer(question, truth)
        self._done.answers[self._name] += 1
        self._done.seconds += body["seconds"]
        self._done.right[self._name] += body.get("value") == {"labels": [truth]}
        return body


def work_together(
    site: Workspace,
    project: ProjectHandle,
    team: Sequence[Colleague],
    truth: Callable[[Mapping[str, Any]], Truth],
    *,
    seed: int = 0,
    turn: int = 4,
    report: Report = lambda _total: None,
) -> Worked:
    """Everybody answers ``turn`` questions, then the loop takes its step, and again, until nothing is left to ask.

    Whoever is paused goes home. The same seed gives the same run.
    """
    site.site.rng = np.random.default_rng([seed, 0])
    done = Worked()
    desks: list[tuple[str, ProjectHandle, _Watched]] = []
    for number, one in enumerate(team, 1):
        actor = site.add_actor(one.name)["actor"]["id"]
        person = Oracle(np.random.default_rng([seed, number]), accuracy=one.accuracy, follows=one.follows)
        desks.append((one.name, site.acting(actor).project(project.id), _Watched(person, one.name, done)))
        done.answers[one.name] = done.right[one.name] = 0
    idle = 0
    while idle < _IDLE:
        before = done.total
        project.advance()
        for name, desk, person in desks:
            if name in done.paused:
                continue
            try:
                work(desk, person, truth, n=turn, at_once=turn)
            except Forbidden:
                done.paused[name] = done.answers[name]
        idle = idle + 1 if done.total == before else 0
        report(done.total)
    return done


def label_accuracy(project: ProjectHandle, truth: Callable[[Mapping[str, Any]], Truth], *, given: frozenset[str]):
    """(share of right labels, how many) over the items whose label did not come with them (keys ``given``)."""
    right = total = 0
    cursor = None
    while True:
        page = project.items(cursor=cursor, limit=200)
        for item in page["items"]:
            if item["key"] not in given:
                total += 1
                label = item["label"]
                right += label is not None and label["value"]["labels"] == [truth(item)]
        cursor = page["next"]
        if cursor is None:
            return right / max(total, 1), total
