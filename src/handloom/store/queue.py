"""Questions between being asked and being answered: ask, claim, release, close, expire.

Every function is one unit of the writer. `claim` is one atomic statement on a partial index over open questions
(`handloom.store.offers`), so its cost grows neither with the pool nor with the past. Every move goes through
`handloom.core.questions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..core import questions as life
from ..core.errors import WrongState
from ..core.ids import show
from ..core.questions import State
from . import erasing, freezing, moves, offers, schema
from .offers import Route
from .prepared import Prepared
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
    """One question of a batch. probability: of being drawn at random, 0 when a rule picked it.

    audience: the assignment rule that says who may have it; most: answers at most while its label is unsure, None:
    exactly those it needs; lane and needs: None as the batch has them.
    """

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
    audience: str | None = None
    most: int | None = None
    lane: str | None = None
    needs: int | None = None


def ask(tx: Tx, batch: NewBatch, questions: Sequence[NewQuestion]) -> tuple[int | None, list[int]]:
    """Create a batch of open questions; an item that is being asked already is left out. (None, []) when none is left."""
    cold = freezing.left_out(tx.connection, batch.project_id, batch.task_id, [one.item_id for one in questions])
    cold |= erasing.erased(tx.connection, batch.task_id) if batch.task_id is not None else set()
    questions = [one for one in questions if one.item_id is None or one.item_id not in cold] if cold else questions
    fresh: list[NewQuestion] = []
    seen: dict[str, set[int | None]] = {}
    for new in questions:
        lane = new.lane or batch.lane
        if lane not in seen:
            same = [one.item_id for one in questions if (one.lane or batch.lane) == lane and one.item_id is not None]
            seen[lane] = set(_being_asked(tx, batch.task_id, lane, same))
        if new.item_id is None or new.item_id not in seen[lane]:
            fresh.append(new)
            seen[lane].add(new.item_id)
    if not fresh:
        return None, []
    row = moves.row_of(batch) | {"n": len(fresh), "created": tx.now}
    batch_id: int = tx.execute(sa.insert(schema.batch).returning(schema.batch.c.id), row).scalar_one()
    common = {
        "project_id": batch.project_id,
        "task_id": batch.task_id,
        "batch_id": batch_id,
        "created": tx.now,
    }
    rows = [
        moves.row_of(new) | common | {"lane": new.lane or batch.lane, "needs": new.needs or batch.needs}
        for new in fresh
    ]
    ids = list(tx.execute(_INSERT_QUESTIONS, rows).scalars())
    for row in rows:
        tx.count(batch.project_id, f"questions.{row['lane']}.open", 1)
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


def _being_asked(tx: Tx, task_id: int | None, lane: str, items: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(items), CHUNK):
        rows = tx.execute(
            sa.select(q.c.item_id).where(
                q.c.item_id.in_(items[start : start + CHUNK]),
                q.c.task_id == task_id,
                q.c.lane == lane,
                q.c.state.in_(("open", "claimed")),
            )
        )
        found.update(item for item in rows.scalars() if item is not None)
    return found


def claim(
    tx: Tx,
    *,
    project_id: int,
    actor_id: int,
    lane: str,
    n: int,
    lease_seconds: float,
    task_id: int | None = None,
    route: Route | None = None,
) -> list[int]:
    """Lease up to n open questions to an actor, best first. Never one the actor holds or has answered."""
    expire_leases(tx)
    rows = offers.offered(tx, project_id, actor_id, lane, n, task_id, route)
    return _taken(tx, project_id, actor_id, {lane: rows}, tx.now + lease_seconds)[lane]


def claim_mixed(
    tx: Tx,
    *,
    project_id: int,
    actor_id: int,
    n: int,
    hidden: int,
    lease_seconds: float,
    task_id: int | None = None,
    route: Route | None = None,
) -> tuple[list[int], list[int]]:
    """Like `claim` in the lane ``label``, up to ``hidden`` of the n being gold instead: (label, gold) questions.

    No gold where there is nothing else to answer.
    """
    expire_leases(tx)
    gold = offers.offered(tx, project_id, actor_id, "gold", hidden, task_id, None) if hidden else []
    rows = offers.offered(tx, project_id, actor_id, "label", max(1, n - len(gold)), task_id, route)
    if not rows or len(rows) + len(gold) > n:  # the statements have taken them, so give back what is not handed out
        spare = gold if not rows else rows[n - len(gold) :]
        offers.put_back(tx, [row.id for row in spare])
        gold, rows = ([], rows) if not rows else (gold, rows[: n - len(gold)])
    taken = _taken(tx, project_id, actor_id, {"label": rows, "gold": gold}, tx.now + lease_seconds)
    return taken["label"], taken["gold"]


def _taken(
    tx: Tx, project_id: int, actor_id: int, lanes: Mapping[str, Sequence[Any]], until: float
) -> dict[str, list[int]]:
    ids = [row.id for rows in lanes.values() for row in rows]
    if ids:
        _lease(tx, project_id, actor_id, sorted(ids) if len(lanes) > 1 else ids, until)
    for lane, rows in lanes.items():
        full = sum(row.state == "claimed" for row in rows)
        if full:
            tx.count(project_id, f"questions.{lane}.open", -full)
            tx.count(project_id, f"questions.{lane}.claimed", full)
    return {lane: [row.id for row in rows] for lane, rows in lanes.items()}


def claim_one(tx: Tx, *, question_id: int, actor_id: int, lease_seconds: float) -> None:
    """Lease one certain question; renews a lease that the actor holds already."""
    expire_leases(tx)
    row = moves.question(tx, question_id)
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
    before = moves.progress(row)
    if not before.room:
        raise WrongState(f"question {show('question', question_id)} is {row.state}; nobody else is needed for it")
    moves.move(tx, row, before, life.claimed(before))
    _lease(tx, row.project_id, actor_id, [question_id], tx.now + lease_seconds)


def _lease(tx: Tx, project_id: int, actor_id: int, question_ids: Sequence[int], until: float) -> None:
    rows = [{"question_id": i, "actor_id": actor_id, "state": "held", "until": until} for i in question_ids]
    _TAKE_TURN.many(tx.connection, rows)
    tx.emit(
        "question.claimed", project=project_id, actor=actor_id, body={"questions": list(question_ids), "until": until}
    )


_TAKE_TURN = Prepared(
    lambda dialect: upsert(dialect, t, replace=("state", "until")),
    columns=("question_id", "actor_id", "state", "until"),
)


def release_claims(tx: Tx, *, actor_id: int, question_ids: Sequence[int]) -> int:
    """Give leases back; questions that the actor does not hold are left alone. Returns how many were given back."""
    released = 0
    for question_id in question_ids:
        found = _END_LEASE.run(tx.connection, {"question": question_id, "actor": actor_id, "to": "released"})
        if not found:
            continue
        row = moves.question(tx, question_id)
        before = moves.progress(row)
        moves.move(tx, row, before, life.unclaimed(before))
        tx.emit("claim.released", project=row.project_id, actor=actor_id, body={"turns": [[question_id, actor_id]]})
        released += 1
    return released


_END_LEASE = Prepared(
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
    overdue = _OVERDUE.rows(tx.connection, {"now": tx.now})
    for turn in overdue:
        row = moves.question(tx, turn.question_id)
        before = moves.progress(row)
        moves.move(tx, row, before, life.unclaimed(before))
        tx.emit(
            "claim.expired",
            project=row.project_id,
            actor=turn.actor_id,
            body={"turns": [[turn.question_id, turn.actor_id]]},
        )
    old = [row.id for row in _OLD.rows(tx.connection, {"now": tx.now})]
    if old:
        close(tx, old, "expired", "nobody answered in time; its default holds")
    return len(overdue) + len(old)


_OVERDUE = Prepared(
    sa.update(t)
    .where(t.c.state == sa.literal_column("'held'"), t.c.until < sa.bindparam("now"))
    .values(state="expired")
    .returning(t.c.question_id, t.c.actor_id)
)
_OLD = Prepared(
    sa.select(q.c.id).where(
        q.c.state.in_((sa.literal_column("'open'"), sa.literal_column("'claimed'"))),
        q.c.expires.is_not(None),
        q.c.expires < sa.bindparam("now"),
    )
)


def close(tx: Tx, question_ids: Sequence[int], state: State, reason: str, *, unclaimed_only: bool = False) -> int:
    """Withdraw questions (``stale``, ``withdrawn``, ``expired``) that nobody has resolved. Returns how many."""
    done = 0
    for question_id in question_ids:
        row = moves.question(tx, question_id)
        if row.state not in ("open", "claimed") or (unclaimed_only and (row.held or row.got)):
            continue
        before = moves.progress(row)
        moves.move(tx, row, before, life.closed(before, state))
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
