"""What a published label migration leaves to do: questions about what a split left without a label, asked in short pieces.

A piece may run again, so whoever comes after a crash (`handloom.loop.advance`) goes through all of them once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core.relabel import Migration
from ..store import Store, Tx, offers, projects, queue, relabelled, relabelling
from ..store.projects import TaskRow
from ..store.queue import NewBatch, NewQuestion
from ..store.relabelling import Made
from . import team

STRATEGY = offers.SPLIT
PIECE = 200
"""Items of one transaction: some ten milliseconds."""


def left(tx: Tx, task: TaskRow, step: Migration, items: Sequence[int]) -> list[int]:
    """Items about which there is something to ask or to withdraw; questions that are open already want as many other
    answers as they have that say nothing any more."""
    if step.undoes is None and step.kind != "split":
        return []
    there = relabelled.with_label(tx.connection, task.id, items)
    bare = [item for item in items if item not in there]
    if step.kind == "split":
        for row in relabelled.questions_of(tx.connection, task.id, bare):
            if row.got:
                relabelled.want_instead(tx, row)
    if step.undoes is None:
        return bare
    asked = {row.item_id for row in relabelled.questions_of(tx.connection, task.id, sorted(there), STRATEGY)}
    return sorted({*asked, *(bare if step.kind == "split" else ())})


def finish(store: Store, made: Made, breathe: Callable[[], None]) -> Made:
    """Ask and withdraw what a migration left, piece by piece. breathe: called between them."""
    items = made.body.get("asking", {}).get("items", ())
    for start in range(0, len(items), PIECE):
        breathe()
        some = items[start : start + PIECE]
        store.write(lambda tx, some=some: _piece(tx, made, some))
    return store.write(lambda tx: _finished(tx, made)) if "asking" in made.body else made


def resume(store: Store, project_id: int) -> None:
    """Finish what a process that was killed has left."""
    with store.read() as connection:
        found = relabelling.unfinished(connection, project_id)
    for one in found:
        finish(store, one, lambda: None)


def _piece(tx: Tx, made: Made, items: Sequence[int]) -> None:
    if "asking" not in relabelling.get(tx.connection, made.step.id).body:
        return  # somebody else has finished it
    task = projects.task_by_id(tx.connection, made.task_id)
    there = relabelled.with_label(tx.connection, task.id, items)
    if made.step.undoes is not None:
        rows = relabelled.questions_of(tx.connection, task.id, sorted(there), STRATEGY)
        idle = [row.id for row in rows if not row.got]
        queue.close(tx, idle, "withdrawn", "the split of its label was taken back")
    if made.step.kind == "split" and made.step.id in {one.id for one in _standing(tx, task)}:
        _ask(tx, task, made, [item for item in items if item not in there])


def _standing(tx: Tx, task: TaskRow) -> Sequence[Migration]:
    """Migrations in force; one that takes another back stands for nothing, but what it split is asked about."""
    steps = relabelling.chain(tx.connection, task.id)
    newest = steps.steps[-1]
    return (*steps.standing, newest) if newest.undoes is not None else steps.standing


def _ask(tx: Tx, task: TaskRow, made: Made, bare: Sequence[int]) -> None:
    project = projects.find(tx.connection, task.project_id)
    words = f"{made.step.words}: nobody can tell which of them was meant"
    common: dict[str, Any] = {"strategy": STRATEGY, "probability": 0.0, "score": 0.0, "reason": words, "priority": 1.0}
    new = [NewQuestion(item_id=item, shape=team.shape_of(task), **common) for item in bare]
    batch = NewBatch(
        project_id=task.project_id, task_id=task.id, strategy=STRATEGY, needs=project.settings["overlap"],
        lane="label", actor_id=made.actor_id,
    )  # fmt: skip
    if new:
        team.ask_all(tx, project, task, batch, new, None)


def _finished(tx: Tx, made: Made) -> Made:
    now = relabelling.get(tx.connection, made.step.id)
    if "asking" in now.body:
        asked = relabelled.asked_since(tx.connection, made.task_id, STRATEGY, made.step.question)
        counts = now.body["counts"] | {"asked": asked if made.step.kind == "split" else 0}
        body = {name: value for name, value in now.body.items() if name != "asking"} | {"counts": counts}
        relabelling.change_body(tx, made.step.id, body)
    return relabelling.get(tx.connection, made.step.id)
