"""Runs, models, evaluations and releases: written once, never changed, except that old models lose their scores.

The newest release of a task is the one serving.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.errors import NotFound
from ..core.ids import show
from . import schema

if TYPE_CHECKING:
    from .writer import Tx

run, m, e, v = schema.run, schema.model, schema.evaluation, schema.release


@dataclass(frozen=True, slots=True)
class Model:
    """The result of a run. digest: blob of its packed folder; scores: blob of its probabilities over the pool, None once old."""

    id: int
    project_id: int
    task_id: int
    run_id: int
    number: int
    digest: str
    scores: str | None
    labels: int
    human_seconds: float
    created: float


@dataclass(frozen=True, slots=True)
class Run:
    """One training: which commit, learner, parameters and seed, and how many seconds of computing."""

    id: int
    project_id: int
    task_id: int
    commit_id: int
    job_id: int | None
    learner: str
    params: Mapping[str, Any]
    seed: int
    seconds: float
    created: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model on the living test set as it stood: test_digest names the set, report holds the numbers."""

    id: int
    project_id: int
    model_id: int
    n: int
    test_digest: str
    report: Mapping[str, Any]
    created: float


@dataclass(frozen=True, slots=True)
class Release:
    """A model put to serve. question_id: the decision behind it, None for a roll-back."""

    id: int
    project_id: int
    task_id: int
    model_id: int
    question_id: int | None
    actor_id: int
    reason: str
    created: float


@dataclass(frozen=True, slots=True)
class NewModel:
    """A run and its model about to be stored. human_seconds: of all people's attention that went into it."""

    project_id: int
    task_id: int
    commit_id: int
    job_id: int | None
    learner: str
    params: Mapping[str, Any]
    seed: int
    seconds: float
    digest: str
    scores: str | None
    labels: int
    human_seconds: float


_RUN = tuple(run.c[name] for name in Run.__slots__)
_MODEL = tuple(m.c[name] for name in Model.__slots__)
_EVALUATION = tuple(e.c[name] for name in Evaluation.__slots__)
_RELEASE = tuple(v.c[name] for name in Release.__slots__)


def add_model(tx: Tx, new: NewModel) -> Model:
    """Store a run and its model together; numbers of a task's models count from 1."""
    values = {name: getattr(new, name) for name in Run.__slots__ if name not in ("id", "created")} | {"created": tx.now}
    run_id = tx.execute(sa.insert(run).values(values).returning(run.c.id)).scalar_one()
    highest = sa.select(sa.func.max(m.c.number)).where(m.c.task_id == new.task_id)
    values = {
        "project_id": new.project_id,
        "task_id": new.task_id,
        "run_id": run_id,
        "number": (tx.execute(highest).scalar() or 0) + 1,
        "digest": new.digest,
        "scores": new.scores,
        "labels": new.labels,
        "human_seconds": new.human_seconds,
        "created": tx.now,
    }
    model = Model(*tx.execute(sa.insert(m).values(values).returning(*_MODEL)).one())
    body = {"model": show("model", model.id), "number": model.number, "labels": model.labels, "task": new.task_id}
    tx.emit("model.trained", project=new.project_id, subject=show("model", model.id), body=body)
    return model


def model(connection: sa.Connection, model_id: int) -> Model:
    """The model of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_MODEL).where(m.c.id == model_id)).first()
    if row is None:
        raise NotFound("model", show("model", model_id))
    return Model(*row)


def model_of_job(connection: sa.Connection, task_id: int, job_id: int) -> Model | None:
    """The model that a job has made already, or None."""
    query = sa.select(*_MODEL).join(run, run.c.id == m.c.run_id).where(m.c.task_id == task_id, run.c.job_id == job_id)
    row = connection.execute(query).first()
    return Model(*row) if row else None


def models(connection: sa.Connection, task_id: int, *, before: int | None = None, limit: int = 200) -> list[Model]:
    """Models of a task, newest first, from the one whose number is below ``before``."""
    query = sa.select(*_MODEL).where(m.c.task_id == task_id).order_by(m.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(m.c.number < before)
    return [Model(*row) for row in connection.execute(query)]


def newest_model(connection: sa.Connection, task_id: int) -> Model | None:
    """The newest model of a task, or None."""
    found = models(connection, task_id, limit=1)
    return found[0] if found else None


def scored(connection: sa.Connection, task_id: int, keep: Collection[int]) -> list[tuple[int, str]]:
    """(model, blob) of the scores of a task's models other than these; not where a model that stays has the same blob."""
    stays = sa.select(m.c.scores).where(m.c.scores.is_not(None), sa.or_(m.c.task_id != task_id, m.c.id.in_(list(keep))))
    query = sa.select(m.c.id, m.c.scores).where(
        m.c.task_id == task_id, m.c.scores.is_not(None), m.c.id.not_in(list(keep)), m.c.scores.not_in(stays)
    )
    return [(row.id, row.scores) for row in connection.execute(query)]


def forget_scores(tx: Tx, model_ids: Sequence[int]) -> None:
    """These models have no scores any more; all else about them stays."""
    tx.execute(sa.update(m).where(m.c.id.in_(list(model_ids))).values(scores=None))


def the_run(connection: sa.Connection, run_id: int) -> Run:
    """The run of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_RUN).where(run.c.id == run_id)).first()
    if row is None:
        raise NotFound("run", show("run", run_id))
    return Run(*row)


def add_evaluations(
    tx: Tx, project_id: int, test_digest: str, n: int, reports: Mapping[int, Mapping[str, Any]]
) -> None:
    """Store what several models reached on one test set; those stored for it already stay."""
    known = set(
        tx.execute(
            sa.select(e.c.model_id).where(e.c.model_id.in_(list(reports)), e.c.test_digest == test_digest)
        ).scalars()
    )
    rows = [
        {
            "project_id": project_id,
            "model_id": model_id,
            "n": n,
            "test_digest": test_digest,
            "report": dict(report),
            "created": tx.now,
        }
        for model_id, report in reports.items()
        if model_id not in known
    ]
    if rows:
        tx.execute(sa.insert(e), rows)


def evaluations(connection: sa.Connection, model_ids: Sequence[int]) -> dict[int, Evaluation]:
    """The newest evaluation of each of these models; a model without one is absent."""
    if not model_ids:
        return {}
    newest = (
        sa.select(sa.func.max(e.c.id).label("id"))
        .where(e.c.model_id.in_(list(model_ids)))
        .group_by(e.c.model_id)
        .subquery()
    )
    rows = connection.execute(sa.select(*_EVALUATION).join(newest, newest.c.id == e.c.id))
    return {row.model_id: Evaluation(*row) for row in rows}


def add_release(tx: Tx, model_row: Model, *, question_id: int | None, actor_id: int, reason: str) -> Release:
    """Put a model to serve."""
    values = {
        "project_id": model_row.project_id,
        "task_id": model_row.task_id,
        "model_id": model_row.id,
        "question_id": question_id,
        "actor_id": actor_id,
        "reason": reason,
        "created": tx.now,
    }
    new = Release(*tx.execute(sa.insert(v).values(values).returning(*_RELEASE)).one())
    tx.emit(
        "release.changed",
        project=new.project_id,
        actor=actor_id,
        subject=show("release", new.id),
        body={"release": show("release", new.id), "model": show("model", new.model_id), "number": model_row.number}
        | {"task": new.task_id, "reason": reason},
    )
    return new


def releases(connection: sa.Connection, task_id: int, *, before: int | None = None, limit: int = 200) -> list[Release]:
    """Releases of a task, newest first; the first of all is the one serving now."""
    query = sa.select(*_RELEASE).where(v.c.task_id == task_id).order_by(v.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(v.c.id < before)
    return [Release(*row) for row in connection.execute(query)]


def current(connection: sa.Connection, task_id: int) -> Release | None:
    """The release that serves now, or None."""
    found = releases(connection, task_id, limit=1)
    return found[0] if found else None


def release(connection: sa.Connection, release_id: int) -> Release:
    """The release of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_RELEASE).where(v.c.id == release_id)).first()
    if row is None:
        raise NotFound("release", show("release", release_id))
    return Release(*row)


def human_seconds(connection: sa.Connection, project_id: int, task_id: int, *, after: int, until: int) -> float:
    """Seconds that people spent on answers of a task numbered ``after < seq <= until``."""
    a = schema.answer
    query = (
        sa.select(sa.func.sum(a.c.seconds))
        .join(schema.actor, schema.actor.c.id == a.c.actor_id)
        .where(
            a.c.project_id == project_id,
            a.c.seq > after,
            a.c.seq <= until,
            a.c.task_id == task_id,
            schema.actor.c.kind == "person",
        )
    )
    return float(connection.execute(query).scalar() or 0.0)
