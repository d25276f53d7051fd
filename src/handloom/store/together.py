"""Answers that a person gives to many items at once: each in the log with its share of the seconds, all of one batch.

A batch of the strategy `BULK` holds one question per item, answered as it is asked: nobody drew it, so it never counts as
random. Taking a batch back is an answer too, one for each, with the outcome ``retracted``: it supersedes, and says nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..core import questions as life
from ..core.errors import NotFound
from ..core.ids import digest, show
from ..core.questions import BULK
from . import estimates, freezing, labels, moves, queue, relabelling, schema
from .bulk import as_json, insert_rows, select_among
from .labels import Place
from .schema.people import aside, gold
from .writer import Tx

a, b, q, t, i = schema.answer, schema.batch, schema.question, schema.turn, schema.item
_newer = a.alias("newer")

_SPACE = uuid.UUID("6e5d1c0e-3b0a-5c58-9f0b-2f7a4d0f5b1e")
_STANDS = (
    a.c.late == sa.false(),
    ~sa.exists().where(_newer.c.supersedes == a.c.id),
    ~sa.exists().where(aside.c.answer_id == a.c.id),
)


@dataclass(frozen=True, slots=True)
class Action:
    """One label for many items. id: of the client, a UUID; seconds: the share of one item; over: also items that others
    have labelled; shown: a model's guesses were in view."""

    id: str
    project_id: int
    task_id: int
    actor_id: int
    shape: str
    value: Mapping[str, Any]
    seconds: float
    over: bool = False
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What became of some items of an action. repeated: answered by this very action before."""

    batch_id: int | None
    answered: int = 0
    repeated: int = 0
    test: int = 0
    mine: int = 0
    labelled: int = 0


def answer_id(action_id: str, item_id: int, what: str = "said") -> str:
    """The same for the same item of the same action, so that sending it again changes nothing."""
    return str(uuid.uuid5(_SPACE, f"{action_id}/{item_id}/{what}"))


def answer(tx: Tx, action: Action, items: Sequence[int], batch_id: int | None) -> Part:
    """Answer some items of an action. batch_id: of its earlier parts, None for the first. Raises `NotFound`."""
    freezing.check(tx.connection, action.project_id, action.task_id, items=items)
    seen = _seen(tx, action, items)
    left = {"test": 0, "mine": 0, "labelled": 0}
    repeated, new = 0, []
    for item in items:
        row = seen[item]
        if row.before is not None:
            repeated, batch_id = repeated + 1, row.before
        elif why := _left_out(row, action):
            left[why] += 1
        else:
            new.append(row)
    if new:
        batch_id = _batch(tx, action, len(new), batch_id)
        _store(tx, action, batch_id, new)
    return Part(batch_id, len(new), repeated, **left)


@dataclass(frozen=True, slots=True)
class _Item:
    """What an item is to an action. before: the batch in which this very action answered it; said: whether anybody
    answered it; open: label questions about it that nobody else holds."""

    id: int
    test: bool
    before: int | None
    said: bool
    mine: bool
    labelled: bool
    special: bool
    open: tuple[int, ...]


def _left_out(row: _Item, action: Action) -> str | None:
    if row.test:
        return "test"
    if row.mine:
        return "mine"
    return "labelled" if row.labelled and not action.over else None


def _seen(tx: Tx, action: Action, items: Sequence[int]) -> dict[int, _Item]:
    task, wanted = action.task_id, list(items)
    tests = dict(select_among(tx, f"SELECT id, test FROM item WHERE project_id = {action.project_id:d} AND id", wanted))
    for item in items:
        if item not in tests:
            raise NotFound("item of this project", show("item", item))
    names = {answer_id(action.id, item): item for item in items}
    query = "SELECT a.id, q.batch_id FROM answer AS a JOIN question AS q ON q.id = a.question_id WHERE a.id"
    before = {names[name]: batch for name, batch in select_among(tx, query, list(names))}
    labelled = {
        item for (item,) in select_among(tx, f"SELECT item_id FROM label WHERE task_id = {task:d} AND item_id", wanted)
    }
    special = {
        item for (item,) in select_among(tx, f"SELECT item_id FROM gold WHERE task_id = {task:d} AND item_id", wanted)
    }
    said, mine = _said(tx, action, wanted)
    waiting, weighed = _asked(tx, action, wanted)
    return {
        item: _Item(
            item, bool(tests[item]), before.get(item), item in said, item in mine, item in labelled,
            item in special or item in weighed, tuple(waiting.get(item, ())),
        )
        for item in items
    }  # fmt: skip


def _said(tx: Tx, action: Action, items: list[int]) -> tuple[set[int], set[int]]:
    """Items that anybody answered, and those that this actor did and has not taken back."""
    taken_back = "EXISTS (SELECT 1 FROM answer AS n WHERE n.supersedes = a.id AND n.outcome = 'retracted')"
    query = (
        f"SELECT a.item_id, a.actor_id, a.outcome, {taken_back} FROM answer AS a "
        f"WHERE a.task_id = {action.task_id:d} AND a.item_id"
    )
    said, mine = set(), set()
    for item, actor, outcome, retracted in select_among(tx, query, items):
        said.add(item)
        if actor == action.actor_id and outcome != "retracted" and not retracted:
            mine.add(item)
    return said, mine


def _asked(tx: Tx, action: Action, items: list[int]) -> tuple[dict[int, list[int]], set[int]]:
    """Open label questions by item that nobody but this actor holds, and the items whose labels are weighed."""
    mine = (
        f"EXISTS (SELECT 1 FROM turn AS t WHERE t.question_id = q.id AND t.actor_id = {action.actor_id:d} "
        "AND t.state = 'held')"
    )
    query = (
        f"SELECT q.item_id, q.id, q.state, q.held, q.most, {mine} FROM question AS q "
        f"WHERE q.task_id = {action.task_id:d} AND q.lane = 'label' AND q.item_id"
    )
    waiting: dict[int, list[int]] = {}
    weighed = set()
    for item, number, state, held, most, held_by_me in select_among(tx, query, items):
        if most is not None:
            weighed.add(item)
        if state in ("open", "claimed") and held - bool(held_by_me) == 0:
            waiting.setdefault(item, []).append(number)
    return waiting, weighed


def _batch(tx: Tx, action: Action, n: int, batch_id: int | None) -> int:
    if batch_id is not None:
        tx.execute(sa.update(b).where(b.c.id == batch_id).values(n=b.c.n + n))
        return batch_id
    row = {
        "project_id": action.project_id,
        "task_id": action.task_id,
        "strategy": BULK,
        "n": n,
        "needs": 1,
        "lane": "label",
        "actor_id": action.actor_id,
        "created": tx.now,
    }
    return tx.execute(sa.insert(b).values(row).returning(b.c.id)).scalar_one()


def _store(tx: Tx, action: Action, batch_id: int, new: Sequence[_Item]) -> None:
    """Ask and answer: questions, turns, answers, labels. Questions that were open are withdrawn, and remembered."""
    replaced = [number for row in new for number in row.open]
    queue.close(tx, replaced, "withdrawn", "labelled together with other items")
    common = {
        "project_id": action.project_id, "task_id": action.task_id, "batch_id": batch_id, "lane": "label",
        "shape": action.shape, "strategy": BULK, "probability": 0.0, "score": 0.0, "priority": 0.0, "blind": False,
        "reason": "labelled together with other items", "created": tx.now, "needs": 1, "got": 1, "state": "resolved",
    }  # fmt: skip
    rows = [{**common, "item_id": row.id, "body": {"action": action.id, "replaces": list(row.open)}} for row in new]
    asked = list(tx.execute(_INSERT_QUESTIONS, rows).scalars())
    turns = [(number, action.actor_id, "done", tx.now) for number in asked]
    insert_rows(tx, t, ("question_id", "actor_id", "state", "until"), turns)
    text, stamp = as_json(dict(action.value)), digest(action.value)
    names = [answer_id(action.id, row.id) for row in new]
    under = relabelling.versions(tx, [action.task_id])[action.task_id]
    insert_rows(
        tx,
        a,
        (*_COLUMNS, "version"),
        [
            (
                name, action.project_id, number, action.task_id, row.id, action.actor_id, "answered", text,
                action.seconds, action.shown, False, False, stamp, tx.now, under,
            )
            for name, number, row in zip(names, asked, new, strict=True)
        ],
    )  # fmt: skip
    position = tx.execute(_NEWEST).scalar_one()
    value = dict(action.value)
    plain = [(_place(action, row), name, value) for row, name in zip(new, names, strict=True) if _alone(row)]
    labels.first(tx, plain, position)
    for row in new:
        if not _alone(row):
            estimates.again(tx, _place(action, row))
    tx.count(action.project_id, "answers", len(new))
    tx.count(action.project_id, "questions.label.resolved", len(new))
    body = {"batch": batch_id, "outcome": "answered", "questions": asked, "closed": []}
    tx.emit("answer.bulk", project=action.project_id, actor=action.actor_id, subject=show("batch", batch_id), body=body)


def _alone(row: _Item) -> bool:
    """Whether this is the first word about the item, so that its label follows at once."""
    return not (row.said or row.labelled or row.special)


def _place(action: Action, row: _Item) -> Place:
    return Place(action.project_id, action.task_id, row.id, row.test)


_INSERT_QUESTIONS = sa.insert(q).returning(q.c.id, sort_by_parameter_order=True)
_COLUMNS = (
    *("id", "project_id", "question_id", "task_id", "item_id", "actor_id", "outcome", "value"),
    *("seconds", "suggestion_shown", "edited", "late", "digest", "created"),
)
_NEWEST = sa.select(sa.func.max(a.c.seq))


@dataclass(frozen=True, slots=True)
class Bulk:
    """One bulk action. answers: how many it gave; standing: how many of them still stand."""

    id: int
    project_id: int
    task_id: int
    actor_id: int
    value: Any
    answers: int
    standing: int
    seconds: float
    created: float


_COUNTED = (
    sa.select(
        q.c.batch_id,
        sa.func.count().label("answers"),
        sa.func.sum(a.c.seconds).label("seconds"),
        sa.func.sum(sa.case((sa.and_(*_STANDS), 1), else_=0)).label("standing"),
    )
    .join(a, a.c.question_id == q.c.id)
    .join(b, b.c.id == q.c.batch_id)
    .where(a.c.actor_id == b.c.actor_id, a.c.outcome == "answered", a.c.supersedes.is_(None))
    .group_by(q.c.batch_id)
)


def page(connection: sa.Connection, project_id: int, *, before: int | None, limit: int) -> list[Bulk]:
    """Bulk actions of a project, newest first."""
    query = sa.select(b.c.id).where(b.c.project_id == project_id, b.c.strategy == BULK)
    if before is not None:
        query = query.where(b.c.id < before)
    numbers = list(connection.execute(query.order_by(b.c.id.desc()).limit(limit)).scalars())
    return [get(connection, number) for number in numbers]


def get(connection: sa.Connection, batch_id: int) -> Bulk:
    """One bulk action; raises `NotFound`."""
    columns = (b.c.id, b.c.project_id, b.c.task_id, b.c.actor_id, b.c.created)
    row = connection.execute(sa.select(*columns).where(b.c.id == batch_id, b.c.strategy == BULK)).one_or_none()
    if row is None:
        raise NotFound("bulk action", show("batch", batch_id))
    counted = connection.execute(_COUNTED.where(q.c.batch_id == batch_id)).one()
    first = sa.select(a.c.value).join(q, q.c.id == a.c.question_id).where(q.c.batch_id == batch_id)
    value = connection.execute(first.where(a.c.outcome == "answered").order_by(a.c.seq).limit(1)).scalar_one()
    return Bulk(
        row.id, row.project_id, row.task_id, row.actor_id, value, counted.answers, int(counted.standing),
        float(counted.seconds), row.created,
    )  # fmt: skip


def checks(connection: sa.Connection, batch_id: int) -> tuple[int, int]:
    """(how many, how many right) of the standing answers of a bulk action to items with gold. They are not among the
    checks that a person's skill is measured with: many at once is another way of looking."""
    query = (
        sa.select(a.c.value, gold.c.value.label("truth"))
        .join(q, q.c.id == a.c.question_id)
        .join(gold, sa.and_(gold.c.task_id == q.c.task_id, gold.c.item_id == q.c.item_id))
        .where(q.c.batch_id == batch_id, a.c.outcome == "answered", gold.c.answer_id != a.c.id, *_STANDS)
    )
    rows = connection.execute(query).all()
    return len(rows), sum(row.value == row.truth for row in rows)


def to_retract(connection: sa.Connection, batch_id: int, actor_id: int) -> list[int]:
    """Questions of a bulk action whose answer by this actor stands."""
    query = (
        sa.select(q.c.id)
        .join(a, a.c.question_id == q.c.id)
        .where(q.c.batch_id == batch_id, a.c.actor_id == actor_id, a.c.outcome == "answered", *_STANDS)
    )
    return list(connection.execute(query.order_by(q.c.id)).scalars())


def retract(tx: Tx, question_ids: Sequence[int], actor_id: int) -> int:
    """Take answers of a bulk action back: labels are estimated without them, questions that were open are asked again."""
    rows = tx.execute(_standing(question_ids, actor_id)).all()
    if not rows:
        return 0
    closed, again = [], []
    for row in rows:
        before = moves.progress(row)
        after = life.superseded(before, "answered", "retracted")
        if after.got == 0:
            after = life.closed(after, "withdrawn")
            closed.append(row.id)
            again += (row.body or {}).get("replaces", ())
        moves.move(tx, row, before, after)
        tx.execute(_SET_TURN, {"question": row.id, "actor": actor_id})
    new = [
        (
            answer_id(row.body["action"], row.item_id, "retracted"), row.project_id, row.id, row.task_id, row.item_id,
            actor_id, "retracted", None, 0.0, False, False, False, digest({"retracts": row.answer}), tx.now, row.answer,
        )
        for row in rows
    ]  # fmt: skip
    insert_rows(tx, a, (*_COLUMNS, "supersedes"), new)
    first = rows[0]
    tx.count(first.project_id, "answers", len(rows))
    body = {"batch": first.batch_id, "outcome": "retracted", "questions": [row.id for row in rows], "closed": closed}
    tx.emit("answer.bulk", project=first.project_id, actor=actor_id, subject=show("batch", first.batch_id), body=body)
    for row in rows:
        estimates.again(tx, Place(row.project_id, row.task_id, row.item_id, row.test))
    _ask_again(tx, again)
    return len(rows)


def _standing(question_ids: Sequence[int], actor_id: int) -> Any:
    return (
        sa.select(
            a.c.id.label("answer"), q.c.id, q.c.project_id, q.c.task_id, q.c.item_id, q.c.batch_id, q.c.lane, q.c.body,
            q.c.needs, q.c.got, q.c.held, q.c.skips, q.c.doubts, q.c.state, i.c.test,
        )
        .select_from(a.join(q, q.c.id == a.c.question_id).join(i, i.c.id == q.c.item_id))
        .where(q.c.id.in_(question_ids), a.c.actor_id == actor_id, a.c.outcome == "answered", *_STANDS)
        .order_by(q.c.id)
    )  # fmt: skip


_SET_TURN = (
    sa.update(t)
    .where(t.c.question_id == sa.bindparam("question"), t.c.actor_id == sa.bindparam("actor"))
    .values(state="released")
)


def _ask_again(tx: Tx, question_ids: Sequence[int]) -> None:
    """Open twins of questions that a bulk action had withdrawn, for as many answers as they still wanted."""
    if not question_ids:
        return
    found = tx.execute(sa.select(q).where(q.c.id.in_(question_ids), q.c.state == "withdrawn").order_by(q.c.id)).all()
    for row in found:
        twin = {c.name: getattr(row, c.name) for c in q.c if c.name not in _PROGRESS}
        twin |= {"needs": max(1, row.needs - row.got), "created": tx.now}
        number = tx.execute(sa.insert(q).values(twin).returning(q.c.id)).scalar_one()
        tx.count(row.project_id, f"questions.{row.lane}.open", 1)
        body = {"questions": [number], "lane": row.lane, "strategy": row.strategy, "task": row.task_id}
        tx.emit("question.asked", project=row.project_id, subject=show("batch", row.batch_id), body=body)


_PROGRESS = frozenset(("id", "got", "held", "skips", "doubts", "state", "needs", "created"))
