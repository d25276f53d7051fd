"""Labels that come with items: answers without a question, by the actor who stands for the import.

A label for an item that is known already is an answer too. The same again changes nothing; another one corrects what
the same actor said before, as a person's correction would.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..core.ids import digest
from . import estimates, freezing, labels, relabelling, schema
from .bulk import as_json, insert_rows, select_among
from .labels import Place
from .writer import Tx

Given = tuple[int, bool, Mapping[int, Any]]
"""(item, whether it is in the test set, value by task)."""


class _Said(NamedTuple):
    """An answer as it is stored."""

    id: str
    digest: str


class _Values:
    """Text and digest of values. An import repeats few and shares equal ones, so each is worked out once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str, str]] = {}

    def __call__(self, value: Any) -> tuple[str, str]:
        found = self._known.get(id(value))
        if found is None:  # the value is kept with its texts, so its id stays its own
            found = self._known[id(value)] = (value, as_json(value) or "null", digest(value))
        return found[1], found[2]


def first(tx: Tx, project_id: int, given: Sequence[Given], actor_id: int) -> None:
    """Labels of items that are new in this transaction."""
    if not given:
        return
    _melted(tx, project_id, given)
    values, answers, stored = _Values(), [], []
    names = _answer_ids(sum(len(by_task) for _, _, by_task in given), tx.now)
    under = relabelling.versions(tx, {task for _, _, by_task in given for task in by_task})
    for item_id, test, by_task in given:
        for task_id, value in by_task.items():
            name = names[len(answers)]
            text, stamp = values(value)
            row = (name, project_id, task_id, item_id, actor_id, text, stamp, tx.now, None, under[task_id])
            answers.append((*row, *_FIXED))
            stored.append((Place(project_id, task_id, item_id, test), name, value))
    labels.first(tx, stored, _insert(tx, project_id, answers, actor_id))


def again(tx: Tx, project_id: int, given: Sequence[Given], actor_id: int, *, kind: str = "import") -> None:
    """Labels of items that were known before; several for one place count in their order. kind: of the actor."""
    if not given:
        return
    _melted(tx, project_id, given)
    mine, answered = _said(tx, [item_id for item_id, _, _ in given], actor_id)
    values, answers = _Values(), []
    changed: dict[Place, list[tuple[str, Any]]] = {}
    names = _answer_ids(sum(len(by_task) for _, _, by_task in given), tx.now)
    under = relabelling.versions(tx, {task for _, _, by_task in given for task in by_task})
    for item_id, test, by_task in given:
        for task_id, value in by_task.items():
            text, stamp = values(value)
            old = mine.get((item_id, task_id))
            if old is not None and old.digest == stamp:
                continue
            name, supersedes = names[len(answers)], old and old.id
            row = (name, project_id, task_id, item_id, actor_id, text, stamp, tx.now, supersedes, under[task_id])
            answers.append((*row, *_FIXED))
            mine[item_id, task_id] = _Said(name, stamp)
            changed.setdefault(Place(project_id, task_id, item_id, test), []).append((name, value))
    if not answers:
        return
    position = _insert(tx, project_id, answers, actor_id)
    # A label that nobody answered for is gold, which an import does not overrule.
    known = answered | _labelled(tx, list(changed))
    alone = {p for p, said in changed.items() if len(said) == 1 and (p.item_id, p.task_id) not in known}
    labels.first(tx, [(place, *changed[place][0]) for place in changed if place in alone], position, kind=kind)
    for place in changed:
        if place not in alone:
            estimates.again(tx, place)


def _melted(tx: Tx, project_id: int, given: Sequence[Given]) -> None:
    """Raise `Frozen` when a label may not change."""
    for task_id in {task for _, _, by_task in given for task in by_task}:
        items = [item for item, _, by_task in given if task_id in by_task]
        freezing.check(tx.connection, project_id, task_id, items=items)


def _said(tx: Tx, items: Sequence[int], actor_id: int) -> tuple[dict[tuple[int, int], _Said], set[tuple[int, int]]]:
    """What this actor says now without having been asked, and every (item, task) that anybody ever answered."""
    newer = "(SELECT 1 FROM answer AS n WHERE n.supersedes = a.id)"
    columns = f"a.item_id, a.task_id, a.id, a.digest, a.actor_id, a.question_id, EXISTS {newer}"
    mine: dict[tuple[int, int], _Said] = {}
    answered: set[tuple[int, int]] = set()
    for item, task, name, stamp, actor, question, corrected in select_among(
        tx, f"SELECT {columns} FROM answer AS a WHERE a.item_id", items
    ):
        answered.add((item, task))
        if actor == actor_id and question is None and not corrected:
            mine[item, task] = _Said(name, stamp)
    return mine, answered


def _labelled(tx: Tx, places: Sequence[Place]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for task in {place.task_id for place in places}:
        wanted = [place.item_id for place in places if place.task_id == task]
        rows = select_among(tx, f"SELECT item_id FROM label WHERE task_id = {task:d} AND item_id", wanted)
        found.update((item, task) for (item,) in rows)
    return found


def _insert(tx: Tx, project_id: int, answers: Sequence[tuple[Any, ...]], actor_id: int) -> int:
    """Store the answers; the number of the newest."""
    insert_rows(tx, schema.answer, _COLUMNS, answers)
    tx.count(project_id, "answers", len(answers))
    tx.emit("label.imported", project=project_id, actor=actor_id, body={"count": len(answers)})
    return tx.execute(_NEWEST).scalar_one()


_COLUMNS = (
    *("id", "project_id", "task_id", "item_id", "actor_id", "value", "digest", "created", "supersedes"),
    "version",
    *("outcome", "seconds", "suggestion_shown", "edited", "late"),
)
_FIXED = ("answered", 0.0, False, False, False)
_NEWEST = sa.select(sa.func.max(schema.answer.c.seq))


def _answer_ids(n: int, now: float) -> list[str]:
    """n new UUIDs of version 7 (RFC 9562): they grow with time, so that their index is written at its end and not all over."""
    stamp = f"{int(now * 1000) & (1 << 48) - 1:012x}"
    start = f"{stamp[:8]}-{stamp[8:]}-7"
    raw = os.urandom(10 * n).hex()
    return [
        f"{start}{raw[k : k + 3]}-{'89ab'[int(raw[k + 3], 16) & 3]}{raw[k + 4 : k + 7]}-{raw[k + 7 : k + 19]}"
        for k in range(0, 20 * n, 20)
    ]
