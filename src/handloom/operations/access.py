"""Tokens, one-time login codes and browser sessions. Secrets leave here once and are stored only as SHA-256 digests."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from ..core import clock
from ..core.errors import NotFound, NotLoggedIn
from ..core.ids import parse, show
from ..store import Store, Tx, people
from .session import Session

LOGIN_SECONDS = 15 * 60.0
SESSION_SECONDS = 30 * 86_400.0
_LOG_IN = "log in with a one-time address (handloom actor login NAME), or send Authorization: Bearer hl_..."


def digest(secret: str) -> str:
    """SHA-256 in hex. Secrets are 192 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_token(tx: Tx, actor_id: int) -> str:
    """A new token of this actor; the old one is void."""
    secret = secrets.token_urlsafe(24)
    people.set_token(tx, actor_id, digest(secret))
    return f"hl_{show('actor', actor_id)}_{secret}"


def by_token(store: Store, token: str) -> people.Actor:
    """Whose token it is; raises `NotLoggedIn` in the same words whatever is wrong with it."""
    parts = token.split("_", 2)
    refused = NotLoggedIn("this token is not valid (any more); ask an owner for a new one")
    if len(parts) != 3 or parts[0] != "hl":
        raise refused
    try:
        number = parse("actor", parts[1])
    except NotFound:
        raise refused from None
    with store.read() as connection:
        found = people.with_token(connection, number)
    stored = found[1] if found and found[1] else "0" * 64
    if not hmac.compare_digest(stored, digest(parts[2])) or not found:
        raise refused
    return _active(found[0])


def by_session(store: Store, cookie: str) -> tuple[people.Actor, str]:
    """Whose browser session it is, and its CSRF word; raises `NotLoggedIn`."""
    with store.read() as connection:
        found = people.in_session(connection, digest(cookie), store.clock())
    if found is None:
        raise NotLoggedIn(f"this session has ended; {_LOG_IN}")
    return _active(found[0]), found[1]


def nobody() -> NotLoggedIn:
    """The error for a request without any proof of who sent it."""
    return NotLoggedIn(f"nobody is logged in; {_LOG_IN}")


def _active(actor: people.Actor) -> people.Actor:
    if actor.state != "active":
        raise NotLoggedIn(f"actor {actor.name} is {actor.state}; ask an owner to make it active again")
    return actor


def login_path(store: Store, actor_id: int) -> dict[str, Any]:
    """``{"path": "/login#CODE", "expires"}``, good for one log-in. The code is in the fragment, so no server logs it."""
    code = secrets.token_urlsafe(24)
    expires = store.clock() + LOGIN_SECONDS
    store.write(lambda tx: people.add_login(tx, actor_id, digest(code), expires))
    return {"path": f"/login#{code}", "expires": clock.iso(expires)}


def log_in(store: Store, code: str) -> tuple[people.Actor, str, str]:
    """Use up a one-time code: the actor, the session cookie and its CSRF word; raises `NotLoggedIn`."""
    cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)

    def unit(tx: Tx) -> people.Actor:
        actor = people.use_login(tx, digest(code))
        if actor is None:
            raise NotLoggedIn("this login address was used already or has expired; ask for a new one")
        people.add_session(tx, _active(actor).id, digest(cookie), csrf, tx.now + SESSION_SECONDS)
        return actor

    return store.write(unit), cookie, csrf


def log_out(store: Store, cookie: str) -> None:
    """End a browser session."""
    store.write(lambda tx: people.end_session(tx, digest(cookie)))


def for_actor(session: Session, actor: str) -> dict[str, Any]:
    """A one-time login address for an actor: anybody for themselves, for others whoever manages people."""
    number = parse("actor", actor)
    if number != session.actor.id:
        session.require("manage_people")
    with session.store.read() as connection:
        found = people.find(connection, number)
    _active(found)
    return login_path(session.store, found.id)
