"""Decide-questions on releasing a model, and the rules that answer as actors of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from . import schema

if TYPE_CHECKING:
    from .training import Model
    from .writer import Tx

q, b, m, a = schema.question, schema.batch, schema.model, schema.actor


def undecided(connection: sa.Connection, project_id: int, task_id: int) -> list[Any]:
    """Rows (id, model_id, number) of the questions on a task's models that nobody has decided."""
    query = (
        sa.select(q.c.id, b.c.model_id, m.c.number)
        .join(b, b.c.id == q.c.batch_id)
        .join(m, m.c.id == b.c.model_id)
        .where(
            q.c.project_id == project_id,
            q.c.lane == "decide",
            q.c.state.in_(("open", "claimed")),
            q.c.task_id == task_id,
        )
        .order_by(q.c.id)
    )
    return list(connection.execute(query).all())


def gate_of(connection: sa.Connection, model: Model) -> int | None:
    """The decide-question that was asked about a model, whatever became of it."""
    query = (
        sa.select(q.c.id)
        .join(b, b.c.id == q.c.batch_id)
        .where(q.c.project_id == model.project_id, q.c.lane == "decide", b.c.model_id == model.id)
        .order_by(q.c.id)
        .limit(1)
    )
    return connection.execute(query).scalar()


def gate_question(connection: sa.Connection, question_id: int) -> Any | None:
    """Row (id, state, needs, body, model_id) of a decide-question about a model, or None."""
    query = (
        sa.select(q.c.id, q.c.state, q.c.needs, q.c.body, b.c.model_id)
        .join(b, b.c.id == q.c.batch_id)
        .where(q.c.id == question_id, q.c.lane == "decide", b.c.model_id.is_not(None))
    )
    return connection.execute(query).one_or_none()


def verdicts(connection: sa.Connection, question_id: int) -> list[tuple[str, str]]:
    """(role, decision) of the answers to a decide-question, in the order they came."""
    answer = schema.answer
    query = (
        sa.select(a.c.role, answer.c.value)
        .join(a, a.c.id == answer.c.actor_id)
        .where(answer.c.question_id == question_id, answer.c.outcome == "answered", answer.c.late == sa.false())
        .order_by(answer.c.seq)
    )
    return [(row.role, row.value["decision"]) for row in connection.execute(query)]


def rule_actor(tx: Tx, name: str) -> int:
    """The actor of a rule, made when it acts for the first time. It cannot log in: it has no token."""
    found = tx.execute(sa.select(a.c.id).where(a.c.name == name)).scalar()
    if found is not None:
        return found
    values = {"name": name, "kind": "rule", "role": "engineer", "state": "active", "created": tx.now}
    return tx.execute(sa.insert(a).values(values).returning(a.c.id)).scalar_one()
