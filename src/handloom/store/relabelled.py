"""What a label migration touches: the answers, labels, gold, dataset rows and questions that hold some labels.

Found by a search for the label's JSON text in the database, then looked at one by one, so that a label that is part of
another's name is told apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ..core import questions as life
from ..core.relabel import Chain, names_in
from . import moves, schema
from .history import Commit, Held, among, fetched, held, last, segments, within
from .schema.people import gold
from .writer import Tx

a, q, lab = schema.answer, schema.question, schema.label
PAGE = 2_000
"""Answers read between two looks at whether somebody waits."""
CHUNK = 500


def _on() -> None:
    """Nobody waits."""


def _holding(column: Any, labels: Iterable[str], dialect: str) -> Any:
    """Whether the stored JSON may hold one of these labels: its text holds the label's."""
    text = sa.cast(column, sa.Text)
    places = []
    for label in labels:
        for form in {json.dumps(label), json.dumps(label, ensure_ascii=False)}:
            places.append(sa.func.instr(text, form) if dialect == "sqlite" else sa.func.strpos(text, form))
    return sa.or_(*(place > 0 for place in places))


def answered(
    connection: sa.Connection,
    task_id: int,
    labels: Sequence[str],
    steps: Chain,
    since: int = 0,
    breathe: Callable[[], None] = _on,
) -> tuple[list[int], int]:
    """Items with an answer that, read through ``steps``, holds one of these labels; and how many such answers there are.

    Older names of the labels count, so steps that lead to them are looked through too. since: only answers with a larger
    seq. breathe: called between pages.
    """
    wanted = {name for label in labels for name in _ancestors(steps, label)}
    query = sa.select(a.c.item_id, sa.cast(a.c.value, sa.Text), a.c.version).where(
        a.c.task_id == task_id, a.c.outcome == "answered", a.c.seq > since,
        _holding(a.c.value, wanted, connection.dialect.name),
    )  # fmt: skip
    items: set[int] = set()
    holds: dict[tuple[str, int | None], bool] = {}  # few things are said, each by many answers
    count = 0
    for page in connection.execute(query.execution_options(yield_per=PAGE)).partitions():
        for item, text, version in page:
            known = holds.get((text, version))
            if known is None:
                known = bool(names_in(steps.read(json.loads(text), version)) & set(labels))
                holds[text, version] = known
            if known:
                items.add(item)
                count += 1
        breathe()
    return sorted(items), count


def _ancestors(steps: Chain, label: str) -> set[str]:
    found = {label}
    for step in reversed(steps.steps):
        if found & set(step.targets):
            found |= set(step.sources)
    return found


def labelled(connection: sa.Connection, task_id: int, labels: Sequence[str]) -> dict[int, Any]:
    """Label values that hold one of these labels, by item; equal ones are one object."""
    query = sa.select(lab.c.item_id, sa.cast(lab.c.value, sa.Text)).where(
        lab.c.task_id == task_id, _holding(lab.c.value, labels, connection.dialect.name)
    )
    values: dict[str, Any] = {}
    found: dict[int, Any] = {}
    for item, text in connection.execute(query.order_by(lab.c.item_id)):
        if text not in values:
            value = json.loads(text)
            values[text] = value if names_in(value) & set(labels) else None
        if values[text] is not None:
            found[item] = values[text]
    return found


def trusted(connection: sa.Connection, task_id: int, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Gold rows that hold one of these labels."""
    query = sa.select(gold).where(gold.c.task_id == task_id, _holding(gold.c.value, labels, connection.dialect.name))
    rows = connection.execute(query.order_by(gold.c.item_id)).mappings()
    return [dict(row) for row in rows if names_in(row["value"]) & set(labels)]


def trust(tx: Tx, task_id: int, rows: Sequence[Mapping[str, Any]], gone: Sequence[int]) -> None:
    """Put gold as these rows say, instead of what there is for the same items; those of ``gone`` are gold no more."""
    wanted = [*gone, *(row["item_id"] for row in rows)]
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        tx.execute(sa.delete(gold).where(gold.c.task_id == task_id, gold.c.item_id.in_(some)))
    if rows:
        tx.execute(sa.insert(gold), [dict(row) for row in rows])


def given_under(connection: sa.Connection, answers: Sequence[str]) -> dict[str, int]:
    """The version of the task that each of these answers was given under."""
    query = sa.select(a.c.id, a.c.version)
    found: dict[str, int] = {}
    for start in range(0, len(answers), 500):
        rows = connection.execute(query.where(a.c.id.in_(answers[start : start + 500])))
        found.update((row.id, row.version or 0) for row in rows)
    return found


def contents(connection: sa.Connection, labels: Sequence[str]) -> dict[int, Any]:
    """Values of dataset rows that hold one of these labels, by number."""
    content = schema.content
    query = sa.select(content.c.id, content.c.value)
    found = connection.execute(query.where(_holding(content.c.value, labels, connection.dialect.name)))
    return {row.id: row.value for row in found if names_in(row.value) & set(labels)}


def holding(
    connection: sa.Connection, head: Commit, known: Collection[int], only: Sequence[int] | None = None
) -> dict[int, Held]:
    """Rows of a dataset version whose value is one of these contents, by item. only: of which items."""
    items = set(only or ())
    for part in segments(connection, head) if only is None else ():
        query = f"SELECT DISTINCT item_id FROM revision WHERE {within(part)} AND content_id"
        items.update(item for (item,) in among(connection, query, sorted(known)))
    rows = held(connection, head, sorted(items))
    return {item: row for item, row in rows.items() if row.content_id in known}


def suggested(connection: sa.Connection, task_id: int, labels: Sequence[str]) -> list[Any]:
    """Rows (id, shape, suggestion, body) of questions that anybody may still answer and that show one of these labels."""
    shown = sa.or_(
        _holding(q.c.suggestion, labels, connection.dialect.name), _holding(q.c.body, labels, connection.dialect.name)
    )
    query = sa.select(q.c.id, q.c.shape, q.c.suggestion, q.c.body).where(
        q.c.task_id == task_id, q.c.state.in_(("open", "claimed")), q.c.lane != "decide", shown
    )
    return list(connection.execute(query.order_by(q.c.id)).all())


def suggest(tx: Tx, question_id: int, suggestion: Mapping[str, Any] | None) -> None:
    """Show another suggestion with an open question."""
    value = sa.null() if suggestion is None else dict(suggestion)
    tx.execute(sa.update(q).where(q.c.id == question_id).values(suggestion=value))


def written_by(connection: sa.Connection, commit_id: int) -> dict[int, Held]:
    """The rows that a version wrote, by item."""
    columns = "item_id, content_id, confidence, CAST(answers AS TEXT), split, weight, edited, position"
    rows = among(connection, f"SELECT {columns} FROM revision WHERE commit_id", [commit_id])
    return {row[0]: Held(*row[1:8]) for row in rows}


def written_at(connection: sa.Connection, at: Commit, items: Sequence[int]) -> dict[int, int]:
    """Which version wrote each row that another one holds, by item."""
    found: dict[int, int] = {}
    wanted: Any = json.dumps(list(items)) if connection.dialect.name == "sqlite" else list(items)
    for part in segments(connection, at):  # youngest branch first
        for row in fetched(connection, last(connection, part, ("content_id",), among=True), (wanted,)):
            found.setdefault(row[0], row[2])
    return found


def younger(connection: sa.Connection, branch_id: int, commit_id: int) -> list[int]:
    """Versions of a branch that were made after one."""
    c = schema.commit_
    query = sa.select(c.c.id).where(c.c.branch_id == branch_id, c.c.id > commit_id)
    return list(connection.execute(query.order_by(c.c.id)).scalars())


def newest_answer(connection: sa.Connection) -> int:
    """Seq of the newest answer, 0 when there is none."""
    return connection.execute(sa.select(sa.func.max(a.c.seq))).scalar() or 0


def count_labels(connection: sa.Connection, task_id: int) -> int:
    """How many items of a task have a label."""
    return connection.execute(sa.select(sa.func.count()).where(lab.c.task_id == task_id)).scalar_one()


def with_label(connection: sa.Connection, task_id: int, items: Sequence[int]) -> set[int]:
    """Those of the items that have a label."""
    query = f"SELECT item_id FROM label WHERE task_id = {task_id:d} AND item_id"
    return {item for (item,) in among(connection, query, list(items))}


def want_instead(tx: Tx, row: Any) -> None:
    """An open question whose answers so far say nothing any more wants as many others."""
    before = moves.progress(row)
    if before.got:
        moves.want(tx, row, before, life.wanting(before, before.needs + before.got))


def questions_of(
    connection: sa.Connection, task_id: int, items: Sequence[int], strategy: str | None = None
) -> list[Any]:
    """Open label questions of these items with how many answers to each were given, as rows that `moves` takes."""
    columns = (q.c.id, q.c.project_id, q.c.task_id, q.c.item_id, q.c.lane, q.c.needs, q.c.got, q.c.held, q.c.skips)
    query = sa.select(*columns, q.c.doubts, q.c.state, q.c.most, q.c.strategy).where(
        one_of(connection, q.c.item_id, items),
        q.c.task_id == task_id,
        q.c.lane == "label",
        q.c.state.in_(("open", "claimed")),
    )
    if strategy is not None:
        query = query.where(q.c.strategy == strategy)
    return list(connection.execute(query.order_by(q.c.id)).all()) if items else []


def asked_since(connection: sa.Connection, task_id: int, strategy: str, question_id: int) -> int:
    """How many questions of a task were asked by a strategy after a question."""
    query = sa.select(sa.func.count()).where(q.c.task_id == task_id, q.c.strategy == strategy, q.c.id > question_id)
    return connection.execute(query).scalar_one()


def one_of(connection: sa.Connection, column: Any, items: Sequence[int]) -> Any:
    """Whether a column holds one of these numbers, which are one parameter however many they are."""
    if connection.dialect.name != "sqlite":
        return column == sa.func.any(list(items))
    return column.in_(sa.select(sa.func.json_each(json.dumps(list(items))).table_valued("value").c.value))
