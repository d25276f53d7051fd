"""Conflicts: what was said about an item that people cannot agree on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from . import schema
from .people_schema import aside

a, q = schema.answer, schema.question
_newer = a.alias("newer")


def said(connection: sa.Connection, *, task_id: int, item_id: int) -> list[Any]:
    """Rows (outcome, value, rationale, note, actor_id) of what people said that stands: answers and doubts, in order."""
    query = (
        sa.select(a.c.outcome, a.c.value, a.c.rationale, a.c.note, a.c.actor_id)
        .join(schema.actor, schema.actor.c.id == a.c.actor_id)
        .where(
            a.c.item_id == item_id,
            a.c.task_id == task_id,
            a.c.outcome != "skip",
            a.c.late == sa.false(),
            schema.actor.c.kind.in_(("person", "import")),
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
            ~sa.exists().where(aside.c.answer_id == a.c.id),
        )
        .order_by(a.c.seq)
    )
    return list(connection.execute(query))


def asked(connection: sa.Connection, *, task_id: int, item_id: int) -> bool:
    """Whether an expert is or was asked about an item."""
    query = sa.select(q.c.id).where(
        q.c.item_id == item_id,
        q.c.task_id == task_id,
        q.c.lane == "expert",
        q.c.state.in_(("open", "claimed", "resolved")),
    )
    return connection.execute(query.limit(1)).first() is not None
