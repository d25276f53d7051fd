"""What the last measurement of a task found: figures of its labels, of everybody who answered, and of suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from . import schema
from .prepared import Prepared
from .queue import CHUNK
from .upsert import upsert
from .writer import Tx

m, ma = schema.quality, schema.quality_actor
a, q = schema.answer, schema.question


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement. position: seq of the newest answer in it; answers: of the project by then; suggestions: bands
    [least confidence, share that people found right, n] of the last suggestions, rising."""

    task_id: int
    position: int
    answers: int
    suggestions: Sequence[Sequence[float]]
    body: Mapping[str, Any]
    created: float


_REPLACED = ("position", "answers", "suggestions", "body", "created")


def put(tx: Tx, new: Measurement, actors: Mapping[int, Mapping[str, Any]]) -> None:
    """Keep a measurement instead of the one before. actors: what it says of each, by actor; ``answers`` is among it."""
    row = {name: getattr(new, name) for name in Measurement.__slots__}
    tx.execute(upsert(tx.dialect, m, replace=_REPLACED), row)
    tx.execute(sa.delete(ma).where(ma.c.task_id == new.task_id))
    rows = [
        {"task_id": new.task_id, "actor_id": actor, "answers": body["answers"], "body": dict(body)}
        for actor, body in actors.items()
    ]
    if rows:
        tx.execute(sa.insert(ma), rows)


def newest(connection: sa.Connection, task_id: int) -> Measurement | None:
    """The measurement of a task, None before the first."""
    columns = [m.c[name] for name in Measurement.__slots__]
    row = connection.execute(sa.select(*columns).where(m.c.task_id == task_id)).one_or_none()
    return Measurement(*row) if row is not None else None


def measured(connection: sa.Connection, task_id: int) -> int:
    """Answers of the project when a task was last measured, 0 before the first time."""
    return connection.execute(sa.select(m.c.answers).where(m.c.task_id == task_id)).scalar() or 0


_SUGGESTIONS = Prepared(sa.select(m.c.suggestions).where(m.c.task_id == sa.bindparam("task")))


def suggestions(connection: sa.Connection, task_id: int) -> Sequence[Sequence[float]]:
    """`Measurement.suggestions` of a task; none before the first measurement."""
    row = _SUGGESTIONS.one(connection, {"task": task_id})
    return row.suggestions if row is not None else ()


def actor(connection: sa.Connection, task_id: int, actor_id: int) -> Mapping[str, Any] | None:
    """What was found of one actor, None when they had not answered by then."""
    query = sa.select(ma.c.body).where(ma.c.task_id == task_id, ma.c.actor_id == actor_id)
    return connection.execute(query).scalar_one_or_none()


def actors(connection: sa.Connection, task_id: int, *, limit: int) -> dict[int, Mapping[str, Any]]:
    """What was found of those with most answers, by actor."""
    query = sa.select(ma.c.actor_id, ma.c.body).where(ma.c.task_id == task_id)
    rows = connection.execute(query.order_by(ma.c.answers.desc(), ma.c.actor_id).limit(limit))
    return {row.actor_id: row.body for row in rows}


def of_actors(connection: sa.Connection, task_id: int, wanted: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """What was found of these actors."""
    found: dict[int, Mapping[str, Any]] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        query = sa.select(ma.c.actor_id, ma.c.body).where(ma.c.task_id == task_id, ma.c.actor_id.in_(part))
        found.update((row.actor_id, row.body) for row in connection.execute(query))
    return found


def answers_of_project(connection: sa.Connection, project_id: int) -> int:
    """All answers of a project, from its counter."""
    c = schema.counter
    query = sa.select(c.c.value).where(c.c.project_id == project_id, c.c.name == "answers")
    return connection.execute(query).scalar() or 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What one person gave to a task: answers of any outcome, those of the last seven days, and their seconds."""

    answers: int
    seconds: float
    recent: int
    recent_seconds: float


def spent(connection: sa.Connection, task_id: int, *, since: float) -> dict[int, Spent]:
    """By person; everything counts that took somebody's time, skipped and corrected answers too. since: of the recent ones."""
    recent = a.c.created >= since
    query = (
        sa.select(
            a.c.actor_id,
            sa.func.count(),
            sa.func.sum(a.c.seconds),
            sa.func.sum(sa.case((recent, 1), else_=0)),
            sa.func.sum(sa.case((recent, a.c.seconds), else_=0.0)),
        )
        .join(schema.actor, schema.actor.c.id == a.c.actor_id)
        .where(a.c.task_id == task_id, a.c.question_id.is_not(None), schema.actor.c.kind == "person")
        .group_by(a.c.actor_id)
    )
    return {row[0]: Spent(int(row[1]), float(row[2]), int(row[3]), float(row[4])) for row in connection.execute(query)}


def labels_by_people(connection: sa.Connection, task_id: int) -> tuple[int, float | None]:
    """(labels of items that people were asked about, mean confidence of these, None without any)."""
    lab = schema.label
    asked = sa.exists().where(q.c.item_id == lab.c.item_id, q.c.task_id == lab.c.task_id, q.c.got > 0)
    query = sa.select(sa.func.count(), sa.func.avg(lab.c.confidence)).where(lab.c.task_id == task_id, asked)
    n, mean = connection.execute(query).one()
    return int(n), float(mean) if mean is not None else None


def holding(connection: sa.Connection, project_id: int) -> dict[int, int]:
    """Questions that each actor holds now."""
    t = schema.turn
    query = (
        sa.select(t.c.actor_id, sa.func.count())
        .join(q, q.c.id == t.c.question_id)
        .where(t.c.state == sa.literal_column("'held'"), q.c.project_id == project_id)
        .group_by(t.c.actor_id)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}
