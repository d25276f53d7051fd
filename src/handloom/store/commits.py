"""Dataset versions: a commit is the set of row revisions that turn its parent's dataset into its own.

A checkout is, for every item, its last revision at or before the commit. The content digest of a commit is kept up
to date from the parent's, so a commit costs as much as what changed, whatever the size of the dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.errors import NotFound
from ..core.ids import show
from . import schema
from .queue import CHUNK

if TYPE_CHECKING:
    from .projects import TaskRow
    from .writer import Tx

c, r, lab, item = schema.commit_, schema.revision, schema.label, schema.item
SLACK = 1_000
"""Answers re-read below the parent's position: on PostgreSQL a lower number may have become visible after a higher one."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One version of a task's dataset. position: newest answer in it. rows include test_rows; changed: against its parent."""

    id: int
    project_id: int
    task_id: int
    parent_id: int | None
    digest: str
    position: int
    rows: int
    test_rows: int
    changed: int
    message: str
    actor_id: int
    created: float


@dataclass(frozen=True, slots=True)
class Revision:
    """A row of a dataset as a commit left it. identity: the item's key and content digest. value None: removed."""

    item_id: int
    identity: str
    value: Any
    confidence: float | None
    answers: tuple[str, ...]
    test: bool


_COLUMNS = tuple(c.c[name] for name in Commit.__slots__)
Digest = Callable[[str, Sequence[Revision], Sequence[Revision]], str]
"""(parent's digest, rows taken out, rows put in) -> digest; `handloom.dataset.digest.update`."""


def get(connection: sa.Connection, commit_id: int) -> Commit:
    """The commit of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_COLUMNS).where(c.c.id == commit_id)).first()
    if row is None:
        raise NotFound("commit", show("commit", commit_id))
    return Commit(*row)


def newest(connection: sa.Connection, task_id: int) -> Commit | None:
    """The newest commit of a task, or None."""
    query = sa.select(*_COLUMNS).where(c.c.task_id == task_id).order_by(c.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return Commit(*row) if row else None


def checkout(connection: sa.Connection, commit: Commit, items: Sequence[int] | None = None) -> Iterator[Revision]:
    """The rows of a commit in the order of their items; of some items only, when named."""
    if items is None:
        yield from _checkout(connection, commit, None)
        return
    wanted = sorted(items)
    for start in range(0, len(wanted), CHUNK):
        yield from _checkout(connection, commit, wanted[start : start + CHUNK])


def _checkout(connection: sa.Connection, commit: Commit, items: Sequence[int] | None) -> Iterator[Revision]:
    later = r.alias("later")
    newer = sa.exists().where(
        later.c.task_id == r.c.task_id,
        later.c.item_id == r.c.item_id,
        later.c.commit_id > r.c.commit_id,
        later.c.commit_id <= commit.id,
    )
    query = (
        sa.select(r, item.c.key, item.c.digest)
        .join(item, item.c.id == r.c.item_id)
        .where(r.c.task_id == commit.task_id, r.c.commit_id <= commit.id, r.c.value.is_not(None), ~newer)
        .order_by(r.c.item_id)
    )
    if items is not None:
        query = query.where(r.c.item_id.in_(items))
    for row in connection.execute(query):
        yield _revision(row)


def _revision(row: Any) -> Revision:
    return Revision(
        row.item_id, f"{row.key}\n{row.digest}", row.value, row.confidence, tuple(row.answers or ()), row.test
    )


def changes(connection: sa.Connection, commit_id: int) -> list[Revision]:
    """What a commit changed, removed rows with value None."""
    query = (
        sa.select(r, item.c.key, item.c.digest)
        .join(item, item.c.id == r.c.item_id)
        .where(r.c.commit_id == commit_id)
        .order_by(r.c.item_id)
    )
    return [_revision(row) for row in connection.execute(query)]


def commit(tx: Tx, task: TaskRow, *, message: str, actor_id: int, digest: Digest, empty: str) -> Commit:
    """Make the labels as they stand a dataset version; the newest one again when nothing has changed.

    ``empty`` is the digest of a dataset without rows, the parent of the first commit.
    """
    project_id, task_id = task.project_id, task.id
    parent = newest(tx.connection, task_id)
    now = _labels(tx, task_id, since=parent.position - SLACK if parent else None)
    before = {row.item_id: row for row in checkout(tx.connection, parent, list(now))} if parent else {}
    put = [row for row in now.values() if before.get(row.item_id) != row]
    taken = [before[row.item_id] for row in put if row.item_id in before]
    rows = (parent.rows if parent else 0) + len(put) - len(taken)
    total = tx.execute(sa.select(sa.func.count()).where(lab.c.task_id == task_id)).scalar_one()
    gone = _removed(tx, parent) if parent and rows != total else []
    taken += gone
    if parent and not (put or gone):
        return parent
    position = tx.execute(sa.select(sa.func.max(lab.c.position)).where(lab.c.task_id == task_id)).scalar() or 0
    values = {
        "project_id": project_id,
        "task_id": task_id,
        "parent_id": parent.id if parent else None,
        "digest": digest(parent.digest if parent else empty, taken, put),
        "position": position,
        "rows": rows - len(gone),
        "test_rows": (parent.test_rows if parent else 0) + sum(x.test for x in put) - sum(x.test for x in taken),
        "changed": len(put) + len(gone),
        "message": message,
        "actor_id": actor_id,
        "created": tx.now,
    }
    new = Commit(*tx.execute(sa.insert(c).values(values).returning(*_COLUMNS)).one())
    _write(tx, new, put, gone)
    body = {"commit": show("commit", new.id), "rows": new.rows, "changed": new.changed, "digest": new.digest}
    tx.emit("dataset.committed", project=project_id, actor=actor_id, subject=show("commit", new.id), body=body)
    return new


def _labels(tx: Tx, task_id: int, *, since: int | None) -> dict[int, Revision]:
    query = (
        sa.select(lab, item.c.key, item.c.digest)
        .join(item, item.c.id == lab.c.item_id)
        .where(lab.c.task_id == task_id)
        .order_by(lab.c.item_id)
    )
    if since is not None:
        query = query.where(lab.c.position > since)
    return {row.item_id: _revision(row) for row in tx.execute(query)}


def _removed(tx: Tx, parent: Commit) -> list[Revision]:
    """Rows of the parent whose item has no label any more (its only answer was taken back)."""
    kept = set(tx.execute(sa.select(lab.c.item_id).where(lab.c.task_id == parent.task_id)).scalars())
    return [row for row in checkout(tx.connection, parent) if row.item_id not in kept]


def _write(tx: Tx, new: Commit, put: Sequence[Revision], gone: Sequence[Revision]) -> None:
    def row(revision: Revision, value: Mapping[str, Any] | None) -> dict[str, Any]:
        return {
            "task_id": new.task_id,
            "item_id": revision.item_id,
            "commit_id": new.id,
            "value": value,
            "confidence": revision.confidence if value is not None else None,
            "answers": list(revision.answers) if value is not None else None,
            "test": revision.test,
        }

    rows = [row(revision, revision.value) for revision in put] + [row(revision, None) for revision in gone]
    if rows:
        tx.execute(sa.insert(r), rows)
