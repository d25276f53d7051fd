"""Actors, their tokens, sessions and one-time logins. Only SHA-256 digests of secrets are stored."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.errors import NameTaken, NotFound
from ..core.ids import show
from ..core.questions import BULK
from .schema import actor, answer, login, question, session

if TYPE_CHECKING:
    from .writer import Tx

RECENT = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a model, a rule or an import that answers. created: seconds since 1970."""

    id: int
    name: str
    kind: str
    role: str
    state: str
    created: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How an actor works. answers: in all; median_seconds: of the last 200 given one by one; last_seen: of the newest one."""

    answers: int
    median_seconds: float | None
    last_seen: float | None


_COLUMNS = (actor.c.id, actor.c.name, actor.c.kind, actor.c.role, actor.c.state, actor.c.created)


def find(connection: sa.Connection, actor_id: int) -> Actor:
    """The actor of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_COLUMNS).where(actor.c.id == actor_id)).first()
    if row is None:
        raise NotFound("actor", show("actor", actor_id))
    return Actor(*row)


def named(connection: sa.Connection, name: str) -> Actor | None:
    """The actor of that name, or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(actor.c.name == name)).first()
    return Actor(*row) if row else None


def owner(connection: sa.Connection) -> Actor | None:
    """The first active owner, who acts when a workspace is opened in process."""
    query = sa.select(*_COLUMNS).where(actor.c.role == "owner", actor.c.state == "active").order_by(actor.c.id).limit(1)
    row = connection.execute(query).first()
    return Actor(*row) if row else None


def page(connection: sa.Connection, *, after: int, limit: int) -> list[Actor]:
    """Actors in the order they were added, from the one after ``after``; not those who come with an arriving project."""
    query = sa.select(*_COLUMNS).where(actor.c.id > after, actor.c.created >= 0).order_by(actor.c.id).limit(limit)
    return [Actor(*row) for row in connection.execute(query)]


def names(connection: sa.Connection, actor_ids: Sequence[int]) -> dict[int, str]:
    """Names by number."""
    if not actor_ids:
        return {}
    rows = connection.execute(sa.select(actor.c.id, actor.c.name).where(actor.c.id.in_(set(actor_ids))))
    return {row.id: row.name for row in rows}


def pace(connection: sa.Connection, actor_id: int) -> Pace:
    """Counts from the answer log, read through the index on (actor, seq)."""
    count = connection.execute(sa.select(sa.func.count(answer.c.seq)).where(answer.c.actor_id == actor_id)).scalar_one()
    if not count:
        return Pace(0, None, None)
    recent = connection.execute(
        sa.select(answer.c.seconds)
        .where(answer.c.actor_id == actor_id, ~_IN_BULK)
        .order_by(answer.c.seq.desc())
        .limit(RECENT)
    ).all()
    newest = sa.select(answer.c.created).where(answer.c.actor_id == actor_id).order_by(answer.c.seq.desc()).limit(1)
    seen = connection.execute(newest).scalar_one()
    return Pace(count, median(row.seconds for row in recent) if recent else None, seen)


_IN_BULK = sa.exists().where(question.c.id == answer.c.question_id, question.c.strategy == BULK)


def answers_since(connection: sa.Connection, actor_id: int, since: float, at_most: int = 10_000) -> int:
    """Answers of this actor since a time, counted back from the newest."""
    recent = (
        sa.select(answer.c.created)
        .where(answer.c.actor_id == actor_id)
        .order_by(answer.c.seq.desc())
        .limit(at_most)
        .subquery()
    )
    return connection.execute(sa.select(sa.func.count()).where(recent.c.created >= since)).scalar_one()


def add(tx: Tx, *, name: str, kind: str, role: str, token_hash: str | None = None) -> Actor:
    """A new active actor; raises `NameTaken`."""
    if named(tx.connection, name) is not None:
        raise NameTaken(f"there is an actor {name!r} already; choose another name", name=name)
    values = {"name": name, "kind": kind, "role": role, "state": "active", "token_hash": token_hash, "created": tx.now}
    new = tx.execute(sa.insert(actor).values(values).returning(actor.c.id)).scalar_one()
    tx.emit("actor.added", actor=new, subject=show("actor", new), body={"name": name, "kind": kind, "role": role})
    return Actor(new, name, kind, role, "active", tx.now)


def importer(tx: Tx) -> Actor:
    """The actor who stands for imports; made when it is first needed."""
    row = tx.execute(sa.select(*_COLUMNS).where(actor.c.kind == "import").order_by(actor.c.id).limit(1)).first()
    if row is not None:
        return Actor(*row)
    name = "import" if named(tx.connection, "import") is None else f"import {secrets.token_hex(4)}"
    return add(tx, name=name, kind="import", role="annotator")


def change(tx: Tx, actor_id: int, *, role: str | None = None, state: str | None = None) -> Actor:
    """Another role or state; who is paused or removed loses every session."""
    old = find(tx.connection, actor_id)
    values = {k: v for k, v in (("role", role), ("state", state)) if v is not None}
    if values:
        tx.execute(sa.update(actor).where(actor.c.id == actor_id).values(**values))
        tx.emit("actor.changed", actor=actor_id, subject=show("actor", actor_id), body=values)
    if state in ("paused", "removed"):
        tx.execute(sa.delete(session).where(session.c.actor_id == actor_id))
        tx.execute(sa.delete(login).where(login.c.actor_id == actor_id))
    return Actor(old.id, old.name, old.kind, role or old.role, state or old.state, old.created)


def active_owners(connection: sa.Connection) -> int:
    """How many could still manage the workspace."""
    query = sa.select(sa.func.count(actor.c.id)).where(actor.c.role == "owner", actor.c.state == "active")
    return connection.execute(query).scalar_one()


def set_token(tx: Tx, actor_id: int, token_hash: str) -> None:
    """From now on only this token is valid for the actor."""
    tx.execute(sa.update(actor).where(actor.c.id == actor_id).values(token_hash=token_hash))
    tx.emit("actor.token", actor=actor_id, subject=show("actor", actor_id))


def with_token(connection: sa.Connection, actor_id: int) -> tuple[Actor, str | None] | None:
    """The actor and the digest of its token."""
    row = connection.execute(sa.select(*_COLUMNS, actor.c.token_hash).where(actor.c.id == actor_id)).first()
    return (Actor(*row[:-1]), row[-1]) if row else None


def add_login(tx: Tx, actor_id: int, code_hash: str, expires: float) -> None:
    """A code that logs this actor in once, until it expires. Old codes are swept."""
    tx.execute(sa.delete(login).where(login.c.expires < tx.now))
    tx.execute(sa.insert(login).values(hash=code_hash, actor_id=actor_id, expires=expires))


def use_login(tx: Tx, code_hash: str) -> Actor | None:
    """Who the code logs in, or None when it is unknown, used or expired. Using it up is part of the same transaction."""
    used = tx.execute(
        sa.update(login)
        .where(login.c.hash == code_hash, login.c.used.is_(None), login.c.expires >= tx.now)
        .values(used=tx.now)
        .returning(login.c.actor_id)
    ).first()
    return find(tx.connection, used.actor_id) if used else None


def add_session(tx: Tx, actor_id: int, session_hash: str, csrf: str, expires: float) -> None:
    """A browser session. Expired ones are swept."""
    tx.execute(sa.delete(session).where(session.c.expires < tx.now))
    tx.execute(
        sa.insert(session).values(hash=session_hash, actor_id=actor_id, csrf=csrf, created=tx.now, expires=expires)
    )


def end_session(tx: Tx, session_hash: str) -> None:
    """Log out."""
    tx.execute(sa.delete(session).where(session.c.hash == session_hash))


def in_session(connection: sa.Connection, session_hash: str, now: float) -> tuple[Actor, str] | None:
    """The actor of a live session and its CSRF word."""
    row: Any = connection.execute(
        sa.select(*_COLUMNS, session.c.csrf)
        .join(session, session.c.actor_id == actor.c.id)
        .where(session.c.hash == session_hash, session.c.expires >= now)
    ).first()
    return (Actor(*row[:-1]), row[-1]) if row else None
