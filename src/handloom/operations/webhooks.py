"""Addresses that are told what happens in a project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.clock import iso
from ..core.errors import Malformed, NotFound, TooLarge, Unavailable
from ..jobs import hooks
from ..outside import sending, signing
from ..store import keys, webhooks
from ..store.webhooks import KINDS, Webhook
from .session import Session, in_project

MOST = 50
"""Addresses of one project."""
STATES = ("active", "paused")


@in_project
def add_webhook(session: Session, project: str, address: str, kinds: Sequence[str] | None = None) -> dict[str, Any]:
    """Tell an address what happens from now on: what `webhooks` shows of it, and its secret, shown this once.

    kinds: question.resolved, decision.needed, label.changed; all of them unless told. An engineer may enter public
    addresses, an owner those of a private network too.
    """
    session.require("manage_webhooks")
    wanted = list(KINDS) if kinds is None else list(dict.fromkeys(kinds))
    if not wanted or not set(wanted) <= set(KINDS):
        raise Malformed(f"kinds are some of {', '.join(KINDS)}", field="kinds")
    number, where = session.case(project).project.id, sending.checked(address)
    with session.store.read() as connection:
        if len(webhooks.of_project(connection, number)) >= MOST:
            raise TooLarge(f"a project tells at most {MOST} addresses; remove one first")
    private, salt = session.actor.role == "owner", keys.new_salt()
    new = session.store.write(
        lambda tx: webhooks.add(
            tx, project_id=number, address=where, kinds=wanted, salt=salt, private=private, actor_id=session.actor.id
        )
    )
    return {**_shown(new), "secret": signing.shown(hooks.secret_of(session.store, new))}


@in_project
def list_webhooks(session: Session, project: str) -> dict[str, Any]:
    """The addresses of a project, how far each is, and what is wrong."""
    session.require("manage_webhooks")
    with session.store.read() as connection:
        found = webhooks.of_project(connection, session.case(project).project.id)
    return {"webhooks": [_shown(one) for one in found]}


@in_project
def change_webhook(session: Session, project: str, webhook: str, state: str) -> dict[str, Any]:
    """active or paused. Made active, also after it died, it goes on where it stopped."""
    session.require("manage_webhooks")
    if state not in STATES:
        raise Malformed(f"state is one of {', '.join(STATES)}; found {str(state)[:40]!r}", field="state")
    old = _found(session, project, webhook)
    new = session.store.write(lambda tx: webhooks.set_state(tx, old, state, session.actor.id))
    session.site.nudge(new.project_id)
    return _shown(new)


@in_project
def remove_webhook(session: Session, project: str, webhook: str) -> dict[str, Any]:
    """An address is told nothing any more. ``{"removed": id}``."""
    session.require("manage_webhooks")
    old = _found(session, project, webhook)
    session.store.write(lambda tx: webhooks.remove(tx, old, session.actor.id))
    return {"removed": webhook}


@in_project
def test_webhook(session: Session, project: str, webhook: str) -> dict[str, Any]:
    """Send a message of the type ``handloom.test`` now. ``{"ok", "status", "error"}``; the body of the reply is not shown."""
    session.require("manage_webhooks")
    one = _found(session, project, webhook)
    name = session.case(project).project.name
    told = [{"id": "test", "type": "handloom.test", "at": iso(session.store.clock()), "subject": "test"}]
    try:
        status = hooks.send(session.store, one, name, told)
    except Unavailable as error:
        return {"ok": False, "status": error.details.get("status"), "error": error.message}
    return {"ok": True, "status": status, "error": None}


def _found(session: Session, project: str, webhook: str) -> Webhook:
    if not webhook.isdecimal() or not webhook.isascii() or len(webhook) > 18:
        raise NotFound("webhook", webhook[:80])
    with session.store.read() as connection:
        return webhooks.find(connection, session.case(project).project.id, int(webhook))


def _shown(one: Webhook) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "address": one.address,
        "kinds": list(one.kinds),
        "state": one.state,
        "delivered": one.delivered,
        "tries": one.tries,
        "status": one.status,
        "error": one.error,
        "next_try": iso(one.next_try) if one.tries and one.state == "active" else None,
        "created": iso(one.created),
    }
