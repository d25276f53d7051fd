"""Versions that people make: rows changed by hand, old content restored, one branch merged into another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.errors import BadValue, NotFound, WrongState
from ..core.ids import canonical, show
from . import schema
from .branches import Branch, head, merge_base
from .bulk import insert_rows, select_among
from .commits import Revision, looseness
from .comparing import differing, rows_of, suspects
from .history import GONE, Commit, Held, get, held, written
from .recording import TEST, Digests, Note, answers_text, record, store_values
from .schema.versions import conflict

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


def edit(tx: Tx, branch: Branch, edits: Mapping[int, Edit], note: Note, digests: Digests) -> Commit:
    """A version of the branch with these rows changed. Raises `NotFound`, `WrongState` when nothing would change."""
    parent = _head(tx, branch)
    before = held(tx.connection, parent, sorted(edits))
    tests = {item: row.split == TEST for item, row in before.items() if row.content_id is not None}
    tests |= _items(tx, branch.project_id, [item for item in edits if item not in tests])
    texts = _texts({item: one.value for item, one in edits.items() if one.value is not None})
    known = store_values(tx, texts.values())
    rows = {}
    for item, one in edits.items():
        old = before.get(item, GONE)
        content = known[texts[item]] if item in texts else old.content_id
        rows[item] = _edited(item, one, old, content, tests[item])
    return _changed(branch, _recorded(tx, branch, parent, rows, note, digests, before))


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


def restore(tx: Tx, branch: Branch, to: Commit, note: Note, digests: Digests) -> Commit:
    """A new version of the branch with the content of an older one."""
    parent = _head(tx, branch)
    now, then = differing(tx.connection, parent, to)
    rows = {item: GONE._replace(split=row.split) for item, row in now.items()} | then
    return _changed(branch, _recorded(tx, branch, parent, rows, note, digests))


def _changed(branch: Branch, made: Commit | None) -> Commit:
    if made is None:
        raise WrongState(f"nothing would change on {branch.name}: it holds exactly this already")
    return made


def _recorded(
    tx: Tx,
    branch: Branch,
    parent: Commit,
    rows: Mapping[int, Held],
    note: Note,
    digests: Digests,
    before: Mapping[int, Held] | None = None,
) -> Commit | None:
    known = held(tx.connection, parent, sorted(rows)) if before is None else before
    return record(tx, parent, branch.id, _marked(tx, branch, rows, known), note, digests, before=known)


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


def merge(tx: Tx, branch: Branch, theirs: Commit, note: Note, digests: Digests, three: Three) -> Merging:
    """Merge a version into a branch. A row in conflict is kept as the base has it until it is settled."""
    ours = _head(tx, branch)
    found = preview(tx.connection, ours, theirs, three)
    base, conflicts = found.base, found.conflicts
    if found.nothing:
        return Merging(None, base, ours, theirs, ())
    rows = _stored(tx, found.put)
    before = held(tx.connection, ours, sorted(rows))
    marked = _as_labels(tx, theirs, _marked(tx, branch, rows, before))
    note = replace(note, other_id=theirs.id, position=max(note.position, theirs.position))
    loose = ours.loose + sum(looseness(row) - looseness(before.get(item)) for item, row in marked.items())
    made = record(tx, ours, branch.id, marked, note, digests, loose, before)
    assert made is not None
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
    return Merging(made, base, ours, theirs, conflicts)


def settle(
    tx: Tx, branch: Branch, verdicts: Mapping[int, Revision | None], note: Note, digests: Digests
) -> Commit | None:
    """A version with rows as somebody decided them; None when they stand like that already."""
    return _recorded(tx, branch, _head(tx, branch), _stored(tx, verdicts), note, digests)


def _stored(tx: Tx, rows: Mapping[int, Revision | None]) -> dict[int, Held]:
    texts = _texts({item: row.value for item, row in rows.items() if row is not None})
    known = store_values(tx, set(texts.values()))
    return {
        item: GONE
        if row is None
        else Held(known[texts[item]], row.confidence, answers_text(row.answers), row.split, row.weight)
        for item, row in rows.items()
    }


def _as_labels(tx: Tx, theirs: Commit, rows: dict[int, Held]) -> dict[int, Held]:
    """Rows that the other side has as its labels say are labels here too: the next answer, or measuring people again,
    moves them as it would have there."""
    known = held(tx.connection, theirs, sorted(rows))
    labels = {item: row for item, row in known.items() if row.edited == 0 and row.content_id is not None}
    return {item: labels[item] if item in labels and labels[item].same(row) else row for item, row in rows.items()}


def _marked(tx: Tx, branch: Branch, rows: Mapping[int, Held], before: Mapping[int, Held]) -> dict[int, Held]:
    """Rows as an edit's: they stand until an answer comes that is newer than any there is now."""
    newest = tx.execute(sa.select(sa.func.max(schema.answer.c.seq))).scalar() or 0
    labelled = {item for item, row in before.items() if row.edited == 0 and row.content_id is not None}
    query = f"SELECT item_id FROM label WHERE task_id = {branch.task_id:d} AND item_id"
    labelled.update(item for (item,) in select_among(tx, query, [item for item in rows if item not in labelled]))
    return {item: Held._make((*row[:5], 1 if item in labelled else 2, newest)) for item, row in rows.items()}


def _head(tx: Tx, branch: Branch) -> Commit:
    found = head(tx.connection, branch)
    if found is None:
        raise WrongState(f"branch {branch.name} has no version yet; commit labels first")
    return found


def _items(tx: Tx, project_id: int, items: Sequence[int]) -> dict[int, bool]:
    """Whether each item is in the living test set; raises `NotFound` for one that the project does not have."""
    query = f"SELECT id, test FROM item WHERE project_id = {project_id:d} AND id"
    found = {item: bool(test) for item, test in select_among(tx, query, items)}
    for item in items:
        if item not in found:
            raise NotFound("item", show("item", item))
    return found


def conflict_of(connection: sa.Connection, question_id: int) -> Any | None:
    """Row of the conflict that a question is about, or None."""
    return connection.execute(sa.select(conflict).where(conflict.c.question_id == question_id)).one_or_none()


def author(connection: sa.Connection, item_id: int, at: Commit) -> tuple[int, str]:
    """(actor, message) of the commit that wrote an item's row as a version sees it."""
    number = written(connection, at, item_id)
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
