"""Gold: which items have a trusted label, set by those who know."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from ..core import shapes
from ..core.clock import iso
from ..core.errors import Malformed, TooLarge, WrongState
from ..core.ids import parse, show
from ..jobs import team
from ..store import Tx, browse, gold, items, people
from ..store.labels import Place
from ..store.projects import TaskRow
from . import pages
from .session import Session, in_project

MAX_GOLD = 10_000
MAX_NOTE = 20_000


@in_project
def golds(
    session: Session, project: str, task: str | None = None, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Gold of a task, in the order of its items."""
    session.require("write_gold")
    row, size = session.case(project).task(task), pages.size(limit)
    with session.store.read() as connection:
        found = gold.page(connection, row.id, after=pages.after("gold", cursor) or 0, limit=size + 1)
        names = people.names(connection, [one.actor_id for one in found])

    def one(g: gold.Gold) -> dict[str, Any]:
        return {
            "item": show("item", g.item_id),
            "value": g.value,
            "source": g.source,
            "hidden": g.hidden,
            "note": g.note,
            "actor": {"id": show("actor", g.actor_id), "name": names[g.actor_id]},
            "created": iso(g.created),
        }

    return pages.page("gold", found, size, lambda g: g.item_id, one)


@in_project
def add_gold(
    session: Session,
    project: str,
    task: str | None = None,
    items: Sequence[str] = (),
    value: Any = None,
    imported: bool = False,
    note: str | None = None,
    hidden: bool = True,
) -> dict[str, Any]:
    """Trust the labels of some items, or of all whose label came with them (imported), and check people with them.

    value: the right value, of a single item; else each item's present label is trusted. hidden: asked among other
    questions. ``{"added": n}``.
    """
    session.require("write_gold")
    if note is not None and len(note) > MAX_NOTE:
        raise TooLarge(f"a note has at most {MAX_NOTE} characters")
    if len(items) > MAX_GOLD:
        raise TooLarge(f"at most {MAX_GOLD} items at a time; found {len(items)}")
    if bool(items) == imported or (value is not None and len(items) != 1):
        raise Malformed('name items, or set "imported"; a value belongs to exactly one item', field="items")
    case = session.case(project)
    row = case.task(task)
    numbers = [parse("item", item) for item in dict.fromkeys(items)]
    shape = shapes.shape(team.shape_of(row))
    right = None if value is None else shape.show(shape.parse(value, row.options, row.name))
    if imported:
        with session.store.read() as connection:
            numbers = gold.imported(connection, row.id, limit=MAX_GOLD)
    added = 0
    for start in range(0, len(numbers), 200):
        part = numbers[start : start + 200]
        added += session.store.write(
            lambda tx, part=part: _trust(tx, session, row, part, value=right, note=note, hidden=hidden)
        )
    session.site.forget()
    return {"added": added}


def _trust(
    tx: Tx, session: Session, task: TaskRow, numbers: Sequence[int], *, value: Any, note: str | None, hidden: bool
) -> int:
    rows = items.get(tx.connection, numbers)
    for number in numbers:
        row = rows.get(number)
        if row is None or row.project_id != task.project_id:
            browse.item_by_id(tx.connection, number)  # says that there is no such item
            raise Malformed(f"{show('item', number)} is not in project {show('project', task.project_id)}")
        answer_id, position, said = _answer(tx, session, task, number, value)
        found = gold.Gold(task.id, number, answer_id, said, "known", hidden, note, session.actor.id, tx.now)
        gold.put(tx, found, Place(task.project_id, task.id, number, row.test), position=position)
    project = session.case_of(task.project_id).project
    for actor_id in sorted(gold.who_answered(tx.connection, task.id, numbers)):
        team.measure_one(tx, project, task, actor_id)
    return len(numbers)


def _answer(tx: Tx, session: Session, task: TaskRow, number: int, value: Any) -> tuple[str, int, Any]:
    """The answer that is trusted: (id, seq, value). A new one by whoever says so, where no answer says it."""
    newest = gold.newest_answer(tx.connection, task.id, number)
    if value is None:
        if newest is None:
            raise WrongState(f"{show('item', number)} has no label yet; give its value", item=show("item", number))
        stored = browse.labels_of_item(tx.connection, number, [task.id]).get(task.id)
        if stored is not None and stored.value != newest.value:
            return _said(tx, session, task, number, stored.value)
        said = newest.value  # a verdict says more than the label
        return newest.id, newest.seq, {"labels": said["labels"]} if "verdict" in said else said
    return _said(tx, session, task, number, value)


def _said(tx: Tx, session: Session, task: TaskRow, number: int, value: Any) -> tuple[str, int, Any]:
    name = str(uuid.uuid4())
    position = gold.say(tx, name, place=(task.project_id, task.id, number), actor_id=session.actor.id, value=value)
    return name, position, value


@in_project
def remove_gold(session: Session, project: str, item: str, task: str | None = None) -> dict[str, Any]:
    """The item's label is estimated from its answers again. ``{"removed": 0 or 1}``."""
    session.require("write_gold")
    row, number = session.case(project).task(task), parse("item", item)

    def unit(tx: Tx) -> bool:
        found = browse.item_by_id(tx.connection, number)
        place = Place(found.project_id, row.id, number, found.test)
        gone = gold.remove(tx, place, actor_id=session.actor.id)
        case = session.case_of(row.project_id)
        for actor_id in sorted(gold.who_answered(tx.connection, row.id, [number])) if gone else ():
            team.measure_one(tx, case.project, row, actor_id)
        return gone

    removed = session.store.write(unit)
    session.site.forget()
    return {"removed": int(removed)}
