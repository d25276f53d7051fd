"""What is in a project's data: profiles, made by a job and kept, and the slices that they count."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import loop
from ..core.clock import iso
from ..core.errors import Malformed, NotFound, WrongState
from ..core.ids import show
from ..core.later import later
from ..store import branches, contents, projects
from ..store import jobs as rows
from ..store.projects import TaskRow
from . import jobs
from .session import Case, Session, in_project

if TYPE_CHECKING:
    from ..dataset import contents as rowed
    from ..dataset import slices
else:  # they bring numpy, which a server that has no slices never needs
    rowed, slices = later("handloom.dataset.contents"), later("handloom.dataset.slices")

READ = "export"
KIND = "profile"


@in_project
def make_profile(session: Session, project: str, task: str | None = None, at: str | None = None) -> dict[str, Any]:
    """Describe the items as they stand, or the version at a branch, tag or commit, in a worker; the job."""
    session.require(READ)
    case = session.case(project)
    row = case.task(task)
    args = {"commit": _commit(session, row, at), "slices": _saved(case)}
    job, new = loop.start(session.store, row, KIND, args, actor_id=session.actor.id, executor=session.site.executor)
    if not new and job.args.get("commit") != args["commit"]:
        what = show("commit", job.args["commit"]) if job.args.get("commit") else "the items"
        raise WrongState(f"a profile of {what} is being made by job {show('job', job.id)}; wait for it, or cancel it")
    session.site.nudge(case.project.id)
    return jobs.shown(session, job)


@in_project
def profile(session: Session, project: str, task: str | None = None, at: str | None = None) -> dict[str, Any]:
    """The newest profile of the items, or of a version: ``{"profile", "commit", "made", "fresh", "job"}``.

    profile: None before the first. fresh: made with the slices that are saved now and, of items, from as many as there are.
    job: one that makes a profile now, else None.
    """
    session.require(READ)
    case = session.case(project)
    row = case.task(task)
    number, saved = _commit(session, row, at), _saved(case)
    with session.store.read() as connection:
        made = next(
            (one for one in contents.results(connection, row.id, KIND) if one.args.get("commit") == number), None
        )
        live = [one for one in rows.live(connection, case.project.id) if one.task_id == row.id and one.kind == KIND]
        items = projects.counts(connection, [case.project.id])[case.project.id].get("items", 0)
    told = None if made is None else _kept(session, made.result["profile"])
    made = None if told is None else made
    same = made is not None and made.args.get("slices") == saved
    fresh = same and told is not None and (number is not None or told["rows"] == items)
    return {
        "commit": None if number is None else show("commit", number),
        "made": None if made is None else iso(made.finished),
        "fresh": fresh,
        "profile": told,
        "job": jobs.shown(session, live[0]) if live else None,
    }


def checked_slices(given: Sequence[Mapping[str, str]]) -> None:
    """Raise `Malformed` for a slice that is no predicate, with the place."""
    for one in given:
        try:
            slices.parse(one["where"])
        except Malformed as error:
            raise Malformed(f"slice {one['name']!r}: {error.message}", field="settings.slices") from error


def predicate(case: Case, name: str) -> Callable[[Mapping[str, Any], Mapping[str, Any] | None, Any], bool]:
    """Whether an item (data, meta, label value) is in the slice of that name; raises `NotFound`."""
    wheres = {one["name"]: one["where"] for one in _saved(case)}
    if name not in wheres:
        raise NotFound("slice", name[:80])
    found = slices.parse(wheres[name])
    return lambda data, meta, value: found.holds(rowed.cells(data, meta, value))


def _kept(session: Session, digest: str) -> dict[str, Any] | None:
    """A profile that was made; None where an erase has removed it."""
    return json.loads(session.store.blobs.get(digest)) if session.store.blobs.has(digest) else None


def _saved(case: Case) -> list[dict[str, str]]:
    return list(case.project.settings.get("slices", []))


def _commit(session: Session, task: TaskRow, at: str | None) -> int | None:
    if at is None:
        return None
    with session.store.read() as connection:
        return branches.resolve(connection, task.id, at).id
