"""Conflicts: what was said about an item that people cannot agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from . import relabelling, schema
from .schema.people import aside, gold

a, q = schema.answer, schema.question
_newer = a.alias("newer")


def said(connection: sa.Connection, *, task_id: int, item_id: int) -> list[Any]:
    """Rows (outcome, value, rationale, note, actor_id) of what people said that stands: answers and doubts, in order."""
    query = (
        sa.select(a.c.outcome, a.c.value, a.c.rationale, a.c.note, a.c.actor_id, a.c.version)
        .join(schema.actor, schema.actor.c.id == a.c.actor_id)
        .where(
            a.c.item_id == item_id,
            a.c.task_id == task_id,
            a.c.outcome.not_in(("skip", "retracted")),
            a.c.late == sa.false(),
            schema.actor.c.kind.in_(("person", "import")),
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
            ~sa.exists().where(aside.c.answer_id == a.c.id),
        )
        .order_by(a.c.seq)
    )
    rows = relabelling.readable(relabelling.chain(connection, task_id), connection.execute(query).all())
    return [row for row in rows if row.value is not None or row.outcome != "answered"]


def asked(connection: sa.Connection, *, task_id: int, item_id: int) -> bool:
    """Whether an expert is or was asked about an item."""
    query = sa.select(q.c.id).where(
        q.c.item_id == item_id,
        q.c.task_id == task_id,
        q.c.lane == "expert",
        q.c.state.in_(("open", "claimed", "resolved")),
    )
    return connection.execute(query.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is told about an answer of theirs. verdict: the right value, None where a reviewer rejected it."""

    item_id: int
    yours: Any
    verdict: Any
    reason: str | None
    at: float


def about(connection: sa.Connection, task_id: int, actor_id: int, *, limit: int) -> list[Told]:
    """Experts' verdicts that differ from this actor's answers, and answers that a reviewer rejected, newest first.

    Only verdicts that are not used as hidden gold: what checks people is not told.
    """
    mine = sa.and_(a.c.actor_id == actor_id, a.c.task_id == task_id, a.c.question_id.is_not(None))
    verdicts = (
        sa.select(a.c.item_id, a.c.value, a.c.version, gold.c.value.label("verdict"), gold.c.note, gold.c.created)
        .join(gold, sa.and_(gold.c.task_id == a.c.task_id, gold.c.item_id == a.c.item_id))
        .where(
            mine,
            gold.c.source == "expert",
            gold.c.hidden == sa.false(),
            gold.c.answer_id != a.c.id,
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
        )
        .order_by(gold.c.created.desc())
        .limit(limit)
    )
    rejected = (
        sa.select(a.c.item_id, a.c.value, aside.c.reason, aside.c.created)
        .join(aside, aside.c.answer_id == a.c.id)
        .where(mine, aside.c.actor_id.is_not(None))
        .order_by(aside.c.created.desc())
        .limit(limit)
    )
    steps = relabelling.chain(connection, task_id)
    found = [
        Told(row.item_id, row.value, row.verdict, row.note, row.created)
        for row in relabelling.readable(steps, connection.execute(verdicts).all())
        if row.value is not None and row.value != row.verdict
    ]
    found += [Told(row.item_id, row.value, None, row.reason, row.created) for row in connection.execute(rejected)]
    return sorted(found, key=lambda one: -one.at)[:limit]


def counts(connection: sa.Connection, task_id: int) -> dict[str, int]:
    """Conflicts of a task that wait for an expert, and those that one has settled."""
    # Through the index on (project, lane, state): a task alone would be looked for in all questions there are.
    project = sa.select(schema.task.c.project_id).where(schema.task.c.id == task_id).scalar_subquery()
    found = (q.c.project_id == project, q.c.lane == "expert", q.c.task_id == task_id)
    query = sa.select(q.c.state, sa.func.count()).where(*found).group_by(q.c.state)
    by_state: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    return {
        "open": by_state.get("open", 0) + by_state.get("claimed", 0),
        "settled": by_state.get("resolved", 0),
    }
