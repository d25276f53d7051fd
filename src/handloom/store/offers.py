"""The one atomic statement by which open questions are offered to an actor, with and without assignment rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from . import schema
from .prepared import Prepared
from .writer import Tx

q, t, a = schema.question, schema.turn, schema.answer
SPLIT = "split"
"""Strategy of questions about items whose label was split, see `handloom.jobs.relabel`."""


@dataclass(frozen=True, slots=True)
class Route:
    """What an actor may not have. audiences: assignment rules they satisfy; after: actors whose items they never get;
    beside: actors who must not hold the same question at the same time."""

    audiences: tuple[str, ...] = ()
    after: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()


def offered(
    tx: Tx, project_id: int, actor_id: int, lane: str, n: int, task_id: int | None, route: Route | None
) -> list[Any]:
    """Take up to n open questions of a lane for an actor, best first: rows (id, state, priority).

    Each counts as held from here on, so the caller leases it (`handloom.store.queue`) or gives it back.
    """
    wanted: dict[str, Any] = {"project": project_id, "in_lane": lane, "by": actor_id, "n": n}
    if task_id is not None:
        wanted["of_task"] = task_id
    if lane == "grid":
        rows = (_CLAIM_GRID_TASK if task_id is not None else _CLAIM_GRID).rows(tx.connection, wanted)
    elif route is not None:
        wanted |= {"audiences": route.audiences, "after": route.after, "beside": (*route.after, *route.beside)}
        rows = list(tx.execute(_ROUTED_TASK if task_id is not None else _ROUTED, wanted))
    else:
        rows = (_CLAIM_TASK if task_id is not None else _CLAIM).rows(tx.connection, wanted)
    rows.sort(key=lambda row: (-row.priority, row.id))
    return rows


def put_back(tx: Tx, question_ids: Sequence[int]) -> None:
    """Undo an offer that nobody has seen, inside the same transaction."""
    if question_ids:
        tx.execute(sa.update(q).where(q.c.id.in_(question_ids)).values(held=q.c.held - 1, state="open"))


def _claim_statement(*, by_task: bool, routed: bool = False, grid: bool = False) -> Any:
    """grid: an item may be asked about one label after the other, and about all of them later."""
    o, theirs = q.alias("offered"), q.alias("theirs")
    actor = sa.bindparam("by")
    partly = sa.exists().where(theirs.c.id == a.c.question_id, theirs.c.lane == sa.literal_column("'grid'"))
    said = (
        sa.select(a.c.seq)
        .where(a.c.item_id == o.c.item_id, a.c.task_id == o.c.task_id, a.c.actor_id == actor, ~partly.correlate(a))
        .where(*_not_taken_back())
        .correlate(o)
        .exists()
    )
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
            # Whoever answered before a label was split is asked what they meant: only their turn keeps them from it.
            *(() if grid else (sa.or_(o.c.strategy == sa.literal_column(f"'{SPLIT}'"), ~said),)),
        )
        .order_by(o.c.priority.desc(), o.c.id)
        .limit(sa.bindparam("n"))
        .with_for_update(skip_locked=True, of=o)
    )
    if by_task:
        inner = inner.where(o.c.task_id == sa.bindparam("of_task"))
    if routed:
        inner = inner.where(*_routing(o))
    filled = q.c.got + q.c.held + 1 >= q.c.needs
    return (
        sa.update(q)
        .where(q.c.id.in_(inner.scalar_subquery()))
        .values(held=q.c.held + 1, state=sa.case((filled, "claimed"), else_="open"))
        .returning(q.c.id, q.c.state, q.c.priority)
    )


def _not_taken_back() -> tuple[Any, ...]:
    """Conditions on an answer: who took theirs back may be asked again."""
    later, retracted = a.alias("later"), sa.literal_column("'retracted'")
    taken_back = sa.exists().where(later.c.supersedes == a.c.id, later.c.outcome == retracted)
    return (a.c.outcome != retracted, ~taken_back.correlate(a))


def _routing(o: Any) -> tuple[Any, ...]:
    """Conditions of a project with assignment rules; others do not pay for them."""
    listed = {name: sa.bindparam(name, expanding=True) for name in ("audiences", "after", "beside")}
    theirs, held = a.alias("theirs"), t.alias("elsewhere")
    return (
        sa.or_(o.c.audience.is_(None), o.c.audience.in_(listed["audiences"])),
        ~sa.exists().where(
            theirs.c.item_id == o.c.item_id, theirs.c.task_id == o.c.task_id, theirs.c.actor_id.in_(listed["after"])
        ),
        ~sa.exists().where(
            held.c.question_id == o.c.id,
            held.c.state == sa.literal_column("'held'"),
            held.c.actor_id.in_(listed["beside"]),
        ),
    )


_CLAIM = Prepared(_claim_statement(by_task=False))
_CLAIM_TASK = Prepared(_claim_statement(by_task=True))
_CLAIM_GRID = Prepared(_claim_statement(by_task=False, grid=True))
_CLAIM_GRID_TASK = Prepared(_claim_statement(by_task=True, grid=True))
_ROUTED = _claim_statement(by_task=False, routed=True)
_ROUTED_TASK = _claim_statement(by_task=True, routed=True)
