"""Jobs: how far the long steps are, and stopping them."""

from __future__ import annotations

from typing import Any

from .. import loop
from ..core.clock import iso
from ..core.ids import parse, show
from ..core.roles import allowed
from ..store import jobs as rows
from . import pages
from .session import Session, in_project


@in_project
def jobs(session: Session, project: str, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """Jobs of a project, newest first."""
    session.require("read_project")
    case, size = session.case(project), pages.size(limit)
    with session.store.read() as connection:
        found = rows.page(connection, case.project.id, before=pages.after("jobs", cursor), limit=size + 1)
    return pages.page("jobs", found, size, lambda j: j.id, lambda j: shown(session, j))


def job(session: Session, job: str) -> dict[str, Any]:
    """How far one job is."""
    with session.looking("read_project"), session.store.read() as connection:
        found = rows.get(connection, parse("job", job))
    session = session.of(found.project_id)
    session.require("read_project")
    return shown(session, found)


def cancel(session: Session, job: str) -> dict[str, Any]:
    """Ask a job to stop; it does at its next step."""
    with session.looking("train"), session.store.read() as connection:
        number = parse("job", job)
        session = session.of(rows.get(connection, number).project_id)
    session.require("train")
    return shown(session, loop.cancel(session.store, number, actor_id=session.actor.id))


def shown(session: Session, one: rows.Job) -> dict[str, Any]:
    """A job as it is shown."""
    task = session.case_of(one.project_id).task_by_id(one.task_id)
    return {
        "id": show("job", one.id),
        "kind": one.kind,
        "task": task.name if task else None,
        "state": one.state,
        "done": one.done,
        "total": one.total,
        # What a training found out about the model, in words: for those who may read models.
        "message": one.message if allowed(session.actor.role, "read_models") else "",
        "created": iso(one.created),
        "started": iso(one.started),
        "finished": iso(one.finished),
        "error": dict(one.error) if one.error else None,
    }
