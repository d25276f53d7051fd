"""Predictions of the current release, and what people say about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import loop
from ..core import registry, shapes
from ..core.clock import iso
from ..core.errors import Malformed, TooLarge
from ..core.ids import parse, show
from ..jobs.media import Media
from ..store import predictions as rows
from . import pages
from .session import Session, in_project

MAX_ITEMS = 1000
MAX_NOTE = 20_000


@in_project
def predict(
    session: Session, project: str, items: Sequence[Mapping[str, Any]], task: str | None = None
) -> dict[str, Any]:
    """What the current release says about each ``{"data": {...}}``. Each answer is logged under an id of its own."""
    session.require("predict")
    if not 1 <= len(items) <= MAX_ITEMS:
        raise TooLarge(f"1 to {MAX_ITEMS} items at a time; found {len(items)}", limit=MAX_ITEMS)
    for item in items:
        if not isinstance(item, Mapping) or not isinstance(item.get("data"), Mapping):
            raise Malformed('each item is an object {"data": {...}}', field="items")
    case = session.case(project)
    media = Media(session.store, session.site.media_roots)
    data = [media.resolved(item["data"]) for item in items]
    found = loop.predict(session.store, case.task(task), data, actor_id=session.actor.id)
    session.site.nudge(case.project.id)
    return {
        "predictions": [
            {
                "id": show("prediction", p.id),
                "value": p.value,
                "probabilities": p.probabilities,
                "model": show("model", p.model_id),
                "release": show("release", p.release_id),
                **({"stale": list(p.stale)} if p.stale else {}),
            }
            for p in found
        ]
    }


def feedback(
    session: Session, prediction: str, value: Any = None, correct: bool | None = None, note: str | None = None
) -> dict[str, Any]:
    """Say what was right, or whether it was; what was wrong becomes a question."""
    if value is None and correct is None and note is None:
        raise Malformed("feedback says something: a value, correct true or false, or a note")
    if note is not None and len(note) > MAX_NOTE:
        raise TooLarge(f"a note has at most {MAX_NOTE} characters")
    number = parse("prediction", prediction)
    with session.store.read() as connection:
        found = rows.get(connection, number)
    session = session.of(found.project_id)
    session.require("give_feedback")
    task = session.case_of(found.project_id).task(show("task", found.task_id))
    if value is not None:
        shape = shapes.shape(registry.find("tasks", task.kind).shape)
        value = shape.show(shape.parse(value, task.options, task.name))
    said = loop.Feedback(value=value, correct=correct, note=note, actor_id=session.actor.id)
    question = loop.feedback(session.store, number, said)
    session.site.nudge(found.project_id)
    return {"id": show("prediction", number), "question": None if question is None else show("question", question)}


@in_project
def predictions(session: Session, project: str, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """The log of predictions, newest first."""
    session.require("read_models")
    case, size = session.case(project), pages.size(limit)
    with session.store.read() as connection:
        before = pages.after("predictions", cursor)
        found = rows.page(connection, case.project.id, before=before, limit=size + 1)

    def one(p: rows.Prediction) -> dict[str, Any]:
        task = case.task_by_id(p.task_id)
        return {
            "id": show("prediction", p.id),
            "task": task.name if task else None,
            "data": p.data,
            "value": p.value,
            "confidence": p.confidence,
            "probabilities": p.probabilities,
            "model": show("model", p.model_id),
            "release": show("release", p.release_id),
            "sampled": p.sampled,
            "item": show("item", p.item_id) if p.item_id else None,
            "feedback": _feedback(p.feedback),
            "created": iso(p.created),
        }

    return pages.page("predictions", found, size, lambda p: p.id, one)


def _feedback(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if said is None:
        return None
    actor, at = said.get("actor"), said.get("at")
    return {
        "value": said.get("value"),
        "correct": said.get("correct"),
        "note": said.get("note"),
        "actor": show("actor", actor) if isinstance(actor, int) else actor,
        "at": iso(at) if isinstance(at, int | float) else at,
    }
