"""Files that people send: taken in, looked at, imported by a job, and the report of what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from .. import loop
from ..core.clock import iso
from ..core.errors import Malformed, NotFound, WrongState
from ..core.ids import parse, show
from ..core.later import later
from ..core.protocols import Record
from ..store import jobs as rows
from ..store import uploads
from ..store.projects import TaskRow
from ..store.uploads import Receiving, Upload
from . import files, jobs
from .session import Session, in_project

if TYPE_CHECKING:
    from .. import collect
    from ..collect import arrivals
else:  # the readers bring Pillow
    collect, arrivals = later("handloom.collect"), later("handloom.collect.arrivals")

WRITE = "add_items"
KIND = "import"
MIB = 1024 * 1024
DEFAULT_MIB = 1024
UNPACKED = 4
"""How many times its own limit a zip may become."""
_LOOKED_AT = 1000
_OPTIONS = frozenset(("encoding", "reader", "delimiter", "sheet", "columns"))
_COLUMNS = frozenset(("fields", "label", "key", "split", "separator", "also", "tags"))


def receiving(session: Session, project: str, name: str) -> Receiving:
    """A place for a file that is about to come: a context to `write` to, then `received`. Raises `Forbidden`, `NotFound`."""
    session = session.within(project)
    session.require(WRITE)
    if not name or len(name) > 200:
        raise Malformed("a file has a name of 1 to 200 characters", field="name")
    case = session.case(project)
    with session.store.read() as connection:
        live = [job for job in rows.live(connection) if job.kind == KIND]
    uploads.forget_files(session.store)
    uploads.sweep(session.store, frozenset(job.args["upload"] for job in live))
    return Receiving(session.store, case.project.settings.get("upload_mib", DEFAULT_MIB) * MIB)


def received(session: Session, project: str, name: str, file: Receiving, task: str | None) -> dict[str, Any]:
    """The whole file is there: what it is, by its content, and what is made of it. Raises what is wrong with it."""
    session = session.within(project)
    case = session.case(project)
    wanted = case.task(task)
    file.close()
    limit = UNPACKED * case.project.settings.get("upload_mib", DEFAULT_MIB) * MIB
    path = arrivals.settled(file.path, name, limit)
    collect.find_reader(path)
    return _shown(file.keep(path, name=name, project_id=case.project.id), wanted, {})


@in_project
def look(session: Session, project: str, upload: str, task: str | None = None, **options: Any) -> dict[str, Any]:
    """The file as it would be imported with these options: encoding, reader, delimiter, sheet, columns."""
    session.require(WRITE)
    return _shown(_of(session, project, upload), session.case(project).task(task), _checked(options))


@in_project
def forget(session: Session, project: str, upload: str) -> dict[str, Any]:
    """Remove a file that was sent and not imported. Raises `WrongState` while a job imports it."""
    session.require(WRITE)
    found = _of(session, project, upload)
    with session.store.read() as connection:
        busy = [job for job in rows.live(connection) if job.kind == KIND and job.args["upload"] == found.id]
    if busy:
        raise WrongState(f"job {show('job', busy[0].id)} imports this file; cancel it first")
    uploads.remove(session.store, found.id)
    return {"id": found.id, "removed": True}


@in_project
def bring(session: Session, project: str, upload: str, task: str | None = None, **options: Any) -> dict[str, Any]:
    """Import the file in a worker, with options as of `look`; the job. One import per task at a time."""
    session.require(WRITE)
    found = _of(session, project, upload)
    row = session.case(project).task(task)
    args = {"upload": found.id, "file": found.name, "options": _as_reader(row, _checked(options))}
    job, new = loop.start(session.store, row, KIND, args, actor_id=session.actor.id, executor=session.site.executor)
    if not new:
        other = job.args.get("file", "another file")
        raise WrongState(f"job {show('job', job.id)} imports {other} for this task; wait for it, or cancel it")
    session.site.nudge(session.case(project).project.id)
    return jobs.shown(session, job)


def report(session: Session, job: str) -> dict[str, Any]:
    """What became of an import: counts, the first thousand lines that were refused, and notes."""
    found = _job(session, job)
    told = uploads.read_json(uploads.of_job(session.store, found.id) / "report.json")
    if told is None:
        if found.state in rows.LIVE:
            raise WrongState(f"job {job} is {found.state}; its report comes when it ends")
        raise NotFound("report of job", job)
    return {"job": show("job", found.id), "finished": iso(found.finished), **told}


def refused(session: Session, job: str) -> Iterator[bytes]:
    """All lines that an import refused, as CSV: line, code, message."""
    found = _job(session, job)
    path = uploads.of_job(session.store, found.id) / "refused.csv"
    if not path.is_file():
        raise NotFound("report of job", job)
    return uploads.pieces(path)


def _job(session: Session, job: str) -> rows.Job:
    with session.looking(WRITE), session.store.read() as connection:
        found = rows.get(connection, parse("job", job))
    session = session.of(found.project_id)
    session.require(WRITE)
    if found.kind != KIND:
        raise NotFound("import of that job id", job)
    return found


def _of(session: Session, project: str, upload: str) -> Upload:
    found = uploads.find(session.store, upload)
    if found.project_id != session.case(project).project.id:
        raise NotFound("upload", upload[:80])
    return found


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None}
    if not _OPTIONS.issuperset(given):
        unknown = ", ".join(sorted(set(given) - _OPTIONS))[:200]
        raise Malformed(f"unknown options {unknown}; known are {', '.join(sorted(_OPTIONS))}", field="options")
    columns = given.get("columns")
    if columns is not None and (not isinstance(columns, Mapping) or not _COLUMNS.issuperset(columns)):
        raise Malformed(f"columns is an object of some of {', '.join(sorted(_COLUMNS))}", field="columns")
    return given


def _as_reader(task: TaskRow, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a reader: the columns beside the others, the label for this task."""
    plain = {name: value for name, value in options.items() if name != "columns"}
    return {**plain, **(options.get("columns") or {}), "task": task.name, "kind": task.kind}


def _shown(upload: Upload, task: TaskRow, options: Mapping[str, Any]) -> dict[str, Any]:
    reader = _as_reader(task, options)
    found = collect.look(upload.path, reader, task.kind)
    if found.guess is not None and "fields" not in reader:
        # A guessed split stays meta, as on the command line: only one that is named makes a living test set.
        found = replace(found, guess=replace(found.guess, columns=replace(found.guess.columns, split=None)))
    return {
        "id": upload.id,
        "name": upload.name,
        "bytes": upload.size,
        "task": task.name,
        "preview": files.shown(found),
        "labels": _labels(upload, task, found, reader),
    }


def _labels(upload: Upload, task: TaskRow, look: collect.Look, reader: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Labels for the task among the first thousand records, how often each, and whether the task has it."""
    if look.problem is not None:
        return []
    columns = {} if look.guess is None else look.guess.columns.options()
    counts: Counter[str] = Counter()
    for one in islice(collect.read(upload.path, {**reader, **columns, "reader": look.format}), _LOOKED_AT):
        if isinstance(one, Record):
            counts.update(_words((one.labels or {}).get(task.name)))
    known = set(task.options.get("labels") or ())
    open_set = not task.options.get("labels")
    return [{"label": name, "rows": n, "known": open_set or name in known} for name, n in counts.most_common()]


def _words(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        for parts in ("spans", "regions"):
            if isinstance(value.get(parts), list):
                return sorted({str(part.get("label")) for part in value[parts]})
        value = value.get("labels")
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]
