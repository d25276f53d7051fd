"""Labels that are more than counted: those of gold, those weighed by skill, and those whose answers no longer all count."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ..core.protocols import Estimate
from . import labels, schema
from .schema.people import gold
from .upsert import upsert
from .writer import Hooks, Tx

lab, q, a = schema.label, schema.question, schema.answer
_CHANGING = ("value", "confidence", "n", "answers", "test", "position", "basis")


def settle(tx: Tx, place: Any, estimate: Estimate | None, *, position: int, basis: int | None = None) -> None:
    """Make this the label of a place (project_id, task_id, item_id, test), or take its label away.

    basis: the newest measured skill that weighed it; None: no skill did.
    """
    had = tx.execute(_HAD, {"task": place.task_id, "item": place.item_id}).scalar_one_or_none() is not None
    if estimate is not None:
        row = {
            "task_id": place.task_id,
            "item_id": place.item_id,
            "value": estimate.value,
            "confidence": estimate.confidence,
            "n": estimate.n,
            "answers": list(estimate.answers),
            "test": place.test,
            "position": position,
            "basis": basis,
        }
        tx.execute(upsert(tx.dialect, lab, replace=_CHANGING), row)
    elif had:
        tx.execute(sa.delete(lab).where(lab.c.task_id == place.task_id, lab.c.item_id == place.item_id))
    change = (estimate is not None) - had
    if change:
        tx.count(place.project_id, f"labels.{place.task_id}", change)
        if place.test:
            tx.count(place.project_id, f"labels.{place.task_id}.test", change)


_HAD = sa.select(lab.c.n).where(lab.c.task_id == sa.bindparam("task"), lab.c.item_id == sa.bindparam("item"))


def again(tx: Tx, place: Any) -> None:
    """Estimate a label anew, because its answers or what is gold have changed."""
    position = tx.execute(sa.select(sa.func.max(a.c.seq))).scalar() or 0
    estimate, basis = derive(tx.connection, tx.hooks, place.task_id, place.item_id, basis=None)
    settle(tx, place, estimate, position=position, basis=basis)


def derive(
    connection: sa.Connection, hooks: Hooks, task_id: int, item_id: int, *, basis: int | None
) -> tuple[Estimate | None, int | None]:
    """What the log says the label is, and the skill it was weighed with.

    Gold is its own label. An item that was asked with weighing is weighed, by the skills measured up to ``basis`` (None:
    by the present ones); any other is counted.
    """
    trusted = connection.execute(_GOLD, {"task": task_id, "item": item_id}).one_or_none()
    if trusted is not None:
        return Estimate(trusted.value, 1.0, 1, (trusted.answer_id,)), None
    if hooks.weigh is not None and connection.execute(_WEIGHED, {"task": task_id, "item": item_id}).first():
        return hooks.weigh(connection, task_id, item_id, basis)
    if hooks.estimate is None:
        return None, None
    return hooks.estimate(labels.standing(connection, task_id=task_id, item_id=item_id)), None


_GOLD = sa.select(gold.c.value, gold.c.answer_id).where(
    gold.c.task_id == sa.bindparam("task"), gold.c.item_id == sa.bindparam("item")
)
_WEIGHED = (
    sa.select(q.c.id)
    .where(q.c.item_id == sa.bindparam("item"), q.c.task_id == sa.bindparam("task"), q.c.most.is_not(None))
    .limit(1)
)


def special(connection: sa.Connection) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """(task, item) of labels that are more than counted, and of those among them that are gold."""
    weighed = connection.execute(sa.select(q.c.task_id, q.c.item_id).where(q.c.most.is_not(None)))
    asked = {(row.task_id, row.item_id) for row in weighed}
    known = connection.execute(sa.select(gold.c.task_id, gold.c.item_id))
    trusted = {(row.task_id, row.item_id) for row in known}
    return asked | trusted, trusted
