"""Answers set aside: they stay in the log and no longer count, and their questions are asked again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ..core import questions as life
from ..core.ids import show
from . import estimates, labels, moves, schema
from .queue import CHUNK
from .schema.people import aside, gold
from .writer import Tx

a, q, t = schema.answer, schema.question, schema.turn
_newer = a.alias("newer")
MOST = 5_000
"""Answers set aside at a time; who gave more since the last good point is asked about by a reviewer."""


def set_aside(tx: Tx, answer_ids: Sequence[str], *, reason: str, actor_id: int | None) -> int:
    """Set answers to label questions aside, open their questions for others and estimate the labels anew.

    Those that do not count any more (superseded, late, set aside) are left alone, and so are items with gold. How many.
    """
    done = 0
    for start in range(0, len(answer_ids), CHUNK):
        rows = tx.execute(_standing(answer_ids[start : start + CHUNK])).all()
        for row in rows:
            tx.execute(sa.insert(aside), _row(tx, row, reason, actor_id))
            before = moves.progress(row)
            after = life.set_aside(before, row.outcome)
            moves.move(tx, row, before, after)
            if row.most is not None and after.needs > after.got + 1:
                moves.want(tx, row, after, life.wanting(after, after.got + 1))  # more of them if that is not enough
            tx.emit(
                "answer.set_aside",
                project=row.project_id,
                actor=actor_id,
                subject=show("question", row.id),
                body={"answer": row.answer, "question": row.id, "outcome": row.outcome, "reason": reason},
            )
        for place in dict.fromkeys((r.project_id, r.task_id, r.item_id, r.test) for r in rows if r.trusted is None):
            estimates.again(tx, labels.Place(*place))
        done += len(rows)
    return done


def _row(tx: Tx, row: Any, reason: str, actor_id: int | None) -> dict[str, Any]:
    values = {"answer_id": row.answer, "question_id": row.id, "actor_id": actor_id}
    return values | {"reason": reason, "created": tx.now}


def _standing(answer_ids: Sequence[str]) -> Any:
    return (
        sa.select(
            a.c.id.label("answer"), a.c.outcome, q.c.id, q.c.project_id, q.c.task_id, q.c.item_id, q.c.lane, q.c.most, q.c.needs,
            q.c.got, q.c.held, q.c.skips, q.c.doubts, q.c.state, schema.item.c.test,
            gold.c.answer_id.label("trusted"),
        )
        .select_from(
            a.join(q, q.c.id == a.c.question_id)
            .join(schema.item, schema.item.c.id == q.c.item_id)
            .outerjoin(gold, sa.and_(gold.c.task_id == q.c.task_id, gold.c.item_id == q.c.item_id))
        )
        .where(
            a.c.id.in_(answer_ids),
            q.c.lane == "label",
            a.c.late == sa.false(),
            a.c.outcome != "retracted",
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
            ~sa.exists().where(aside.c.answer_id == a.c.id),
        )
        .order_by(a.c.seq)
    )  # fmt: skip


def work_of(connection: sa.Connection, task_id: int, actor_id: int, *, since: int, until: int) -> list[str]:
    """Answers (ids) of an actor to label questions that count, with ``since`` < seq <= ``until``, oldest first."""
    query = (
        sa.select(a.c.id)
        .join(q, q.c.id == a.c.question_id)
        .where(
            a.c.actor_id == actor_id,
            a.c.task_id == task_id,
            a.c.seq > since,
            a.c.seq <= until,
            a.c.late == sa.false(),
            a.c.outcome != "retracted",
            q.c.lane == "label",
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
            ~sa.exists().where(aside.c.answer_id == a.c.id),
        )
        .order_by(a.c.seq)
        .limit(MOST)
    )
    return list(connection.execute(query).scalars())


def held_by(connection: sa.Connection, project_id: int, actor_id: int) -> list[int]:
    """Questions of a project that an actor holds."""
    query = sa.select(t.c.question_id).join(q, q.c.id == t.c.question_id)
    query = query.where(t.c.actor_id == actor_id, t.c.state == "held", q.c.project_id == project_id)
    return list(connection.execute(query).scalars())
