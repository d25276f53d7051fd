"""Proposed changes of a dataset: a branch that wants into another, what people say about it, and what became of it.

    open ── approve ──> approved ── merge ──> merged
      │ <── tests fail, new commits ──┘
      └── reject ──> rejected    ── nobody decides ──> expired    ── close ──> closed

A request is about one version of its source. Whoever approved, approved that one: when the source gets another, the
question about the older is withdrawn, and what was said of it counts no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from ..core.errors import NotFound, WrongState
from ..core.ids import show
from . import schema
from .branches import Branch
from .history import Commit
from .schema.requests import comment as k
from .schema.requests import request as x
from .schema.versions import conflict

if TYPE_CHECKING:
    from .writer import Tx

a, c, m, q = schema.answer, schema.commit_, schema.member, schema.question
KINDS = ("corrections", "answers", "verdicts")
LIVE = ("open", "approved")
STATES = (*LIVE, "merged", "rejected", "expired", "closed")
End = Literal["merged", "rejected", "expired", "closed"]


@dataclass(frozen=True, slots=True)
class Request:
    """One proposal. The columns are those of `handloom.store.schema.requests.request`."""

    id: int
    project_id: int
    task_id: int
    source_id: int
    target_id: int
    kind: str
    title: str
    actor_id: int
    auto: bool
    state: str
    head_id: int
    into_id: int | None
    question_id: int | None
    merge_id: int | None
    decided_by: int | None
    reason: str | None
    overridden: bool
    created: float
    expires: float
    ended: float | None


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody says about a request, or about one of its rows."""

    id: int
    request_id: int
    item_id: int | None
    actor_id: int
    text: str
    created: float


_COLUMNS = tuple(x.c[name] for name in Request.__slots__)
_COMMENT = tuple(k.c[name] for name in Comment.__slots__)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, by whom, and how. auto: it merges by itself when its tests are green."""

    kind: str
    title: str
    actor_id: int
    auto: bool
    expires: float


def add(tx: Tx, source: Branch, target: Branch, head: Commit, new: Proposal) -> Request:
    """A request to merge a branch into another; raises `WrongState` when there is one for this branch already."""
    if source.id == target.id:
        raise WrongState(f"a branch cannot be merged into itself: {source.name}")
    there = of_branch(tx.connection, source.id)
    if there is not None:
        raise WrongState(f"{source.name} is proposed already, as {show('request', there.id)}", request=there.id)
    row = {
        "project_id": source.project_id,
        "task_id": source.task_id,
        "source_id": source.id,
        "target_id": target.id,
        "kind": new.kind,
        "title": new.title,
        "actor_id": new.actor_id,
        "auto": new.auto,
        "state": "open",
        "head_id": head.id,
        "overridden": False,
        "created": tx.now,
        "expires": new.expires,
    }
    made = Request(*tx.execute(sa.insert(x).values(row).returning(*_COLUMNS)).one())
    body = {"source": source.name, "target": target.name, "commit": show("commit", head.id), "kind": new.kind}
    tx.emit("request.opened", **_about(made, new.actor_id, body | {"auto": new.auto}))
    return made


def get(connection: sa.Connection, request_id: int) -> Request:
    """The request of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_COLUMNS).where(x.c.id == request_id)).first()
    if row is None:
        raise NotFound("request", show("request", request_id))
    return Request(*row)


def page(
    connection: sa.Connection, task_id: int, *, states: Sequence[str], before: int | None, limit: int
) -> list[Request]:
    """Requests of a task in these states, newest first, from the one before ``before``."""
    query = sa.select(*_COLUMNS).where(x.c.task_id == task_id, x.c.state.in_(states))
    if before is not None:
        query = query.where(x.c.id < before)
    return [Request(*row) for row in connection.execute(query.order_by(x.c.id.desc()).limit(limit))]


def live(connection: sa.Connection, task_ids: Sequence[int]) -> list[Request]:
    """Requests of these tasks that have not ended, oldest first."""
    query = sa.select(*_COLUMNS).where(x.c.task_id.in_(task_ids), x.c.state.in_(LIVE)).order_by(x.c.id)
    return [Request(*row) for row in connection.execute(query)]


def of_branch(connection: sa.Connection, branch_id: int) -> Request | None:
    """The request that proposes a branch now, or None."""
    query = sa.select(*_COLUMNS).where(x.c.source_id == branch_id, x.c.state.in_(LIVE)).limit(1)
    row = connection.execute(query).first()
    return Request(*row) if row else None


def of_question(connection: sa.Connection, question_id: int) -> Request | None:
    """The request that a question asks about, or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(x.c.question_id == question_id)).first()
    return Request(*row) if row else None


def of_commit(connection: sa.Connection, commit_id: int) -> Request | None:
    """The newest request that proposes a version, or that it merged; None without one."""
    query = sa.select(*_COLUMNS).where(sa.or_(x.c.head_id == commit_id, x.c.merge_id == commit_id))
    row = connection.execute(query.order_by(x.c.id.desc()).limit(1)).first()
    return Request(*row) if row else None


def change(tx: Tx, request: Request, **fields: Any) -> Request:
    """The request with some of its columns changed."""
    row = tx.execute(sa.update(x).where(x.c.id == request.id).values(fields).returning(*_COLUMNS)).one()
    return Request(*row)


def changed(tx: Tx, request: Request, what: str) -> None:
    """Tell that something about a request is another: ``updated``, ``tested``, ``asked``, ``approved``, ``conflicts``."""
    body = {"what": what, "commit": show("commit", request.head_id)}
    tx.emit("request.changed", **_about(request, request.decided_by, body))


def end(
    tx: Tx,
    request: Request,
    state: End,
    *,
    actor_id: int | None,
    reason: str | None = None,
    merge_id: int | None = None,
    overridden: bool = False,
) -> Request:
    """A request is over; raises `WrongState` when it is already."""
    if request.state not in LIVE:
        raise WrongState(f"{show('request', request.id)} is {request.state}; nothing more becomes of it")
    done = change(
        tx,
        request,
        state=state,
        decided_by=actor_id,
        reason=reason if reason is not None else request.reason,
        merge_id=merge_id,
        overridden=overridden,
        ended=tx.now,
    )
    body = {"state": state, "reason": done.reason, "overridden": overridden}
    body |= {"merge": None if merge_id is None else show("commit", merge_id)}
    tx.emit("request.ended", **_about(done, actor_id, body))
    return done


def add_comment(tx: Tx, request: Request, actor_id: int, text: str, item_id: int | None) -> Comment:
    """What somebody says about a request or one of its rows; raises `NotFound` for an item of another project."""
    if item_id is not None:
        place = tx.execute(sa.select(schema.item.c.project_id).where(schema.item.c.id == item_id)).scalar()
        if place != request.project_id:
            raise NotFound("item", show("item", item_id))
    row = {"project_id": request.project_id, "request_id": request.id, "item_id": item_id, "actor_id": actor_id}
    made = Comment(*tx.execute(sa.insert(k).values(row | {"text": text, "created": tx.now}).returning(*_COMMENT)).one())
    body = {"item": None if item_id is None else show("item", item_id)}
    tx.emit("request.commented", **_about(request, actor_id, body))
    return made


def comments(connection: sa.Connection, request_id: int) -> list[Comment]:
    """What was said about a request, oldest first."""
    query = sa.select(*_COMMENT).where(k.c.request_id == request_id).order_by(k.c.id)
    return [Comment(*row) for row in connection.execute(query)]


def comment_counts(connection: sa.Connection, request_ids: Sequence[int]) -> dict[int, int]:
    """How much was said, by request."""
    query = sa.select(k.c.request_id, sa.func.count()).where(k.c.request_id.in_(request_ids)).group_by(k.c.request_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def authors(connection: sa.Connection, request: Request) -> set[int]:
    """Who proposed a request, and whoever made a version on its branch."""
    query = sa.select(c.c.actor_id).where(c.c.branch_id == request.source_id, c.c.other_id.is_(None)).distinct()
    return {request.actor_id, *connection.execute(query).scalars()}


def unsettled(connection: sa.Connection, branch_id: int) -> list[Any]:
    """Rows (item_id, question_id) of the conflicts on a branch that nobody has decided."""
    query = (
        sa.select(conflict.c.item_id, conflict.c.question_id)
        .join(c, c.c.id == conflict.c.merge_id)
        .where(c.c.branch_id == branch_id, conflict.c.commit_id.is_(None))
        .order_by(conflict.c.item_id)
    )
    return list(connection.execute(query).all())


def verdicts(connection: sa.Connection, request: Request) -> list[Any]:
    """Rows (role, decision, actor_id, reason, created) of what was said to the question of a request, in that order.

    The role is that in the project; owners of the workspace are owners everywhere.
    """
    here = sa.and_(m.c.actor_id == a.c.actor_id, m.c.project_id == request.project_id)
    actor = schema.actor
    role = sa.case((actor.c.role == "owner", "owner"), else_=sa.func.coalesce(m.c.role, actor.c.role))
    query = (
        sa.select(role.label("role"), a.c.value, a.c.actor_id, a.c.created)
        .join(actor, actor.c.id == a.c.actor_id)
        .outerjoin(m, here)
        .where(a.c.question_id == request.question_id, a.c.outcome == "answered", a.c.late == sa.false())
        .order_by(a.c.seq)
    )
    return [row for row in connection.execute(query) if row.value["decision"] != "defer"]


def question_state(connection: sa.Connection, question_id: int) -> str:
    """Where a question stands."""
    return connection.execute(sa.select(q.c.state).where(q.c.id == question_id)).scalar_one()


def _about(request: Request, actor_id: int | None, body: dict[str, Any]) -> dict[str, Any]:
    """What every event about a request says."""
    name = show("request", request.id)
    return {"project": request.project_id, "actor": actor_id, "subject": name, "body": {"request": name} | body}
