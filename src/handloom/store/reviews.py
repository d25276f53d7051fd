"""Reviews: a reviewer looks at a random sample of somebody's work and accepts or rejects all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..core.errors import NotFound, WrongState
from ..core.ids import show
from .schema import answer
from .schema.people import review
from .writer import Tx


@dataclass(frozen=True, slots=True)
class Review:
    """A piece of work: the label answers of an actor with ``since`` < seq <= ``until``, and the ids drawn from them."""

    id: int
    project_id: int
    task_id: int
    actor_id: int
    by_id: int
    since: int
    until: int
    size: int
    sample: tuple[str, ...]
    state: str
    reason: str | None
    created: float
    closed: float | None


def _review(row: sa.Row) -> Review:
    fields: Any = {**row._mapping, "sample": tuple(row.sample)}
    return Review(**fields)


def get(connection: sa.Connection, review_id: int) -> Review:
    """The review of that number; raises `NotFound`."""
    row = connection.execute(sa.select(review).where(review.c.id == review_id)).first()
    if row is None:
        raise NotFound("review", show("review", review_id))
    return _review(row)


def page(connection: sa.Connection, project_id: int, *, before: int | None, limit: int) -> list[Review]:
    """Newest first."""
    query = sa.select(review).where(review.c.project_id == project_id)
    if before is not None:
        query = query.where(review.c.id < before)
    return [_review(row) for row in connection.execute(query.order_by(review.c.id.desc()).limit(limit))]


def reviewed_until(connection: sa.Connection, task_id: int, actor_id: int) -> int:
    """Up to which answer an actor's work was looked at, 0 when it never was. Raises `WrongState` while one is open."""
    row = connection.execute(
        sa.select(review.c.id, review.c.state, review.c.until)
        .where(review.c.task_id == task_id, review.c.actor_id == actor_id)
        .order_by(review.c.id.desc())
        .limit(1)
    ).first()
    if row is not None and row.state == "open":
        raise WrongState(f"{show('review', row.id)} of this work is open; accept or reject it first", review=row.id)
    return row.until if row is not None else 0


def open_(
    tx: Tx, *, place: tuple[int, int], actor_id: int, by_id: int, span: tuple[int, int, int], sample: Sequence[str]
):
    """A new review. place: (project, task); span: (since, until, answers in it). Returns it."""
    row = {
        "project_id": place[0],
        "task_id": place[1],
        "actor_id": actor_id,
        "by_id": by_id,
        "since": span[0],
        "until": span[1],
        "size": span[2],
        "sample": list(sample),
        "state": "open",
        "created": tx.now,
    }
    new = _review(tx.execute(sa.insert(review).values(row).returning(*review.c)).one())
    body = {"review": show("review", new.id), "of": show("actor", actor_id), "size": new.size, "sample": len(sample)}
    tx.emit("review.opened", project=place[0], actor=by_id, subject=show("review", new.id), body=body)
    return new


def close(tx: Tx, found: Review, *, accepted: bool, reason: str | None, by_id: int) -> None:
    """Accept or reject; raises `WrongState` when that was done before."""
    state = "accepted" if accepted else "rejected"
    changed = tx.execute(
        sa.update(review)
        .where(review.c.id == found.id, review.c.state == "open")
        .values(state=state, reason=reason, closed=tx.now)
    ).rowcount
    if not changed:
        raise WrongState(f"{show('review', found.id)} is {found.state} already")
    body = {"review": show("review", found.id), "of": show("actor", found.actor_id), "state": state, "reason": reason}
    tx.emit("review.closed", project=found.project_id, actor=by_id, subject=show("review", found.id), body=body)


def last_answer(connection: sa.Connection, answer_ids: Sequence[str]) -> int:
    """Seq of the newest of these answers."""
    query = sa.select(sa.func.max(answer.c.seq)).where(answer.c.id.in_(list(answer_ids)[-500:]))
    return connection.execute(query).scalar() or 0
