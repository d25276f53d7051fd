"""Whose word weighs how much: answers of people, their skill, and a model's opinion, fused into one chance per row.

Dawid and Skene 1979 with one skill per person and one shared table of which class is taken for which, after Goh, Tkachenko and
Mueller 2022 (CROWDLAB) with the cross-fitted probabilities as one more opinion, here as the prior of each row's true class.
Skills and the table are estimated from the answers themselves; both are drawn towards the mean of all people, so that somebody
with three answers is not taken for a genius or a fool.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ...core.errors import BadValue
from .given import CHUNK

ROUNDS = 20
SHRINK = 20.0
"""Answers that the mean of all people counts for, in each person's skill and each class's row of the table."""
START = 0.9
FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Answers:
    """Who said what: three arrays of equal length, sorted by row.

    rows: item of each answer. actors: number of the person. values: class number. total: items there are, where known.
    """

    rows: Indices
    actors: Indices
    values: Indices
    total: int | None = None

    @staticmethod
    def of_table(answers: npt.ArrayLike) -> Answers:
        """From (n, people) class numbers, -1 where somebody did not answer."""
        table = np.asarray(answers)
        if table.ndim != 2 or table.dtype.kind not in "iu":
            raise BadValue(f"answers are a table of rows and people with class numbers; found shape {table.shape}")
        rows, actors = np.nonzero(table >= 0)
        return Answers(rows, actors, table[rows, actors].astype(np.int64), len(table))

    def check(self, rows: int, classes: int) -> None:
        """Raise `BadValue` unless they are about that many rows and classes."""
        if self.total not in (None, rows) or (len(self.rows) and not 0 <= self.rows.min() <= self.rows.max() < rows):
            about = self.total if self.total is not None else f"rows up to {self.rows.max()}"
            raise BadValue(
                f"answers are about {about}, labels about {rows} rows; one row of answers per label is wanted"
            )
        if len(self.values) and not 0 <= self.values.min() <= self.values.max() < classes:
            raise BadValue(f"answers are class numbers from 0 to {classes - 1}; found {self.values.max()}")


@dataclass(frozen=True, slots=True)
class Fused:
    """wrong: (n,) chance that the label is wrong, nan without a label. likeliest: (n,) class. skills: (people,)."""

    wrong: npt.NDArray[np.float64]
    likeliest: Indices
    skills: npt.NDArray[np.float64]


def people(
    labels: Indices, answers: Answers, probabilities: npt.NDArray | None = None, *, classes: int | None = None
) -> Fused:
    """Chance of every label being wrong, given all answers and (maybe) a model.

    labels: (n,) class numbers whose correctness is in question; they are no answers of their own. A row without answers has
    the model's opinion alone. Raises `BadValue` when neither probabilities nor ``classes`` tell how many classes there are.
    """
    width = probabilities.shape[1] if probabilities is not None else classes
    if width is None:
        raise BadValue("without probabilities, say how many classes there are")
    answers.check(len(labels), width)
    model = _Skills(width, int(answers.actors.max()) + 1 if len(answers.actors) else 0)
    n = len(labels)
    for _ in range(ROUNDS):
        fresh = _Counts(model)
        for start, stop, own in _chunks(n, width, answers.rows):
            post = model.posterior(start, stop, own, answers, probabilities)
            fresh.add(post, answers.rows[own] - start, answers.actors[own], answers.values[own])
        if model.learn(fresh):
            break
    wrong, likeliest = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    for start, stop, own in _chunks(n, width, answers.rows):
        post = model.posterior(start, stop, own, answers, probabilities)
        part = labels[start:stop]
        here = np.flatnonzero(part >= 0)
        wrong[start + here] = 1 - post[here, part[here]]
        likeliest[start:stop] = post.argmax(axis=1)
    return Fused(np.clip(wrong, 0, 1), likeliest, model.skills)


def _chunks(n: int, width: int, rows: Indices) -> list[tuple[int, int, slice]]:
    """(first row, end, answers about them) in pieces that fit the cache."""
    size = max(1, CHUNK // width)
    starts = np.arange(0, n, size)
    ends = np.minimum(starts + size, n)
    left, right = np.searchsorted(rows, starts), np.searchsorted(rows, ends)
    return [(int(a), int(b), slice(int(c), int(d))) for a, b, c, d in zip(starts, ends, left, right, strict=True)]


class _Skills:
    """What is believed of people: a skill each, and of those who err, what they take class y for."""

    def __init__(self, classes: int, actors: int) -> None:
        self.skills = np.full(actors, START)
        self.mistaken = np.full((classes, classes), 1 / max(classes - 1, 1))
        np.fill_diagonal(self.mistaken, FLOOR)
        self.share = np.full(classes, 1 / classes)

    def posterior(
        self, start: int, stop: int, own: slice, answers: Answers, probabilities: npt.NDArray | None
    ) -> npt.NDArray[np.float64]:
        """(rows, classes) chance of each true class."""
        if probabilities is None:
            chances = np.tile(np.log(self.share), (stop - start, 1))
        else:
            chances = np.log(np.maximum(probabilities[start:stop].astype(np.float64), FLOOR))
        rows, actors, values = answers.rows[own] - start, answers.actors[own], answers.values[own]
        skill = np.clip(self.skills[actors], FLOOR, 1 - FLOOR)
        says = np.log(self.mistaken.T)[values] + np.log1p(-skill)[:, None]
        says[np.arange(len(values)), values] = np.log(skill)
        np.add.at(chances, rows, says)
        chances -= chances.max(axis=1, keepdims=True)
        np.exp(chances, out=chances)
        chances /= chances.sum(axis=1, keepdims=True)
        return chances

    def learn(self, counts: _Counts) -> bool:
        """Take over the counts of one round; whether hardly anything has moved."""
        mean = counts.right.sum() / max(counts.given.sum(), 1.0)
        skills = (counts.right + SHRINK * mean) / (counts.given + SHRINK)
        classes = len(self.share)
        table = counts.table + SHRINK / max(classes - 1, 1)
        np.fill_diagonal(table, FLOOR)
        moved = float(np.abs(skills - self.skills).max(initial=0.0))
        self.skills, self.mistaken = skills, table / table.sum(axis=1, keepdims=True)
        self.share = (counts.mass + 1) / (counts.mass.sum() + classes)
        return moved < 1e-4


class _Counts:
    """Sums over one round."""

    def __init__(self, model: _Skills) -> None:
        classes = len(model.share)
        self.right = np.zeros(len(model.skills))
        self.given = np.zeros(len(model.skills))
        self.table = np.zeros((classes, classes))
        self.mass = np.zeros(classes)

    def add(self, post: npt.NDArray[np.float64], rows: Indices, actors: Indices, values: Indices) -> None:
        """Count a piece: how often each person was right, and which class was taken for which."""
        held = post[rows]
        size = len(self.right)
        self.right += np.bincount(actors, weights=held[np.arange(len(rows)), values], minlength=size)
        self.given += np.bincount(actors, minlength=size)
        np.add.at(self.table.T, values, held)
        self.mass += post.sum(axis=0)
