"""Verdicts on labels that may be wrong: what was asked, what was said, and what it means for identical items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ..core.relabel import Chain
from . import estimates, given, relabelling, schema
from .labels import Place
from .schema.people import aside
from .writer import Tx

q, a, i = schema.question, schema.answer, schema.item
SHAPE = "verdict"
_newer = a.alias("newer")
_COUNTS = (
    a.c.outcome == "answered",
    a.c.late == sa.false(),
    ~sa.exists().where(_newer.c.supersedes == a.c.id),
    ~sa.exists().where(aside.c.answer_id == a.c.id),
)
_ALIVE = ("open", "claimed", "answered", "resolved", "escalated")


def judged(connection: sa.Connection, task_id: int) -> Sequence[Any]:
    """Rows (item_id, value, body of the question) of the verdicts that count, oldest first."""
    query = (
        sa.select(a.c.item_id, a.c.value, q.c.body, a.c.version, a.c.question_id)
        .join(q, q.c.id == a.c.question_id)
        .where(q.c.task_id == task_id, q.c.shape == SHAPE, *_COUNTS)
        .order_by(a.c.seq)
    )
    rows = _readable(connection, task_id, query)
    steps = relabelling.chain(connection, task_id)
    return [row for row in rows if _given_today(steps, row)] if steps else rows


def _given_today(steps: Chain, row: Any) -> bool:
    """Whether the label that was in question can be told today; its body then says so in today's words."""
    given = steps.read({"labels": row.body["given"]}, steps.at_question(row.question_id))
    if given is not None:
        row.body["given"] = given["labels"]
    return given is not None


def corrected(connection: sa.Connection, task_id: int, *, until: int) -> set[int]:
    """Items whose label a verdict had changed by the answer of that seq, identical ones included."""
    query = (
        sa.select(a.c.item_id, a.c.value, q.c.body)
        .join(q, q.c.id == a.c.question_id)
        .where(q.c.task_id == task_id, q.c.shape == SHAPE, a.c.seq <= until, *_COUNTS)
        .order_by(a.c.seq)
    )
    found: set[int] = set()
    for row in connection.execute(query):
        places = {row.item_id, *(row.body["same"] if row.value["identical"] else ())}
        found = found | places if row.value["verdict"] == "change" else found - places
    return found


def given_by_verdict(connection: sa.Connection, task_id: int) -> set[int]:
    """Items whose label an expert settled or a reviewer judged, identical ones included."""
    query = (
        sa.select(a.c.item_id)
        .outerjoin(q, q.c.id == a.c.question_id)
        .where(
            a.c.task_id == task_id,
            a.c.outcome == "answered",
            a.c.late == sa.false(),
            sa.or_(
                q.c.lane == "expert",
                q.c.shape == SHAPE,
                sa.and_(a.c.question_id.is_(None), sa.cast(a.c.value, sa.Text).like('%"verdict"%')),
            ),
        )
    )
    return {item for item in connection.execute(query.distinct()).scalars() if item is not None}


def asked(connection: sa.Connection, task_id: int) -> set[int]:
    """Items whose label is in question or was judged."""
    query = sa.select(q.c.item_id).where(q.c.task_id == task_id, q.c.shape == SHAPE, q.c.state.in_(_ALIVE))
    return set(connection.execute(query).scalars())


def said(connection: sa.Connection, task_id: int) -> Sequence[Any]:
    """Rows (item_id, actor_id, value) of what people answered when they were asked for a label, by item."""
    query = (
        sa.select(a.c.item_id, a.c.actor_id, a.c.value, a.c.version)
        .join(q, q.c.id == a.c.question_id)
        .join(schema.actor, schema.actor.c.id == a.c.actor_id)
        .where(
            a.c.task_id == task_id, q.c.shape != SHAPE, q.c.lane != "grid", schema.actor.c.kind == "person", *_COUNTS
        )
        .order_by(a.c.item_id, a.c.seq)
    )
    return _readable(connection, task_id, query)


def _readable(connection: sa.Connection, task_id: int, query: Any) -> Sequence[Any]:
    """Answers in today's labels, without those that cannot be told any more; other outcomes stay."""
    rows = connection.execute(query).all()
    read = relabelling.readable(relabelling.chain(connection, task_id), rows)
    return [now for now, row in zip(read, rows, strict=True) if now.value is not None or row.value is None]


def digests(connection: sa.Connection, project_id: int) -> dict[int, str]:
    """Digest of the content of each item of a project; equal for identical ones."""
    rows = connection.execute(sa.select(i.c.id, i.c.digest).where(i.c.project_id == project_id))
    return {row.id: row.digest for row in rows}


def page(connection: sa.Connection, task_id: int, *, before: int | None, limit: int) -> Sequence[Any]:
    """Verdict questions of a task, newest first: (id, item_id, key, state, body, created, value of the newest verdict)."""
    newest = (
        sa.select(a.c.value)
        .where(a.c.question_id == q.c.id, *_COUNTS)
        .order_by(a.c.seq.desc())
        .limit(1)
        .correlate(q)
        .scalar_subquery()
    )
    query = (
        sa.select(q.c.id, q.c.item_id, i.c.key, q.c.state, q.c.body, q.c.created, newest.label("value"))
        .join(i, i.c.id == q.c.item_id)
        .where(q.c.task_id == task_id, q.c.shape == SHAPE)
        .order_by(q.c.id.desc())
        .limit(limit)
    )
    return connection.execute(query.where(q.c.id < before) if before is not None else query).all()


def spread(tx: Tx, question_id: int, value: Mapping[str, Any], actor_id: int, *, corrects: bool) -> int:
    """Say the same of the items that are identical, as answers of the same actor without a question. How many.

    A verdict that corrects one of before, and no longer speaks for the identical ones, gives them their labels back.
    Labels that are weighed by skill are estimated again too, the question's own among them.
    """
    row = tx.execute(
        sa.select(q.c.project_id, q.c.task_id, q.c.item_id, q.c.body, i.c.test)
        .join(i, i.c.id == q.c.item_id)
        .where(q.c.id == question_id)
    ).one()
    estimates.again(tx, row)
    same = [int(item) for item in (row.body or {}).get("same", ())]
    if not same or not (value.get("identical") or corrects):
        return 0
    if not value.get("identical"):
        value = {"verdict": "keep", "labels": row.body["given"], "error": None, "identical": True}
    tests = {one.id: bool(one.test) for one in tx.execute(sa.select(i.c.id, i.c.test).where(i.c.id.in_(same)))}
    given.again(tx, row.project_id, [(item, tests[item], {row.task_id: dict(value)}) for item in same], actor_id)
    for item in same:
        estimates.again(tx, Place(row.project_id, row.task_id, item, tests[item]))
    return len(same)
