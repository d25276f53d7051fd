"""What is frozen: a project, a task, a branch or a slice of items, which then refuse changes until somebody thaws them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.clock import iso
from ..core.errors import Frozen, NotFound, WrongState
from ..core.ids import show
from . import people, schema
from .schema.curation import freeze as f

if TYPE_CHECKING:
    from .writer import Tx

WHATS = ("project", "task", "branch", "slice")


@dataclass(frozen=True, slots=True)
class Freeze:
    """What may not change, who froze it and why. name: of the branch, or the slice's predicate; items: of the slice."""

    id: int
    project_id: int
    task_id: int | None
    what: str
    name: str | None
    items: Sequence[int] | None
    reason: str
    actor_id: int
    created: float
    thawed: float | None
    thawed_by: int | None
    thaw_reason: str | None


_COLUMNS = tuple(f.c[name] for name in Freeze.__slots__)


def standing(connection: sa.Connection, project_id: int) -> list[Freeze]:
    """What is frozen in a project now, oldest first."""
    query = sa.select(*_COLUMNS).where(f.c.project_id == project_id, f.c.thawed.is_(None)).order_by(f.c.id)
    return [Freeze(*row) for row in connection.execute(query)]


def page(connection: sa.Connection, project_id: int, *, before: int | None, limit: int) -> list[Freeze]:
    """All of a project, newest first, thawed ones too."""
    query = sa.select(*_COLUMNS).where(f.c.project_id == project_id).order_by(f.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(f.c.id < before)
    return [Freeze(*row) for row in connection.execute(query)]


def get(connection: sa.Connection, number: int) -> Freeze:
    """The freeze of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_COLUMNS).where(f.c.id == number)).first()
    if row is None:
        raise NotFound("freeze", show("freeze", number))
    return Freeze(*row)


def any_of(project_id: Any) -> Any:
    """Whether anything is frozen in a project, as a part of another statement: hardly ever is."""
    return sa.exists().where(f.c.project_id == project_id, f.c.thawed.is_(None)).label("frozen")


def check(
    connection: sa.Connection,
    project_id: int,
    task_id: int | None = None,
    *,
    items: Collection[int] = (),
    branch: str | None = None,
) -> None:
    """Raise `Frozen` when this may not change: the project; the task; its branch of that name; some of these items."""
    for one in standing(connection, project_id):
        if _concerns(one, task_id, items, branch):
            raise refusal(connection, one)


def _concerns(one: Freeze, task_id: int | None, items: Collection[int], branch: str | None) -> bool:
    if one.what == "project":
        return True
    if task_id is None or one.task_id != task_id:
        return False
    match one.what:
        case "task":
            return True
        case "branch":
            return branch is not None and branch == one.name
        case _:
            return bool(items) and not set(one.items or ()).isdisjoint(items)


def refusal(connection: sa.Connection, one: Freeze) -> Frozen:
    """The error that says who froze what, when and why."""
    who = people.find(connection, one.actor_id).name
    return Frozen(
        f"{words(connection, one)} is frozen by {who} since {iso(one.created)}: {one.reason} "
        f"To change it, thaw {show('freeze', one.id)} with a reason",
        freeze=show("freeze", one.id),
        what=one.what,
        name=one.name,
        by=who,
        since=iso(one.created),
        reason=one.reason,
    )


def words(connection: sa.Connection, one: Freeze) -> str:
    """What is frozen, as ``branch main of task mail``."""
    if one.what == "project":
        return "the project"
    t = schema.task
    name = connection.execute(sa.select(t.c.name).where(t.c.id == one.task_id)).scalar_one()
    if one.what == "task":
        return f"task {name}"
    size = f" ({len(one.items or ()):,} items)" if one.what == "slice" else ""
    return f"{one.what} {one.name}{size} of task {name}"


def add(tx: Tx, new: Freeze) -> Freeze:
    """Freeze. Raises `WrongState` when exactly this is frozen already."""
    same = (new.what, new.task_id, new.name)
    for one in standing(tx.connection, new.project_id):
        if (one.what, one.task_id, one.name) == same:
            raise WrongState(f"{words(tx.connection, one)} is frozen already", freeze=show("freeze", one.id))
    row = {name: getattr(new, name) for name in Freeze.__slots__ if name != "id"} | {"created": tx.now}
    made = Freeze(*tx.execute(sa.insert(f).values(row).returning(*_COLUMNS)).one())
    tx.emit("dataset.frozen", **_told(made, made.actor_id, made.reason))
    return made


def thaw(tx: Tx, number: int, *, reason: str, actor_id: int) -> Freeze:
    """Let it change again. Raises `WrongState` when that was done before."""
    values = {"thawed": tx.now, "thawed_by": actor_id, "thaw_reason": reason}
    query = sa.update(f).where(f.c.id == number, f.c.thawed.is_(None)).values(values).returning(*_COLUMNS)
    row = tx.execute(query).first()
    if row is None:
        raise WrongState(f"{show('freeze', get(tx.connection, number).id)} is thawed already")
    found = Freeze(*row)
    tx.emit("dataset.thawed", **_told(found, actor_id, reason))
    return found


def _told(one: Freeze, actor_id: int, reason: str) -> dict[str, Any]:
    body = {"freeze": show("freeze", one.id), "what": one.what, "task": one.task_id, "name": one.name, "reason": reason}
    body |= {"count": len(one.items)} if one.items is not None else {}
    return {"project": one.project_id, "actor": actor_id, "subject": show("freeze", one.id), "body": body}


def left_out(connection: sa.Connection, project_id: int, task_id: int | None, items: Sequence[int | None]) -> set[int]:
    """Those of the items that may not be asked about now."""
    wanted = {item for item in items if item is not None}
    out: set[int] = set()
    for one in standing(connection, project_id):
        if one.what == "project" or (one.task_id == task_id and one.what == "task"):
            return wanted
        if one.task_id == task_id and one.what == "slice":
            out |= wanted & set(one.items or ())
    return out


def open_questions(connection: sa.Connection, one: Freeze) -> list[int]:
    """Questions about labels that anybody may still answer and that this freeze concerns."""
    q = schema.question
    query = sa.select(q.c.id).where(
        q.c.project_id == one.project_id, q.c.lane != "decide", q.c.state.in_(("open", "claimed"))
    )
    if one.what == "branch":
        return []
    if one.what != "project":
        query = query.where(q.c.task_id == one.task_id)
    if one.what == "slice":
        some = sa.func.json_each(json.dumps(list(one.items or ()))).table_valued("value")
        if connection.dialect.name == "sqlite":
            return list(connection.execute(query.where(q.c.item_id.in_(sa.select(some.c.value)))).scalars())
        return list(connection.execute(query.where(q.c.item_id == sa.func.any(list(one.items or ())))).scalars())
    return list(connection.execute(query).scalars())
