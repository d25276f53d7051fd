"""The project at a glance: the nine steps with their counts, the learning curve, and what changed since the last model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .. import loop
from ..core.clock import iso
from ..core.ids import show
from ..core.roles import allowed
from ..store import browse, commits, people, projects, training
from ..store import jobs as job_rows
from ..store.projects import TaskRow
from ..store.training import Evaluation, Model, Release
from . import jobs, models, present
from .session import Session, in_project

CURVE = 200
JOBS = 5
MANY = 10_000
"""What has no counter is counted up to here."""
_LIVE = ("queued", "running")


@dataclass(frozen=True, slots=True)
class _Facts:
    """One look at a task."""

    counters: Mapping[str, int]
    models: Sequence[Model]
    evaluations: Mapping[int, Evaluation]
    releases: Sequence[Release]
    commit: commits.Commit | None
    jobs: Sequence[job_rows.Job]
    predictions: int
    findings: Sequence[Mapping[str, str]]
    pace: people.Pace
    today: int

    def questions(self, lane: str, *states: str) -> int:
        return sum(self.counters.get(f"questions.{lane}.{state}", 0) for state in states)

    def busy(self, *kinds: str) -> bool:
        return any(job.state in _LIVE and (not kinds or job.kind in kinds) for job in self.jobs)


@in_project
def overview(session: Session, project: str, task: str | None = None) -> dict[str, Any]:
    """What is there, what happens, what waits for whom. Models and decisions only for roles that may read them."""
    session.require("read_project")
    case = session.case(project)
    row = case.task(task)
    leads = allowed(session.actor.role, "read_models")
    facts = _look(session, case.project.id, row, leads=leads)
    current = facts.releases[0] if facts.releases else None
    numbers = {m.id: m.number for m in facts.models}
    return {
        "project": present.case(case, facts.counters),
        "task": present.task(row, case.guidelines.get(row.id)),
        "steps": _steps(facts, row, case.project.settings),
        "lanes": {lane: _lane(facts.counters, lane) for lane in ("label", "expert", "decide")},
        "curve": _curve(facts) if leads else [],
        "forecast": _of_newest(facts, "forecast") if leads else None,
        "since_last": _of_newest(facts, "since_last") if leads else None,
        "release": {
            "id": show("release", current.id),
            "model": show("model", current.model_id),
            "number": numbers.get(current.model_id),
            "since": iso(current.created),
        }
        if current and leads
        else None,
        "decisions_open": facts.questions("decide", "open", "claimed"),
        "findings": facts.findings,
        "jobs": [jobs.shown(session, job) for job in facts.jobs],
        "me": {
            "answers_today": facts.today,
            "answers": facts.pace.answers,
            "median_seconds": facts.pace.median_seconds,
        },
    }


def _look(session: Session, project_id: int, task: TaskRow, *, leads: bool) -> _Facts:
    found_out = _findings(session, task) if leads else []
    with session.store.read() as connection:
        found = training.models(connection, task.id, limit=CURVE)
        recent = job_rows.page(connection, project_id, before=None, limit=JOBS)
        live = [job for job in job_rows.live(connection, project_id) if job.id not in {r.id for r in recent}]
        return _Facts(
            counters=projects.counts(connection, [project_id])[project_id],
            models=found,
            evaluations=training.evaluations(connection, [m.id for m in found]),
            releases=training.releases(connection, task.id, limit=CURVE),
            commit=commits.newest(connection, task.id),
            jobs=[*live, *recent],
            findings=found_out,
            predictions=browse.count_predictions(connection, project_id, MANY),
            pace=people.pace(connection, session.actor.id),
            today=people.answers_since(connection, session.actor.id, _midnight(session.store.clock())),
        )


def _findings(session: Session, task: TaskRow) -> list[dict[str, str]]:
    """What somebody should look at: a training that failed, a shift in production."""
    found = []
    with session.store.read() as connection:
        last = job_rows.last(connection, task.id, "refresh")
    if last is not None and last.state == "failed":
        found.append({"check": "train", "severity": "error", "message": f"the last training failed: {last.message}"})
    shift = loop.drift(session.store, task)
    if shift is not None:
        found.append({"check": shift.check, "severity": shift.severity, "message": shift.message})
    return found


def _midnight(now: float) -> float:
    """The last midnight in UTC, in seconds since 1970."""
    return datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _steps(facts: _Facts, task: TaskRow, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    counters = facts.counters
    items, labels = counters.get("items", 0), counters.get(f"labels.{task.id}", 0)
    tested = counters.get(f"labels.{task.id}.test", 0)
    picked = sum(value for name, value in counters.items() if name.startswith("questions.label."))
    waiting, decisions = facts.questions("label", "open", "claimed"), facts.questions("decide", "open", "claimed")
    training_now = facts.busy("refresh")
    number = facts.models[0].number if facts.models else 0
    return [
        _step("collect", items, _many(items, "item"), "done" if items else "waiting"),
        _step(
            "select", picked, f"{_many(picked, 'pick')}, {settings['strategy']}", _state(facts.busy("select"), picked)
        ),
        _step("ask", waiting, _many(waiting, "open question"), "waiting" if waiting else "idle"),
        _step("resolve", labels, _many(labels, "label"), _state(False, labels)),
        _step(
            "commit", facts.commit.rows if facts.commit else 0, _committed(facts), _state(training_now, facts.commit)
        ),
        _step("train", number, _many(number, "model"), _state(training_now, number)),
        _step("evaluate", tested, _many(tested, "test label"), _state(training_now, facts.evaluations)),
        _step(
            "release", len(facts.releases), _released(facts), "waiting" if decisions else _state(False, facts.releases)
        ),
        _step("monitor", facts.predictions, _monitored(facts), _watched(facts)),
    ]


def _step(name: str, count: int, text: str, state: str) -> dict[str, Any]:
    return {"step": name, "count": count, "text": text, "state": state}


def _state(busy: bool, there: object) -> str:
    return "busy" if busy else "done" if there else "idle"


def _many(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _committed(facts: _Facts) -> str:
    return (
        f"{show('commit', facts.commit.id)}: {_many(facts.commit.rows, 'label')}" if facts.commit else "no commit yet"
    )


def _released(facts: _Facts) -> str:
    if not facts.releases:
        return "nothing is released"
    number = next((m.number for m in facts.models if m.id == facts.releases[0].model_id), None)
    return f"model {number} serves" if number else "an older model serves"


def _shifted(facts: _Facts) -> bool:
    return any(finding["check"] == "drift" for finding in facts.findings)


def _monitored(facts: _Facts) -> str:
    n = facts.predictions
    text = f"{MANY:,} predictions or more" if n >= MANY else _many(n, "prediction")
    return f"{text}, their mix has shifted" if _shifted(facts) else text


def _watched(facts: _Facts) -> str:
    return "waiting" if _shifted(facts) else _state(False, facts.predictions)


def _lane(counters: Mapping[str, int], lane: str) -> dict[str, int]:
    prefix = f"questions.{lane}."
    return {name.removeprefix(prefix): value for name, value in counters.items() if name.startswith(prefix)}


def _curve(facts: _Facts) -> list[dict[str, Any]]:
    released = {v.model_id for v in facts.releases}
    points = []
    for model in reversed(facts.models):
        measured = models.metrics(facts.evaluations.get(model.id))
        accuracy = measured["accuracy"] if measured else {"value": None, "low": None, "high": None, "n": 0}
        points.append(
            {
                "model": show("model", model.id),
                "number": model.number,
                "labels": model.labels,
                "seconds": model.human_seconds,
                "accuracy": accuracy["value"],
                "low": accuracy["low"],
                "high": accuracy["high"],
                "macro_f1": measured["macro_f1"]["value"] if measured else None,
                "n": accuracy["n"],
                "released": model.id in released,
            }
        )
    return points


def _of_newest(facts: _Facts, name: str) -> dict[str, Any] | None:
    """A part of the newest model's evaluation; None before there is one."""
    if not facts.models or facts.models[0].id not in facts.evaluations:
        return None
    return facts.evaluations[facts.models[0].id].report.get(name)
