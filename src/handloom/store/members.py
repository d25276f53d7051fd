"""Who belongs to a project, in which role, and the links that let people in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..core.ids import show
from . import schema
from .schema.people import invitation, member
from .upsert import upsert
from .writer import Tx


@dataclass(frozen=True, slots=True)
class Member:
    """An actor in one project. tags: languages and skills, as assignment rules name them. since: when its state began."""

    project_id: int
    actor_id: int
    role: str
    state: str
    tags: tuple[str, ...]
    reason: str | None
    since: float


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that lets somebody in. uses: how often it may still be accepted; hash: SHA-256 of its code."""

    hash: str
    project_id: int
    role: str
    tags: tuple[str, ...]
    actor_id: int
    uses: int
    created: float
    expires: float


m, v = member, invitation


def of_project(connection: sa.Connection, project_id: int) -> dict[int, Member]:
    """Every member by actor."""
    rows = connection.execute(sa.select(m).where(m.c.project_id == project_id).order_by(m.c.actor_id))
    return {row.actor_id: _member(row) for row in rows}


def of_actor(connection: sa.Connection, actor_id: int) -> dict[int, Member]:
    """Every membership of an actor, by project."""
    return {row.project_id: _member(row) for row in connection.execute(sa.select(m).where(m.c.actor_id == actor_id))}


def one(connection: sa.Connection, project_id: int, actor_id: int) -> Member | None:
    """The membership of an actor, or None."""
    row = connection.execute(sa.select(m).where(m.c.project_id == project_id, m.c.actor_id == actor_id)).first()
    return _member(row) if row else None


def _member(row: sa.Row) -> Member:
    return Member(row.project_id, row.actor_id, row.role, row.state, tuple(row.tags), row.reason, row.created)


def put(
    tx: Tx, project_id: int, actor_id: int, *, role: str, state: str, tags: Sequence[str], reason: str | None = None,
    by: int | None = None,
) -> Member:  # fmt: skip
    """Add a member, or change role, state, tags."""
    old = one(tx.connection, project_id, actor_id)
    since = old.since if old is not None and old.state == state else tx.now
    row = {"project_id": project_id, "actor_id": actor_id, "role": role, "state": state, "tags": sorted(set(tags))}
    row |= {"reason": reason, "created": since}
    tx.execute(upsert(tx.dialect, m, replace=("role", "state", "tags", "reason", "created")), row)
    body = {"member": show("actor", actor_id), "role": role, "state": state, "tags": row["tags"], "reason": reason}
    tx.emit("member.changed", project=project_id, actor=by, subject=show("actor", actor_id), body=body)
    return Member(project_id, actor_id, role, state, tuple(row["tags"]), reason, since)


def invite(tx: Tx, new: Invitation) -> None:
    """A new link. Expired ones are swept."""
    tx.execute(sa.delete(v).where(v.c.expires < tx.now))
    row = {name: getattr(new, name) for name in Invitation.__slots__} | {"tags": list(new.tags)}
    tx.execute(sa.insert(v), row)
    body = {"role": new.role, "tags": list(new.tags), "uses": new.uses}
    tx.emit("member.invited", project=new.project_id, actor=new.actor_id, body=body)


def invitations(connection: sa.Connection, project_id: int, now: float) -> list[Invitation]:
    """Links that still let somebody in, newest first."""
    query = sa.select(v).where(v.c.project_id == project_id, v.c.expires >= now, v.c.uses > 0)
    return [_invitation(row) for row in connection.execute(query.order_by(v.c.created.desc()))]


def accept(tx: Tx, code_hash: str) -> Invitation | None:
    """Use a link once; None when it is unknown, used up or expired."""
    row = tx.execute(
        sa.update(v)
        .where(v.c.hash == code_hash, v.c.uses > 0, v.c.expires >= tx.now)
        .values(uses=v.c.uses - 1)
        .returning(*v.c)
    ).first()
    return _invitation(row) if row else None


def revoke(tx: Tx, project_id: int, prefix: str) -> int:
    """Links whose digest begins so let nobody in any more; how many there were."""
    return tx.execute(sa.delete(v).where(v.c.project_id == project_id, v.c.hash.startswith(prefix))).rowcount


def _invitation(row: sa.Row) -> Invitation:
    fields: Any = {**row._mapping, "tags": tuple(row.tags)}
    return Invitation(**fields)


_TABLES = {
    "item": schema.item,
    "question": schema.question,
    "batch": schema.batch,
    "commit": schema.commit_,
    "run": schema.run,
    "model": schema.model,
    "release": schema.release,
    "prediction": schema.prediction,
    "job": schema.job,
    "task": schema.task,
}


def project_of(connection: sa.Connection, noun: str, number: int) -> int | None:
    """The project that something belongs to, None when it does not exist or belongs to none."""
    if noun == "project":
        return number
    table = _TABLES.get(noun)
    if table is None:
        return None
    return connection.execute(sa.select(table.c.project_id).where(table.c.id == number)).scalar_one_or_none()
