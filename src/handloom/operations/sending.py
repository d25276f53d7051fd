"""Projects as files of any format that has a writer: made by a job, fetched when it is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import loop
from ..core import registry
from ..core.clock import iso
from ..core.errors import Malformed, NotFound, UnknownKind, WrongState
from ..core.ids import parse, show
from ..store import branches, uploads
from ..store import jobs as rows
from . import jobs
from .session import Session, in_project

READ = "export"
KIND = "export"
WHAT = ("labels", "items")


@in_project
def make_export(
    session: Session,
    project: str,
    format: str,
    what: str = "labels",
    task: str | None = None,
    at: str | None = None,
) -> dict[str, Any]:
    """Write the labelled items, all items, or a version, as a file of this format, in a worker; the job.

    what: labels or items. task: only its labels. at: a branch, tag or commit of the task instead of labels as they stand.
    """
    session.require(READ)
    if format not in registry.names("writers"):
        raise UnknownKind("writer", str(format)[:80], registry.names("writers"))
    if what not in WHAT:
        raise Malformed(f"what is one of {', '.join(WHAT)}; found {what[:40]!r}", field="what")
    case = session.case(project)
    row = case.task(task)
    number = None
    if at is not None:
        with session.store.read() as connection:
            number = branches.resolve(connection, row.id, at).id
    uploads.forget_files(session.store)
    args = {"format": format, "what": what, "one": task is not None or at is not None, "commit": number}
    job, new = loop.start(session.store, row, KIND, args, actor_id=session.actor.id, executor=session.site.executor)
    if not new and job.args != args:
        raise WrongState(f"job {show('job', job.id)} exports this task already; wait for it, or cancel it")
    session.site.nudge(case.project.id)
    return jobs.shown(session, job)


def export_report(session: Session, job: str) -> dict[str, Any]:
    """What was written: ``{"job", "finished", "file", "bytes", "format", "records", "losses", "more_losses", "digest"}``.

    digest: of content and labels of all records, the same as of what is read back where the format holds all of it.
    """
    found = _job(session, job)
    told = uploads.read_json(uploads.of_job(session.store, found.id) / "export.json")
    if told is None:
        if found.state in rows.LIVE:
            raise WrongState(f"job {job} is {found.state}; its file comes when it is done")
        raise NotFound("file of job", job)
    return {"job": show("job", found.id), "finished": iso(found.finished), **told}


def exported(session: Session, job: str) -> tuple[str, Iterator[bytes]]:
    """A name for the file, and its pieces."""
    told = export_report(session, job)
    number = parse("job", job)
    with session.store.read() as connection:
        case = session.case_of(rows.get(connection, number).project_id)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in case.project.name)
    name = f"{plain}-{told['format']}{told['file'].removeprefix('file')}"
    return name, uploads.pieces(uploads.of_job(session.store, number) / told["file"])


def formats(session: Session) -> dict[str, Any]:
    """The formats that can be written, and those that can be read."""
    session.require("read_project")
    suffixes = [{"format": name, "suffix": registry.find("writers", name).suffix} for name in registry.names("writers")]
    return {"writers": suffixes, "readers": list(registry.names("readers"))}


def _job(session: Session, job: str) -> rows.Job:
    with session.looking(READ), session.store.read() as connection:
        found = rows.get(connection, parse("job", job))
    session = session.of(found.project_id)
    session.require(READ)
    if found.kind != KIND:
        raise NotFound("export of that job id", job)
    return found
