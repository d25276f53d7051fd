"""Actors: who is there, who may do what, and how they get in."""

from __future__ import annotations

from typing import Any

from ..core.errors import Malformed, WrongState
from ..core.ids import parse
from ..core.roles import POLICIES, ROLES, allowed
from ..store import Tx, people
from . import access, pages, present
from .session import Session

MAX_NAME = 200
STATES = ("active", "paused", "removed")


def me(session: Session, csrf: str | None = None) -> dict[str, Any]:
    """The acting actor, what it may do, and the CSRF word of its browser session."""
    with session.store.read() as connection:
        shown = present.actor(session.actor, people.pace(connection, session.actor.id))
    return {**shown, "csrf": csrf, "can": [action for action in POLICIES if allowed(session.actor.role, action)]}


def actors(session: Session, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """Everybody, in the order they came."""
    session.require("read_people")
    n = pages.size(limit)
    with session.store.read() as connection:
        rows = people.page(connection, after=pages.after("actors", cursor) or 0, limit=n + 1)
        return pages.page("actors", rows, n, lambda a: a.id, lambda a: present.actor(a, people.pace(connection, a.id)))


def add_actor(session: Session, name: str, role: str = "annotator", kind: str = "person") -> dict[str, Any]:
    """A new actor and its token, which is shown this once."""
    session.require("manage_people")
    name = checked_name(name)
    _checked_role(role)
    if kind not in ("person", "model", "rule"):
        raise Malformed(f"kind is person, model or rule; found {str(kind)[:40]!r}", field="kind")

    def unit(tx: Tx) -> tuple[people.Actor, str]:
        new = people.add(tx, name=name, kind=kind, role=role)
        return new, access.new_token(tx, new.id)

    new, token = session.store.write(unit)
    return {"actor": present.actor(new), "token": token}


def change_actor(session: Session, actor: str, role: str | None = None, state: str | None = None) -> dict[str, Any]:
    """Another role or state. The last active owner stays one, so that somebody can always let others in."""
    session.require("manage_people")
    number = parse("actor", actor)
    if role is not None:
        _checked_role(role)
    if state is not None and state not in STATES:
        raise Malformed(f"state is one of {', '.join(STATES)}; found {str(state)[:40]!r}", field="state")

    def unit(tx: Tx) -> people.Actor:
        old = people.find(tx.connection, number)
        new = people.change(tx, number, role=role, state=state)
        was_owner = old.role == "owner" and old.state == "active"
        if was_owner and people.active_owners(tx.connection) == 0:
            raise WrongState(f"{old.name} is the only active owner; make somebody else an owner first")
        return new

    changed = session.store.write(unit)
    with session.store.read() as connection:
        return present.actor(changed, people.pace(connection, number))


def new_token(session: Session, actor: str) -> dict[str, Any]:
    """A new token; the old one is void."""
    session.require("manage_people")
    number = parse("actor", actor)

    def unit(tx: Tx) -> str:
        people.find(tx.connection, number)
        return access.new_token(tx, number)

    return {"token": session.store.write(unit)}


def checked_name(name: object) -> str:
    """A name without surrounding spaces; raises `Malformed`."""
    text = name.strip() if isinstance(name, str) else ""
    if not text or len(text) > MAX_NAME or not text.isprintable():
        raise Malformed(f"a name is 1 to {MAX_NAME} printable characters; found {str(name)[:80]!r}", field="name")
    return text


def _checked_role(role: object) -> None:
    if role not in ROLES:
        raise Malformed(f"role is one of {', '.join(ROLES)}; found {str(role)[:40]!r}", field="role")
