"""Questions and answers as people look at them: by id, and page by page along an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..core.errors import NotFound
from ..core.ids import show
from .schema import actor, answer, event, item, label, prediction, project, question, release, turn

q = question

_QUESTION = (
    q.c.id, q.c.project_id, q.c.task_id, q.c.lane, q.c.shape, q.c.strategy, q.c.probability, q.c.score, q.c.reason,
    q.c.blind, q.c.suggestion, q.c.body, q.c.expires, q.c.created, q.c.needs, q.c.got, q.c.state, q.c.item_id,
    item.c.key, item.c.data, item.c.meta,
)  # fmt: skip
_WITH_ITEM = q.outerjoin(item, item.c.id == q.c.item_id)

_HELD = (
    sa.select(*_QUESTION, turn.c.until)
    .select_from(
        _WITH_ITEM.outerjoin(
            turn,
            sa.and_(turn.c.question_id == q.c.id, turn.c.actor_id == sa.bindparam("actor"), turn.c.state == "held"),
        )
    )
    .where(q.c.id.in_(sa.bindparam("ids", expanding=True)))
)


def questions(connection: sa.Connection, ids: Sequence[int], actor_id: int) -> list[Any]:
    """Rows of questions with their item and the end of this actor's lease (``until``), in the order of ``ids``."""
    rows = {row.id: row for row in connection.execute(_HELD, {"ids": list(ids), "actor": actor_id})}
    return [rows[number] for number in ids if number in rows]


def question_by_id(connection: sa.Connection, question_id: int, actor_id: int) -> Any:
    """One such row; raises `NotFound`."""
    found = questions(connection, [question_id], actor_id)
    if not found:
        raise NotFound("question", show("question", question_id))
    return found[0]


_ASKED = sa.select(q.c.id, q.c.project_id, q.c.task_id, q.c.lane, q.c.shape, q.c.body).where(
    q.c.id == sa.bindparam("question")
)


def asked(connection: sa.Connection, question_id: int) -> Any:
    """What is needed to judge an answer: project, task, lane, shape, body; raises `NotFound`."""
    row = connection.execute(_ASKED, {"question": question_id}).one_or_none()
    if row is None:
        raise NotFound("question", show("question", question_id))
    return row


def question_page(
    connection: sa.Connection,
    *,
    project_id: int,
    lanes: Sequence[str],
    states: Sequence[str],
    before: int | None,
    limit: int,
) -> list[Any]:
    """Newest first. Each (lane, state) is one walk along the index on (project, lane, state, id), merged by number."""
    parts = []
    for lane in lanes:
        for state in states:
            part = sa.select(q.c.id).where(q.c.project_id == project_id, q.c.lane == lane, q.c.state == state)
            if before is not None:
                part = part.where(q.c.id < before)
            parts.append(sa.select(part.order_by(q.c.id.desc()).limit(limit).subquery().c.id))
    ids = sorted((n for part in parts for n in connection.execute(part).scalars()), reverse=True)[:limit]
    rows = connection.execute(sa.select(*_QUESTION).select_from(_WITH_ITEM).where(q.c.id.in_(ids)))
    return sorted(rows, key=lambda row: -row.id)


def answer_counts(connection: sa.Connection, question_ids: Sequence[int]) -> dict[int, int]:
    """Answers per question, superseded ones included."""
    if not question_ids:
        return {}
    query = (
        sa.select(answer.c.question_id, sa.func.count(answer.c.seq).label("n"))
        .where(answer.c.question_id.in_(question_ids))
        .group_by(answer.c.question_id)
    )
    return {row.question_id: row.n for row in connection.execute(query)}


def questions_of_item(connection: sa.Connection, item_id: int, limit: int = 500) -> list[Any]:
    """Questions about an item, newest first."""
    query = (
        sa.select(q.c.id, q.c.task_id, q.c.lane, q.c.state, q.c.strategy, q.c.probability, q.c.reason, q.c.created)
        .where(q.c.item_id == item_id)
        .order_by(q.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query))


_newer = answer.alias("newer")
_ANSWER = (
    answer.c.id, answer.c.question_id, answer.c.task_id, answer.c.actor_id, actor.c.name, answer.c.outcome,
    answer.c.value, answer.c.seconds, answer.c.suggestion_shown, answer.c.edited, answer.c.note, answer.c.created,
    answer.c.late, _newer.c.id.label("superseded"),
)  # fmt: skip
_ANSWERS = sa.select(*_ANSWER).select_from(
    answer.join(actor, actor.c.id == answer.c.actor_id).outerjoin(_newer, _newer.c.supersedes == answer.c.id)
)


def answers_of_item(connection: sa.Connection, item_id: int, limit: int = 1000) -> list[Any]:
    """Answers about an item with who gave them, oldest first."""
    return list(connection.execute(_ANSWERS.where(answer.c.item_id == item_id).order_by(answer.c.seq).limit(limit)))


def answers_of_questions(connection: sa.Connection, question_ids: Iterable[int]) -> list[Any]:
    """Answers to these questions with who gave them, oldest first."""
    query = _ANSWERS.where(answer.c.question_id.in_(list(question_ids))).order_by(answer.c.seq)
    return list(connection.execute(query))


def events(connection: sa.Connection, since: int, limit: int = 500) -> list[Any]:
    """Events after number ``since``, in order; not those of projects that are still arriving."""
    arriving = sa.exists().where(project.c.id == event.c.project_id, project.c.created < 0)
    query = sa.select(event).where(event.c.seq > since, ~arriving)
    return list(connection.execute(query.order_by(event.c.seq).limit(limit)))


def newest_event(connection: sa.Connection) -> int:
    """Number of the newest event, 0 when there is none."""
    return connection.execute(sa.select(sa.func.max(event.c.seq))).scalar() or 0


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items. state: unlabelled, labelled, asked or test, of the task; label: one of its labels; search: a part of
    the key or of any text of the item, whatever its case; where: asked about data, meta and label value of each."""

    project_id: int
    task_id: int
    state: str | None = None
    label: str | None = None
    search: str | None = None
    where: Callable[[Mapping[str, Any], Mapping[str, Any] | None, Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Rows found, the id behind which the next page begins (None at the end), and how many rows were looked at."""

    rows: list[Any]
    next: int | None
    scanned: int


STEP = 500
MAX_SCAN = 5000
"""Rows that one page looks at when its filter has no index, so that a page of a million items stays fast."""


def item_page(connection: sa.Connection, wanted: ItemFilter, *, after: int, limit: int) -> ItemPage:
    """Items in the order they came. Without a search this walks an index; with one it looks at `MAX_SCAN` rows at most,
    and ``next`` goes on from there even when nothing was found."""
    found: list[int] = []
    scanned, position, needle = 0, after, (wanted.search or "").casefold()
    plain = not needle and wanted.where is None and wanted.label is None and wanted.state in (None, "labelled", "asked")
    step = limit + 1 if plain else STEP
    while True:
        rows = _walk(connection, wanted, position, step)
        for row in rows:
            if _fits(row, wanted, needle):
                if len(found) == limit:
                    return ItemPage(_items(connection, found, wanted.task_id), found[-1], scanned)
                found.append(row.id)
            scanned += 1
            position = row.id
        if len(rows) < step:
            return ItemPage(_items(connection, found, wanted.task_id), None, scanned)
        if scanned >= MAX_SCAN:
            return ItemPage(_items(connection, found, wanted.task_id), position, scanned)


def _walk(connection: sa.Connection, wanted: ItemFilter, after: int, limit: int) -> Sequence[Any]:
    """The next rows of the narrowest index there is for the filter, with no more columns than the filter needs."""
    texts = (item.c.key, item.c.data, item.c.meta) if wanted.search or wanted.where else ()
    same = sa.and_(label.c.item_id == item.c.id, label.c.task_id == wanted.task_id)
    columns = (item.c.id, item.c.test, label.c.value, *texts)
    if wanted.state == "asked":
        # Without DISTINCT over the items: the index on (item, task) gives each item's questions side by side.
        asked = (
            sa.select(q.c.item_id.label("id"))
            .where(q.c.item_id > after, q.c.task_id == wanted.task_id)
            .group_by(q.c.item_id)
            .order_by(q.c.item_id)
            .limit(limit)
            .subquery()
        )
        joined = asked.join(item, item.c.id == asked.c.id).outerjoin(label, same)
        return connection.execute(sa.select(*columns).select_from(joined).order_by(item.c.id)).all()
    if wanted.state == "labelled" or wanted.label is not None:
        query = sa.select(*columns).select_from(label.join(item, item.c.id == label.c.item_id))
        query = query.where(label.c.task_id == wanted.task_id, label.c.item_id > after).order_by(label.c.item_id)
    else:
        query = sa.select(*columns).select_from(item.outerjoin(label, same))
        query = query.where(item.c.project_id == wanted.project_id, item.c.id > after).order_by(item.c.id)
    return connection.execute(query.limit(limit)).all()


def _fits(row: Any, wanted: ItemFilter, needle: str) -> bool:
    if wanted.state == "test" and not row.test:
        return False
    if wanted.state == "unlabelled" and row.value is not None:
        return False
    if wanted.label is not None and wanted.label not in (row.value or {}).get("labels", ()):
        return False
    if wanted.where is not None and not wanted.where(row.data, row.meta, row.value):
        return False
    return not needle or needle in row.key.casefold() or _mentions(row.data, needle)


def _mentions(value: Any, needle: str) -> bool:
    if isinstance(value, str):
        return needle in value.casefold()
    if isinstance(value, dict):
        return any(_mentions(v, needle) for v in value.values())
    return isinstance(value, list) and any(_mentions(v, needle) for v in value)


def _items(connection: sa.Connection, ids: Sequence[int], task_id: int) -> list[Any]:
    same = sa.and_(label.c.item_id == item.c.id, label.c.task_id == task_id)
    query = (
        sa.select(
            item.c.id, item.c.key, item.c.data, item.c.meta, item.c.test, label.c.value, label.c.confidence, label.c.n
        )
        .select_from(item.outerjoin(label, same))
        .where(item.c.id.in_(ids))
        .order_by(item.c.id)
    )
    return list(connection.execute(query)) if ids else []


def items(connection: sa.Connection, ids: Sequence[int], task_id: int, project_id: int) -> list[Any]:
    """These items of a project with their labels, in the order of their ids; others are left out."""
    here = sa.select(item.c.id).where(item.c.id.in_(ids), item.c.project_id == project_id)
    return _items(connection, list(connection.execute(here).scalars()), task_id)


def item_by_id(connection: sa.Connection, item_id: int) -> Any:
    """One item; raises `NotFound`."""
    row = connection.execute(sa.select(item).where(item.c.id == item_id)).one_or_none()
    if row is None:
        raise NotFound("item", show("item", item_id))
    return row


def labels_of_item(connection: sa.Connection, item_id: int, task_ids: Sequence[int]) -> dict[int, Any]:
    """Labels of an item by task."""
    query = sa.select(label).where(label.c.task_id.in_(task_ids), label.c.item_id == item_id)
    return {row.task_id: row for row in connection.execute(query)}


def next_release(connection: sa.Connection, task_id: int, release_id: int) -> float | None:
    """When the release after this one took its place."""
    query = (
        sa.select(release.c.created)
        .where(release.c.task_id == task_id, release.c.id >= release_id)
        .order_by(release.c.id)
        .limit(1)
    )
    return connection.execute(query).scalar()


def count_predictions(connection: sa.Connection, project_id: int, most: int) -> int:
    """How many predictions were logged, counted up to ``most`` along the index."""
    some = sa.select(prediction.c.id).where(prediction.c.project_id == project_id).limit(most).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()


def answers_by_id(connection: sa.Connection, ids: Sequence[str]) -> list[Any]:
    """These answers, oldest first, with their item."""
    columns = (
        answer.c.id,
        answer.c.item_id,
        answer.c.value,
        answer.c.outcome,
        answer.c.seconds,
        answer.c.suggestion_shown,
        answer.c.note,
        answer.c.created,
    )
    return list(connection.execute(sa.select(*columns).where(answer.c.id.in_(list(ids))).order_by(answer.c.seq)))


def labels_of_items(connection: sa.Connection, task_id: int, items: Sequence[int]) -> dict[int, Any]:
    """Label value of each of these items that has one."""
    query = sa.select(label.c.item_id, label.c.value).where(label.c.task_id == task_id, label.c.item_id.in_(items))
    return {row.item_id: row.value for row in connection.execute(query)}
