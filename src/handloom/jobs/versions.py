"""Dataset versions: what the store needs of the step `dataset`, merges whose conflicts become questions, their verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from .. import dataset, resolve
from ..core.ids import show
from ..dataset import digest
from ..store import Store, Tx, branches, comparing, edits, gates, people, queue, staging
from ..store.branches import Branch
from ..store.commits import Commit, Digests, Revision
from ..store.edits import Conflict, Merging
from ..store.queue import NewBatch, NewQuestion
from ..store.recording import Note, Planned, StoreValues
from ..store.staging import Ahead, Stage

DIGESTS = Digests(digest.EMPTY, digest.state, digest.shift)
STRATEGY = "merge"
ROLES = ("engineer", "owner")
"""Who settles a conflict: it is a decision about the dataset, shown with both values and both authors."""


def three(
    base: Mapping[int, Revision], ours: Mapping[int, Revision], theirs: Mapping[int, Revision]
) -> tuple[Mapping[int, Revision | None], Sequence[tuple[int, tuple[str, ...]]]]:
    """The three-way merge of `handloom.dataset` in the words of the store."""
    result = dataset.merge(base, ours, theirs)
    return result.put, [(conflict.key, conflict.fields) for conflict in result.conflicts]


def changes(store: Store, before: Commit | None, after: Commit | None) -> Iterator[dataset.Change[int, Revision]]:
    """What changed between two versions of a task, row by row and by type."""
    with store.read() as connection:
        found = comparing.difference(connection, before, after)
    return dataset.diff(found.before, found.after)


MergeAhead: TypeAlias = tuple[Ahead, Merging]


def merge(
    tx: Tx,
    branch: Branch,
    theirs: Commit,
    *,
    source: str,
    message: str,
    actor_id: int,
    ahead: MergeAhead | None = None,
) -> Merging:
    """Merge a version into a branch; each row that both changed differently becomes a question to decide.

    ahead: the same, stored before by `merge_ahead`.
    """
    into = branches.head(tx.connection, branch)
    note = Note(actor_id, message, into.position if into else 0)
    result = edits.merge(tx, branch, theirs, note, DIGESTS, three, ahead)
    if result.commit is not None and result.conflicts:
        _ask(tx, branch, result, source, actor_id)
    return result


def merge_ahead(stage: Stage, branch: Branch, theirs: Commit, *, message: str, actor_id: int) -> MergeAhead | None:
    """Work a merge out and store its rows, seen by nobody; None when there is nothing to merge."""
    found: list[Merging] = []

    def planned(connection: Any, store: StoreValues) -> Planned | None:
        into = branches.head(connection, branch)
        note = Note(actor_id, message, into.position if into else 0)
        merging, planned = edits.plan_merge(connection, branch, theirs, note, DIGESTS, three, store)
        found[:] = [merging]
        return planned

    one = staging.ahead(stage, branch, actor_id, planned)
    return None if one is None else (one, found[0])


def _ask(tx: Tx, branch: Branch, result: Merging, source: str, actor_id: int) -> None:
    assert result.commit is not None
    batch = NewBatch(branch.project_id, branch.task_id, STRATEGY, 1, "decide", actor_id=actor_id)
    new = [
        NewQuestion(
            item_id=None,
            shape="decision",
            strategy=STRATEGY,
            probability=0.0,
            score=0.0,
            reason=f"{source} and {branch.name} changed it differently",
            body=_body(tx, branch, result, one, source),
        )
        for one in result.conflicts
    ]
    _, questions = queue.ask(tx, batch, new)
    edits.link(tx, result.commit.id, dict(zip((one.item_id for one in result.conflicts), questions, strict=True)))


def _body(tx: Tx, branch: Branch, result: Merging, one: Conflict, source: str) -> dict[str, Any]:
    item = show("item", one.item_id)
    ours = _side(tx, one.ours, one.item_id, result.ours)
    theirs = _side(tx, one.theirs, one.item_id, result.theirs)
    return {
        "title": f"What is true of {item}: as on {branch.name}, or as on {source}?",
        "effect": f"Approving takes {_words(theirs)} of {theirs['author']} from {source}; rejecting keeps "
        f"{_words(ours)} of {ours['author']} on {branch.name}. Until then the row stays as both had it before.",
        "action": "settle",
        "subject": {"item": item, "commit": show("commit", result.commit.id) if result.commit else None},
        "evidence": {"conflict": {"fields": list(one.fields), "ours": ours, "theirs": theirs}},
        "choices": ["approve", "reject", "defer"],
        "default": "reject",
        "roles": list(ROLES),
    }


def _side(tx: Tx, row: Revision | None, item_id: int, at: Commit) -> dict[str, Any]:
    actor, message = edits.author(tx.connection, item_id, at)
    shown = None if row is None else {"value": row.value, "split": row.split or digest.TRAIN, "weight": row.weight}
    return {"row": shown, "author": people.find(tx.connection, actor).name, "message": message}


def _words(side: Mapping[str, Any]) -> str:
    row = side["row"]
    if row is None:
        return "no row (it was removed)"
    value = row["value"]
    return ", ".join(value["labels"]) or "no label" if isinstance(value, Mapping) and "labels" in value else "the value"


def decided(tx: Tx, question_id: int, verdict: Mapping[str, Any], actor_id: int) -> None:
    """The effect of a verdict on a conflict: a version with the row as one of the two sides has it."""
    found = edits.conflict_of(tx.connection, question_id)
    if found is None or found.commit_id is not None:
        return
    outcome = resolve.quorum(gates.verdicts(tx.connection, question_id), roles=ROLES, needs=1)
    if outcome is None:
        return
    sides = edits.sides(tx.connection, found)
    row = chosen(sides, theirs=outcome.decision == "approve")
    merged = branches.by_id(tx.connection, edits.branch_of(tx.connection, found.merge_id))
    side = "theirs" if outcome.decision == "approve" else "ours"
    words = f"{show('item', found.item_id)} as {side}: {verdict.get('reason', '')}"
    head = branches.head(tx.connection, merged)
    note = Note(actor_id, words, head.position if head else 0)
    made = edits.settle(tx, merged, {found.item_id: row}, note, DIGESTS)
    edits.settled(tx, found.id, made.id if made is not None else found.merge_id)


def chosen(conflict: Conflict, *, theirs: bool) -> Revision | None:
    """One side of a conflict; what is not in conflict is merged as everywhere."""
    mine, other = (conflict.theirs, conflict.ours) if theirs else (conflict.ours, conflict.theirs)
    if mine is None or other is None or "row" in conflict.fields:
        return mine
    row, base = mine, conflict.base
    if "label" not in conflict.fields and base is not None and row.value == base.value:
        row = replace(row, value=other.value, confidence=other.confidence, answers=other.answers)
    for name in ("split", "weight"):
        if name not in conflict.fields and base is not None and getattr(row, name) == getattr(base, name):
            row = replace(row, **{name: getattr(other, name)})
    return row
