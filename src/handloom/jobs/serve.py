"""Predictions of the current release, logged and sampled; feedback that becomes questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import ask, monitor
from ..core import ids, registry
from ..core.errors import NoRelease, WrongState
from ..core.ids import show
from ..core.protocols import Content, Finding
from ..core.shapes import shape
from ..store import Store, Tx, items, picking, predictions, projects, training
from ..store.items import NewItem
from ..store.predictions import NewPrediction, Prediction
from ..store.projects import Project, TaskRow
from ..store.queue import NewBatch, NewQuestion
from ..store.training import Model, Release
from . import columns, models, team
from .wishes import Feedback, Predicted

RECENT = 500
"""Earlier predictions of the release that say what "unsure" means."""


@dataclass(frozen=True, slots=True)
class _Serving:
    """Which release serves a task, of which model."""

    project: Project
    task: TaskRow
    release: Release
    model: Model


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Why production wants an item looked at. probability: of a random draw."""

    strategy: str
    probability: float
    reason: str
    suggestion: Mapping[str, Any] | None


def predict(store: Store, task: TaskRow, inputs: Sequence[Mapping[str, Any]], *, actor_id: int) -> list[Predicted]:
    """Predict, log, and turn a sample into questions. Raises `NoRelease`, and `BadItem` before anything is stored."""
    plugin = registry.find("tasks", task.kind)
    for data in inputs:
        plugin.check(data)
    with store.read() as connection:
        serving = training.current(connection, task.id)
        if serving is None:
            raise NoRelease(f"no model of task {task.name} is released yet; approve one in Decide, then predict")
        model = training.model(connection, serving.model_id)
        before = columns.past(connection, model)
        project = projects.find(connection, task.project_id)
        recent = [row.confidence for row in predictions.recent(connection, project.id, serving.id, limit=RECENT)]
    if not inputs:
        return []
    ready = models.load(store, task, model.digest)
    chances = ready.predict([Content(data, store.blobs.get) for data in inputs])
    classes, chances = columns.told(before, chances)
    said = [ask.suggest(row, classes, multi=ready.multi, model=show("model", model.id)) for row in chances]
    rng = np.random.default_rng()
    sampled = monitor.sample(
        [one["confidence"] for one in said],
        recent,
        random_share=project.settings["sample_random"],
        uncertain_share=project.settings["sample_uncertain"],
        rng=rng,
    )
    new = [
        NewPrediction(
            data=data,
            value=one["value"],
            confidence=one["confidence"],
            probabilities={name: round(float(chance), 4) for name, chance in zip(classes, row, strict=True)},
            sampled=why.why if why else None,
            probability=why.probability if why else 0.0,
        )
        for data, one, row, why in zip(inputs, said, chances, sampled, strict=True)
    ]
    now = _Serving(project, task, serving, model)
    numbers = store.write(lambda tx: _log(tx, now, new, actor_id))
    return [
        Predicted(
            *(number, one.value, one.confidence, one.probabilities, model.id, model.number, serving.id),
            stale=tuple(label for label in one.value["labels"] if label in before.stale),
        )
        for number, one in zip(numbers, new, strict=True)
    ]


def _log(tx: Tx, now: _Serving, new: Sequence[NewPrediction], actor_id: int) -> list[int]:
    """Store predictions; those that were sampled become items and questions in the same transaction."""
    kept: list[NewPrediction] = []
    for one in new:
        if one.sampled is None:
            kept.append(one)
            continue
        # What was picked for being unsure must not enter the test set, which is uniform; a random draw may.
        test = None if one.sampled == "random" else False
        item_id = _item(tx, now.project, one.data, test=test, actor_id=actor_id)
        words = "drawn at random" if one.sampled == "random" else "among the least sure"
        reason = f"{words} from what model {now.model.number} answered in production (it said {_said(one)})"
        suggestion = {"value": one.value, "confidence": one.confidence, "model": show("model", now.model.id)}
        suggestion = suggestion if set(one.value["labels"]) <= set(now.task.options["labels"]) else None
        wanted = _Wanted(f"production-{one.sampled}", one.probability, reason, suggestion)
        _question(tx, now.task, item_id, now.model.id, wanted)
        kept.append(replace(one, item_id=item_id))
    return predictions.add(tx, kept, now.release, actor_id=actor_id)


def _said(one: NewPrediction) -> str:
    return f"{', '.join(one.value['labels']) or 'nothing'}, {one.confidence:.2f}"


def _item(tx: Tx, project: Project, data: Mapping[str, Any], *, test: bool | None, actor_id: int) -> int:
    """The item with this content, added when it is new."""
    new = NewItem(line=1, data=data, test=test)
    share = project.settings["test_share"]
    items.add(tx, project_id=project.id, salt=project.salt, test_share=share, items=[new], actor_id=actor_id)
    stamp = ids.digest(ids.canonical(data).encode("utf-8", "surrogatepass"))
    return picking.item_with(tx.connection, project.id, stamp)


def _question(tx: Tx, task: TaskRow, item_id: int, model_id: int, wanted: _Wanted) -> int | None:
    if item_id in picking.taken_of(tx.connection, task.id, [item_id]):
        return None
    project = projects.find(tx.connection, task.project_id)
    settings = project.settings
    shown = wanted.suggestion if settings["suggestions"] else None
    new = NewQuestion(
        item_id=item_id,
        shape=registry.find("tasks", task.kind).shape,
        strategy=wanted.strategy,
        probability=wanted.probability,
        score=0.0,
        reason=wanted.reason,
        priority=0.5,
        # A random draw measures the model, so it must not be led by it.
        blind=wanted.probability > 0 and shown is not None,
        suggestion=shown,
    )
    batch = NewBatch(
        project_id=task.project_id,
        task_id=task.id,
        strategy=wanted.strategy,
        needs=settings["overlap"],
        lane="label",
        model_id=model_id,
    )
    return next(iter(team.ask_all(tx, project, task, batch, [new], None)[1]), None)


def feedback(store: Store, prediction_id: int, said: Feedback) -> int | None:
    """Keep feedback and ask people about the item; the question, or None when the item is asked or labelled already.

    What a user says is no label: it stands in the question's reason, and people answer.
    """
    if said.value is None and said.correct is None and not said.note:
        raise WrongState("feedback says the right value, whether the prediction was correct, or something in words")

    def unit(tx: Tx) -> int | None:
        given: Prediction = predictions.get(tx.connection, prediction_id)
        task = projects.task_by_id(tx.connection, given.task_id)
        project = projects.find(tx.connection, task.project_id)
        kind = shape(registry.find("tasks", task.kind).shape)
        value = kind.show(kind.parse(said.value, task.options, task.name)) if said.value is not None else None
        right = said.correct if said.correct is not None else value == given.value if value is not None else None
        item_id = given.item_id or _item(tx, project, given.data, test=False, actor_id=said.actor_id)
        body = {"value": value, "correct": right, "note": said.note, "actor": said.actor_id, "at": tx.now}
        predictions.set_feedback(tx, given, body, item_id)
        model = training.model(tx.connection, given.model_id)
        known = set(given.value["labels"]) <= set(task.options["labels"])
        confirmed = {"value": given.value, "confidence": given.confidence, "model": show("model", model.id)}
        reason = _why(given, model, right, value)
        wanted = _Wanted("feedback", 0.0, reason, confirmed if right and known else None)
        return _question(tx, task, item_id, model.id, wanted)

    return store.write(unit)


def _why(given: Prediction, model: Model, right: bool | None, value: Mapping[str, Any] | None) -> str:
    answer = ", ".join(given.value["labels"]) or "nothing"
    start = f"feedback: model {model.number} said {answer}"
    if right:
        return f"{start}, and somebody confirms it"
    if value is not None:
        return f"{start}; somebody says {', '.join(value['labels']) or 'nothing'}"
    return f"{start}, and somebody says that is wrong" if right is False else f"{start}; somebody left a note"


def _multi(task: TaskRow) -> bool:
    return bool(task.options.get("multi", False))


def drift(store: Store, task: TaskRow) -> Finding | None:
    """A finding when the labels predicted in production have shifted against the pool."""
    with store.read() as connection:
        serving = training.current(connection, task.id)
        if serving is None:
            return None
        model = training.model(connection, serving.model_id)
        recent = predictions.recent(connection, task.project_id, serving.id, limit=1000)
    if len(recent) < monitor.ENOUGH:
        return None
    classes: Sequence[str] = task.options["labels"]
    expected = dict(zip(classes, models.guesses(store, model, len(classes), _multi(task)), strict=True))
    seen: dict[str, int] = {}
    for row in recent:
        for label in row.value["labels"]:
            seen[label] = seen.get(label, 0) + 1
    return monitor.drift(expected, seen)
