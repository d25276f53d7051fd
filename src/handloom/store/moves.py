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
