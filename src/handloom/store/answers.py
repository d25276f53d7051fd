"""Answers as they arrive: stored for good, counted or not, and what they move.

Sent again, an answer changes nothing. A correction is a new answer that supersedes an old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from ..core import questions as life
from ..core.errors import AnswerMismatch, NotClaimed, NotFound, QuestionClosed, Superseded, WrongState
from ..core.ids import digest, show
from ..core.questions import Outcome, Progress, State
from . import estimates, freezing, labels, moves, schema
from .prepared import Prepared
from .schema.people import gold
from .writer import Tx

q, t, a = schema.question, schema.turn, schema.answer


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
    version: int | None = None
    """Of the task, under which the value was given; None: before any migration of labels."""


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
    feedback: Mapping[str, Any] | None = None
    followed: bool = False
    """Whether it told something about a person, who may be paused now, or is gold now."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A counted answer that may mean something for people. row: the situation it came into (`_SITUATION`); after: where
    its question stands now; position: its seq."""

    row: Any
    new: NewAnswer
    after: Progress
    position: int


def answer(tx: Tx, new: NewAnswer) -> AnswerResult:
    """Store an answer for good and move its question and label.

    Sent again, the same answer changes nothing. An answer whose lease has run out counts while its question still
    has room; otherwise it is kept and not counted.
    """
    row = _SITUATION.one(tx.connection, {"id": new.id, "question": new.question_id, "actor": new.actor_id})
    if row is None:
        raise NotFound("question", show("question", new.question_id))
    stamp = digest({k: v for k, v in moves.row_of(new).items() if k not in ("guideline_id", "version")})
    if row.seen is not None:
        if row.seen != stamp:
            raise AnswerMismatch(f"answer {new.id} is stored already with other content; use a new id", id=new.id)
        return _result(new, row, row.state, late=row.seen_late, counted=not row.seen_late, repeated=True)
    if row.frozen and row.lane != "decide":
        freezing.check(tx.connection, row.project_id, row.task_id, items=(row.item_id,))
    before = moves.progress(row)
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
        _SET_TURN.run(tx.connection, {"question": new.question_id, "actor": new.actor_id, "to": turn_state})
    moves.move(tx, row, before, after)
    _log_answer(tx, new, row, after, late=late, counted=counted)
    if counted and row.lane == "label":
        if row.most is None and row.trusted is None:
            labels.refresh(tx, row, had=row.labelled is not None, position=seq)
    elif counted and row.lane == "grid":
        estimates.again(tx, row)
    elif counted and row.lane == "decide" and new.outcome == "answered" and tx.hooks.decide is not None:
        tx.hooks.decide(tx, new.question_id, dict(new.value or {}), new.actor_id)
    if counted and tx.hooks.follow is not None and _concerns_people(row, after):
        after, feedback = tx.hooks.follow(tx, Followed(row, new, after, seq))
        result = _result(new, row, after.state, late=late, counted=counted, repeated=False)
        return replace(result, feedback=feedback, followed=row.lane != "label" or row.trusted is not None)
    return _result(new, row, after.state, late=late, counted=counted, repeated=False)


def _concerns_people(row: Any, after: Progress) -> bool:
    """Whether an answer can tell about skill, end in a conflict or leave a label unsure; most projects' answers cannot."""
    if row.lane in ("decide", "grid"):
        return False
    return (
        row.lane != "label"
        or row.most is not None
        or after.state == "escalated"
        or (after.state == "resolved" and row.needs > 1)
    )


# Everything an answer needs to know, in one statement: this path is the product's hottest.
_SITUATION = Prepared(
    sa.select(
        *moves.STANDING,
        t.c.state.label("turn"),
        a.c.digest.label("seen"),
        a.c.late.label("seen_late"),
        schema.item.c.test,
        schema.label.c.n.label("labelled"),
        gold.c.answer_id.label("trusted"),
        freezing.any_of(q.c.project_id),
    )
    .select_from(
        q.outerjoin(t, sa.and_(t.c.question_id == q.c.id, t.c.actor_id == sa.bindparam("actor")))
        .outerjoin(a, a.c.id == sa.bindparam("id"))
        .outerjoin(schema.item, schema.item.c.id == q.c.item_id)
        .outerjoin(schema.label, sa.and_(schema.label.c.item_id == q.c.item_id, schema.label.c.task_id == q.c.task_id))
        .outerjoin(gold, sa.and_(gold.c.item_id == q.c.item_id, gold.c.task_id == q.c.task_id))
    )
    .where(q.c.id == sa.bindparam("question"))
    .with_for_update(of=q)
)
_SET_TURN = Prepared(
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
    values = moves.row_of(new) | {
        "project_id": row.project_id,
        "task_id": row.task_id,
        "item_id": row.item_id,
        "late": late,
        "digest": stamp,
        "created": tx.now,
    }
    tx.count(row.project_id, "answers", 1)
    return _INSERT_ANSWER.one(tx.connection, values).seq


_INSERT_ANSWER = Prepared(sa.insert(a).returning(a.c.seq), columns=[c.name for c in a.c if c.name != "seq"])


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


def _result(
    new: NewAnswer,
    row: Any,
    state: State,
    *,
    late: bool,
    counted: bool,
    repeated: bool,
) -> AnswerResult:
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
