"""Answers as people have them, in columns with names: labels, skills, agreement and accuracy in one call."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.arrays import Indices
from ..core.errors import EmptyInput, Malformed, UnknownKind
from ..core.intervals import Measured, measured
from . import agreement, skills
from .aggregate import METHODS, Aggregate, Votes, majority, votes
from .aggregate.votes import UNKNOWN

SLOW = 2_000_000
"""Answers above which GLAD is not run beside the others to compare them."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns: who answered, about what, what they said; truth, where it is known, to measure with."""

    actor: str = "worker"
    item: str = "item"
    value: str = "answer"
    truth: str | None = None


@dataclass(frozen=True, slots=True)
class Coded:
    """Answers as numbers, and the names behind the numbers, sorted as text. truth (items,): class number, -1 unknown.
    skipped: rows without an actor, an item or a value."""

    votes: Votes
    actors: tuple[Any, ...]
    items: tuple[Any, ...]
    classes: tuple[Any, ...]
    truth: Indices
    skipped: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a table of answers says. accuracy: of every method on the items with truth; empty without."""

    coded: Coded
    aggregate: Aggregate
    majority: Aggregate
    skills: skills.Skills
    agreement: Mapping[str, Measured]
    accuracy: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON: ``labels``, ``actors``, ``agreement``, ``accuracy``, and how it was done."""
        coded = self.coded
        known = int(np.count_nonzero(coded.truth != UNKNOWN))
        return {
            "method": self.aggregate.method,
            "answers": len(coded.votes),
            "skipped": coded.skipped,
            "classes": [plain(name) for name in coded.classes],
            "labels": _labels(self),
            "actors": _actors(self),
            "agreement": dict(self.agreement),
            "accuracy": dict(self.accuracy),
            "accuracy_n": known,
        }


def resolve_table(
    table: Any,
    columns: Columns = Columns(),
    *,
    gold: Mapping[Any, Any] | None = None,
    method: str = "auto",
    rng: np.random.Generator,
) -> Resolved:
    """Labels of a table of answers, one row each.

    table: anything whose columns are found by name, as a data frame of pandas or polars, an Arrow table, or a mapping of
    names to lists or arrays. gold: item to trusted value. Raises `Malformed`, `EmptyInput`, `UnknownKind`.
    """
    if method not in METHODS:
        raise UnknownKind("aggregation method", method, tuple(METHODS))
    coded = code(table, columns, gold=gold)
    found, plainly = METHODS[method](coded.votes), majority(coded.votes)
    items, values = coded.votes.items, coded.votes.values
    stated = {
        "percent": agreement.percent(items, values, rng=rng),
        "fleiss": agreement.fleiss(items, values, rng=rng),
        "krippendorff": agreement.krippendorff(items, values, rng=rng),
    }
    measured_by = _accuracies(coded, {method: found, "majority": plainly})
    return Resolved(coded, found, plainly, skills.estimate(coded.votes, found), stated, measured_by)


def code(table: Any, columns: Columns = Columns(), *, gold: Mapping[Any, Any] | None = None) -> Coded:
    """The table as `Votes`. Rows without an actor, an item or a value are skipped and counted."""
    names = (columns.actor, columns.item, columns.value)
    who, which, said = (_column(table, name) for name in names)
    sizes = {len(who), len(which), len(said)}
    if len(sizes) > 1:
        raise Malformed(f"the columns {', '.join(names)} differ in length: {len(who)}, {len(which)}, {len(said)}")
    rows = [k for k, row in enumerate(zip(who, which, said, strict=True)) if not any(map(_missing, row))]
    if not rows:
        raise EmptyInput(f"no row has a {columns.actor}, an {columns.item} and a {columns.value}")
    known = {} if columns.truth is None else _truth(which, _column(table, columns.truth), columns)
    trusted = dict(gold or {})
    actors, actor = _numbered([who[k] for k in rows])
    items, item = _numbered([*(which[k] for k in rows), *trusted])
    classes, value = _numbered([*(said[k] for k in rows), *trusted.values(), *known.values()])
    n = len(rows)
    clamp = np.full(len(items), UNKNOWN, dtype=np.int64)
    clamp[item[n:]] = value[n : n + len(trusted)]
    place = {name: number for number, name in enumerate(items)}
    truth = np.full(len(items), UNKNOWN, dtype=np.int64)
    for name, number in zip(known, value[n + len(trusted) :].tolist(), strict=True):
        if name in place:
            truth[place[name]] = number
    made = votes(actor, item[:n], value[:n], classes=len(classes), gold=clamp)
    return Coded(made, actors, items, classes, truth, len(who) - n)


def plain(value: Any) -> Any:
    """A name as JSON has it."""
    if hasattr(value, "item"):
        value = value.item()
    return value if isinstance(value, bool | int | float | str) else str(value)


def _column(table: Any, name: str) -> Sequence[Any]:
    try:
        column = table[name]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        have = ", ".join(map(str, getattr(table, "column_names", None) or getattr(table, "columns", None) or table))
        raise Malformed(f"there is no column {name!r}; the columns are {have[:500]}") from error
    except Exception as error:  # data frames of other libraries raise errors of their own
        raise Malformed(f"there is no column {name!r}: {error}") from error
    for form in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, form):
            return getattr(column, form)()
    return column


def _missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _numbered(values: Sequence[Hashable]) -> tuple[tuple[Any, ...], Indices]:
    """(names sorted as text, so that the order of rows decides nothing; number of each value)."""
    seen: dict[Any, int] = {}
    try:
        first = np.fromiter((seen.setdefault(value, len(seen)) for value in values), np.int64, len(values))
    except TypeError as error:
        raise Malformed(
            f"actors, items and values are single words or numbers, not lists or objects: {error}"
        ) from error
    names = list(seen)
    order = sorted(range(len(names)), key=lambda k: (str(names[k]), str(type(names[k]))))
    number = np.empty(len(names), dtype=np.int64)
    number[order] = np.arange(len(names))
    return tuple(names[k] for k in order), number[first] if len(names) else first


def _truth(which: Sequence[Any], truth: Sequence[Any], columns: Columns) -> dict[Any, Any]:
    known: dict[Any, Any] = {}
    for item, value in zip(which, truth, strict=True):
        if not _missing(item) and not _missing(value) and known.setdefault(item, value) != value:
            raise Malformed(f"item {item!r} has two values of {columns.truth}: {known[item]!r} and {value!r}")
    return known


def _accuracies(coded: Coded, done: dict[str, Aggregate]) -> dict[str, float]:
    """Share of right labels of every method among the items with truth that are not gold; nothing where there are none."""
    judged = np.flatnonzero((coded.truth != UNKNOWN) & (coded.votes.gold == UNKNOWN))
    if not judged.size:
        return {}
    out = {}
    for name, run in METHODS.items():
        if name == "glad" and len(coded.votes) > SLOW and name not in done:
            continue
        found = done[name] if name in done else run(coded.votes)
        out[name] = float(np.mean(found.labels[judged] == coded.truth[judged]))
    return out


def _labels(found: Resolved) -> list[dict[str, Any]]:
    names = [plain(name) for name in found.coded.classes]
    result, counts = found.aggregate, np.bincount(found.coded.votes.items, minlength=len(found.coded.items))
    second, chance = result.runner_up()
    rows = zip(
        found.coded.items, result.labels.tolist(), result.posteriors.max(axis=1).tolist(), second.tolist(),
        chance.tolist(), counts.tolist(), found.majority.labels.tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "item": plain(item),
            "value": names[label],
            "posterior": posterior,
            "runner_up": {"value": names[other], "posterior": less} if other >= 0 else None,
            "n": n,
            "majority": names[voted],
        }
        for item, label, posterior, other, less, n, voted in rows
    ]


def _actors(found: Resolved) -> list[dict[str, Any]]:
    names, skill = [plain(name) for name in found.coded.classes], found.skills
    out = []
    for a, actor in enumerate(found.coded.actors):
        accuracy = float(skill.accuracy[a]) if skill.n[a] else None
        per_class = [
            {"value": names[k], "recall": _recall(skill, a, k)}
            for k in range(len(names))
            if skill.recall_n[a, k] >= 0.5
        ]
        out.append(
            {
                "actor": plain(actor),
                "accuracy": measured(accuracy, float(skill.low[a]), float(skill.high[a]), int(skill.n[a])),
                "answers": int(skill.answers[a]),
                "gold": {"n": int(skill.gold[a]), "right": int(skill.gold_right[a])},
                "per_class": per_class,
            }
        )
    return out


def _recall(skill: skills.Skills, actor: int, k: int) -> Measured:
    share = float(skill.recall[actor, k])
    low, high = float(skill.recall_low[actor, k]), float(skill.recall_high[actor, k])
    return measured(share, low, high, round(float(skill.recall_n[actor, k])))
