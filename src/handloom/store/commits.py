"""Dataset versions: a commit is the set of row revisions that turn its parent's dataset into its own.

A checkout is, for every item, its last revision at or before the commit (`handloom.store.history`). The content digest
of a commit is kept up to date from the parent's, so a commit costs as much as what changed, whatever the size of the
dataset. The labels as they stand are committed on the branch main; edits and merges speak for a row until somebody
answers about its item anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from . import schema
from .branches import Branch, head
from .history import COLUMNS, Commit, Held, among, fetched, get, held, held_by_all, values
from .recording import (
    MAIN,
    TEST,
    Digests,
    Note,
    Planned,
    StoreValues,
    in_turn,
    plan,
    record_labels,
    store_values,
    written,
)
from .schema.versions import branch as b

if TYPE_CHECKING:
    from .projects import TaskRow
    from .writer import Tx

__all__ = ["Commit", "Digests", "Revision", "changes", "checkout", "commit", "get", "newest"]

c, lab = schema.commit_, schema.label
SLACK = 1_000
"""Answers re-read below the parent's position: on PostgreSQL a lower number may have become visible after a higher one."""
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Revision:
    """A row of a dataset as a commit left it. identity: the item's key and content digest. value None: removed."""

    item_id: int
    identity: str
    value: Any
    confidence: float | None
    answers: tuple[str, ...]
    split: str | None = None
    weight: float | None = None

    @property
    def test(self) -> bool:
        """Held out for testing: never trained on."""
        return self.split == TEST


def newest(connection: sa.Connection, task_id: int) -> Commit | None:
    """The newest commit of a task's labels, on its branch main, or None."""
    query = (
        sa.select(*COLUMNS)
        .join(b, b.c.id == c.c.branch_id)
        .where(b.c.task_id == task_id, b.c.name == MAIN, b.c.closed.is_(None))
        .order_by(c.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return Commit(*row) if row else None


def checkout(connection: sa.Connection, commit: Commit, items: Sequence[int] | None = None) -> Iterator[Revision]:
    """The rows of a commit in the order of their items; of some items only, when named."""
    page: list[tuple[int, Held]] = []
    contents: dict[int, Any] = {}
    found = held_by_all(connection, commit) if items is None else sorted(held(connection, commit, items).items())
    for row in found:
        if row[1].content_id is not None:
            page.append(row)
        if len(page) == PAGE:
            yield from revisions(connection, page, contents)
            page = []
    yield from revisions(connection, page, contents)


def changes(connection: sa.Connection, commit_id: int) -> list[Revision]:
    """What a commit changed, removed rows with value None."""
    made = get(connection, commit_id)
    columns = "item_id, content_id, confidence, CAST(answers AS TEXT), split, weight, edited, position"
    query = f"SELECT {columns} FROM revision WHERE commit_id = {made.id:d} ORDER BY item_id"
    rows = connection.exec_driver_sql(query).all()
    return list(revisions(connection, [(row[0], Held(*row[1:])) for row in rows], {}))


def revisions(
    connection: sa.Connection, rows: Sequence[tuple[int, Held]], contents: dict[int, Any]
) -> Iterator[Revision]:
    """Rows with their values and the identities of their items. contents: values known from before."""
    missing = {row.content_id for _, row in rows if row.content_id is not None} - contents.keys()
    contents |= values(connection, [number for number in missing if number is not None])
    query = "SELECT id, key, digest FROM item WHERE id"
    names = {item: f"{key}\n{stamp}" for item, key, stamp in among(connection, query, [item for item, _ in rows])}
    for item, row in rows:
        value = None if row.content_id is None else contents[row.content_id]
        answers = tuple(json.loads(row.answers)) if row.answers else ()
        yield Revision(item, names[item], value, row.confidence, answers, row.split, row.weight)


def commit(
    tx: Tx,
    task: TaskRow,
    *,
    message: str,
    actor_id: int,
    digests: Digests,
    onto: Branch | None = None,
    only: Callable[[int], bool] | None = None,
) -> Commit:
    """Make the labels as they stand a version, on main or on the branch ``onto``; the newest one again when nothing has
    changed. only: of which items; then all labels are compared, since a version has been made without some of them."""
    in_turn(tx)
    parent = newest(tx.connection, task.id) if onto is None else head(tx.connection, onto)
    if parent is None:
        note = Note(actor_id, message, position(tx.connection, task.id))
        return record_labels(tx, task.project_id, task.id, note, digests)
    branch_id = parent.branch_id if onto is None else onto.id
    note = Note(actor_id, message, parent.position)
    store = partial(store_values, tx)
    planned = plan_labels(tx.connection, parent, branch_id, note, digests, store, only)
    return written(tx, parent, branch_id, planned) or parent


def position(connection: sa.Connection, task_id: int) -> int:
    """The newest answer behind the labels of a task."""
    return connection.execute(sa.select(sa.func.max(lab.c.position)).where(lab.c.task_id == task_id)).scalar() or 0


def plan_labels(
    connection: sa.Connection,
    parent: Commit,
    branch_id: int,
    note: Note,
    digests: Digests,
    store: StoreValues,
    only: Callable[[int], bool] | None = None,
) -> Planned | None:
    """The version that the labels as they stand make of ``parent``; None when nothing has changed."""
    newest_answer = position(connection, parent.task_id)
    labels, contents = labelled(connection, parent.task_id, parent.position - SLACK if only is None else 0, store)
    labels = labels if only is None else {item: row for item, row in labels.items() if only(item)}
    before = held(connection, parent, sorted(labels))
    now = {item: kept(row, before.get(item)) for item, row in labels.items()}
    put = {item: row for item, row in now.items() if _speaks(row, before.get(item))}
    rows = parent.rows + sum(before.get(item) is None or before[item].content_id is None for item in put)
    total = connection.execute(sa.select(sa.func.count()).where(lab.c.task_id == parent.task_id)).scalar_one()
    loose = parent.loose - sum(looseness(before.get(item)) for item in put)
    if rows - total != loose:
        gone = _gone(connection, parent, newest_answer)
        put |= gone
        before |= held(connection, parent, sorted(gone))
        loose = rows - len(gone) - total
    note = replace(note, position=max(newest_answer, parent.position))
    more: dict[str, Any] = {"loose": loose, "before": before, "contents": contents}
    return plan(connection, parent, branch_id, put, note, digests, **more)


def kept(label: Held, row: Held | None) -> Held:
    """A label with what was decided about the row beside it: its weight, and a split within what may be trained on."""
    if row is None or row.content_id is None or TEST in (label.split, row.split):
        return label
    return label._replace(split=row.split, weight=row.weight)


def _speaks(label: Held, row: Held | None) -> bool:
    """Whether a label changes a row: one that an edit made stands until an answer comes that the edit did not know."""
    if row is None:
        return True
    return label.position > row.position if row.edited else not label.same(row)


def looseness(row: Held | None) -> int:
    """What a row that an edit made counted in `Commit.loose`."""
    if row is None:
        return 0
    return int(row.edited == 2) if row.content_id is not None else -int(row.edited == 1)


def labelled(
    connection: sa.Connection, task_id: int, since: int, store: StoreValues
) -> tuple[dict[int, Held], dict[int, Any]]:
    """Labels that have moved since a position, as rows, and the values by the numbers of their contents."""
    columns = "item_id, CAST(value AS TEXT), confidence, CAST(answers AS TEXT), test, position"
    query = f"SELECT {columns} FROM label WHERE task_id = {task_id:d} AND position > {since:d} ORDER BY item_id"
    rows = fetched(connection, query)
    known = store({row[1] for row in rows})
    found = {
        item: Held(known[value], sure, answers, TEST if test else None, None, 0, newest)
        for item, value, sure, answers, test, newest in rows
    }
    return found, {number: json.loads(text) for text, number in known.items()}


def _gone(connection: sa.Connection, parent: Commit, position: int) -> Mapping[int, Held]:
    """Rows of the parent whose item has no label any more (its only answer was taken back)."""
    kept = set(connection.execute(sa.select(lab.c.item_id).where(lab.c.task_id == parent.task_id)).scalars())
    return {
        item: row._replace(content_id=None, confidence=None, answers=None, position=position)
        for item, row in held_by_all(connection, parent)
        if row.content_id is not None and not row.edited and item not in kept
    }
