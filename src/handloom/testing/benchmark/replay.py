"""One cell of the grid: a strategy on a data set with one simulated person and one seed, as a learning curve.

It starts with no label and asks in batches; after each batch the task's own learner is fitted anew and measured on items
that no arm may pick. What a strategy needs and cannot have yet is replaced as in the loop: `typiclust` before the first model.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ... import select
from ...core.arrays import Indices
from ...core.protocols import Learner, Pick, Pool, Round, Strategy
from ...evaluate.tables import confusion_matrix
from ...jobs import extras
from ..people import Oracle
from . import arms, sets
from .sets import Ready
from .suite import Person, Set

RESERVE = 0.1
"""Labels of the random reserve per label, as the living test set has in the loop; only arms that learn from it have one."""
MOST_RESERVE = 400


@dataclass(frozen=True, slots=True)
class Play:
    """What one cell is: see `Set` and `Person`. interpreters: of peers, by library."""

    set: Set
    strategy: str
    person: Person
    seed: int
    random_share: float
    interpreters: Mapping[str, str]


def full_score(one: Set, data: Path | None, seed: int) -> dict[str, float]:
    """Accuracy and macro-F1 on the held-out items after learning from the whole pool without an error."""
    found = sets.ready(one, data, seed if sets.divides(one) else 0)
    learner = _fitted(found, np.arange(len(found.truth)), found.truth, seed)
    return _measure(found, learner)


def play(given: Play, data: Path | None) -> dict[str, Any]:
    """``{"curve": [{"labels", "seconds", "accuracy", "macro_f1"}], "cpu_seconds"}``; seconds are those of the person.

    cpu_seconds: of predicting the pool and choosing, all batches together; of a peer those of its own process, without the
    handing over.
    """
    found = sets.ready(given.set, data, given.seed if sets.divides(given.set) else 0)
    arm = arms.find(given.strategy, given.interpreters)
    try:
        return _played(found, given, arm)
    finally:
        if isinstance(arm, arms.Peer):
            arm.close()


def _played(found: Ready, given: Play, arm: Strategy) -> dict[str, Any]:
    rng = np.random.default_rng([given.seed, 1000])
    writer = _Writer(found, given.person, np.random.default_rng([given.seed, 2000]))
    needs: set[str] = set(getattr(arm, "needs", ()))
    reserve = _reserve(found, rng) if "rounds" in needs else None
    known, said = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    learner: Learner | None = None
    curve: list[dict[str, float]] = []
    seconds = computing = 0.0
    while len(known) < min(given.set.budget, len(found.truth)):
        begun = _clock(arm)
        free = np.setdiff1d(np.arange(len(found.truth)), known)
        if reserve is not None:
            free = np.setdiff1d(free, reserve.rows)
        pool = _pool(found, known, said, free, learner)
        pool = _with_extras(pool, found, needs, learner, writer, rng, reserve)
        count = min(given.set.batch, given.set.budget - len(known))
        picks = select.mix(_chooser(arm, pool, rng), free, count, random_share=given.random_share, rng=rng)
        computing += _clock(arm) - begun
        if not picks:
            break
        rows = np.array([pick.index for pick in picks], dtype=np.int64)
        labels, spent = writer.answers(rows)
        seconds += spent
        known, said = np.concatenate((known, rows)), np.concatenate((said, labels))
        learner = _fitted(found, known, said, given.seed)
        if reserve is not None:
            reserve.after(picks, learner, len(known))
        curve.append({"labels": len(known), "seconds": round(seconds, 1), **_measure(found, learner)})
    return {"curve": curve, "cpu_seconds": round(computing, 2)}


def _clock(arm: Strategy) -> float:
    """CPU seconds so far, also those of an arm that chooses in a process of its own."""
    return time.process_time() + (arm.elsewhere if isinstance(arm, arms.Peer) else 0.0)


def _chooser(arm: Strategy, pool: Pool, rng: np.random.Generator) -> Callable[[Indices, int], list[Pick]]:
    usable: Strategy = arm
    if pool.probabilities is None and {"probabilities", *extras.HEAVY} & set(getattr(arm, "needs", ())):
        usable = arms.find("typiclust", {})

    def choose(rest: Indices, n: int) -> list[Pick]:
        return usable.pick(replace(pool, candidates=rest), n, rng=rng)

    return choose


def _pool(found: Ready, known: Indices, said: Indices, free: Indices, learner: Learner | None) -> Pool:
    return Pool(
        features=found.pool,
        probabilities=None if learner is None else learner.predict(found.pool),
        labelled=known,
        targets=said,
        candidates=free,
        classes=found.classes,
    )


def _with_extras(
    pool: Pool,
    found: Ready,
    needs: set[str],
    learner: Learner | None,
    writer: _Writer,
    rng: np.random.Generator,
    reserve: _Reserve | None,
) -> Pool:
    """The pool with what this arm needs, as the loop would make it."""
    if learner is not None and needs & extras.HEAVY:
        some = extras.draws_for(pool.candidates, rng)
        if "committee" in needs:
            targets = np.eye(len(found.classes), dtype=np.float32)[pool.targets]
            members = extras.committee(found.learner, found.pool, pool.labelled, targets, some, rng)
            pool = replace(pool, committee=members)
        if "noisy" in needs:
            pool = replace(pool, noisy=extras.noisy(learner, found.pool, len(found.classes), some, rng))
    if "seconds" in needs:
        length = np.log(found.lengths / np.median(found.lengths)).astype(np.float32)[:, None]
        features = np.concatenate((found.pool.vectors, length), axis=1)
        pool = replace(pool, seconds=select.expected_seconds(features, writer.rows, writer.seconds))
    if reserve is not None:
        pool = replace(pool, rounds=tuple(reserve.rounds))
    return pool


def _fitted(found: Ready, known: Indices, said: Indices, seed: int) -> Learner:
    learner = found.learner()
    targets = np.eye(len(found.classes), dtype=np.float32)[said]
    learner.fit(found.pool.take(known), targets, weights=None, rng=np.random.default_rng(seed))
    return learner


def _measure(found: Ready, learner: Learner) -> dict[str, float]:
    guess = learner.predict(found.test).argmax(axis=1)
    table = confusion_matrix(found.wanted, guess, len(found.classes))
    hit, actual, predicted = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    there = actual > 0
    f1 = 2 * hit[there] / np.maximum(actual[there] + predicted[there], 1)
    return {"accuracy": round(float(hit.sum() / table.sum()), 5), "macro_f1": round(float(f1.mean()), 5)}


class _Writer:
    """Answers as the person would, and remembers how long each answer took."""

    def __init__(self, found: Ready, person: Person, rng: np.random.Generator) -> None:
        self._found = found
        self._pace = person.seconds * (found.lengths / np.median(found.lengths)) ** person.reading
        self._oracle = Oracle(
            rng,
            accuracy=person.accuracy,
            confusion=person.confusion,
            seconds=person.seconds,
            spread=person.spread,
            fatigue=person.fatigue,
        )
        self._place = {name: number for number, name in enumerate(found.classes)}
        self.rows: list[int] = []
        self.seconds: list[float] = []

    def answers(self, rows: Indices) -> tuple[Indices, float]:
        """Class numbers that are answered for these rows, and the seconds of all."""
        given: list[int] = []
        names = self._found.classes
        begun = len(self.seconds)
        for row in rows.tolist():
            self._oracle.seconds = float(self._pace[row])
            question = {"id": str(row), "labels": names, "suggestion": None}
            body = self._oracle.answer(question, names[int(self._found.truth[row])])
            given.append(self._place[body["value"]["labels"][0]])
            self.rows.append(row)
            self.seconds.append(body["seconds"])
        return np.array(given, dtype=np.int64), float(sum(self.seconds[begun:]))


class _Reserve:
    """Rows drawn at random that are never trained on: how much each batch raised the likelihood of their labels."""

    def __init__(self, found: Ready, rows: Indices) -> None:
        self._found = found
        self.rows = rows
        self.rounds: list[Round] = []
        self._before: np.ndarray | None = None

    def after(self, picks: Sequence[Pick], learner: Learner, labels: int) -> None:
        """A batch was answered and a model fitted; as many rows of the reserve count as are labelled by now."""
        chances = learner.predict(self._found.pool.take(self.rows))
        now = np.log(np.clip(chances[np.arange(len(self.rows)), self._found.truth[self.rows]], 1e-3, 1))
        seen = max(1, min(len(self.rows), round(RESERVE * labels)))
        if self._before is not None:
            picked = [pick.strategy for pick in picks if pick.strategy != "random"]
            gain = float((now - self._before)[:seen].mean())
            self.rounds.append(Round(max(set(picked), key=picked.count) if picked else "random", gain))
        self._before = now


def _reserve(found: Ready, rng: np.random.Generator) -> _Reserve:
    size = min(MOST_RESERVE, round(RESERVE * len(found.truth)))
    return _Reserve(found, rng.permutation(len(found.truth))[:size])
