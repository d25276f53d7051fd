"""Questions between being asked and being resolved: ask, claim, release, answer, close, expire.

Every function is one unit of the writer. `claim` is one atomic statement on a partial index over open questions, so
its cost grows neither with the pool nor with the past. Every move goes through `handloom.core.questions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import sqlalchemy as sa

from ..core import questions as life
from ..core.errors import AnswerMismatch, NotClaimed, NotFound, QuestionClosed, Superseded, WrongState
from ..core.ids import digest, show
from ..core.questions import Outcome, Progress, State
from . import labels, schema
from .upsert import upsert
from .writer import Tx

q, t, a = schema.question, schema.turn, schema.answer


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch of questions about to be asked."""

    project_id: int
    task_id: int | None
    strategy: str
    needs: int
    lane: str
    model_id: int | None = None
    actor_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """One question of a batch. probability: of being drawn at random, 0 when a rule picked it."""

    item_id: int | None
    shape: str
    strategy: str
    probability: float
    score: float
    reason: str
    priority: float = 0.0
    blind: bool = False
    suggestion: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None
    expires: float | None = None


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer as it arrived, its value already validated."""

    id: str
    question_id: int
    actor_id: int
    outcome: Outcome
    value: Mapping[str, Any] | None
    seconds: float
    suggestion_shown: bool = False
    edited: bool = False
    supersedes: str | None = None
    confidence: float | None = None
    rationale: str | None = None
    note: str | None = None
    guideline_id: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """What became of an answer. repeated: the same answer was already here, nothing changed."""

    id: str
    question_id: int
    project_id: int
    task_id: int | None
    lane: str
    state: State
    counted: bool
    late: bool
    repeated: bool
    supersedes: str | None


def _row(record: Any) -> dict[str, Any]:
    """A frozen record as a row; `dataclasses.asdict` copies deeply, which costs more than the insert."""
    return {name: getattr(record, name) for name in _names(type(record))}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def ask(tx: Tx, batch: NewBatch, questions: Sequence[NewQuestion]) -> tuple[int | None, list[int]]:
    """Create a batch of open questions; an item that is being asked already is left out. (None, []) when none is left."""
    items = [new.item_id for new in questions if new.item_id is not None]
    busy = _being_asked(tx, batch.task_id, items)
    fresh: list[NewQuestion] = []
    seen: set[int | None] = set(busy)
    for new in questions:
        if new.item_id is None or new.item_id not in seen:
            fresh.append(new)
            seen.add(new.item_id)
    if not fresh:
        return None, []
    row = _row(batch) | {"n": len(fresh), "created": tx.now}
    batch_id: int = tx.execute(sa.insert(schema.batch).returning(schema.batch.c.id), row).scalar_one()
    common = {
        "project_id": batch.project_id,
        "task_id": batch.task_id,
        "batch_id": batch_id,
        "lane": batch.lane,
        "needs": batch.needs,
        "created": tx.now,
    }
    rows = [_row(new) | common for new in fresh]
    ids = list(tx.execute(_INSERT_QUESTIONS, rows).scalars())
    tx.count(batch.project_id, f"questions.{batch.lane}.open", len(ids))
    tx.emit(
        "question.asked",
        project=batch.project_id,
        actor=batch.actor_id,
        subject=show("batch", batch_id),
        body={"questions": ids, "lane": batch.lane, "strategy": batch.strategy, "task": batch.task_id},
    )
    return batch_id, ids


_INSERT_QUESTIONS = sa.insert(q).returning(q.c.id, sort_by_parameter_order=True)
CHUNK = 500
"""Ids in one IN list: under the variable limits of old SQLite builds."""


def _being_asked(tx: Tx, task_id: int | None, items: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(items), CHUNK):
        rows = tx.execute(
            sa.select(q.c.item_id).where(
                q.c.item_id.in_(items[start : start + CHUNK]),
                q.c.task_id == task_id,
                q.c.state.in_(("open", "claimed")),
            )
        )
        found.update(item for item in rows.scalars() if item is not None)
    return found


def claim(
    tx: Tx, *, project_id: int, actor_id: int, lane: str, n: int, lease_seconds: float, task_id: int | None = None
) -> list[int]:
    """Lease up to n open questions to an actor, best first. Never one the actor holds or has answered."""
    expire_leases(tx)
    wanted = {"project": project_id, "in_lane": lane, "by": actor_id, "n": n}
    if task_id is None:
        rows = list(tx.execute(_CLAIM, wanted))
    else:
        rows = list(tx.execute(_CLAIM_TASK, wanted | {"of_task": task_id}))
    if not rows:
        return []
    rows.sort(key=lambda row: (-row.priority, row.id))
    _lease(tx, project_id, actor_id, [row.id for row in rows], tx.now + lease_seconds)
    full = sum(row.state == "claimed" for row in rows)
    tx.count(project_id, f"questions.{lane}.open", -full)
    tx.count(project_id, f"questions.{lane}.claimed", full)
    return [row.id for row in rows]


def claim_one(tx: Tx, *, question_id: int, actor_id: int, lease_seconds: float) -> None:
    """Lease one certain question; renews a lease that the actor holds already."""
    expire_leases(tx)
    row = _question(tx, question_id)
    mine = tx.execute(sa.select(t.c.state).where(t.c.question_id == question_id, t.c.actor_id == actor_id)).scalar()
    if mine == "done":
        raise WrongState("you have answered this question; send a new answer that supersedes yours to change it")
    if mine == "held":
        tx.execute(
            sa.update(t)
            .where(t.c.question_id == question_id, t.c.actor_id == actor_id)
            .values(until=tx.now + lease_seconds)
        )
        tx.emit(
            "question.claimed",
            project=row.project_id,
            actor=actor_id,
            body={"questions": [question_id], "until": tx.now + lease_seconds, "renewed": True},
        )
        return
    before = _progress(row)
    if not before.room:
        raise WrongState(f"question {show('question', question_id)} is {row.state}; nobody else is needed for it")
    _move(tx, row, before, life.claimed(before))
    _lease(tx, row.project_id, actor_id, [question_id], tx.now + lease_seconds)


def _claim_statement(*, by_task: bool) -> Any:
    o = q.alias("offered")
    actor = sa.bindparam("by")
    inner = (
        sa.select(o.c.id)
        .where(
            o.c.project_id == sa.bindparam("project"),
            o.c.lane == sa.bindparam("in_lane"),
            # A literal, not a parameter: else the planner cannot see that the partial index applies.
            o.c.state == sa.literal_column("'open'"),
            ~sa.exists().where(
                t.c.question_id == o.c.id,
                t.c.actor_id == actor,
                t.c.state.in_((sa.literal_column("'held'"), sa.literal_column("'done'"))),
            ),
            ~sa.exists().where(a.c.item_id == o.c.item_id, a.c.task_id == o.c.task_id, a.c.actor_id == actor),
        )
        .order_by(o.c.priority.desc(), o.c.id)
        .limit(sa.bindparam("n"))
        .with_for_update(skip_locked=True, of=o)
    )
    if by_task:
        inner = inner.where(o.c.task_id == sa.bindparam("of_task"))
    filled = q.c.got + q.c.held + 1 >= q.c.needs
    return (
        sa.update(q)
        .where(q.c.id.in_(inner.scalar_subquery()))
        .values(held=q.c.held + 1, state=sa.case((filled, "claimed"), else_="open"))
        .returning(q.c.id, q.c.state, q.c.priority)
    )


_CLAIM = _claim_statement(by_task=False)
_CLAIM_TASK = _claim_statement(by_task=True)


def _lease(tx: Tx, project_id: int, actor_id: int, question_ids: Sequence[int], until: float) -> None:
    rows = [{"question_id": i, "actor_id": actor_id, "state": "held", "until": until} for i in question_ids]
    tx.execute(upsert(tx.dialect, t, replace=("state", "until")), rows)
    tx.emit(
        "question.claimed", project=project_id, actor=actor_id, body={"questions": list(question_ids), "until": until}
    )


def release_claims(tx: Tx, *, actor_id: int, question_ids: Sequence[int]) -> int:
    """Give leases back; questions that the actor does not hold are left alone. Returns how many were given back."""
    released = 0
    for question_id in question_ids:
        found = tx.execute(_END_LEASE, {"question": question_id, "actor": actor_id, "to": "released"}).rowcount
        if not found:
            continue
        row = _question(tx, question_id)
        before = _progress(row)
        _move(tx, row, before, life.unclaimed(before))
        tx.emit("claim.released", project=row.project_id, actor=actor_id, body={"turns": [[question_id, actor_id]]})
        released += 1
    return released


_END_LEASE = (
    sa.update(t)
    .where(
        t.c.question_id == sa.bindparam("question"),
        t.c.actor_id == sa.bindparam("actor"),
        t.c.state == "held",
    )
    .values(state=sa.bindparam("to"))
)


def expire_leases(tx: Tx) -> int:
    """End every lease whose time is over, and close every question past its own expiry. Cheap when there is none."""
    overdue = tx.execute(_OVERDUE, {"now": tx.now}).all()
    for turn in overdue:
        row = _question(tx, turn.question_id)
        before = _progress(row)
        _move(tx, row, before, life.unclaimed(before))
        tx.emit(
            "claim.expired",
            project=row.project_id,
            actor=turn.actor_id,
            body={"turns": [[turn.question_id, turn.actor_id]]},
        )
    old = list(tx.execute(_OLD, {"now": tx.now}).scalars())
    if old:
        close(tx, old, "expired", "nobody answered in time; its default holds")
    return len(overdue) + len(old)


_OVERDUE = (
    sa.update(t)
    .where(t.c.state == sa.literal_column("'held'"), t.c.until < sa.bindparam("now"))
    .values(state="expired")
    .returning(t.c.question_id, t.c.actor_id)
)
_OLD = sa.select(q.c.id).where(
    q.c.state.in_((sa.literal_column("'open'"), sa.literal_column("'claimed'"))),
    q.c.expires.is_not(None),
    q.c.expires < sa.bindparam("now"),
)


def close(tx: Tx, question_ids: Sequence[int], state: State, reason: str, *, unclaimed_only: bool = False) -> int:
    """Withdraw questions (``stale``, ``withdrawn``, ``expired``) that nobody has resolved. Returns how many."""
    done = 0
    for question_id in question_ids:
        row = _question(tx, question_id)
        if row.state not in ("open", "claimed") or (unclaimed_only and (row.held or row.got)):
            continue
        before = _progress(row)
        _move(tx, row, before, life.closed(before, state))
        tx.execute(_CLOSE_TURNS, {"question": question_id})
        tx.emit(
            "question.closed",
            project=row.project_id,
            subject=show("question", question_id),
            body={"question": question_id, "state": state, "reason": reason},
        )
        done += 1
    return done


_CLOSE_TURNS = (
    sa.update(t).where(t.c.question_id == sa.bindparam("question"), t.c.state == "held").values(state="expired")
)


def answer(tx: Tx, new: NewAnswer) -> AnswerResult:
    """Store an answer for good and move its question and label.

    Sent again, the same answer changes nothing. An answer whose lease has run out counts while its question still
    has room; otherwise it is kept and not counted.
    """
    row = tx.execute(_SITUATION, {"id": new.id, "question": new.question_id, "actor": new.actor_id}).one_or_none()
    if row is None:
        raise NotFound("question", show("question", new.question_id))
    stamp = digest({k: v for k, v in _row(new).items() if k != "guideline_id"})
    if row.seen is not None:
        if row.seen != stamp:
            raise AnswerMismatch(f"answer {new.id} is stored already with other content; use a new id", id=new.id)
        return _result(new, row, row.state, late=row.seen_late, counted=not row.seen_late, repeated=True)
    before = _progress(row)
    if new.supersedes is not None:
        old = _to_supersede(tx, new)
        late, after = bool(old.late), before if old.late else life.superseded(before, old.outcome, new.outcome)
        turn_state = "done"
    else:
        late, after, turn_state = _place(new, row, before)
    seq = _insert(tx, new, row, late=late, stamp=stamp)
    counted = not late and turn_state == "done"
    if counted and after.state == "answered":
        after = life.resolved(after)
    if turn_state != row.turn:
        tx.execute(_SET_TURN, {"question": new.question_id, "actor": new.actor_id, "to": turn_state})
    _move(tx, row, before, after)
    _log_answer(tx, new, row, after, late=late, counted=counted)
    if counted and row.lane == "label":
        labels.refresh(tx, row, had=row.labelled is not None, position=seq)
    elif counted and new.outcome == "answered" and tx.hooks.decide is not None:
        tx.hooks.decide(tx, new.question_id, dict(new.value or {}), new.actor_id)
    return _result(new, row, after.state, late=late, counted=counted, repeated=False)


# Everything an answer needs to know, in one statement: this path is the product's hottest.
_SITUATION = (
    sa.select(
        q.c.id,
        q.c.project_id,
        q.c.task_id,
        q.c.item_id,
        q.c.lane,
        q.c.needs,
        q.c.got,
        q.c.held,
        q.c.skips,
        q.c.doubts,
        q.c.state,
        t.c.state.label("turn"),
        a.c.digest.label("seen"),
        a.c.late.label("seen_late"),
        schema.item.c.test,
        schema.label.c.n.label("labelled"),
    )
    .select_from(
        q.outerjoin(t, sa.and_(t.c.question_id == q.c.id, t.c.actor_id == sa.bindparam("actor")))
        .outerjoin(a, a.c.id == sa.bindparam("id"))
        .outerjoin(schema.item, schema.item.c.id == q.c.item_id)
        .outerjoin(schema.label, sa.and_(schema.label.c.item_id == q.c.item_id, schema.label.c.task_id == q.c.task_id))
    )
    .where(q.c.id == sa.bindparam("question"))
    .with_for_update(of=q)
)
_SET_TURN = (
    sa.update(t)
    .where(t.c.question_id == sa.bindparam("question"), t.c.actor_id == sa.bindparam("actor"))
    .values(state=sa.bindparam("to"))
)


def _place(new: NewAnswer, row: Any, before: Progress) -> tuple[bool, Progress, str]:
    """Whether a first answer comes late, where it moves the question, and what becomes of the actor's turn."""
    name = show("question", new.question_id)
    match row.turn:
        case None:
            raise NotClaimed(f"you have not claimed {name}; claim questions first, then answer them", question=name)
        case "done":
            raise WrongState(f"you have answered {name}; send a new answer that supersedes yours to change it")
        case "held" if row.lane == "decide" and (new.value or {}).get("decision") == "defer":
            return False, life.unclaimed(before), "released"
        case "held":
            return False, life.answered(before, new.outcome, held=True), "done"
        case _ if before.room:
            return False, life.answered(before, new.outcome, held=False), "done"
        case _ if row.lane == "decide":
            raise QuestionClosed(f"{name} is {row.state}: somebody else decided, or its time is over", question=name)
        case _:
            return True, before, "done"


def _to_supersede(tx: Tx, new: NewAnswer) -> Any:
    old = tx.execute(
        sa.select(a.c.question_id, a.c.actor_id, a.c.outcome, a.c.late).where(a.c.id == new.supersedes)
    ).one_or_none()
    if old is None or old.actor_id != new.actor_id:
        raise NotFound("answer of yours", new.supersedes)
    if old.question_id != new.question_id:
        raise WrongState("an answer supersedes an answer to the same question", supersedes=new.supersedes)
    lane = tx.execute(sa.select(q.c.lane).where(q.c.id == new.question_id)).scalar_one()
    if lane == "decide":
        raise WrongState("a decision is an act and has taken effect; decide anew (for a release: roll back)")
    if tx.execute(sa.select(a.c.id).where(a.c.supersedes == new.supersedes)).first():
        raise Superseded(f"answer {new.supersedes} was corrected already; supersede the newest one", id=new.supersedes)
    return old


def _insert(tx: Tx, new: NewAnswer, row: Any, *, late: bool, stamp: str) -> int:
    values = _row(new) | {
        "project_id": row.project_id,
        "task_id": row.task_id,
        "item_id": row.item_id,
        "late": late,
        "digest": stamp,
        "created": tx.now,
    }
    tx.count(row.project_id, "answers", 1)
    return tx.execute(_INSERT_ANSWER, values).scalar_one()


_INSERT_ANSWER = sa.insert(a).returning(a.c.seq)


def _log_answer(tx: Tx, new: NewAnswer, row: Any, after: Progress, *, late: bool, counted: bool) -> None:
    tx.emit(
        "answer.given",
        project=row.project_id,
        actor=new.actor_id,
        subject=show("question", new.question_id),
        body={
            "answer": new.id,
            "question": new.question_id,
            "outcome": new.outcome,
            "held": row.turn == "held",
            "counted": counted,
            "late": late,
            "supersedes": new.supersedes,
            "state": after.state,
        },
    )


def _result(new: NewAnswer, row: Any, state: State, *, late: bool, counted: bool, repeated: bool) -> AnswerResult:
    return AnswerResult(
        id=new.id,
        question_id=new.question_id,
        project_id=row.project_id,
        task_id=row.task_id,
        lane=row.lane,
        state=state,
        counted=counted,
        late=late,
        repeated=repeated,
        supersedes=new.supersedes,
    )


def _question(tx: Tx, question_id: int) -> Any:
    row = tx.execute(_ONE, {"question": question_id}).one_or_none()
    if row is None:
        raise NotFound("question", show("question", question_id))
    return row


_ONE = (
    sa.select(q.c.id, q.c.project_id, q.c.lane, q.c.needs, q.c.got, q.c.held, q.c.skips, q.c.doubts, q.c.state)
    .where(q.c.id == sa.bindparam("question"))
    .with_for_update()
)


def _progress(row: Any) -> Progress:
    return Progress(row.needs, row.got, row.held, row.skips, row.doubts, row.state)


def _move(tx: Tx, row: Any, before: Progress, after: Progress) -> None:
    """Write where the question stands now, and its counters."""
    if after == before:
        return
    tx.execute(
        _MOVE,
        {
            "question": row.id,
            "to_got": after.got,
            "to_held": after.held,
            "to_skips": after.skips,
            "to_doubts": after.doubts,
            "to_state": after.state,
        },
    )
    if after.state != before.state:
        tx.count(row.project_id, f"questions.{row.lane}.{before.state}", -1)
        tx.count(row.project_id, f"questions.{row.lane}.{after.state}", 1)


_MOVE = (
    sa.update(q)
    .where(q.c.id == sa.bindparam("question"))
    .values(
        got=sa.bindparam("to_got"),
        held=sa.bindparam("to_held"),
        skips=sa.bindparam("to_skips"),
        doubts=sa.bindparam("to_doubts"),
        state=sa.bindparam("to_state"),
    )
)
