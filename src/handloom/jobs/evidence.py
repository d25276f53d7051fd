"""All standing answers of a task as columns, so that a million of them take tens of megabytes and not gigabytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices
from ..core.questions import BULK
from ..core.relabel import Chain
from ..resolve import skills as measured
from ..resolve.aggregate import Aggregate, Votes, votes
from ..store import Store, gold, relabelling, skills
from ..store.projects import TaskRow

PAGE = 20_000
TELLING = (None, "label", "gold")
"""Lanes whose answers are evidence about skill; None: labels that came with their items."""
UNKNOWN = -1
Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Crowd:
    """n answers as columns of length n, in the order they were given.

    seq; actor, item: numbers from 0, whose ids are in ``actors`` and ``items``; value: place in ``values``; suggested: place of
    the suggestion in ``values``, -1 for none; sure: its confidence; person: not an import; shown: the suggestion was on
    screen; hidden_gold: asked to check somebody; verdict: given with the answers before it in view; unchecked: in bulk, or by
    a person who was not asked; aside: set aside; weighed: asked for until its label is sure; seconds; created. truth: trusted
    value by item id; givers: seqs of the answers that are trusted themselves.
    """

    seq: Indices
    actor: Indices
    item: Indices
    value: Indices
    suggested: Indices
    sure: npt.NDArray[np.float64]
    person: Mask
    shown: Mask
    hidden_gold: Mask
    verdict: Mask
    unchecked: Mask
    aside: Mask
    weighed: Mask
    created: npt.NDArray[np.float64]
    actors: list[int]
    items: list[int]
    values: list[dict[str, Any]]
    truth: dict[int, Any] = field(default_factory=dict)
    givers: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return int(self.seq.size)

    @property
    def position(self) -> int:
        """Seq of the newest answer."""
        return int(self.seq[-1]) if len(self) else 0

    @property
    def evidence(self) -> Mask:
        """Answers that tell about skill: a verdict was given with the answers before it in view, a trusted answer would be
        judged by itself, and about gold only those tell who were asked, as `handloom.store.gold.checks` counts."""
        itself = np.isin(self.seq, np.fromiter(self.givers, dtype=np.int64, count=len(self.givers)))
        return ~self.verdict & ~itself & ~(self.unchecked & self.trusted[self.item])

    @property
    def trusted(self) -> Mask:
        """(items,) which are gold."""
        return np.array([item in self.truth for item in self.items], dtype=bool)

    def known(self, labels: Mapping[int, Any] | None = None) -> Indices:
        """(items,) place of each item's value in ``values``: the trusted one, else that of ``labels``; -1 where neither is,
        -2 for a value that nobody named."""
        places = {_canon(value): k for k, value in enumerate(self.values)}
        out = np.full(len(self.items), UNKNOWN, dtype=np.int64)
        for k, item in enumerate(self.items):
            value = self.truth.get(item, labels.get(item) if labels is not None else None)
            if value is not None:
                out[k] = places.get(_canon(value), -2)
        return out

    def classes(self, names: Sequence[str]) -> Indices:
        """(values,) class of each value that is a single label, -1 for others."""
        numbers = {(name,): k for k, name in enumerate(names)}
        return np.array([numbers.get(tuple(value["labels"]), UNKNOWN) for value in self.values], dtype=np.int64)

    def votes(self, task: TaskRow, *, left_out: Mask, model: bool) -> tuple[Votes, Indices] | None:
        """The evidence as single choices with gold clamped, and which answers they are; None when there is none.

        left_out: (n,) answers that tell nothing. model: the suggestions that items were asked with are answers too, after all
        others, of an actor numbered after all others, of a kind of its own.
        """
        names = task.options["labels"]
        by_value = self.classes(names)
        if not len(self):
            return None
        rows = np.flatnonzero(self.evidence & ~left_out & (by_value[self.value] >= 0))
        if not rows.size:
            return None
        who, said, kinds = self.actor[rows], by_value[self.value[rows]], np.zeros(len(self.actors), dtype=np.int64)
        if model:
            asked = self.suggestions()
            asked = asked[by_value[self.suggested[asked]] >= 0]
            who = np.concatenate((who, np.full(asked.size, len(self.actors))))
            said = np.concatenate((said, by_value[self.suggested[asked]]))
            rows = np.concatenate((rows, asked))
            kinds = np.append(kinds, 1)
        numbers = {(name,): k for k, name in enumerate(names)}
        gold_class = np.full(len(self.items), UNKNOWN, dtype=np.int64)
        for k, item in enumerate(self.items):
            if item in self.truth:
                gold_class[k] = numbers.get(tuple(self.truth[item]["labels"]), UNKNOWN)
        return votes(who, self.item[rows], said, gold=gold_class, classes=len(names), kinds=kinds), rows

    def suggestions(self) -> Indices:
        """For every item with one, an answer that its newest suggestion was made for, in order of time. Not for gold, which
        models have learned from, and where suggestions are wrong on purpose."""
        rows = np.flatnonzero((self.suggested >= 0) & ~self.hidden_gold & self.person & self.evidence & ~self.aside)
        rows = rows[~self.trusted[self.item[rows]]]
        _, last = np.unique(self.item[rows][::-1], return_index=True)
        return np.sort(rows[rows.size - 1 - last])


@dataclass(frozen=True, slots=True)
class Judged:
    """What the answers tell together.

    said: the evidence as single choices, its answers being ``rows`` of the crowd; labels: what was made of it; skills: by
    actor number, the model's after everybody's; follows: share of suggestions taken over because shown, by actor.
    """

    said: Votes
    rows: Indices
    labels: Aggregate
    skills: measured.Skills
    follows: Mapping[int, float]


def crowd(store: Store, task: TaskRow) -> Crowd:
    """What people said, in today's labels, and what is known.

    Practice and experts' verdicts on conflicts are no evidence about skill, nor is "it is none of these".
    """
    with store.read() as connection:
        reader = _Reader(relabelling.chain(connection, task.id))
        truth, givers = gold.values(connection, task.id), gold.givers(connection, task.id)
        after = 0
        while True:
            page = skills.standing_page(connection, task.id, after=after, limit=PAGE)
            reader.take(page)
            if len(page) < PAGE:
                break
            after = page[-1][0]
    return reader.crowd(truth, givers)


class _Reader:
    """Pages of answers become columns; equal texts are read once."""

    def __init__(self, steps: Chain) -> None:
        self._steps = steps
        self._pages: list[list[np.ndarray]] = []
        self._actors: dict[int, int] = {}
        self._items: dict[int, int] = {}
        self._values: list[dict[str, Any]] = []
        self._places: dict[str, int] = {}
        self._texts: dict[tuple[str, int | None], tuple[int, bool]] = {}

    def take(self, page: Sequence[Any]) -> None:
        """One more page of `skills.standing_page`."""
        read = [(row, *self._read(row[4], row[12])) for row in page if row[8] in TELLING]
        kept = [one for one in read if one[1] >= 0]
        proposed = [self._proposed(row[5], row[11]) for row, _, _ in kept]
        number, item = self._actors, self._items
        columns: list[tuple[list[Any], Any]] = [
            ([row[0] for row, _, _ in kept], np.int64),
            ([number.setdefault(row[2], len(number)) for row, _, _ in kept], np.int64),
            ([item.setdefault(row[1], len(item)) for row, _, _ in kept], np.int64),
            ([value for _, value, _ in kept], np.int64),
            ([place for place, _ in proposed], np.int64),
            ([sure for _, sure in proposed], np.float64),
            ([row[3] == "person" for row, _, _ in kept], bool),
            ([bool(row[6]) for row, _, _ in kept], bool),
            ([row[8] == "gold" for row, _, _ in kept], bool),
            ([verdict for _, _, verdict in kept], bool),
            ([row[13] == BULK or (row[8] is None and row[3] == "person") for row, _, _ in kept], bool),
            ([bool(row[9]) for row, _, _ in kept], bool),
            ([bool(row[7]) for row, _, _ in kept], bool),
            ([row[10] for row, _, _ in kept], np.float64),
        ]
        self._pages.append([np.array(column, dtype=kind) for column, kind in columns])

    def crowd(self, truth: dict[int, Any], givers: frozenset[int]) -> Crowd:
        """All pages taken."""
        columns: list[Any] = [np.concatenate(parts) for parts in zip(*self._pages, strict=True)]
        named = {"actors": list(self._actors), "items": list(self._items), "values": self._values}
        return Crowd(*columns, **named, truth=truth, givers=givers)

    def _read(self, text: str | None, version: int | None) -> tuple[int, bool]:
        """Place of a value, and whether it is a verdict; -1 for what is no choice of labels, or cannot be told any more."""
        if text is None:
            return UNKNOWN, False
        found = self._texts.get((text, version))
        if found is None:
            value = self._steps.read(json.loads(text), version)
            says = isinstance(value, Mapping) and "labels" in value and ("among" not in value or bool(value["labels"]))
            found = (self._place(value), "verdict" in value) if says else (UNKNOWN, False)
            if len(self._texts) < PAGE:
                self._texts[text, version] = found
        return found

    def _proposed(self, text: str | None, question_id: int | None) -> tuple[int, float]:
        """(place of the suggested value, its confidence); (-1, 0) for none."""
        suggestion = json.loads(text) if text is not None else None
        if suggestion is not None and self._steps:
            suggestion = relabelling.suggested(self._steps, suggestion, question_id)
        if suggestion is None or "labels" not in suggestion["value"]:
            return UNKNOWN, 0.0
        return self._place(suggestion["value"]), float(suggestion["confidence"])

    def _place(self, value: Mapping[str, Any]) -> int:
        kept = {"labels": list(value["labels"])}
        place = self._places.setdefault(_canon(kept), len(self._values))
        if place == len(self._values):
            self._values.append(kept)
        return place


def _canon(value: Mapping[str, Any]) -> str:
    return json.dumps(value.get("labels"))
