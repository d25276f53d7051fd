"""The labels of a task as a version, however many they are, while people answer (`handloom.store.staging`).

The first version of a task takes all labels as they are when their piece is written, since a database copies rows in a third
of the time that they take through a driver. What people say meanwhile has a newer position: those labels are
put right before the version is seen, the last of them in the transaction that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from . import commits, freezing, schema
from .branches import Branch, branch
from .bulk import delete_among
from .history import HELD, Commit, Held, Segment, fetched, last, listed
from .pieces import breathe
from .recording import (
    MAIN,
    Digests,
    Note,
    StoreValues,
    counts,
    forget_values,
    in_turn,
    insert_labels,
    insert_revisions,
    know_values,
    label_values,
    store_values,
    told,
    totals,
)
from .schema.versions import branch as b
from .staging import (
    FEW,
    Ahead,
    Mark,
    Moved,
    Stage,
    Write,
    ahead,
    carried,
    moment,
    publish,
    shown,
    stamp,
    sweep,
)

if TYPE_CHECKING:
    from .database import Store
    from .projects import TaskRow
    from .writer import Tx

lab = schema.label
ROUNDS = 5
"""How often labels that came meanwhile are put right before the last transaction, while they are many."""
ALL = 1 << 62


@dataclass(frozen=True, slots=True)
class Labels:
    """What becomes a version, and who says so. only: of which items."""

    task: TaskRow
    message: str
    actor_id: int
    digests: Digests
    only: Callable[[int], bool] | None = field(default=None)


def commit(
    store: Store, labels: Labels, *, write: Write | None = None, give_way: Callable[[], None] = breathe
) -> Commit:
    """As `handloom.store.commits.commit` on main, but nobody waits for it longer than for a piece of it.

    write: runs each unit, in place of the writer itself; give_way: called before each.
    """
    put: Write = store.write if write is None else write

    def whole(tx: Tx) -> Commit:
        named: dict[str, Any] = {"message": labels.message, "actor_id": labels.actor_id, "digests": labels.digests}
        return commits.commit(tx, labels.task, **named, only=labels.only)

    with store.read() as connection:
        parent = commits.newest(connection, labels.task.id)
        since = 0 if parent is None or labels.only is not None else parent.position - commits.SLACK
        few = _count(connection, labels.task.id, since, most=FEW + 1) <= FEW
    if few:
        return put(whole)
    stage = partial(Stage, store, put, give_way)
    if parent is None:
        first = partial(_first, labels=labels)
        return carried(stage, first, lambda tx, one: whole(tx) if one is None else _shown(tx, one), put)
    further = partial(_further, labels=labels, main=_main(store, labels.task.id))
    return carried(stage, further, lambda tx, one: whole(tx) if one is None else publish(tx, one), put)


def _main(store: Store, task_id: int) -> Branch:
    with store.read() as connection:
        return branch(connection, task_id, MAIN)


def _further(stage: Stage, labels: Labels, main: Branch) -> Ahead | None:
    def plan(connection: sa.Connection, store: StoreValues) -> Any:
        parent = commits.newest(connection, labels.task.id)
        if parent is None:
            raise Moved
        note = Note(labels.actor_id, labels.message, parent.position)
        return commits.plan_labels(connection, parent, main.id, note, labels.digests, store, labels.only)

    return ahead(stage, main, labels.actor_id, plan)


@dataclass(frozen=True, slots=True)
class First:
    """A first version that nobody sees yet. position: labels after it may have moved since they were stored."""

    mark: Mark
    branch_id: int
    labels: Labels
    position: int
    stamp: tuple[int, int]
    counted: Mapping[str, Any]


def _first(stage: Stage, labels: Labels) -> First:
    task = labels.task
    sweep(stage.store, stage.write)
    stage.write(partial(_begin, stage=stage, labels=labels))
    with moment(stage.store) as connection:
        seen = stamp(connection, task.project_id)
        position = commits.position(connection, task.id)
        texts = label_values(connection, task.id)
    known = stage.values(texts)
    stage.each(list(known.items()), lambda tx, part: know_values(tx, stage.number, part))
    after: int | None = 0
    while after is not None:
        after = stage.piece(partial(_some, stage=stage, task_id=task.id, after=after))
    for _ in range(ROUNDS):
        with moment(stage.store) as connection:
            if _count(connection, task.id, position, most=FEW + 1) <= FEW:
                break
            upto = commits.position(connection, task.id)
            put, _ = _behind(connection, stage.number, stage.branch_id, task.id, position, stage.values)
        stage.each(list(put.items()), lambda tx, part: _replace(tx, stage.number, stage.branch_id, dict(part)))
        position = upto
    with moment(stage.store) as connection:
        counted = totals(connection, stage.number, stage.branch_id, labels.digests)
    return First(stage.mark, stage.branch_id, labels, position, seen, counted)


def _begin(tx: Tx, stage: Stage, labels: Labels) -> None:
    """Main is made with its first version; until then it is closed, as no main ever is."""
    task = labels.task
    row = {"project_id": task.project_id, "task_id": task.id, "name": MAIN, "actor_id": labels.actor_id}
    made = sa.insert(b).values(row | {"created": tx.now, "closed": tx.now}).returning(b.c.id)
    stage.begin(tx, (task.project_id, task.id), tx.execute(made).scalar_one(), labels.actor_id)
    know_values(tx, stage.number, ())
    forget_values(tx, stage.number)  # SQLite gives the number of a stage that was swept away again


def _some(tx: Tx, stage: Stage, task_id: int, after: int) -> int | None:
    """Store the labels of the next items; up to which item, None for all."""
    place = f"task_id = {task_id:d} AND item_id > {after:d}"
    query = f"SELECT item_id FROM label WHERE {place} ORDER BY item_id LIMIT 1 OFFSET {stage.pace.size - 1:d}"
    upto = tx.connection.exec_driver_sql(query).scalar()
    some = (after, ALL if upto is None else upto)
    stage.pace.keep(stage.pace.size, lambda: insert_labels(tx, stage.number, stage.branch_id, task_id, some))
    if upto is None:
        forget_values(tx, stage.number)
    return upto


def _count(connection: sa.Connection, task_id: int, since: int, *, most: int) -> int:
    some = f"SELECT 1 FROM label WHERE task_id = {task_id:d} AND position > {since:d} LIMIT {most:d}"
    return connection.exec_driver_sql(f"SELECT count(*) FROM ({some}) AS s").scalar_one()


Rows = dict[int, Held]


def _behind(
    connection: sa.Connection, number: int, branch_id: int, task_id: int, since: int, store: StoreValues
) -> tuple[Rows, Rows]:
    """Labels that have moved since and differ from what is stored of them, and what is."""
    slack = 0 if connection.dialect.name == "sqlite" else commits.SLACK
    found, _ = commits.labelled(connection, task_id, since - slack, store)
    query = last(connection, Segment(branch_id, number), HELD, among=True)
    rows = fetched(connection, query, (listed(connection, sorted(found)),))
    there = {row[0]: Held._make(row[1:8]) for row in rows}
    put = {item: row for item, row in found.items() if not row.same(there.get(item))}
    return put, {item: there[item] for item in put if item in there}


def _replace(tx: Tx, number: int, branch_id: int, put: Rows) -> None:
    _remove(tx, number, branch_id, sorted(put))
    insert_revisions(tx, number, branch_id, sorted(put.items()))


def _remove(tx: Tx, number: int, branch_id: int, items: list[int]) -> None:
    delete_among(
        tx, f"DELETE FROM revision WHERE branch_id = {branch_id:d} AND commit_id = {number:d} AND item_id", items
    )


def _shown(tx: Tx, one: First) -> Commit:
    """Put what people said meanwhile right, and let everybody see the version. Raises `Moved` where there is one by now."""
    in_turn(tx)
    task, digests = one.labels.task, one.labels.digests
    if commits.newest(tx.connection, task.id) is not None or stamp(tx.connection, task.project_id) != one.stamp:
        raise Moved
    freezing.check(tx.connection, task.project_id, task.id, branch=MAIN)
    store = partial(store_values, tx)
    put, there = _behind(tx.connection, one.mark.number, one.branch_id, task.id, one.position, store)
    _replace(tx, one.mark.number, one.branch_id, put)
    total = tx.execute(sa.select(sa.func.count()).where(lab.c.task_id == task.id)).scalar_one()
    if one.counted["rows"] + len(put) - len(there) != total:
        gone = _without_label(tx.connection, one)
        _remove(tx, one.mark.number, one.branch_id, sorted(gone))
        there |= gone
    counted = counts(tx.connection, digests, one.counted, there, put)
    open_now = {"closed": None, "created": tx.now}
    tx.execute(sa.update(b).where(b.c.id == one.branch_id).values(open_now))
    note = Note(one.labels.actor_id, one.labels.message, commits.position(tx.connection, task.id))
    made = shown(tx, one.mark, one.branch_id, None, note, counted | {"changed": counted["rows"]})
    return told(tx, made)


def _without_label(connection: sa.Connection, one: First) -> Rows:
    """Rows whose item has no label any more (its only answer was taken back)."""
    said = f"SELECT 1 FROM label AS l WHERE l.task_id = {one.labels.task.id:d} AND l.item_id = r.item_id"
    place = f"r.branch_id = {one.branch_id:d} AND r.commit_id = {one.mark.number:d}"
    query = f"SELECT item_id, {', '.join(HELD)} FROM revision AS r WHERE {place} AND NOT EXISTS ({said})"
    return {row[0]: Held._make(row[1:8]) for row in fetched(connection, query)}
