"""Services of outside people: connected by owners, and what they send back.

The address of a service is where this workspace sends its items, so only owners may enter one.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..core import registry, strict
from ..core.clock import iso
from ..core.errors import Forbidden, HandloomError, Malformed, NotLoggedIn
from ..core.ids import show
from ..core.outside import Link, Reply
from ..jobs import posting
from ..outside import sending, signing
from ..store import Tx, keys, people, workforces
from ..store.workforces import Connection
from . import answers
from .session import Session, Site, in_project

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
STATES = ("active", "paused")
MAX_WORKER = 100
_IDS = uuid.UUID("5b0cf9a2-3d1e-4b7a-9d52-6f1f0a7be0c4")
"""Namespace of answer ids: the service's own ids become UUIDs, always the same ones."""


@in_project
def add_workforce(
    session: Session,
    project: str,
    name: str,
    address: str,
    task: str | None = None,
    kind: str = "http",
    options: Mapping[str, Any] | None = None,
    deadline: float = 86_400.0,
    most: int = 100,
    keep: int = 10,
) -> dict[str, Any]:
    """Connect a service: what `workforces` shows of it, and its secret, shown this once.

    deadline: seconds until the own team is asked what was not answered; most: questions outside at a time; keep: open
    questions that are left to the own team.
    """
    session.require("manage_workforces")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Malformed("a name is 1 to 40 of a-z, 0-9, - and _, and begins with a letter or digit", field="name")
    plugin = registry.find("workforces", kind)
    case = session.case(project)
    row = case.task(task)
    fields = {
        "project_id": case.project.id,
        "task_id": row.id,
        "name": name,
        "kind": kind,
        "address": sending.checked(address),
        "options": plugin.check(options or {}),
        "salt": keys.new_salt(),
        "private": True,  # only owners come here, and services of one's own house are what they connect
        **_limits(deadline, most, keep),
    }
    new = session.store.write(lambda tx: workforces.add(tx, by=session.actor.id, **fields))
    session.site.forget()
    session.site.nudge(new.project_id)
    return {**_shown(session, new), "secret": _secret(session, new)}


def _limits(deadline: Any, most: Any, keep: Any) -> dict[str, Any]:
    if isinstance(deadline, bool) or not isinstance(deadline, int | float) or not 1 <= deadline <= 30 * 86_400:
        raise Malformed("deadline is 1 second to 30 days, in seconds", field="deadline")
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= 10_000:
        raise Malformed("most is a whole number from 1 to 10000", field="most")
    if isinstance(keep, bool) or not isinstance(keep, int) or not 0 <= keep <= 10_000:
        raise Malformed("keep is a whole number from 0 to 10000", field="keep")
    return {"deadline": float(deadline), "most": most, "keep": keep}


@in_project
def list_workforces(session: Session, project: str) -> dict[str, Any]:
    """The services of a project with what is out, what came back, and what is wrong."""
    session.require("manage_workforces")
    with session.store.read() as connection:
        found = workforces.of_project(connection, session.case(project).project.id)
    return {"workforces": [_shown(session, one) for one in found]}


@in_project
def change_workforce(session: Session, project: str, name: str, state: str, secret: bool = False) -> dict[str, Any]:
    """active or paused; paused, everything comes back to the own team at once. secret: make a new one; the old is void."""
    session.require("manage_workforces")
    if state not in STATES:
        raise Malformed(f"state is one of {', '.join(STATES)}; found {str(state)[:40]!r}", field="state")
    number = session.case(project).project.id

    def unit(tx: Tx) -> Connection:
        old = workforces.find(tx.connection, number, name)
        values: dict[str, Any] = {"state": state, "failures": 0, "next_try": 0.0, "error": None}
        if secret:
            values["salt"] = keys.new_salt()
        return workforces.change(tx, old, by=session.actor.id, what="new secret" if secret else state, **values)

    new = session.store.write(unit)
    session.site.nudge(number)
    return {**_shown(session, new), "secret": _secret(session, new) if secret else None}


@in_project
def remove_workforce(session: Session, project: str, name: str) -> dict[str, Any]:
    """Disconnect a service: everything comes back to the own team, answers are taken no more. ``{"removed": name}``."""
    session.require("manage_workforces")
    number = session.case(project).project.id

    def unit(tx: Tx) -> None:
        old = workforces.find(tx.connection, number, name)
        workforces.change(tx, old, by=session.actor.id, what="removed", state="removed")

    session.store.write(unit)
    session.site.nudge(number)
    return {"removed": name}


def _secret(session: Session, one: Connection) -> str:
    return signing.shown(keys.secret(session.store.folder, "workforce", one.salt))


def _shown(session: Session, one: Connection) -> dict[str, Any]:
    task = session.case_of(one.project_id).task_by_id(one.task_id)
    with session.store.read() as connection:
        counts = workforces.counts(connection, one)
    return {
        "name": one.name,
        "kind": one.kind,
        "task": task.name if task else None,
        "address": one.address,
        "answers": f"/api/v1/workforce/{one.name}/answers",
        "options": dict(one.options),
        "deadline": one.deadline,
        "most": one.most,
        "keep": one.keep,
        "state": one.state,
        "failures": one.failures,
        "error": one.error,
        "next_try": iso(one.next_try) if one.failures else None,
        "created": iso(one.created),
        **counts,
    }


def receive(site: Site, name: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """What a service sends back. ``{"results": [{"id", "state", "message"?}]}``, in the order of its answers.

    state: counted; late (kept, not counted); repeated (was here already); returned (a skip: the own team is asked);
    unknown (no such question went out to it); refused, with the reason. Raises `NotLoggedIn` in the same words for an
    unknown name and a wrong signature, `Malformed`, `TooLarge`.
    """
    with site.store.read() as connection:
        one = workforces.named(connection, name)
    if one is None:
        nobody = Link(name, "", {}, secret=keys.secret(site.store.folder, "nobody", name))
        registry.find("workforces", "http").receive(nobody, headers, body, site.store.clock())
        raise NotLoggedIn(
            f"{signing.SIGNATURE} does not fit {signing.ID}, {signing.TIMESTAMP} and the body as it was sent"
        )
    plugin = registry.find("workforces", one.kind)
    replies = plugin.receive(posting.link_of(site.store, one), headers, body, site.store.clock())
    results = [_take(site, one, reply) for reply in replies]
    if any(result["state"] != "repeated" for result in results):
        site.nudge(one.project_id)
    return {"results": results}


def _take(site: Site, one: Connection, reply: Reply) -> dict[str, Any]:
    try:
        state = _taken(site, one, _checked(reply))
    except HandloomError as error:
        return {"id": reply.id, "state": "refused", "code": error.code, "message": error.message}
    return {"id": reply.id, "state": state}


def _checked(reply: Reply) -> Reply:
    """The same, after making sure that a database can hold it; raises `Malformed`."""
    try:
        strict.loads(json.dumps(asdict(reply)).encode())
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed(f"this answer cannot be stored: {error}") from None
    if not reply.worker.isprintable() or not len(reply.worker.strip()) > 0 or len(reply.worker) > MAX_WORKER:
        raise Malformed(f"worker is 1 to {MAX_WORKER} printable characters")
    return reply


def _taken(site: Site, one: Connection, reply: Reply) -> str:
    """Store one answer in a transaction of its own, so that one that is refused takes no other with it."""
    key = posting.read_key(reply.key)
    if key is None:
        return "unknown"
    with site.store.read() as connection:
        found = workforces.posted(connection, one, *key)
    if found is None:
        return "unknown"
    if reply.outcome == "skip":
        back = site.store.write(lambda tx: workforces.bring_back(tx, one, [found.id], known=True))
        return "returned" if back else "repeated"
    answer_id = str(uuid.uuid5(_IDS, f"{one.id}:{reply.id}"))
    number = site.store.write(lambda tx: workforces.person(tx, one, reply.worker))
    with site.store.read() as connection:
        actor = people.find(connection, number)
    if actor.state != "active":
        raise Forbidden(f"{actor.name} is {actor.state}; an owner can make them active again")
    if number not in site.case(show("project", one.project_id)).members:
        site.forget()  # they have joined just now
    raw = {"id": answer_id, "question": show("question", found.question_id), "outcome": reply.outcome}
    raw |= {"value": reply.value, "seconds": reply.seconds, "confidence": reply.confidence, "note": reply.note}
    store = answers.answering(Session(site, actor), raw)

    def unit(tx: Tx) -> tuple[dict[str, Any], bool, int]:
        if not workforces.answer_known(tx.connection, answer_id):
            workforces.hand_over(tx, one, workforces.posted(tx.connection, one, *key), number)
        return store(tx)

    shown, repeated, _ = site.store.write(unit)
    return "repeated" if repeated else "late" if shown["late"] else "counted"
