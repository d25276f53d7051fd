"""Label migrations as they are stored, and the answers of a task read through them.

An answer says under which version of its task it was given. Few projects ever rename a label, so whether there is anything
to read through is asked of the database in the statement that reads the answers (`old`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from ..core.errors import NotFound, WrongState
from ..core.ids import show
from ..core.relabel import Chain, Migration
from . import schema
from .schema.curation import migration as m

if TYPE_CHECKING:
    from .commits import Revision
    from .history import Commit
    from .projects import TaskRow
    from .writer import Tx

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Made:
    """A migration with who made it and what it changed. body: see `handloom.jobs.relabel`."""

    step: Migration
    project_id: int
    task_id: int
    body: Mapping[str, Any]
    reason: str
    actor_id: int
    created: float


def old(answer: Any) -> Any:
    """Whether an answer was given under a version of its task that a migration has overtaken."""
    since = sa.func.coalesce(answer.c.version, 0)
    return sa.exists().where(m.c.task_id == answer.c.task_id, m.c.version > since).label("old")


def _step(row: Any) -> Migration:
    lists = {name: tuple(row[name]) for name in ("sources", "targets", "before", "after")}
    return Migration(
        row["id"], row["version"], row["kind"], **lists, undoes=row["undoes"], commit=row["commit_id"],
        question=row["question_id"],
    )  # fmt: skip


def chain(connection: sa.Connection, task_id: int) -> Chain:
    """Every migration of a task; an empty chain when there was none."""
    rows = connection.execute(sa.select(m).where(m.c.task_id == task_id).order_by(m.c.version)).mappings()
    return Chain(_step(row) for row in rows)


def made(connection: sa.Connection, task_id: int) -> list[Made]:
    """The migrations of a task, newest first."""
    rows = connection.execute(sa.select(m).where(m.c.task_id == task_id).order_by(m.c.version.desc())).mappings()
    return [_made(row) for row in rows]


def get(connection: sa.Connection, number: int) -> Made:
    """The migration of that number; raises `NotFound`."""
    row = connection.execute(sa.select(m).where(m.c.id == number)).mappings().first()
    if row is None:
        raise NotFound("label migration", show("migration", number))
    return _made(row)


def _made(row: Any) -> Made:
    rest = {name: row[name] for name in ("project_id", "task_id", "body", "reason", "actor_id", "created")}
    return Made(_step(row), **rest)


def row_of(
    connection: sa.Connection, task: TaskRow, step: Migration, *, reason: str = "", actor_id: int = 0, at: float = 0.0
) -> dict[str, Any]:
    """The row of a migration that happens now. The version of ``task`` is the one it makes."""
    newest = sa.select(sa.func.coalesce(sa.func.max(m.c.id), 0) + 1)
    return {
        "id": connection.execute(newest).scalar_one(),
        "project_id": task.project_id,
        "task_id": task.id,
        "version": task.version,
        "kind": step.kind,
        "sources": list(step.sources),
        "targets": list(step.targets),
        "before": list(step.before),
        "after": list(step.after),
        "undoes": step.undoes,
        "commit_id": connection.execute(sa.select(sa.func.max(schema.commit_.c.id))).scalar() or 0,
        "question_id": connection.execute(sa.select(sa.func.max(schema.question.c.id))).scalar() or 0,
        "body": {},
        "reason": reason,
        "actor_id": actor_id,
        "created": at,
    }


def add(tx: Tx, task: TaskRow, step: Migration, *, reason: str, actor_id: int) -> Migration:
    """Store a migration, numbers filled in. The version of ``task`` is the one it makes."""
    row = row_of(tx.connection, task, step, reason=reason, actor_id=actor_id, at=tx.now)
    del row["id"]  # the database's to give
    return _step(tx.execute(sa.insert(m).values(row).returning(m)).mappings().one())


def unfinished(connection: sa.Connection, project_id: int) -> list[Made]:
    """Migrations of a project whose questions are not all asked yet, oldest first."""
    text = sa.cast(m.c.body, sa.Text)
    rows = connection.execute(
        sa.select(m).where(m.c.project_id == project_id, text.like('%"asking"%')).order_by(m.c.id)
    )
    return [one for row in rows.mappings() if "asking" in (one := _made(row)).body]


def change_body(tx: Tx, number: int, body: Mapping[str, Any]) -> None:
    """Store what a migration has come to."""
    tx.execute(sa.update(m).where(m.c.id == number).values(body=dict(body)))


def keep(tx: Tx, made: Made, body: Mapping[str, Any]) -> None:
    """Store what a migration changed, and say it in the log."""
    change_body(tx, made.step.id, body)
    said = {
        "migration": show("migration", made.step.id),
        "task": made.task_id,
        "kind": made.step.kind,
        "labels": list(made.step.sources),
        "into": list(made.step.targets),
        "reason": made.reason,
        "undoes": None if made.step.undoes is None else show("migration", made.step.undoes),
        "counts": body.get("counts", {}),
    }
    subject = show("task", made.task_id)
    tx.emit("task.relabelled", project=made.project_id, actor=made.actor_id, subject=subject, body=said)


def standing(connection: sa.Connection, task_id: int, rows: Sequence[Any]) -> list[Any]:
    """Answers of one item in today's labels. None of them when more fell to a split than are left: what is left over
    would speak for an item that most people said something else of, and nobody knows what that is called now."""
    return standing_of(chain(connection, task_id), rows) if any(row.old for row in rows) else list(rows)


def standing_of(steps: Chain, rows: Sequence[Any]) -> list[Any]:
    """`standing` where the migrations are known."""
    found = [row for row in readable(steps, rows) if row.value is not None]
    return found if 2 * len(found) >= len(rows) else []


def readable(steps: Chain, rows: Iterable[Row]) -> list[Row]:
    """Rows (with ``value`` and ``version``) in today's labels; the value is None where nobody can tell.

    A row's ``suggestion`` is read too, as of its ``question_id``.
    """
    out: list[Any] = []
    for row in rows:
        any_row: Any = row
        now = steps.read(any_row.value, any_row.version)
        suggestion = getattr(any_row, "suggestion", None)
        if suggestion is not None:
            suggestion = suggested(steps, suggestion, any_row.question_id)
        out.append(_Read(any_row, now, suggestion) if steps else any_row)
    return out


def today(connection: sa.Connection, at: Commit, rows: Iterable[Revision]) -> list[Revision]:
    """Rows of a dataset version in today's labels, without those whose label was split since."""
    steps = chain(connection, at.task_id)
    if not steps:
        return list(rows)
    since = steps.at_commit(at.id)
    read = (replace(row, value=steps.read(row.value, since)) for row in rows)
    return [row for row in read if row.value is not None]


class _Read:
    """A row with another value and suggestion."""

    __slots__ = ("_row", "suggestion", "value")

    def __init__(self, row: Any, value: Any, suggestion: Any) -> None:
        self._row, self.value, self.suggestion = row, value, suggestion

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def suggested(steps: Chain, suggestion: Mapping[str, Any], question_id: int | None) -> Mapping[str, Any] | None:
    """A suggestion in today's labels, None when it cannot be told."""
    since = suggestion.get("version")
    since = steps.at_question(question_id or 0) if since is None else since
    value = steps.read(suggestion["value"], since)
    return None if value is None else {**suggestion, "value": value}


def versions(tx: Tx, task_ids: Iterable[int]) -> dict[int, int]:
    """The present version of some tasks."""
    t = schema.task
    query = sa.select(t.c.id, t.c.version).where(t.c.id.in_(sorted(set(task_ids))))
    return {row.id: row.version for row in tx.execute(query)}


def overtaken(connection: sa.Connection, task: TaskRow, label: str) -> tuple[list[str], int] | None:
    """The labels and the number of the newest older version of a task that has this label; None when none has.

    Raises `WrongState` where it was split since: what was meant cannot be told, so nothing is stored for it.
    """
    steps = chain(connection, task.id)
    for step in reversed(steps.standing):
        if label in step.before:
            since = step.version - 1
            if steps.label(label, since) is None:
                now = ", ".join(steps.targets_of(label, since))
                raise WrongState(f"label {label!r} of task {task.name} was split into {now}; answer again", label=label)
            return list(step.before), since
    return None
