"""One label for many items at once: chosen on the map, in the grid or by a script; marked as such, and taken back as one."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from typing import Any

from ..core import shapes
from ..core.clock import iso
from ..core.errors import EmptyInput, Forbidden, Malformed, TooLarge
from ..core.ids import parse, show
from ..core.roles import allowed
from ..jobs import team
from ..store import people, together
from . import answers, pages
from .session import Session, in_project
from .turns import check_active

MAX_BULK = 20_000
"""Items of one action."""
CHUNK = 100
"""Items written in one transaction, so that a person's answer waits for some milliseconds at most."""


@in_project
def label_in_bulk(
    session: Session,
    project: str,
    items: Sequence[str],
    value: Any,
    task: str | None = None,
    id: str | None = None,
    seconds: float = 0.0,
    labelled: bool = False,
    shown: bool = False,
) -> dict[str, Any]:
    """Give one label to many items, each as an answer of this person with its share of the seconds.

    Left out, and counted: items of the living test set, items that this person answered before, and (unless
    ``labelled``) items that have a label from others. id: a UUID of the client; sent again, nothing is said twice.
    shown: a model's guesses were in view. ``{"bulk", "answered", "skipped": {"test", "mine", "labelled"}}``; bulk is None
    when nothing was left to answer.
    """
    session.require("label_in_bulk")
    case = session.case(project)
    check_active(session, case)
    if session.actor.kind != "person":
        raise Forbidden(f"labels in bulk are answers of people; {session.actor.name} is a {session.actor.kind}")
    row = case.task(task)
    kind = team.shape_of(row)
    numbers = _numbers(items)
    shape = shapes.shape(kind)
    action = together.Action(
        id=_uuid(id),
        project_id=case.project.id,
        task_id=row.id,
        actor_id=session.actor.id,
        shape=kind,
        value=shape.show(shape.parse(value, row.options, row.name)),
        seconds=_seconds(seconds) / len(numbers),
        over=bool(labelled),
        shown=bool(shown),
    )
    parts = _answered(session, action, numbers)
    answers.settle(session, case.project.id)
    batch_id = next((part.batch_id for part in reversed(parts) if part.batch_id is not None), None)
    return {
        "bulk": None if batch_id is None else show("batch", batch_id),
        "answered": sum(part.answered + part.repeated for part in parts),
        "skipped": {name: sum(getattr(part, name) for part in parts) for name in ("test", "mine", "labelled")},
    }


def _answered(session: Session, action: together.Action, numbers: Sequence[int]) -> list[together.Part]:
    parts: list[together.Part] = []
    batch_id: int | None = None
    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]
        parts.append(
            session.store.write(lambda tx, some=some, batch=batch_id: together.answer(tx, action, some, batch))
        )
        batch_id = parts[-1].batch_id if parts[-1].batch_id is not None else batch_id
    return parts


def undo_bulk(session: Session, bulk: str) -> dict[str, Any]:
    """Take back all answers of one's own bulk action that still stand: labels and open questions are as they were before.

    ``{"bulk", "retracted"}``; 0 when that was done already.
    """
    number = parse("batch", bulk)
    with session.looking("label_in_bulk"), session.store.read() as connection:
        found = together.get(connection, number)
        session = session.of(found.project_id)
    session.require("label_in_bulk")
    check_active(session, session.case_of(found.project_id))
    if found.actor_id != session.actor.id:
        raise Forbidden("a bulk action is taken back by whoever did it; a reviewer can reject the work instead")
    with session.store.read() as connection:
        left = together.to_retract(connection, number, session.actor.id)
    done = 0
    for start in range(0, len(left), CHUNK):
        some = left[start : start + CHUNK]
        done += session.store.write(lambda tx, some=some: together.retract(tx, some, session.actor.id))
    answers.settle(session, found.project_id)
    return {"bulk": bulk, "retracted": done}


@in_project
def bulk_actions(session: Session, project: str, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """Bulk actions of a project, newest first. checks: of its answers to items with gold, for those who may read people."""
    session.require("read_answers")
    case, size = session.case(project), pages.size(limit)
    with session.store.read() as connection:
        found = together.page(connection, case.project.id, before=pages.after("actions", cursor), limit=size + 1)
        names = people.names(connection, [one.actor_id for one in found])
        sees = allowed(session.actor.role, "read_people")
        checks = {one.id: together.checks(connection, one.id) if sees else None for one in found}

    def shown(one: together.Bulk) -> dict[str, Any]:
        task, checked = case.task_by_id(one.task_id), checks[one.id]
        return {
            "id": show("batch", one.id),
            "task": task.name if task else None,
            "actor": {"id": show("actor", one.actor_id), "name": names[one.actor_id]},
            "value": one.value,
            "answers": one.answers,
            "standing": one.standing,
            "seconds": one.seconds,
            "created": iso(one.created),
            "checks": None if checked is None or not checked[0] else {"n": checked[0], "right": checked[1]},
        }

    return pages.page("actions", found, size, lambda one: one.id, shown)


def _numbers(items: Sequence[str]) -> list[int]:
    if isinstance(items, str) or not isinstance(items, Sequence):
        raise Malformed('items is a list of ids, as ["i3", "i7"]', field="items")
    if len(items) > MAX_BULK:
        raise TooLarge(f"at most {MAX_BULK:,} items at a time; found {len(items):,}", limit=MAX_BULK)
    if not items:
        raise EmptyInput("no items are named; name at least one", field="items")
    return [parse("item", item) for item in dict.fromkeys(items)]


def _uuid(text: str | None) -> str:
    if text is None:
        return str(uuid.uuid4())
    try:
        return str(uuid.UUID(text))
    except (ValueError, TypeError, AttributeError):
        raise Malformed(f"id is a UUID that the client makes; found {str(text)[:80]!r}", field="id") from None


def _seconds(value: Any) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or not 0 <= value <= answers.MAX_SECONDS:
        raise Malformed(
            f"seconds is a number from 0 to {answers.MAX_SECONDS:g}; found {str(value)[:40]}", field="seconds"
        )
    return float(value)
