"""Items with what they hold and the label of one task, page by page: for whoever reads all of a project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from . import Store, commits, items
from .commits import Commit
from .schema import item, job, label, task

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """An item, and the label it has now or had in a version; value None: no label. test: in the living test set."""

    item_id: int
    key: str
    data: Mapping[str, Any]
    meta: Mapping[str, Any] | None
    test: bool
    value: Any


def now(store: Store, project_id: int, task_id: int, *, labelled: bool = False) -> Iterator[Content]:
    """All items in the order they came with their label as it stands; only those that have one when ``labelled``.

    Each page is a snapshot of its own: whoever reads slowly must not keep the database from tidying up behind it.
    """
    same = sa.and_(label.c.item_id == item.c.id, label.c.task_id == task_id)
    query = (
        sa.select(item.c.id, item.c.key, item.c.data, item.c.meta, item.c.test, label.c.value)
        .select_from(item.join(label, same) if labelled else item.outerjoin(label, same))
        .where(item.c.project_id == project_id, item.c.id > sa.bindparam("after"))
        .order_by(item.c.id)
        .limit(PAGE)
    )
    after = 0
    while True:
        with store.read() as connection:
            rows = connection.execute(query, {"after": after}).all()
        yield from (Content(*row) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def of(store: Store, version: Commit) -> Iterator[Content]:
    """The rows of a version in the order of their items, with the content of the items."""
    with store.read() as connection:
        rows = list(commits.checkout(connection, version))
    for start in range(0, len(rows), PAGE):
        part = rows[start : start + PAGE]
        with store.read() as connection:
            found = items.get(connection, [row.item_id for row in part])
        for row in part:
            one = found[row.item_id]
            yield Content(one.id, one.key, one.data, one.meta, row.test, row.value)


def some(store: Store, ids: Sequence[int], task_id: int) -> Iterator[Content]:
    """These items with their label as it stands."""
    same = sa.and_(label.c.item_id == item.c.id, label.c.task_id == task_id)
    columns = (item.c.id, item.c.key, item.c.data, item.c.meta, item.c.test, label.c.value)
    for start in range(0, len(ids), PAGE):
        query = sa.select(*columns).select_from(item.outerjoin(label, same))
        query = query.where(item.c.id.in_(list(ids[start : start + PAGE]))).order_by(item.c.id)
        with store.read() as connection:
            found = connection.execute(query).all()
        yield from (Content(*row) for row in found)


def labels(connection: sa.Connection, task_id: int, ids: Sequence[int]) -> dict[int, Any]:
    """Label values of some items for one task."""
    query = sa.select(label.c.item_id, label.c.value).where(label.c.task_id == task_id, label.c.item_id.in_(list(ids)))
    return {row.item_id: row.value for row in connection.execute(query)}


def made_of(connection: sa.Connection, project_id: int, kinds: Sequence[str]) -> list[Any]:
    """Jobs of these kinds in a project, whatever became of them: (id, kind, result)."""
    query = sa.select(job.c.id, job.c.kind, job.c.result).where(
        job.c.project_id == project_id, job.c.kind.in_(list(kinds))
    )
    return list(connection.execute(query))


def results(connection: sa.Connection, task_id: int, kind: str, limit: int = 100) -> list[Any]:
    """The newest finished jobs of a kind for a task that ended well: (id, args, result, finished)."""
    project = sa.select(task.c.project_id).where(task.c.id == task_id).scalar_subquery()
    query = (
        sa.select(job.c.id, job.c.args, job.c.result, job.c.finished)
        .where(job.c.project_id == project, job.c.task_id == task_id, job.c.kind == kind, job.c.state == "done")
        .order_by(job.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query))
