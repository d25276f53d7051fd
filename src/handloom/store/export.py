"""Rows of an export, read along an index in pages, so that memory stays the same however many there are.

JSON columns come as the text that is stored: nobody in between needs their values, and reading and writing them again
would cost more than everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from . import Store
from .schema import actor, answer, guideline, item, label

PAGE = 1000
"""Few enough that a page stays in the processor's cache, which halves the time of an export."""
Page = Sequence[Sequence[Any]]
_newer = answer.alias("newer")


def _text(column: Any) -> Any:
    return sa.cast(column, sa.Text)


def labels(store: Store, task_id: int) -> Iterator[Page]:
    """Pages of (item id, key, value as JSON, confidence, n, test, data as JSON, automatic) of a task, in the order of the items.

    automatic: no person stands behind the label, only a policy.
    """
    query = (
        sa.select(
            label.c.item_id,
            item.c.key,
            _text(label.c.value),
            label.c.confidence,
            label.c.n,
            label.c.test,
            _text(item.c.data),
            label.c.n == 0,
        )
        .select_from(label.join(item, item.c.id == label.c.item_id))
        .where(label.c.task_id == task_id, label.c.item_id > sa.bindparam("after"))
        .order_by(label.c.item_id)
        .limit(PAGE)
    )
    return _pages(store, query)


def items(store: Store, project_id: int) -> Iterator[Page]:
    """Pages of (item id, key, test, created, meta as JSON, data as JSON) of a project."""
    query = (
        sa.select(item.c.id, item.c.key, item.c.test, item.c.created, _text(item.c.meta), _text(item.c.data))
        .where(item.c.project_id == project_id, item.c.id > sa.bindparam("after"))
        .order_by(item.c.id)
        .limit(PAGE)
    )
    return _pages(store, query)


def answers(store: Store, project_id: int, task_id: int | None) -> Iterator[Page]:
    """Pages of the answer log in order: (seq, id, question id, task id, item id, item key, actor id, actor name, actor kind,
    outcome, value as JSON, seconds, suggestion shown, edited, confidence, rationale, note, version of the guidelines,
    supersedes, superseded by, late, created, version of the task)."""
    query = (
        sa.select(
            answer.c.seq, answer.c.id, answer.c.question_id, answer.c.task_id, answer.c.item_id, item.c.key,
            answer.c.actor_id, actor.c.name, actor.c.kind, answer.c.outcome, _text(answer.c.value), answer.c.seconds,
            answer.c.suggestion_shown, answer.c.edited, answer.c.confidence, answer.c.rationale, answer.c.note,
            guideline.c.version, answer.c.supersedes, _newer.c.id, answer.c.late, answer.c.created, answer.c.version,
        )
        .select_from(
            answer.join(actor, actor.c.id == answer.c.actor_id)
            .outerjoin(item, item.c.id == answer.c.item_id)
            .outerjoin(guideline, guideline.c.id == answer.c.guideline_id)
            .outerjoin(_newer, _newer.c.supersedes == answer.c.id)
        )
        .where(answer.c.project_id == project_id, answer.c.seq > sa.bindparam("after"))
        .order_by(answer.c.seq)
        .limit(PAGE)
    )  # fmt: skip
    if task_id is not None:
        query = query.where(answer.c.task_id == task_id)
    return _pages(store, query)


def _pages(store: Store, query: Any) -> Iterator[Page]:
    """Each page in a snapshot of its own: a slow download must not keep the database from tidying up behind it."""
    after = 0
    while True:
        with store.read() as connection:
            rows = connection.execute(query, {"after": after}).all()
        if rows:
            yield rows
            after = rows[-1][0]
        if len(rows) < PAGE:
            return
