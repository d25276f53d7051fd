"""Jobs: what takes long, as rows that any worker can take. At most one of a kind waits or runs per task.

An *attempt* numbers the executions of a job. Every write of an execution names its attempt; once another worker has
taken the job over, the older attempt is refused, so a worker that was thought dead changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from ..core.errors import NotFound, WrongState
from ..core.ids import show
from . import schema
from .upsert import upsert

if TYPE_CHECKING:
    from .writer import Tx

j, w = schema.job, schema.worker
LIVE = ("queued", "running")
SILENT = 60.0
"""Seconds without a heartbeat after which a worker counts as dead."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job. done of total: progress in steps of its own; error: ``{"code", "message"}`` when it failed."""

    id: int
    project_id: int
    task_id: int | None
    kind: str
    args: Mapping[str, Any]
    state: str
    attempt: int
    worker: str | None
    heartbeat: float | None
    done: int
    total: int | None
    message: str
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    actor_id: int | None
    created: float
    started: float | None
    finished: float | None


_COLUMNS = tuple(j.c[name] for name in Job.__slots__)


class Stopped(BaseException):
    """Ends an execution from inside: its job was cancelled, or another worker has taken it over.

    Not an `Exception`, so that nothing between here and the runner takes it for a failure of the step.
    """

    def __init__(self, why: Literal["cancelled", "outrun"]) -> None:
        super().__init__(why)
        self.why = why


def enqueue(
    tx: Tx, *, project_id: int, task_id: int, kind: str, args: Mapping[str, Any] | None = None, actor_id: int | None
) -> tuple[Job, bool]:
    """A waiting job of this kind for a task, and whether it is new: one that waits or runs already is returned instead."""
    # Two processes may ask at once; on PostgreSQL this row orders them, on SQLite the writer's transaction does.
    tx.execute(lock(task_id))
    query = sa.select(*_COLUMNS).where(j.c.state.in_(LIVE), j.c.task_id == task_id, j.c.kind == kind).limit(1)
    found = tx.execute(query).first()
    if found is not None:
        return Job(*found), False
    values = {
        "project_id": project_id,
        "task_id": task_id,
        "kind": kind,
        "args": dict(args or {}),
        "state": "queued",
        "message": "waits for a worker",
        "actor_id": actor_id,
        "created": tx.now,
    }
    new = Job(*tx.execute(sa.insert(j).values(values).returning(*_COLUMNS)).one())
    _tell(tx, new, actor_id=actor_id)
    return new, True


def lock(task_id: int) -> sa.Select[tuple[int]]:
    """Statement that makes others who decide about this task wait until the transaction ends."""
    return sa.select(schema.task.c.id).where(schema.task.c.id == task_id).with_for_update()


def get(connection: sa.Connection, job_id: int) -> Job:
    """The job of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_COLUMNS).where(j.c.id == job_id)).first()
    if row is None:
        raise NotFound("job", show("job", job_id))
    return Job(*row)


def page(connection: sa.Connection, project_id: int, *, before: int | None, limit: int) -> list[Job]:
    """Jobs of a project, newest first, from the one before ``before``."""
    query = sa.select(*_COLUMNS).where(j.c.project_id == project_id).order_by(j.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(j.c.id < before)
    return [Job(*row) for row in connection.execute(query)]


def live(connection: sa.Connection, project_id: int | None = None) -> list[Job]:
    """Jobs that wait or run, oldest first; of one project, or of all."""
    query = sa.select(*_COLUMNS).where(j.c.state.in_(LIVE)).order_by(j.c.id)
    if project_id is not None:
        query = query.where(j.c.project_id == project_id)
    return [Job(*row) for row in connection.execute(query)]


def last(connection: sa.Connection, task_id: int, kind: str) -> Job | None:
    """The newest finished job of this kind for a task (done, failed or cancelled), or None."""
    project = sa.select(schema.task.c.project_id).where(schema.task.c.id == task_id).scalar_subquery()
    query = (
        sa.select(*_COLUMNS)
        .where(j.c.project_id == project, j.c.task_id == task_id, j.c.kind == kind, j.c.state.not_in(LIVE))
        .order_by(j.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return Job(*row) if row else None


def waiting(connection: sa.Connection) -> bool:
    """Whether any job waits for a worker, or has lost the one that ran it."""
    return connection.execute(sa.select(j.c.id).where(j.c.state.in_(LIVE)).limit(1)).first() is not None


def take(tx: Tx, worker: str, job_id: int | None = None) -> Job | None:
    """Reserve the oldest waiting job (or that very one) for a worker. None when there is none."""
    oldest = sa.select(j.c.id).where(j.c.state == sa.literal_column("'queued'")).order_by(j.c.id).limit(1)
    if job_id is not None:
        oldest = oldest.where(j.c.id == job_id)
    row = tx.execute(
        sa.update(j)
        .where(j.c.id == oldest.with_for_update(skip_locked=True).scalar_subquery())
        .values(state="running", worker=worker, heartbeat=tx.now, started=tx.now, message="starts")
        .returning(*_COLUMNS)
    ).first()
    if row is None:
        return None
    _tell(tx, Job(*row))
    return Job(*row)


def orphans(tx: Tx, worker: str, *, silent: float = SILENT, most: int = 100) -> list[Job]:
    """Take over running jobs of workers that have been silent too long, oldest first."""
    lost = j.c.state == sa.literal_column("'running'"), j.c.heartbeat < tx.now - silent
    query = sa.select(j.c.id).where(*lost).order_by(j.c.id).limit(most).with_for_update(skip_locked=True)
    ids = list(tx.execute(query).scalars())
    if not ids:
        return []
    rows = tx.execute(
        sa.update(j)
        .where(j.c.id.in_(ids))
        .values(worker=worker, heartbeat=tx.now, message="taken over from a worker that fell silent")
        .returning(*_COLUMNS)
    )
    found = sorted((Job(*row) for row in rows), key=lambda job: job.id)
    for job in found:
        _tell(tx, job)
    return found


def let_go(tx: Tx, job_id: int, worker: str) -> None:
    """A worker stops in the middle of a job: its attempt is over, and the job may be taken over at once."""
    mine = j.c.id == job_id, j.c.worker == worker, j.c.state == "running"
    tx.execute(sa.update(j).where(*mine).values(attempt=j.c.attempt + 1, heartbeat=0.0, message="waits for a worker"))


def begin(tx: Tx, job_id: int, worker: str) -> Job | None:
    """Start an execution: a new attempt that fences off all older ones. None when the job has ended meanwhile."""
    row = tx.execute(
        sa.update(j)
        .where(j.c.id == job_id, j.c.state == "running")
        .values(attempt=j.c.attempt + 1, worker=worker, heartbeat=tx.now)
        .returning(*_COLUMNS)
    ).first()
    return Job(*row) if row else None


def fence(tx: Tx, job_id: int, attempt: int) -> None:
    """Raise `Stopped` unless this attempt is the one that may write."""
    query = sa.select(j.c.attempt, j.c.state).where(j.c.id == job_id).with_for_update()
    row = tx.execute(query).one()
    if row.state == "cancelled":
        raise Stopped("cancelled")
    if row.attempt != attempt or row.state != "running":
        raise Stopped("outrun")


def progress(tx: Tx, job: Job, *, done: int, total: int | None, message: str) -> None:
    """Say how far an execution is; also its heartbeat. Raises `Stopped`."""
    fence(tx, job.id, job.attempt)
    row = tx.execute(
        sa.update(j)
        .where(j.c.id == job.id)
        .values(done=done, total=total, message=message, heartbeat=tx.now)
        .returning(*_COLUMNS)
    ).one()
    _tell(tx, Job(*row))


def end(
    tx: Tx,
    job: Job,
    state: Literal["done", "failed"],
    *,
    message: str,
    result: Mapping[str, Any] | None = None,
    error: Mapping[str, Any] | None = None,
) -> None:
    """Close an execution. Raises `Stopped` when it is not the one that may."""
    fence(tx, job.id, job.attempt)
    values = {
        "state": state,
        "finished": tx.now,
        "message": message,
        "result": dict(result) if result is not None else None,
        "error": dict(error) if error is not None else None,
    }
    row = tx.execute(sa.update(j).where(j.c.id == job.id).values(values).returning(*_COLUMNS)).one()
    _tell(tx, Job(*row))


def cancel(tx: Tx, job_id: int, actor_id: int) -> Job:
    """Cancel a job that waits or runs; a running one stops at its next write. Raises `NotFound` or `WrongState`."""
    row = tx.execute(sa.select(*_COLUMNS).where(j.c.id == job_id).with_for_update()).first()
    if row is None:
        raise NotFound("job", show("job", job_id))
    if row.state not in LIVE:
        raise WrongState(f"job {show('job', job_id)} is {row.state} already")
    values = {"state": "cancelled", "finished": tx.now, "message": "cancelled"}
    new = Job(*tx.execute(sa.update(j).where(j.c.id == job_id).values(values).returning(*_COLUMNS)).one())
    _tell(tx, new, actor_id=actor_id)
    return new


def join(tx: Tx, worker: str) -> None:
    """A worker begins."""
    row = {"name": worker, "heartbeat": tx.now, "started": tx.now}
    tx.execute(upsert(tx.dialect, w, replace=("heartbeat", "started")), row)


def beat(tx: Tx, worker: str, running: Sequence[int]) -> None:
    """A worker lives, and so do the jobs that it runs."""
    tx.execute(sa.update(w).where(w.c.name == worker).values(heartbeat=tx.now))
    if running:
        mine = j.c.id.in_(list(running)), j.c.worker == worker, j.c.state == "running"
        tx.execute(sa.update(j).where(*mine).values(heartbeat=tx.now))


def leave(tx: Tx, worker: str) -> None:
    """A worker ends in good order."""
    tx.execute(sa.delete(w).where(w.c.name == worker))


def workers(connection: sa.Connection, *, since: float) -> list[str]:
    """Names of the workers heard of since that time."""
    return list(connection.execute(sa.select(w.c.name).where(w.c.heartbeat >= since).order_by(w.c.name)).scalars())


def _tell(tx: Tx, job: Job, actor_id: int | None = None) -> None:
    tx.emit(
        "job.progress",
        project=job.project_id,
        actor=actor_id,
        subject=show("job", job.id),
        body={
            "job": show("job", job.id),
            "kind": job.kind,
            "task": job.task_id,
            "state": job.state,
            "done": job.done,
            "total": job.total,
            "message": job.message,
        },
    )
