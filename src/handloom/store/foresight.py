"""What will be, read off a connection that never writes: the rows that are about to change are shadowed by temporary tables.

A statement names tables without a schema, and both databases look among temporary tables first. So whatever reads the
shadowed tables through this connection sees what they are going to hold, while the writer stays free for others and
nobody else sees anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..core.relabel import Migration
from . import relabelling, schema
from .commits import SLACK
from .schema.curation import migration
from .schema.people import gold

e, t = schema.event, schema.task
HARMLESS = (
    *("question.asked", "question.claimed", "question.wants", "question.closed", "claim.released", "claim.expired"),
    *("answer.given", "answer.bulk", "item.added", "label.imported", "job.progress", "prediction.feedback"),
    *("dataset.committed", "dataset.tested", "dataset.branched", "dataset.tagged", "dataset.branch_closed"),
    *("request.opened", "request.changed", "request.commented", "request.ended", "guidelines.added"),
    *("member.changed", "member.invited", "review.opened", "model.trained", "release.changed"),
)
"""Events after which what was foreseen holds but for the items that were answered and the branches that moved on."""


class Moment(NamedTuple):
    """The newest event and answer there were."""

    event: int
    answer: int


def moment(connection: sa.Connection) -> Moment:
    """How far the log has come."""
    events = connection.execute(sa.select(sa.func.max(e.c.seq))).scalar()
    return Moment(events or 0, connection.execute(sa.select(sa.func.max(schema.answer.c.seq))).scalar() or 0)


def overtaken(connection: sa.Connection, since: Moment, project_id: int) -> bool:
    """Whether something happened in a project that answers alone do not tell: gold, answers set aside, new labels."""
    query = sa.select(e.c.seq).where(e.c.seq > since.event, e.c.project_id == project_id, e.c.kind.not_in(HARMLESS))
    return connection.execute(query.limit(1)).first() is not None


def answered_since(connection: sa.Connection, since: Moment, task_id: int) -> list[int]:
    """Items of a task that were answered since; on PostgreSQL a lower number may be seen after a higher one."""
    a = schema.answer
    start = since.answer - (SLACK if connection.dialect.name == "postgresql" else 0)
    query = sa.select(a.c.item_id).where(a.c.task_id == task_id, a.c.item_id.is_not(None), a.c.seq > start).distinct()
    return sorted(connection.execute(query).scalars())


@contextmanager
def after(
    connection: sa.Connection, task: Any, step: Migration, trust: Sequence[Mapping[str, Any]], distrust: Sequence[int]
) -> Iterator[None]:
    """The task, its migrations and its gold as they will be. task: with its next version and options."""
    project_rows = {"task": t.c.id, "migration": migration.c.task_id, "gold": gold.c.task_id}
    permanent = "main." if connection.dialect.name == "sqlite" else ""
    try:
        for name, column in project_rows.items():
            rows = f"SELECT * FROM {permanent}{name} WHERE {column.name} = {task.id:d}"
            connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} AS {rows}")
        connection.exec_driver_sql("CREATE INDEX shadow_gold ON gold (item_id)" if permanent == "" else _INDEX)
        values = {"version": task.version, "options": dict(task.options)}
        connection.execute(sa.update(t).where(t.c.id == task.id).values(values))
        connection.execute(sa.insert(migration).values(relabelling.row_of(connection, task, step)))
        gone = [*distrust, *(row["item_id"] for row in trust)]
        if gone:
            connection.execute(
                sa.delete(gold).where(gold.c.item_id == sa.bindparam("gone")), [{"gone": k} for k in gone]
            )
        if trust:
            connection.execute(sa.insert(gold), [dict(row) for row in trust])
        yield
    finally:
        connection.rollback()  # temporary tables go with the transaction that made them


_INDEX = "CREATE INDEX temp.shadow_gold ON gold (item_id)"
