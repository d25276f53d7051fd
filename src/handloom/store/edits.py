"""Versions that people make: rows changed by hand, old content restored, one branch merged into another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.errors import BadValue, NotFound, WrongState
from ..core.ids import canonical, show
from . import schema
from .branches import Branch, head, merge_base
from .bulk import insert_rows
from .commits import Revision, looseness
from .comparing import differing, rows_of, suspects
from .history import GONE, Commit, Held, among, get, held, written_at
from .recording import (
    TEST,
    Digests,
    Note,
    Planned,
    StoreValues,
    answers_text,
    in_turn,
    plan,
    store_values,
    write,
    written,
)
from .schema.versions import conflict
from .staging import Ahead, Moved, publish

if TYPE_CHECKING:
    from .writer import Tx


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of a row; what is None stays. value: JSON of the shape. remove: the row goes."""

    value: Any = None
    confidence: float | None = None
    split: str | None = None
    weight: float | None = None
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that a merge could not decide. fields: of label, split, weight, row."""

    item_id: int
    base: Revision | None
    ours: Revision | None
    theirs: Revision | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merging:
    """What a merge came to. commit: the new version; None when everything was in already."""

    commit: Commit | None
    base: Commit | None
    ours: Commit
    theirs: Commit
    conflicts: tuple[Conflict, ...]


Rows = Mapping[int, Revision]
Three = Callable[[Rows, Rows, Rows], tuple[Mapping[int, Revision | None], Sequence[tuple[int, tuple[str, ...]]]]]
"""(base, ours, theirs) -> (rows to put, None where one goes; (item, fields) in conflict); `handloom.jobs.versions`."""


def edit(
    tx: Tx, branch: Branch, edits: Mapping[int, Edit], note: Note, digests: Digests, ahead: Ahead | None = None
) -> Commit:
    """A version of the branch with these rows changed. Raises `NotFound`, `WrongState` when nothing would change.

    ahead: the same, worked out and stored before (`handloom.store.staging`).
    """
    if ahead is not None:
        return publish(tx, ahead)
    in_turn(tx)
    planned = plan_edit(tx.connection, branch, edits, note, digests, partial(store_values, tx))
    return _changed(branch, written(tx, head_of(tx.connection, branch), branch.id, planned))


def plan_edit(
    connection: sa.Connection,
    branch: Branch,
    edits: Mapping[int, Edit],
    note: Note,
    digests: Digests,
    store: StoreValues,
) -> Planned | None:
    """What `edit` writes; None when nothing would change."""
    parent = head_of(connection, branch)
    before = held(connection, parent, sorted(edits))
    tests = {item: row.split == TEST for item, row in before.items() if row.content_id is not None}
    tests |= _items(connection, branch.project_id, [item for item in edits if item not in tests])
    texts = _texts({item: one.value for item, one in edits.items() if one.value is not None})
    known = store(set(texts.values()))
    rows = {}
    for item, one in edits.items():
        old = before.get(item, GONE)
        content = known[texts[item]] if item in texts else old.content_id
        rows[item] = _edited(item, one, old, content, tests[item])
    marked = _marked(connection, branch, rows, before)
    return plan(connection, parent, branch.id, marked, note, digests, before=before, contents=_values(known))


def _values(known: Mapping[str, int]) -> dict[int, Any]:
    return {number: json.loads(text) for text, number in known.items()}


def _texts(values: Mapping[int, Any]) -> dict[int, str]:
    """The canonical JSON of each value, worked out once for all that look alike: most of many rows do."""
    known: dict[str, str] = {}
    texts = {}
    for item, value in values.items():
        looks = repr(value)
        text = known.get(looks)
        if text is None:
            text = known[looks] = canonical(value)
        texts[item] = text
    return texts


def _edited(item: int, one: Edit, old: Held, content: int | None, test: bool) -> Held:
    """The living test set is drawn at random and is never trained on: no edit moves a row into it or out of it."""
    if one.remove:
        return GONE._replace(split=old.split)
    if content is None:
        raise NotFound("row of item", show("item", item))
    if one.split is not None and (one.split == TEST) != test:
        there = "in" if test else "not in"
        raise BadValue(
            f"{show('item', item)} is {there} the living test set, which is drawn at random; its split stays"
        )
    split = old.split if one.split is None else None if one.split == "train" else one.split
    relabelled = one.value is not None
    return Held(
        content,
        (1.0 if one.confidence is None else one.confidence) if relabelled else old.confidence,
        None if relabelled else old.answers,
        TEST if test else split,
        old.weight if one.weight is None else None if one.weight == 1 else one.weight,
    )


def restore(tx: Tx, branch: Branch, to: Commit, note: Note, digests: Digests, ahead: Ahead | None = None) -> Commit:
    """A new version of the branch with the content of an older one. ahead: as in `edit`."""
    if ahead is not None:
        return publish(tx, ahead)
    in_turn(tx)
    planned = plan_restore(tx.connection, branch, to, note, digests)
    return _changed(branch, written(tx, head_of(tx.connection, branch), branch.id, planned))


def plan_restore(connection: sa.Connection, branch: Branch, to: Commit, note: Note, digests: Digests) -> Planned | None:
    """What `restore` writes."""
    parent = head_of(connection, branch)
    now, then = differing(connection, parent, to)
    rows = {item: GONE._replace(split=row.split) for item, row in now.items()} | then
    before = held(connection, parent, sorted(rows))
    return plan(connection, parent, branch.id, _marked(connection, branch, rows, before), note, digests, before=before)


def _changed(branch: Branch, made: Commit | None) -> Commit:
    if made is None:
        raise WrongState(f"nothing would change on {branch.name}: it holds exactly this already")
    return made


@dataclass(frozen=True, slots=True)
class Preview:
    """What merging ``theirs`` into ``ours`` would put: rows that differ from ours, None where one goes. base None: they
    share nothing. nothing: ours has all of theirs already."""

    base: Commit | None
    put: Mapping[int, Revision | None]
    conflicts: tuple[Conflict, ...]
    nothing: bool = False


def preview(connection: sa.Connection, ours: Commit, theirs: Commit, three: Three) -> Preview:
    """Look at a merge without making it. A row in conflict is put as the base has it."""
    base = merge_base(connection, ours, theirs)
    if base is not None and base.id == theirs.id:
        return Preview(base, {}, (), nothing=True)
    items = suspects(connection, base, theirs)
    base_rows, our_rows, their_rows = (rows_of(connection, commit, items) for commit in (base, ours, theirs))
    put, undecided = three(base_rows, our_rows, their_rows)
    conflicts = tuple(
        Conflict(item, base_rows.get(item), our_rows.get(item), their_rows.get(item), fields)
        for item, fields in undecided
    )
    return Preview(base, dict(put) | {one.item_id: one.base for one in conflicts}, conflicts)


def merge(
    tx: Tx,
    branch: Branch,
    theirs: Commit,
    note: Note,
    digests: Digests,
    three: Three,
    ahead: tuple[Ahead, Merging] | None = None,
) -> Merging:
    """Merge a version into a branch. A row in conflict is kept as the base has it until it is settled.

    ahead: the same, worked out and stored before (`handloom.store.staging`), and what it came to.
    """
    if ahead is not None:
        if theirs.id != ahead[1].theirs.id:
            raise Moved
        found, made = ahead[1], publish(tx, ahead[0])
    else:
        in_turn(tx)
        store = partial(store_values, tx)
        found, planned = plan_merge(tx.connection, branch, theirs, note, digests, three, store)
        if planned is None:
            return found
        made = write(tx, planned)
    base, ours, conflicts = found.base, found.ours, found.conflicts
    place = (branch.project_id, branch.task_id, made.id)
    insert_rows(
        tx,
        conflict,
        ("project_id", "task_id", "merge_id", "item_id", "base_id", "ours_id", "theirs_id", "fields"),
        [
            (*place, one.item_id, base and base.id, ours.id, theirs.id, json.dumps(list(one.fields)))
            for one in conflicts
        ],
    )
    return replace(found, commit=made)


def plan_merge(
    connection: sa.Connection,
    branch: Branch,
    theirs: Commit,
    note: Note,
    digests: Digests,
    three: Three,
    store: StoreValues,
) -> tuple[Merging, Planned | None]:
    """What `merge` comes to and writes; nothing when everything was in already."""
    ours = head_of(connection, branch)
    found = preview(connection, ours, theirs, three)
    merging = Merging(None, found.base, ours, theirs, found.conflicts)
    if found.nothing:
        return merging, None
    rows, contents = _stored(found.put, store)
    before = held(connection, ours, sorted(rows))
    marked = _as_labels(connection, theirs, _marked(connection, branch, rows, before))
    note = replace(note, other_id=theirs.id, position=max(note.position, theirs.position))
    loose = ours.loose + sum(looseness(row) - looseness(before.get(item)) for item, row in marked.items())
    more: dict[str, Any] = {"loose": loose, "before": before, "contents": contents}
    return merging, plan(connection, ours, branch.id, marked, note, digests, **more)


def settle(
    tx: Tx, branch: Branch, verdicts: Mapping[int, Revision | None], note: Note, digests: Digests
) -> Commit | None:
    """A version with rows as somebody decided them; None when they stand like that already."""
    in_turn(tx)
    parent = head_of(tx.connection, branch)
    rows, contents = _stored(verdicts, partial(store_values, tx))
    before = held(tx.connection, parent, sorted(rows))
    marked = _marked(tx.connection, branch, rows, before)
    more: dict[str, Any] = {"before": before, "contents": contents}
    return written(tx, parent, branch.id, plan(tx.connection, parent, branch.id, marked, note, digests, **more))


def _stored(rows: Mapping[int, Revision | None], store: StoreValues) -> tuple[dict[int, Held], dict[int, Any]]:
    texts = _texts({item: row.value for item, row in rows.items() if row is not None})
    known = store(set(texts.values()))
    found = {
        item: GONE
        if row is None
        else Held(known[texts[item]], row.confidence, answers_text(row.answers), row.split, row.weight)
        for item, row in rows.items()
    }
    return found, _values(known)


def _as_labels(connection: sa.Connection, theirs: Commit, rows: dict[int, Held]) -> dict[int, Held]:
    """Rows that the other side has as its labels say are labels here too: the next answer, or measuring people again,
    moves them as it would have there."""
    known = held(connection, theirs, sorted(rows))
    labels = {item: row for item, row in known.items() if row.edited == 0 and row.content_id is not None}
    return {item: labels[item] if item in labels and labels[item].same(row) else row for item, row in rows.items()}


def _marked(
    connection: sa.Connection, branch: Branch, rows: Mapping[int, Held], before: Mapping[int, Held]
) -> dict[int, Held]:
    """Rows as an edit's: they stand until an answer comes that is newer than any there is now."""
    newest = connection.execute(sa.select(sa.func.max(schema.answer.c.seq))).scalar() or 0
    labelled = {item for item, row in before.items() if row.edited == 0 and row.content_id is not None}
    query = f"SELECT item_id FROM label WHERE task_id = {branch.task_id:d} AND item_id"
    labelled.update(item for (item,) in among(connection, query, [item for item in rows if item not in labelled]))
    return {item: Held._make((*row[:5], 1 if item in labelled else 2, newest)) for item, row in rows.items()}


def head_of(connection: sa.Connection, branch: Branch) -> Commit:
    """The newest version of a branch; raises `WrongState` where there is none."""
    found = head(connection, branch)
    if found is None:
        raise WrongState(f"branch {branch.name} has no version yet; commit labels first")
    return found


def _items(connection: sa.Connection, project_id: int, items: Sequence[int]) -> dict[int, bool]:
    """Whether each item is in the living test set; raises `NotFound` for one that the project does not have."""
    query = f"SELECT id, test FROM item WHERE project_id = {project_id:d} AND id"
    found = {item: bool(test) for item, test in among(connection, query, items)}
    for item in items:
        if item not in found:
            raise NotFound("item", show("item", item))
    return found


def conflict_of(connection: sa.Connection, question_id: int) -> Any | None:
    """Row of the conflict that a question is about, or None."""
    return connection.execute(sa.select(conflict).where(conflict.c.question_id == question_id)).one_or_none()


def author(connection: sa.Connection, item_id: int, at: Commit) -> tuple[int, str]:
    """(actor, message) of the commit that wrote an item's row as a version sees it."""
    number = written_at(connection, at, item_id)
    made = at if number is None else get(connection, number)
    return made.actor_id, made.message


def sides(connection: sa.Connection, row: Any) -> Conflict:
    """A stored conflict with what each of the three versions holds of its item."""
    item = row.item_id
    held_by = [
        rows_of(connection, None if number is None else get(connection, number), [item]).get(item)
        for number in (row.base_id, row.ours_id, row.theirs_id)
    ]
    return Conflict(item, held_by[0], held_by[1], held_by[2], tuple(row.fields))


def conflicts_of(connection: sa.Connection, merge_id: int) -> list[Any]:
    """Rows of the conflicts of a merge, in the order of the items."""
    query = sa.select(conflict).where(conflict.c.merge_id == merge_id).order_by(conflict.c.item_id)
    return list(connection.execute(query).all())


def branch_of(connection: sa.Connection, commit_id: int) -> int:
    """Number of the branch that a commit is on."""
    return get(connection, commit_id).branch_id


def link(tx: Tx, merge_id: int, questions: Mapping[int, int]) -> None:
    """Say which question asks about the conflict of which item."""
    for item, question in questions.items():
        tx.execute(_LINK, {"merge": merge_id, "item": item, "question": question})


_LINK = (
    sa.update(conflict)
    .where(conflict.c.merge_id == sa.bindparam("merge"), conflict.c.item_id == sa.bindparam("item"))
    .values(question_id=sa.bindparam("question"))
)


def settled(tx: Tx, conflict_id: int, commit_id: int) -> None:
    """A conflict is decided by this version."""
    tx.execute(sa.update(conflict).where(conflict.c.id == conflict_id).values(commit_id=commit_id))
