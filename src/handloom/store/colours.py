"""What the points of a map are coloured by: labels, what was asked, who answered. Read whole, for as many items as there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ..core.questions import BULK
from . import schema

a, b, q, lab = schema.answer, schema.batch, schema.question, schema.label


def stamp(connection: sa.Connection, project_id: int, task_id: int, actor_id: int) -> tuple[Any, ...]:
    """Changes whenever what the others here tell has changed; costs next to nothing."""
    c = schema.counter
    names = (f"labels.{task_id}", "questions.label.open", "questions.label.claimed", "questions.label.resolved")
    counts = connection.execute(
        sa.select(c.c.name, c.c.value).where(c.c.project_id == project_id, c.c.name.in_(names)).order_by(c.c.name)
    )
    newest = connection.execute(sa.select(sa.func.max(lab.c.position)).where(lab.c.task_id == task_id)).scalar()
    mine = connection.execute(sa.select(sa.func.max(a.c.seq)).where(a.c.actor_id == actor_id)).scalar()
    return (*((row.name, row.value) for row in counts), newest, mine)


def labels(connection: sa.Connection, task_id: int) -> Sequence[tuple[int, str]]:
    """(item, value as JSON text) of every label of a task."""
    found = connection.exec_driver_sql(f"SELECT item_id, CAST(value AS TEXT) FROM label WHERE task_id = {task_id:d}")
    cursor: Any = found.cursor  # rows as the driver gives them
    return cursor.fetchall()


def mine(connection: sa.Connection, task_id: int, actor_id: int) -> Sequence[int]:
    """Items of a task that an actor answered and has not taken back."""
    later = a.alias("later")
    taken_back = sa.exists().where(later.c.supersedes == a.c.id, later.c.outcome == "retracted")
    query = sa.select(a.c.item_id).where(
        a.c.actor_id == actor_id, a.c.task_id == task_id, a.c.outcome != "retracted", ~taken_back
    )
    return connection.execute(query).scalars().all()


def asked(connection: sa.Connection, project_id: int, task_id: int) -> Sequence[int]:
    """Items with an open or claimed label question."""
    query = sa.select(q.c.item_id).where(
        q.c.project_id == project_id, q.c.lane == "label", q.c.state.in_(("open", "claimed")), q.c.task_id == task_id
    )
    return connection.execute(query).scalars().all()


def in_bulk(connection: sa.Connection, project_id: int, task_id: int) -> Sequence[int]:
    """Items whose label was given together with others', by an answer that stands."""
    query = (
        sa.select(q.c.item_id)
        .join(b, b.c.id == q.c.batch_id)
        .where(b.c.project_id == project_id, b.c.task_id == task_id, b.c.strategy == BULK, q.c.state == "resolved")
    )
    return connection.execute(query).scalars().all()
