"""Simulated people: they claim and answer through the same interface as real ones.

An `Oracle` knows the truth and errs at a stated rate; a `Replay` repeats what real people answered; a `Judge` decides.
All chance comes from the generator they are given, so a run can be repeated.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ..core.errors import Malformed

Question = Mapping[str, Any]
"""A question as `claim` gives it."""
Answer = dict[str, Any]
"""The body of ``POST /answers``."""
Truth = str | Sequence[str] | None


class Person(Protocol):
    """Whoever answers questions."""

    def answer(self, question: Question, truth: Truth = None) -> Answer: ...


class Handle(Protocol):
    """What `work` needs of a project, in process or over HTTP."""

    def claim(self, lane: str = "label", n: int = 5, task: str | None = None) -> Any: ...

    def answer(self, question: str, value: Any = None, **details: Any) -> Any: ...


@dataclass
class Oracle:
    """Answers from the truth, as a person of a certain skill and pace would.

    accuracy: chance to give the true label; a wrong one is drawn evenly from the others.
    confusion: instead of accuracy, by true label the chances of what is answered: ``{"3": {"3": 0.9, "5": 0.1}}``.
    seconds, spread: median seconds per answer, and the sigma of their log-normal distribution (0.5: two thirds of all
    answers take between 0.6 and 1.6 times the median).
    fatigue: how much larger the error rate and the seconds get per hour of work; 0.2 is a fifth per hour.
    skip: chance to skip. follows: chance to take over a suggestion that is shown without looking at the item.
    """

    rng: np.random.Generator
    accuracy: float = 1.0
    confusion: Mapping[str, Mapping[str, float]] | None = None
    seconds: float = 2.0
    spread: float = 0.5
    fatigue: float = 0.0
    skip: float = 0.0
    follows: float = 0.0
    worked: float = field(default=0.0, init=False)
    """Seconds spent so far."""

    def __post_init__(self) -> None:
        for name in ("accuracy", "skip", "follows"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise Malformed(f"{name} is a share between 0 and 1; found {getattr(self, name)}")
        if self.seconds <= 0 or self.spread < 0 or self.fatigue < 0:
            raise Malformed("seconds is above 0, spread and fatigue are 0 or more")

    def answer(self, question: Question, truth: Truth = None) -> Answer:
        """The body of an answer to one choice question; without a truth it is skipped. Time spent adds to `worked`."""
        tired = 1.0 + self.fatigue * self.worked / 3600.0
        seconds = float(self.seconds * np.exp(self.spread * self.rng.standard_normal()) * tired)
        self.worked += seconds
        suggestion = question.get("suggestion")
        known: Sequence[str] = question["labels"]
        true = [t for t in ((truth,) if isinstance(truth, str) else truth or ()) if t in known]
        body = _envelope(self.rng, question, seconds)
        if truth is None or (not true and not question.get("multi")) or self.rng.random() < self.skip:
            return {**body, "outcome": "skip"}
        if suggestion and self.rng.random() < self.follows:
            labels = list(suggestion["value"]["labels"])
        elif question.get("multi"):
            labels = self._several(true, known, tired)
        else:
            labels = [self._one(true[0], known, tired)]
        edited = bool(suggestion) and sorted(labels) != sorted(suggestion["value"]["labels"])
        return {**body, "outcome": "answered", "value": {"labels": labels}, "edited": edited}

    def _one(self, true: str, known: Sequence[str], tired: float) -> str:
        if self.confusion is not None:
            return self._confused(true, known)
        # Nobody gets worse than guessing, however tired; whoever is worse already stays as they are.
        error = min((1.0 - self.accuracy) * tired, max(1.0 - 1.0 / len(known), 1.0 - self.accuracy))
        if self.rng.random() >= error:
            return true
        others = [label for label in known if label != true]
        return others[int(self.rng.integers(len(others)))]

    def _confused(self, true: str, known: Sequence[str]) -> str:
        row = (self.confusion or {}).get(true, {true: 1.0})
        labels = [label for label in row if label in known]
        chances = np.array([row[label] for label in labels], dtype=np.float64)
        if not labels or chances.min() < 0 or chances.sum() <= 0:
            raise Malformed(f"the confusion row of {true!r} has no chance for a label of the task")
        return labels[int(self.rng.choice(len(labels), p=chances / chances.sum()))]

    def _several(self, true: Sequence[str], known: Sequence[str], tired: float) -> list[str]:
        """Each true label is missed, and one wrong label added, at the error rate."""
        error = min((1.0 - self.accuracy) * tired, 0.5)
        kept = [label for label in true if self.rng.random() >= error]
        wrong = [label for label in known if label not in true]
        if wrong and self.rng.random() < error:
            kept.append(wrong[int(self.rng.integers(len(wrong)))])
        return kept


@dataclass
class Replay:
    """Repeats what one actor answered, by the item's key; items that the actor never saw are skipped."""

    rng: np.random.Generator
    answers: Mapping[str, Truth]
    seconds: Mapping[str, float] = field(default_factory=dict)
    default_seconds: float = 2.0

    def answer(self, question: Question, truth: Truth = None) -> Answer:
        """The body of the recorded answer. The truth is not looked at: people did not know it."""
        key = str(question["items"][0]["key"])
        given = self.answers.get(key)
        body = _envelope(self.rng, question, self.seconds.get(key, self.default_seconds))
        if given is None:
            return {**body, "outcome": "skip"}
        labels = [given] if isinstance(given, str) else list(given)
        return {**body, "outcome": "answered", "value": {"labels": labels}}


def replays(rows: Iterable[Mapping[str, Any]], rng: np.random.Generator) -> dict[str, Replay]:
    """One `Replay` per actor from rows of ``actor``, ``item``, ``answer`` and optionally ``seconds``.

    Of several answers to one item the last counts. Raises `Malformed`.
    """
    answers: dict[str, dict[str, Truth]] = {}
    seconds: dict[str, dict[str, float]] = {}
    for number, row in enumerate(rows, 1):
        missing = [name for name in ("actor", "item", "answer") if row.get(name) in (None, "")]
        if missing:
            raise Malformed(f"row {number} has no {' and no '.join(missing)}; each row needs actor, item and answer")
        actor, item = str(row["actor"]), str(row["item"])
        given = row["answer"]
        answers.setdefault(actor, {})[item] = [str(g) for g in given] if isinstance(given, list | tuple) else str(given)
        if row.get("seconds") not in (None, ""):
            seconds.setdefault(actor, {})[item] = float(row["seconds"])
    return {actor: Replay(rng, found, seconds.get(actor, {})) for actor, found in answers.items()}


@dataclass
class Judge:
    """Decides as a careful engineer would: approves what no check calls an error, and says so."""

    rng: np.random.Generator
    seconds: float = 20.0

    def answer(self, question: Question, truth: Truth = None) -> Answer:
        """The body of an answer to one decide-question."""
        evidence = question["body"].get("evidence", {})
        errors = [f["message"] for f in evidence.get("findings", ()) if f.get("severity") == "error"]
        choice, reason = ("reject", errors[0]) if errors else ("approve", "no check found an error in the evidence")
        body = _envelope(self.rng, question, self.seconds)
        return {**body, "outcome": "answered", "value": {"decision": choice, "reason": reason}}


@dataclass(frozen=True, slots=True)
class Work:
    """What `work` did: answers given, skips among them, and simulated seconds."""

    answers: int
    skips: int
    seconds: float


def work(
    handle: Handle,
    person: Person,
    truth: Callable[[Mapping[str, Any]], Truth],
    *,
    n: int,
    lane: str = "label",
    at_once: int = 20,
) -> Work:
    """Claim and answer until ``n`` answers are given or nothing is offered, through the interface that everybody uses.

    truth: from an item, as the question holds it, to its true label; called once per question.
    """
    given = skips = 0
    seconds = 0.0
    while given < n:
        questions = _questions(handle.claim(lane=lane, n=min(at_once, n - given)))
        if not questions:
            break
        for question in questions:
            items = question.get("items") or [{}]
            body = person.answer(question, truth(items[0]))
            handle.answer(body.pop("question"), body.pop("value", None), **body)
            given += 1
            skips += body["outcome"] == "skip"
            seconds += body["seconds"]
    return Work(given, skips, seconds)


def _questions(claimed: Any) -> list[Question]:
    return list(claimed["questions"] if isinstance(claimed, Mapping) else claimed)


def _envelope(rng: np.random.Generator, question: Question, seconds: float) -> Answer:
    return {
        "id": str(uuid.UUID(bytes=rng.bytes(16), version=4)),
        "question": question["id"],
        "seconds": round(seconds, 3),
        "suggestion_shown": bool(question.get("suggestion")),
    }
