"""One new answer changes the label of its item and the skill of those who answered it, at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...core.arrays import Indices
from .result import DEPENDENCE, Aggregate, tempered
from .votes import Table, Votes

STRENGTH = 4.0
"""Pseudo-answers per true class that pull a new actor toward what is common."""


@dataclass(frozen=True, slots=True)
class Update:
    """What one answer changed: the item's new label and posteriors, and the skill of everybody who answered it.

    posterior: (classes,). actors: numbers of those who answered the item, without repetition. accuracy: theirs, each
    in [0, 1], in that order.
    """

    item: int
    label: int
    posterior: Table
    actors: Indices
    accuracy: Table


class Incremental:
    """Labels and skills that follow each answer; a full EM in the background corrects them now and then.

    The state is that of pooled Dawid-Skene: how often an actor is believed to have said l where the truth is k. A new
    answer recomputes the posterior of its item from all of the item's answers, and moves that item's contribution in the
    counts of its actors from the old posterior to the new one (incremental EM, Neal and Hinton 1998). Cost: answers of
    the item times classes squared at most, whatever the number of answers in all.
    """

    def __init__(self, classes: int, *, strength: float = STRENGTH) -> None:
        self.classes = classes
        self.strength = strength
        self._tables = np.zeros((0, classes, classes))
        self._fixed = np.zeros((0, classes, classes))
        self._pooled = np.eye(classes) + 0.1
        self._mass = np.ones(classes)
        self._posteriors = np.zeros((0, classes))
        self._gold: dict[int, int] = {}
        self._sorted: tuple[Indices, Indices, Indices] = (
            np.zeros(1, np.int64),
            np.zeros(0, np.int64),
            np.zeros(0, np.int64),
        )
        self._later: dict[int, list[tuple[int, int]]] = {}

    @classmethod
    def of(cls, votes: Votes, aggregate: Aggregate) -> Incremental:
        """Continue from a finished aggregation of the same votes, with its pseudo-counts where it has them."""
        made = cls(votes.n_classes)
        n, k = votes.n_actors, votes.n_classes
        made._posteriors = (aggregate.posteriors if aggregate.raw is None else aggregate.raw).copy()
        if aggregate.pull is not None:
            made._fixed = np.broadcast_to(aggregate.pull, (n, k, k))
        flat = votes.said().T @ made._posteriors
        made._tables = np.ascontiguousarray(flat.reshape(n, k, k).transpose(0, 2, 1))
        made._pooled = made._tables.sum(axis=0) + np.eye(k) + 0.1
        made._mass = 1.0 + made._posteriors.sum(axis=0)
        made._gold = {int(i): int(votes.gold[i]) for i in np.flatnonzero(votes.gold >= 0)}
        order = np.argsort(votes.items, kind="stable")
        start = np.zeros(votes.n_items + 1, dtype=np.int64)
        np.cumsum(np.bincount(votes.items, minlength=votes.n_items), out=start[1:])
        made._sorted = (start, votes.actors[order], votes.values[order])
        return made

    def add(self, actor: int, item: int, value: int) -> Update:
        """An answer; actor and item may be new numbers. 0 <= value < classes."""
        self._grow(actor, item)
        self._later.setdefault(item, []).append((actor, value))
        self._tables[actor, :, value] += self._posteriors[item]
        self._pooled[:, value] += self._posteriors[item]
        return self._revise(item)

    def trust(self, item: int, value: int) -> Update:
        """Gold or an expert's verdict: the item is of this class from now on."""
        self._grow(-1, item)
        self._gold[item] = value
        return self._revise(item)

    def posterior(self, item: int) -> Table:
        """(classes,) what is believed of an item; the common mix of classes where nobody answered."""
        if item >= len(self._posteriors) or not self._posteriors[item].any():
            return self._mass / self._mass.sum()
        return self._shown(self._posteriors[item], len(self._answers(item)[0]))

    def confusion(self, actor: int) -> Table:
        """(true class, said class) of an actor; that of all for one who has not answered yet."""
        shape = self._toward(np.array([actor]))[0] + (self._tables[actor] if actor < len(self._tables) else 0.0)
        return shape / shape.sum(axis=1, keepdims=True)

    def _toward(self, actors: Indices) -> Table:
        """(actors, true, said) pseudo-counts: those of the last full EM, for newcomers what is common now."""
        out = np.empty((len(actors), self.classes, self.classes))
        out[:] = self.strength * self._pooled / self._pooled.sum(axis=1, keepdims=True)
        old = actors < len(self._fixed)
        out[old] = self._fixed[actors[old]]
        return out

    def _shown(self, raw: Table, answers: int) -> Table:
        return tempered(raw[None], np.array([answers]), dependence=DEPENDENCE)[0]

    def _answers(self, item: int) -> tuple[Indices, Indices]:
        start, actors, values = self._sorted
        few = slice(start[item], start[item + 1]) if item + 1 < len(start) else slice(0, 0)
        later = np.array(self._later.get(item, []), dtype=np.int64).reshape(-1, 2)
        return np.concatenate((actors[few], later[:, 0])), np.concatenate((values[few], later[:, 1]))

    def _revise(self, item: int) -> Update:
        actors, values = self._answers(item)
        before = self._posteriors[item].copy()
        if item in self._gold:
            after = np.zeros(self.classes)
            after[self._gold[item]] = 1.0
        else:
            # The item's own contribution stays out of what its answers are judged by.
            rows = self._tables[actors] + self._toward(actors)
            rows[np.arange(len(values)), :, values] -= before
            rows = np.maximum(rows, 1e-12)
            log = np.log(rows[np.arange(len(values)), :, values]) - np.log(rows.sum(axis=2))
            scores = np.log(self._mass - before) + log.sum(axis=0)
            after = np.exp(scores - scores.max())
            after /= after.sum()
        change = after - before
        np.add.at(self._tables.transpose(0, 2, 1), (actors, values), change)
        np.add.at(self._pooled.T, values, change)
        self._mass += change
        self._posteriors[item] = after
        people = np.unique(actors)
        shape = self._tables[people] + self._toward(people)
        common = self._mass / self._mass.sum()
        accuracy = np.einsum("akk,k->a", shape / shape.sum(axis=2, keepdims=True), common)
        shown = self._shown(after, len(values))
        return Update(item, int(np.round(shown, 9).argmax()), shown, people, accuracy)

    def _grow(self, actor: int, item: int) -> None:
        self._tables = _room(self._tables, actor + 1)
        self._posteriors = _room(self._posteriors, item + 1)


def _room(rows: Table, wanted: int) -> Table:
    """At least that many rows, twice as many when it must grow, so that n additions cost O(n) together."""
    if len(rows) >= wanted:
        return rows
    grown = np.zeros((max(wanted, 2 * len(rows), 16), *rows.shape[1:]))
    grown[: len(rows)] = rows
    return grown
