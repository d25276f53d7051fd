"""Models, what is known about their quality, and which of them serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import loop
from ..core.clock import iso
from ..core.errors import Malformed
from ..core.ids import parse, show
from ..store import browse, people, training
from ..store.training import Evaluation, Model, Release, Run
from . import jobs, pages
from .session import Session, in_project

MAX_REASON = 20_000


@in_project
def models(
    session: Session, project: str, task: str | None = None, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Models of a task, newest first, each with its newest evaluation."""
    session.require("read_models")
    row, size = session.case(project).task(task), pages.size(limit)
    with session.store.read() as connection:
        found = training.models(connection, row.id, before=pages.after("models", cursor), limit=size + 1)
        known = training.evaluations(connection, [m.id for m in found])
        serving = training.current(connection, row.id)
        runs = {m.id: training.the_run(connection, m.run_id) for m in found}
    now = serving.model_id if serving else None
    return pages.page(
        "models",
        found,
        size,
        lambda m: m.number,
        lambda m: shown(m, runs[m.id], row.name, known.get(m.id), released=m.id == now),
    )


def model(session: Session, model: str) -> dict[str, Any]:
    """One model with its evaluation in full, and how it was trained."""
    with session.looking("read_models"), session.store.read() as connection:
        number = parse("model", model)
        found = training.model(connection, number)
        session = session.of(found.project_id)
        session.require("read_models")
        run = training.the_run(connection, found.run_id)
        evaluation = training.evaluations(connection, [number]).get(number)
        serving = training.current(connection, found.task_id)
    task = session.case_of(found.project_id).task(show("task", found.task_id))
    released = serving is not None and serving.model_id == number
    return {
        **shown(found, run, task.name, evaluation, released=released),
        "evaluation": None if evaluation is None else dict(evaluation.report),
        "learner": run.learner,
        "params": dict(run.params),
        "seconds": run.seconds,
        "human_seconds": found.human_seconds,
    }


def shown(model: Model, run: Run, task: str, evaluation: Evaluation | None, *, released: bool) -> dict[str, Any]:
    """A model in a list."""
    return {
        "id": show("model", model.id),
        "number": model.number,
        "task": task,
        "run": show("run", model.run_id),
        "commit": show("commit", run.commit_id),
        "created": iso(model.created),
        "labels": model.labels,
        "metrics": metrics(evaluation),
        "released": released,
    }


def metrics(evaluation: Evaluation | None) -> dict[str, Any] | None:
    """Accuracy and macro-F1 with interval and n; None before there is a test item."""
    if evaluation is None:
        return None
    candidate: Mapping[str, Any] = evaluation.report["candidate"]
    return {"accuracy": candidate["accuracy"], "macro_f1": candidate["macro_f1"]}


@in_project
def train(session: Session, project: str, task: str | None = None) -> dict[str, Any]:
    """Train a model now, in a worker; the running job when there is one already."""
    session.require("train")
    case = session.case(project)
    job = loop.train(session.store, case.task(task), actor_id=session.actor.id, executor=session.site.executor)
    session.site.nudge(case.project.id)
    return jobs.shown(session, job)


@in_project
def releases(
    session: Session, project: str, task: str | None = None, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Releases of a task, newest first; the first one serves."""
    session.require("read_models")
    row, size = session.case(project).task(task), pages.size(limit)
    before = pages.after("releases", cursor)
    with session.store.read() as connection:
        found = training.releases(connection, row.id, before=before, limit=size + 1)
        names = people.names(connection, [v.actor_id for v in found])
        numbers = {v.model_id: training.model(connection, v.model_id).number for v in found}
        newer = browse.next_release(connection, row.id, before) if before is not None else None
    untils = [newer, *(v.created for v in found)]

    def one(v: Release) -> dict[str, Any]:
        until = untils[found.index(v)]
        return release(v, numbers[v.model_id], names[v.actor_id], until)

    return pages.page("releases", found, size, lambda v: v.id, one)


def release(v: Release, number: int, actor: str, until: float | None) -> dict[str, Any]:
    """A release. until: when the next one took its place."""
    return {
        "id": show("release", v.id),
        "model": show("model", v.model_id),
        "number": number,
        "since": iso(v.created),
        "until": iso(until),
        "by": {"id": show("actor", v.actor_id), "name": actor},
        "reason": v.reason,
        "decision": show("question", v.question_id) if v.question_id else None,
    }


@in_project
def rollback(session: Session, project: str, reason: str, task: str | None = None) -> dict[str, Any]:
    """Serve the release before this one again, at once."""
    session.require("roll_back")
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= MAX_REASON:
        raise Malformed(f"a roll-back needs a reason in words, of 1 to {MAX_REASON} characters", field="reason")
    case = session.case(project)
    found = loop.roll_back(session.store, case.task(task), reason=reason, actor_id=session.actor.id)
    session.site.nudge(case.project.id)
    with session.store.read() as connection:
        number = training.model(connection, found.model_id).number
    return release(found, number, session.actor.name, None)
