"""What a label migration touches: the answers, labels, gold, dataset rows and questions that hold some labels.

Found by a search for the label's JSON text in the database, then looked at one by one, so that a label that is part of
another's name is told apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ..core import questions as life
from ..core.protocols import Estimate
from ..core.relabel import Chain, names_in
from . import estimates, moves, relabelling, schema
from .bulk import as_json, insert_rows, select_among
from .history import Commit, Held, among, fetched, held, last, segments
from .labels import NOT_REVOKED, Place
from .schema.people import aside, gold
from .writer import Tx

a, q, lab = schema.answer, schema.question, schema.label
PAGE = 5_000


def _holding(column: Any, labels: Iterable[str], dialect: str) -> Any:
    """Whether the stored JSON may hold one of these labels: its text holds the label's."""
    text = sa.cast(column, sa.Text)
    places = []
    for label in labels:
        for form in {json.dumps(label), json.dumps(label, ensure_ascii=False)}:
            places.append(sa.func.instr(text, form) if dialect == "sqlite" else sa.func.strpos(text, form))
    return sa.or_(*(place > 0 for place in places))


def answered(connection: sa.Connection, task_id: int, labels: Sequence[str], steps: Chain) -> tuple[list[int], int]:
    """Items with an answer that, read through ``steps``, holds one of these labels; and how many such answers there are.

    Older names of the labels count, so steps that lead to them are looked through too.
    """
    wanted = {name for label in labels for name in _ancestors(steps, label)}
    query = sa.select(a.c.item_id, a.c.value, a.c.version).where(
        a.c.task_id == task_id, a.c.outcome == "answered", _holding(a.c.value, wanted, connection.dialect.name)
    )
    items: set[int] = set()
    count = 0
    for row in connection.execute(query.execution_options(yield_per=PAGE)):
        if names_in(steps.read(row.value, row.version)) & set(labels):
            items.add(row.item_id)
            count += 1
    return sorted(items), count


def _ancestors(steps: Chain, label: str) -> set[str]:
    found = {label}
    for step in reversed(steps.steps):
        if found & set(step.targets):
            found |= set(step.sources)
    return found


def labelled(connection: sa.Connection, task_id: int, labels: Sequence[str]) -> dict[int, Any]:
    """Label values that hold one of these labels, by item."""
    query = sa.select(lab.c.item_id, lab.c.value).where(
        lab.c.task_id == task_id, _holding(lab.c.value, labels, connection.dialect.name)
    )
    rows = connection.execute(query.order_by(lab.c.item_id).execution_options(yield_per=PAGE))
    return {row.item_id: row.value for row in rows if names_in(row.value) & set(labels)}


def trusted(connection: sa.Connection, task_id: int, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Gold rows that hold one of these labels."""
    query = sa.select(gold).where(gold.c.task_id == task_id, _holding(gold.c.value, labels, connection.dialect.name))
    rows = connection.execute(query.order_by(gold.c.item_id)).mappings()
    return [dict(row) for row in rows if names_in(row["value"]) & set(labels)]


def trust_again(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put gold as these rows say, instead of what there is for the same items."""
    for row in rows:
        distrust(tx, row["task_id"], row["item_id"])
        tx.execute(sa.insert(gold).values(dict(row)))


def distrust(tx: Tx, task_id: int, item_id: int) -> None:
    """An item is gold no more."""
    tx.execute(sa.delete(gold).where(gold.c.task_id == task_id, gold.c.item_id == item_id))


def given_under(connection: sa.Connection, answers: Sequence[str]) -> dict[str, int]:
    """The version of the task that each of these answers was given under."""
    query = sa.select(a.c.id, a.c.version)
    found: dict[str, int] = {}
    for start in range(0, len(answers), 500):
        rows = connection.execute(query.where(a.c.id.in_(answers[start : start + 500])))
        found.update((row.id, row.version or 0) for row in rows)
    return found


def holding(connection: sa.Connection, head: Commit, labels: Sequence[str]) -> dict[int, Held]:
    """Rows of a dataset version whose value holds one of these labels, by item."""
    content = schema.content
    found = connection.execute(
        sa.select(content.c.id, content.c.value).where(_holding(content.c.value, labels, connection.dialect.name))
    )
    known = {row.id for row in found if names_in(row.value) & set(labels)}
    items: set[int] = set()
    for part in segments(connection, head):
        query = (
            f"SELECT DISTINCT item_id FROM revision WHERE branch_id = {part.branch:d} AND commit_id <= {part.last:d}"
        )
        items.update(item for (item,) in among(connection, f"{query} AND content_id", sorted(known)))
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


def estimate(tx: Tx, project_id: int, task_id: int, items: Sequence[int]) -> int:
    """Estimate the labels of many items anew from their answers. How many items have one now."""
    special, _ = estimates.special(tx.connection)
    position = tx.execute(sa.select(sa.func.max(a.c.seq))).scalar() or 0
    there = 0
    for start in range(0, len(items), PAGE):
        part = items[start : start + PAGE]
        tests = dict(select_among(tx, "SELECT id, test FROM item WHERE id", part))
        plain = [item for item in part if (task_id, item) not in special]
        there += _counted(tx, (project_id, task_id), plain, tests, position)
        for item in part:
            if (task_id, item) in special:
                estimates.again(tx, Place(project_id, task_id, item, bool(tests[item])))
    return there


def _counted(tx: Tx, place: tuple[int, int], items: Sequence[int], tests: Mapping[int, Any], position: int) -> int:
    """Labels of items that are merely counted, written together."""
    assert tx.hooks.estimate is not None
    project_id, task_id = place
    query = f"SELECT item_id FROM label WHERE task_id = {task_id:d} AND item_id"
    before = {item for (item,) in select_among(tx, query, items)}
    said = _standing(tx, task_id, items)
    rows, known = [], {}
    for item in items:
        answers = said.get(item, [])
        found = _worth(tx, answers, known)
        if found is not None:
            names = as_json(list(found.answers))
            value = as_json(found.value)
            rows.append((task_id, item, value, found.confidence, found.n, names, bool(tests[item]), position, None))
    mark = "item_id IN (SELECT value FROM json_each(?))" if tx.dialect == "sqlite" else "item_id = ANY(%s)"
    wanted: Any = json.dumps(list(items)) if tx.dialect == "sqlite" else list(items)
    tx.connection.exec_driver_sql(f"DELETE FROM label WHERE task_id = {task_id:d} AND {mark}", (wanted,))
    columns = ("task_id", "item_id", "value", "confidence", "n", "answers", "test", "position", "basis")
    insert_rows(tx, lab, columns, rows)
    now = {row[1] for row in rows}
    tx.count(project_id, f"labels.{task_id}", len(now) - len(before))
    by_test = sum(bool(tests[item]) for item in now) - sum(bool(tests[item]) for item in before)
    tx.count(project_id, f"labels.{task_id}.test", by_test)
    return len(now)


def _worth(tx: Tx, answers: Sequence[Any], known: dict[Any, Estimate | None]) -> Estimate | None:
    """What answers are worth; a single one, which most items have, is worked out once for each value."""
    assert tx.hooks.estimate is not None
    if len(answers) != 1:
        return tx.hooks.estimate([(row.id, row.kind, row.value) for row in answers])
    row = answers[0]
    key = (row.kind, as_json(row.value))
    if key not in known:
        known[key] = tx.hooks.estimate([(row.id, row.kind, row.value)])
    found = known[key]
    return (
        None if found is None else Estimate(found.value, found.confidence, found.n, (row.id,) if found.answers else ())
    )


def _standing(tx: Tx, task_id: int, items: Sequence[int]) -> dict[int, list[Any]]:
    """The answers that count of each item, in today's labels."""
    newer = a.alias("newer")
    steps = relabelling.chain(tx.connection, task_id)
    said: dict[int, list[Any]] = {}
    for start in range(0, len(items), 500):
        part = items[start : start + 500]
        query = (
            sa.select(
                a.c.id, a.c.item_id, schema.actor.c.kind, a.c.value, a.c.version, relabelling.old(a)
            )
            .join(schema.actor, schema.actor.c.id == a.c.actor_id)
            .where(
                a.c.item_id.in_(part), a.c.task_id == task_id, a.c.outcome == "answered", a.c.late == sa.false(),
                ~sa.exists().where(newer.c.supersedes == a.c.id),
                ~sa.exists().where(aside.c.answer_id == a.c.id), NOT_REVOKED,
            )
            .order_by(a.c.seq)
        )  # fmt: skip
        for row in tx.execute(query):
            said.setdefault(row.item_id, []).append(row)
    return {item: relabelling.standing_of(steps, rows) for item, rows in said.items()}


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


def with_label(connection: sa.Connection, task_id: int, items: Sequence[int]) -> set[int]:
    """Those of the items that have a label."""
    query = f"SELECT item_id FROM label WHERE task_id = {task_id:d} AND item_id"
    return {item for (item,) in among(connection, query, list(items))}


def want_instead(tx: Tx, row: Any) -> None:
    """An open question whose answers so far say nothing any more wants as many others."""
    before = moves.progress(row)
    if before.got:
        moves.want(tx, row, before, life.wanting(before, before.needs + before.got))


def questions_of(connection: sa.Connection, task_id: int, items: Sequence[int]) -> Iterator[Any]:
    """Open label questions of these items with how many answers to each were given, as rows that `moves` takes."""
    columns = (q.c.id, q.c.project_id, q.c.task_id, q.c.item_id, q.c.lane, q.c.needs, q.c.got, q.c.held, q.c.skips)
    for start in range(0, len(items), 500):
        query = sa.select(*columns, q.c.doubts, q.c.state, q.c.most, q.c.strategy).where(
            q.c.item_id.in_(items[start : start + 500]),
            q.c.task_id == task_id,
            q.c.lane == "label",
            q.c.state.in_(("open", "claimed")),
        )
        yield from connection.execute(query).all()
