"""What puts a model to serve: an approval of the gate's question, and a roll-back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import resolve
from ..core.errors import WrongState
from ..store import Store, Tx, gates, jobs, queue, training
from ..store.projects import TaskRow
from . import proposals, versions


def decided(tx: Tx, question_id: int, verdict: Mapping[str, Any], actor_id: int) -> None:
    """The effect of a decision, in the transaction that stores the answer: an approved model serves from now on, a
    merge request is approved or rejected, and a conflict between two branches of a dataset is settled."""
    found = gates.gate_question(tx.connection, question_id)
    if found is None:
        if not proposals.decided(tx, question_id, verdict, actor_id):
            versions.decided(tx, question_id, verdict, actor_id)
        return
    if found.body.get("action") != "release":
        return
    outcome = resolve.quorum(gates.verdicts(tx.connection, question_id), roles=found.body["roles"], needs=found.needs)
    if outcome is None:
        return
    if found.state in ("open", "claimed"):
        queue.close(tx, [question_id], "withdrawn", f"decided: {outcome.decision}")
    if outcome.decision == "approve":
        model = training.model(tx.connection, found.model_id)
        reason = str(verdict.get("reason", ""))
        training.add_release(tx, model, question_id=question_id, actor_id=actor_id, reason=reason)
        older = [
            row.id
            for row in gates.undecided(tx.connection, model.project_id, model.task_id)
            if row.number < model.number
        ]
        queue.close(tx, older, "withdrawn", f"model {model.number} is newer, and was released")


def roll_back(store: Store, task: TaskRow, *, reason: str, actor_id: int) -> training.Release:
    """Serve the model of the release before again. Raises `WrongState` when there is none."""
    if not reason.strip():
        raise WrongState("a roll-back needs a reason in words")

    def unit(tx: Tx) -> training.Release:
        tx.execute(jobs.lock(task.id))
        past = training.releases(tx.connection, task.id)
        before = _before(past)
        if before is None:
            raise WrongState(f"task {task.name} has no earlier release to go back to")
        model = training.model(tx.connection, before.model_id)
        return training.add_release(tx, model, question_id=None, actor_id=actor_id, reason=reason.strip())

    return store.write(unit)


def _before(past: Sequence[training.Release]) -> training.Release | None:
    """The release before the one that put the present model to serve first, so that rolling back twice goes back two."""
    first = next((k for k, one in enumerate(past) if one.model_id == past[0].model_id and one.question_id), len(past))
    return next((one for one in past[first:] if one.model_id != past[0].model_id), None)
