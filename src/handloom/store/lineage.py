"""What stands behind a thing, followed along stored ids: prediction, release, model, run, commit, labels, answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ..core.errors import NotFound
from ..core.ids import show
from . import commits, predictions, schema, training
from .queue import CHUNK

SHOWN = 100
"""Labels of a commit that are named one by one; the rest are a number."""
a, q, i = schema.answer, schema.question, schema.item


@dataclass(slots=True)
class Graph:
    """nodes: id -> (kind, text). edges: pairs of ids in order, from what depends to what it depends on."""

    nodes: dict[str, tuple[str, str]] = field(default_factory=dict)
    edges: dict[tuple[str, str], None] = field(default_factory=dict)

    def add(self, name: str, kind: str, text: str, behind: str | None = None) -> bool:
        """Add a node behind another; whether it is new."""
        new = name not in self.nodes
        self.nodes.setdefault(name, (kind, text))
        if behind is not None:
            self.edges[behind, name] = None
        return new


def trace(connection: sa.Connection, noun: str, number: int) -> Graph:
    """Everything behind a prediction, release, model, run, commit, question or item; raises `NotFound`."""
    graph = Graph()
    if noun not in _FOLLOW:
        known = ", ".join(_FOLLOW)
        raise NotFound(f"lineage of a {noun} (there is one of: {known})", show(noun, number))
    _FOLLOW[noun](connection, graph, number, None)
    return graph


def _prediction(connection: sa.Connection, graph: Graph, number: int, behind: str | None) -> None:
    found = predictions.get(connection, number)
    name = show("prediction", number)
    answer = ", ".join(found.value["labels"]) or "none"
    graph.add(name, "prediction", f"{answer} ({found.confidence:.2f})", behind)
    _release(connection, graph, found.release_id, name)


def _release(connection: sa.Connection, graph: Graph, number: int, behind: str | None) -> None:
    found = training.release(connection, number)
    name = show("release", number)
    graph.add(name, "release", found.reason, behind)
    _model(connection, graph, found.model_id, name)
    if found.question_id is not None:
        _question(connection, graph, found.question_id, name)


def _model(connection: sa.Connection, graph: Graph, number: int, behind: str | None) -> None:
    found = training.model(connection, number)
    name = show("model", number)
    if graph.add(name, "model", f"model {found.number}, from {found.labels} labels", behind):
        _run(connection, graph, found.run_id, name)


def _run(connection: sa.Connection, graph: Graph, number: int, behind: str | None) -> None:
    found = training.the_run(connection, number)
    name = show("run", number)
    graph.add(name, "run", f"{found.learner}, seed {found.seed}, {found.seconds:.1f} s", behind)
    _commit(connection, graph, found.commit_id, name)


def _commit(connection: sa.Connection, graph: Graph, number: int, behind: str | None) -> None:
    found = commits.get(connection, number)
    name = show("commit", number)
    text = f"{found.rows} labels, {found.test_rows} of them for testing only; content {found.digest[:12]}"
    if not graph.add(name, "commit", text, behind):
        return
    rows = []
    for row in commits.checkout(connection, found):
        rows.append(row)
        if len(rows) == SHOWN:
            break
    for row in rows:
        label = ", ".join(row.value["labels"]) or "none"
        graph.add(f"{show('item', row.item_id)}", "label", f"{label} ({row.confidence:.2f})", name)
    if found.rows > len(rows):
        graph.add(f"{name}+", "labels", f"{found.rows - len(rows)} more labels", name)
    _answers(connection, graph, {answer: show("item", row.item_id) for row in rows for answer in row.answers})


def _answers(connection: sa.Connection, graph: Graph, behind: dict[str, str]) -> None:
    """Answers by id, each behind the label it went into."""
    wanted = list(behind)
    for start in range(0, len(wanted), CHUNK):
        rows = connection.execute(
            sa.select(a.c.id, a.c.outcome, a.c.value, schema.actor.c.name, a.c.question_id)
            .join(schema.actor, schema.actor.c.id == a.c.actor_id)
            .where(a.c.id.in_(wanted[start : start + CHUNK]))
            .order_by(a.c.seq)
        )
        for row in rows:
            graph.add(row.id, "answer", _said(row), behind[row.id])
            if row.question_id is not None:
                graph.add(show("question", row.question_id), "question", "asked", row.id)


def _said(row: Any) -> str:
    value = row.value or {}
    words = ", ".join(value["labels"]) if "labels" in value else value.get("decision", "")
    return f"{row.name}: {words or row.outcome}"


def _question(connection: sa.Connection, graph: Graph, number: int, behind: str | None) -> None:
    found = connection.execute(
        sa.select(q.c.lane, q.c.reason, q.c.item_id, schema.batch.c.model_id)
        .join(schema.batch, schema.batch.c.id == q.c.batch_id)
        .where(q.c.id == number)
    ).one_or_none()
    if found is None:
        raise NotFound("question", show("question", number))
    name = show("question", number)
    graph.add(name, "decision" if found.lane == "decide" else "question", found.reason, behind)
    answers = list(connection.execute(sa.select(a.c.id).where(a.c.question_id == number).order_by(a.c.seq)).scalars())
    _answers(connection, graph, dict.fromkeys(answers, name))
    if behind is None and found.model_id is not None:
        _model(connection, graph, found.model_id, name)


def _item(connection: sa.Connection, graph: Graph, number: int, behind: str | None) -> None:
    key = connection.execute(sa.select(i.c.key).where(i.c.id == number)).scalar()
    if key is None:
        raise NotFound("item", show("item", number))
    name = show("item", number)
    graph.add(name, "item", key, behind)
    lab, t = schema.label, schema.task
    labels = connection.execute(
        sa.select(lab.c.task_id, lab.c.value, lab.c.confidence, lab.c.answers, t.c.name)
        .join(t, t.c.id == lab.c.task_id)
        .where(lab.c.item_id == number)
    )
    for row in labels:
        label = f"{name}/{show('task', row.task_id)}"
        words = ", ".join(row.value["labels"]) or "none"
        graph.add(label, "label", f"{row.name}: {words} ({row.confidence:.2f})", name)
        _answers(connection, graph, dict.fromkeys(row.answers, label))
    asked: Sequence[int] = list(
        connection.execute(sa.select(q.c.id).where(q.c.item_id == number).order_by(q.c.id)).scalars()
    )
    for question in asked:
        _question(connection, graph, question, name)


_FOLLOW: dict[str, Callable[[sa.Connection, Graph, int, str | None], None]] = {
    "prediction": _prediction,
    "release": _release,
    "model": _model,
    "run": _run,
    "commit": _commit,
    "question": _question,
    "item": _item,
}
