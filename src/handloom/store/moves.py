"""What every move of a question shares: read where it stands, write where it stands now, keep the counters."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

import sqlalchemy as sa

from ..core.errors import NotFound
from ..core.ids import show
from ..core.questions import Progress
from . import schema
from .prepared import Prepared
from .writer import Tx

q = schema.question

STANDING = tuple(
    q.c[name]
    for name in (
        "id",
        "project_id",
        "task_id",
        "item_id",
        "lane",
        "needs",
        "got",
        "held",
        "skips",
        "doubts",
        "state",
        "most",
    )
)
"""What is asked, and how far it has come."""


def row_of(record: Any) -> dict[str, Any]:
    """A frozen record as a row; `dataclasses.asdict` copies deeply, which costs more than the insert."""
    return {name: getattr(record, name) for name in _names(type(record))}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def question(tx: Tx, question_id: int) -> Any:
    row = _ONE.one(tx.connection, {"question": question_id})
    if row is None:
        raise NotFound("question", show("question", question_id))
    return row


_ONE = Prepared(
    sa.select(q.c.id, q.c.project_id, q.c.lane, q.c.needs, q.c.got, q.c.held, q.c.skips, q.c.doubts, q.c.state)
    .where(q.c.id == sa.bindparam("question"))
    .with_for_update()
)


def progress(row: Any) -> Progress:
    return Progress(row.needs, row.got, row.held, row.skips, row.doubts, row.state)


def move(tx: Tx, row: Any, before: Progress, after: Progress) -> None:
    """Write where the question stands now, and its counters."""
    if after == before:
        return
    _MOVE.run(
        tx.connection,
        {
            "question": row.id,
            "to_got": after.got,
            "to_held": after.held,
            "to_skips": after.skips,
            "to_doubts": after.doubts,
            "to_state": after.state,
        },
    )
    if after.state != before.state:
        tx.count(row.project_id, f"questions.{row.lane}.{before.state}", -1)
        tx.count(row.project_id, f"questions.{row.lane}.{after.state}", 1)


_MOVE = Prepared(
    sa.update(q)
    .where(q.c.id == sa.bindparam("question"))
    .values(
        got=sa.bindparam("to_got"),
        held=sa.bindparam("to_held"),
        skips=sa.bindparam("to_skips"),
        doubts=sa.bindparam("to_doubts"),
        state=sa.bindparam("to_state"),
    )
)


def want(tx: Tx, row: Any, before: Progress, after: Progress) -> None:
    """Write that a question wants another number of answers than it did."""
    tx.execute(sa.update(q).where(q.c.id == row.id).values(needs=after.needs))
    move(tx, row, before, after)
    body = {"question": row.id, "needs": after.needs}
    tx.emit("question.wants", project=row.project_id, subject=show("question", row.id), body=body)


def resolved_question(tx: Tx, task_id: int, item_id: int) -> Any:
    """The resolved label question of an item, its row with ``most``; None when there is none or another one is open."""
    query = (
        sa.select(*STANDING)
        .where(q.c.item_id == item_id, q.c.task_id == task_id, q.c.lane == "label")
        .order_by(q.c.id.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return row if row is not None and row.state == "resolved" else None
