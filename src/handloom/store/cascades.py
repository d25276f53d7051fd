"""Labelling one class at a time: its rounds, what was signed, and the automatic labels that follow from it.

What people said and what was signed are facts of the log; everything a cascade does next follows from them
(`handloom.jobs.cascade`), so it goes on where it was after any interruption.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from ..core.errors import NotFound
from ..core.ids import show
from . import schema
from .prepared import Prepared
from .schema.people import aside
from .writer import Tx

k, r, s = schema.cascade, schema.cascade_round, schema.split
q, a, lab, i = schema.question, schema.answer, schema.label, schema.item
LANE = "grid"
STRATEGY, AUDIT = "cascade", "cascade-audit"
_newer = a.alias("newer")
_LIVE = ("open", "claimed")


@dataclass(frozen=True, slots=True)
class Cascade:
    """One class of one task. precision, recall: aims of a split; pool: undecided items when it began; closed: when, None
    while it goes on; why: it ended, in words."""

    id: int
    project_id: int
    task_id: int
    label: str
    precision: float
    recall: float
    batch: int
    audit: int
    rounds: int
    pool: int
    actor_id: int
    created: float
    closed: float | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Round:
    """A random batch of the undecided pool. scores: blob, None before anything is known of the class.

    question_id, state: of the decision that its answers led to. asked: its own questions; open: those that wait.
    """

    id: int
    cascade_id: int
    number: int
    scores: str | None
    pool: int
    batch_id: int
    question_id: int | None
    created: float
    state: str | None
    asked: int
    open: int


@dataclass(frozen=True, slots=True)
class Split:
    """Thresholds that somebody signed. actor_id: the policy that answers; by_id, reason: who signed, and why."""

    id: int
    cascade_id: int
    round_id: int
    question_id: int
    actor_id: int
    low: float | None
    high: float | None
    evidence: Mapping[str, Any] | None
    created: float
    applied: float | None
    labelled: int | None
    audit_id: int | None
    revoked: float | None


_ROUND = ("id", "cascade_id", "number", "scores", "pool", "batch_id", "question_id", "created")
_CASCADE = tuple(k.c[one.name] for one in fields(Cascade))
_SPLIT = tuple(s.c[one.name] for one in fields(Split))


def get(connection: sa.Connection, cascade_id: int) -> Cascade:
    """The cascade of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_CASCADE).where(k.c.id == cascade_id)).first()
    if row is None:
        raise NotFound("cascade", show("cascade", cascade_id))
    return Cascade(*row)


_CURRENT = Prepared(
    sa.select(*_CASCADE).where(k.c.task_id == sa.bindparam("task"), k.c.closed.is_(None)).order_by(k.c.id).limit(1)
)


def current(connection: sa.Connection, task_id: int) -> Cascade | None:
    """The class that is being labelled now, None when none is."""
    row = _CURRENT.one(connection, {"task": task_id})
    return Cascade(*row) if row else None


def of_task(connection: sa.Connection, task_id: int, *, before: int | None, limit: int) -> list[Cascade]:
    """Cascades of a task, newest first."""
    query = sa.select(*_CASCADE).where(k.c.task_id == task_id).order_by(k.c.id.desc()).limit(limit)
    return [Cascade(*row) for row in connection.execute(query.where(k.c.id < before) if before is not None else query)]


def rounds(connection: sa.Connection, cascade_id: int) -> list[Round]:
    """Rounds of a cascade, oldest first."""
    mine = q.alias("mine")
    count = sa.select(sa.func.count()).where(mine.c.batch_id == r.c.batch_id)
    asked = count.correlate(r).scalar_subquery()
    waiting = count.where(mine.c.state.in_(_LIVE)).correlate(r).scalar_subquery()
    columns = (*(r.c[name] for name in _ROUND), q.c.state, asked, waiting)
    query = sa.select(*columns).select_from(r.outerjoin(q, q.c.id == r.c.question_id))
    return [Round(*row) for row in connection.execute(query.where(r.c.cascade_id == cascade_id).order_by(r.c.id))]


def splits(connection: sa.Connection, cascade_id: int) -> list[Split]:
    """Splits of a cascade that were signed, oldest first."""
    query = sa.select(*_SPLIT).where(s.c.cascade_id == cascade_id).order_by(s.c.id)
    return [Split(*row) for row in connection.execute(query)]


def split(connection: sa.Connection, split_id: int) -> Split:
    """The split of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_SPLIT).where(s.c.id == split_id)).first()
    if row is None:
        raise NotFound("split", show("split", split_id))
    return Split(*row)


def of_question(connection: sa.Connection, question_id: int) -> Round | None:
    """The round whose answers led to this decision, or None."""
    found = connection.execute(sa.select(r.c.cascade_id).where(r.c.question_id == question_id)).scalar()
    if found is None:
        return None
    return next(one for one in rounds(connection, found) if one.question_id == question_id)


def said(connection: sa.Connection, batch_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """(item, people who said yes, people who said no) of the questions of these batches, in the order of the items."""
    query = (
        sa.select(a.c.item_id, a.c.value)
        .join(q, q.c.id == a.c.question_id)
        .where(
            q.c.batch_id.in_(list(batch_ids)),
            a.c.outcome == "answered",
            a.c.late == sa.false(),
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
            ~sa.exists().where(aside.c.answer_id == a.c.id),
        )
        .order_by(a.c.item_id)
    )
    found: dict[int, list[int]] = {}
    for item, value in connection.execute(query):
        found.setdefault(item, [0, 0])[0 if value["labels"] else 1] += 1
    return [(item, yes, no) for item, (yes, no) in found.items()]


def denied(connection: sa.Connection, task_id: int, label: str) -> list[int]:
    """Items of which people said, in a grid, that they are not of this class."""
    query = (
        sa.select(a.c.item_id, a.c.value)
        .join(q, q.c.id == a.c.question_id)
        .where(
            a.c.task_id == task_id,
            q.c.lane == LANE,
            a.c.outcome == "answered",
            a.c.late == sa.false(),
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
            ~sa.exists().where(aside.c.answer_id == a.c.id),
        )
    )
    return sorted(
        {item for item, value in connection.execute(query) if label in value["among"] and not value["labels"]}
    )


def excluded(connection: sa.Connection, task_id: int, label: str) -> list[tuple[str, float]]:
    """(blob of scores, lower threshold) of the standing splits of a class: what lies below is not of it."""
    query = (
        sa.select(r.c.scores, s.c.low)
        .join(r, r.c.id == s.c.round_id)
        .join(k, k.c.id == s.c.cascade_id)
        .where(k.c.task_id == task_id, k.c.label == label, s.c.revoked.is_(None), s.c.low.is_not(None))
        .order_by(s.c.id)
    )
    return [(row.scores, row.low) for row in connection.execute(query)]


def labelled(connection: sa.Connection, task_id: int) -> list[tuple[int, int, bool, Any]]:
    """(item, people behind it, in the test set, value) of every label of a task."""
    query = sa.select(lab.c.item_id, lab.c.n, lab.c.test, lab.c.value).where(lab.c.task_id == task_id)
    return [(row.item_id, row.n, bool(row.test), row.value) for row in connection.execute(query)]


def test_items(connection: sa.Connection, project_id: int) -> list[int]:
    """Items of the living test set, which no policy labels."""
    query = sa.select(i.c.id).where(i.c.project_id == project_id, i.c.test == sa.true())
    return list(connection.execute(query).scalars())


def automatic(connection: sa.Connection, task_id: int) -> set[int]:
    """Items whose label a policy gave and no person."""
    return set(connection.execute(sa.select(lab.c.item_id).where(lab.c.task_id == task_id, lab.c.n == 0)).scalars())


def policies(connection: sa.Connection, task_id: int) -> set[str]:
    """Answers (ids) of all policies of a task, revoked ones too."""
    query = (
        sa.select(a.c.id)
        .join(s, s.c.actor_id == a.c.actor_id)
        .join(k, k.c.id == s.c.cascade_id)
        .where(k.c.task_id == task_id)
    )
    return set(connection.execute(query).scalars())


def answered(connection: sa.Connection, cascade_id: int) -> tuple[int, float]:
    """Items that people answered for a cascade, and their seconds. Audits are part of it."""
    batches = sa.union(
        sa.select(r.c.batch_id).where(r.c.cascade_id == cascade_id),
        sa.select(s.c.audit_id).where(s.c.cascade_id == cascade_id, s.c.audit_id.is_not(None)),
    )
    query = (
        sa.select(sa.func.count(sa.distinct(a.c.item_id)), sa.func.sum(a.c.seconds))
        .join(q, q.c.id == a.c.question_id)
        .where(q.c.batch_id.in_(batches), a.c.outcome == "answered", a.c.late == sa.false())
    )
    count, seconds = connection.execute(query).one()
    return int(count), float(seconds or 0.0)


def evidence_of(connection: sa.Connection, question_id: int) -> Mapping[str, Any]:
    """The split that a decision proposes, as it was shown."""
    body = connection.execute(sa.select(q.c.body).where(q.c.id == question_id)).scalar_one()
    return body["evidence"]["split"]


def standing_items(connection: sa.Connection, split_id: int) -> list[int]:
    """Items whose label rests on a split and on nobody else now, ascending."""
    query = (
        sa.select(lab.c.item_id)
        .distinct()
        .select_from(lab.join(a, sa.and_(a.c.item_id == lab.c.item_id, a.c.task_id == lab.c.task_id)))
        .join(s, s.c.actor_id == a.c.actor_id)
        .where(s.c.id == split_id, lab.c.n == 0, s.c.revoked.is_(None))
        .order_by(lab.c.item_id)
    )
    return list(connection.execute(query).scalars())


def by_class(connection: sa.Connection, task_id: int) -> dict[str, tuple[int, int]]:
    """Labels of each class that people gave, and that policies gave."""
    found: dict[str, list[int]] = {}
    value = sa.cast(lab.c.value, sa.Text)
    query = (
        sa.select(value, lab.c.n == 0, sa.func.count()).where(lab.c.task_id == task_id).group_by(value, lab.c.n == 0)
    )
    for text, by_policy, count in connection.execute(query):
        for label in json.loads(text)["labels"]:
            found.setdefault(label, [0, 0])[1 if by_policy else 0] += count
    return {label: (people, policy) for label, (people, policy) in found.items()}


def open_count(connection: sa.Connection, project_id: int) -> int:
    """Questions of a project that wait in the grid."""
    name = schema.counter.c.name == f"questions.{LANE}.open"
    query = sa.select(schema.counter.c.value).where(schema.counter.c.project_id == project_id, name)
    return int(connection.execute(query).scalar() or 0)


def open_questions(connection: sa.Connection, cascade_id: int) -> list[int]:
    """Questions of a cascade's rounds that nobody has answered or decided; audits of what stands are kept."""
    batches = sa.select(r.c.batch_id).where(r.c.cascade_id == cascade_id)
    decisions = sa.select(r.c.question_id).where(r.c.cascade_id == cascade_id, r.c.question_id.is_not(None))
    query = sa.select(q.c.id).where(sa.or_(q.c.batch_id.in_(batches), q.c.id.in_(decisions)), q.c.state.in_(_LIVE))
    return list(connection.execute(query).scalars())


def start(tx: Tx, new: Mapping[str, Any]) -> Cascade:
    """A cascade with these columns; nothing is asked yet."""
    row = tx.execute(sa.insert(k).values({**new, "created": tx.now}).returning(*_CASCADE)).one()
    made = Cascade(*row)
    body = {"label": made.label, "pool": made.pool}
    tx.emit("cascade.started", actor=made.actor_id, body=body, **_about(made))
    return made


def add_round(tx: Tx, made: Cascade, *, number: int, scores: str | None, pool: int, batch_id: int) -> None:
    """A random batch was asked."""
    values = {"cascade_id": made.id, "number": number, "scores": scores, "pool": pool, "batch_id": batch_id}
    tx.execute(sa.insert(r).values({**values, "created": tx.now}))
    body = {"round": number, "pool": pool, "batch": show("batch", batch_id)}
    tx.emit("cascade.asked", body=body, **_about(made))


def link(tx: Tx, round_id: int, question_id: int) -> None:
    """The decision that the answers of a round led to."""
    tx.execute(sa.update(r).where(r.c.id == round_id).values(question_id=question_id))


def close(tx: Tx, made: Cascade, why: str, actor_id: int | None = None) -> None:
    """Nothing more is asked or proposed; what was signed stands."""
    tx.execute(sa.update(k).where(k.c.id == made.id).values(closed=tx.now, why=why))
    tx.emit("cascade.closed", actor=actor_id, body={"why": why}, **_about(made))


def sign(tx: Tx, made: Cascade, at: Round, *, question_id: int, low: float | None, high: float | None, by: int) -> None:
    """Thresholds somebody signed, with a policy of their own that is to answer for them."""
    name = f"policy {show('question', question_id)}: {made.label}"[:200]
    values = {"name": name, "kind": "rule", "role": "annotator", "state": "active", "created": tx.now}
    actor = tx.execute(sa.insert(schema.actor).values(values).returning(schema.actor.c.id)).scalar_one()
    tx.emit("actor.added", actor=by, subject=show("actor", actor), body={"name": name, "kind": "rule"})
    row = {"cascade_id": made.id, "round_id": at.id, "question_id": question_id, "actor_id": actor}
    found = tx.execute(
        sa.insert(s).values({**row, "low": low, "high": high, "created": tx.now}).returning(s.c.id)
    ).scalar_one()
    body = {"split": show("split", found), "round": at.number, "low": low, "high": high}
    tx.emit("split.signed", actor=by, body=body, **_about(made))


def _about(made: Cascade) -> dict[str, Any]:
    return {"project": made.project_id, "subject": show("cascade", made.id)}
