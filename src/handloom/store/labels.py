"""Labels: what the standing answers of an item are worth, kept beside them and rebuilt from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..core.protocols import Estimate
from . import relabelling, schema
from .bulk import as_json, insert_rows
from .prepared import Prepared
from .schema.people import aside
from .upsert import upsert
from .writer import Tx

a = schema.answer
_newer = a.alias("newer")
NOT_REVOKED = sa.or_(
    schema.actor.c.kind != sa.literal_column("'rule'"),
    ~sa.exists().where(schema.split.c.actor_id == a.c.actor_id, schema.split.c.revoked.is_not(None)),
)
"""Condition on an answer joined with its actor: a policy whose split was revoked says nothing."""

_STANDING = Prepared(
    sa.select(a.c.id, schema.actor.c.kind, a.c.value, a.c.version, relabelling.old(a))
    .join(schema.actor, schema.actor.c.id == a.c.actor_id)
    .where(
        a.c.item_id == sa.bindparam("item"),
        a.c.task_id == sa.bindparam("task"),
        a.c.outcome == "answered",
        a.c.late == sa.false(),
        ~sa.exists().where(_newer.c.supersedes == a.c.id),
        ~sa.exists().where(aside.c.answer_id == a.c.id),
        NOT_REVOKED,
    )
    .order_by(a.c.seq)
)


def standing(connection: sa.Connection, *, task_id: int, item_id: int) -> Sequence[tuple[str, str, Any]]:
    """(answer id, kind of actor, value) of the answers that count: in time, answered, not superseded or set aside.

    Values are in today's labels, whatever they were given under.
    """
    rows = _STANDING.rows(connection, {"item": item_id, "task": task_id})
    return [(row.id, row.kind, row.value) for row in relabelling.standing(connection, task_id, rows)]


def refresh(tx: Tx, place: Any, *, had: bool, position: int) -> None:
    """Estimate the label of a place (project_id, task_id, item_id, test) anew; ``had``: there was one before.

    ``position`` is the seq of the newest answer, from which a commit sees what changed.
    """
    if tx.hooks.estimate is None:
        return
    estimate = tx.hooks.estimate(standing(tx.connection, task_id=place.task_id, item_id=place.item_id))
    if estimate is not None:
        _PUT.run(tx.connection, _row(place, estimate, position))
    elif had:
        tx.execute(_REMOVE, {"task": place.task_id, "item": place.item_id})
    change = (estimate is not None) - had
    if change:
        _count(tx, place, by=change)


_CHANGING = ("value", "confidence", "n", "answers", "test", "position")
_PUT = Prepared(
    lambda dialect: upsert(dialect, schema.label, replace=_CHANGING), columns=("task_id", "item_id", *_CHANGING)
)


def _row(place: Any, estimate: Estimate, position: int) -> dict[str, Any]:
    return {
        "task_id": place.task_id,
        "item_id": place.item_id,
        "value": estimate.value,
        "confidence": estimate.confidence,
        "n": estimate.n,
        "answers": list(estimate.answers),
        "test": place.test,
        "position": position,
    }


def _count(tx: Tx, place: Any, *, by: int) -> None:
    tx.count(place.project_id, f"labels.{place.task_id}", by)
    if place.test:
        tx.count(place.project_id, f"labels.{place.task_id}.test", by)


_REMOVE = sa.delete(schema.label).where(
    schema.label.c.task_id == sa.bindparam("task"), schema.label.c.item_id == sa.bindparam("item")
)


class Place(NamedTuple):
    """Where a label belongs."""

    project_id: int
    task_id: int
    item_id: int
    test: bool


def first(tx: Tx, answers: Sequence[tuple[Place, str, Any]], position: int, *, kind: str = "import") -> None:
    """Labels of places that have but one answer (place, answer id, value), which an actor of that kind gave."""
    if tx.hooks.estimate is None:
        return
    rows: list[tuple[Any, ...]] = []
    # Equal values, which an import shares, are estimated once: what one answer is worth does not depend on its id.
    known: dict[int, tuple[str | None, float, int, bool] | None] = {}
    for place, answer_id, value in answers:
        if id(value) not in known:
            estimate = tx.hooks.estimate([(answer_id, kind, value)])
            known[id(value)] = estimate and (
                *(as_json(estimate.value), estimate.confidence, estimate.n),
                bool(estimate.answers),
            )
        found = known[id(value)]
        if found is None:
            continue
        text, confidence, n, counted = found
        _count(tx, place, by=1)
        names = f'["{answer_id}"]' if counted else "[]"
        rows.append((place.task_id, place.item_id, text, confidence, n, names, place.test, position))
    insert_rows(tx, schema.label, ("task_id", "item_id", *_CHANGING), rows)
