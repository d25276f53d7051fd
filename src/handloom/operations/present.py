"""How records look from outside: ids with their letter, times as ISO, nothing that a role may not see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core import registry
from ..core.clock import iso
from ..core.errors import UnknownKind
from ..core.ids import show
from ..store.people import Actor, Pace
from ..store.projects import Guideline, Project, TaskRow
from .session import Case

NO_PACE = Pace(0, None, None)


def actor(record: Actor, pace: Pace = NO_PACE) -> dict[str, Any]:
    """An actor with how it works."""
    return {
        "id": show("actor", record.id),
        "name": record.name,
        "kind": record.kind,
        "role": record.role,
        "state": record.state,
        "created": iso(record.created),
        "answers": pace.answers,
        "median_seconds": pace.median_seconds,
        "last_seen": iso(pace.last_seen),
    }


def looks(kind: str) -> tuple[str, str]:
    """Shape and widget of a kind of task; choice where its plug-in is not installed any more."""
    try:
        plugin = registry.find("tasks", kind)
    except UnknownKind:
        return "choice", "choice"
    return plugin.shape, plugin.widget


def task(record: TaskRow, guideline: Guideline | None) -> dict[str, Any]:
    """A task with the guidelines in force."""
    shape, widget = looks(record.kind)
    return {
        "id": show("task", record.id),
        "name": record.name,
        "kind": record.kind,
        "version": record.version,
        "shape": shape,
        "widget": widget,
        "labels": record.options.get("labels", []),
        "multi": record.options.get("multi", False),
        "guidelines": {"version": guideline.version, "text": guideline.text} if guideline else None,
    }


def counts(tasks: Sequence[TaskRow], counters: Mapping[str, int]) -> dict[str, int]:
    """Items, answers, labels and open label questions of a project, from its counters."""
    return {
        "items": counters.get("items", 0),
        "answers": counters.get("answers", 0),
        "labels": sum(counters.get(f"labels.{t.id}", 0) for t in tasks),
        "open": counters.get("questions.label.open", 0),
    }


def project(
    record: Project, tasks: Sequence[TaskRow], guidelines: Mapping[int, Guideline], counters: Mapping[str, int]
):
    """A project with its tasks and counts."""
    return {
        "id": show("project", record.id),
        "name": record.name,
        "created": iso(record.created),
        "settings": dict(record.settings),
        "tasks": [task(t, guidelines.get(t.id)) for t in tasks],
        "counts": counts(tasks, counters),
    }


def case(found: Case, counters: Mapping[str, int]) -> dict[str, Any]:
    """`project` of a case."""
    return project(found.project, found.tasks, found.guidelines, counters)


def reason(strategy: str, words: str, *, veiled: bool) -> str:
    """Why an item was picked. veiled: whoever reads it must not learn what the model or others say of the item, which
    the words of any strategy but a random draw may tell."""
    return f"picked by {strategy}" if veiled and strategy != "random" else words


def guideline(record: Guideline, actor_name: str) -> dict[str, Any]:
    """One version of guidelines, with who wrote it."""
    return {
        "id": show("guideline", record.id),
        "version": record.version,
        "text": record.text,
        "actor": {"id": show("actor", record.actor_id), "name": actor_name},
        "created": iso(record.created),
    }
