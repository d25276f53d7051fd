"""The event log as one actor may see it: what happened, in order, without what would tell an annotator others' answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from ..core.clock import iso
from ..core.errors import NotFound
from ..core.ids import show
from ..core.roles import allowed
from ..store import browse
from .session import Session

PAGE = 500
POLL_SECONDS = 0.5
# Kinds whose body or mere order says who answered what; others than their actor need the right to read answers.
_ANSWERS = ("answer.", "label.", "claim.", "prediction.")
_PEOPLE = ("actor.", "member.")
_REVIEWS = ("gold.", "review.")
_MODELS = ("model.", "release.", "dataset.", "workforce.", "webhook.")


def events(session: Session, since: int = 0, limit: int = PAGE) -> tuple[list[dict[str, Any]], int]:
    """Events after number ``since`` that the actor may see, and the number up to which this looked."""
    session.require("read_project")
    with session.store.read() as connection:
        rows = browse.events(connection, since, limit)
    return [shown(session, row) for row in rows if visible(session, row)], rows[-1].seq if rows else since


def all_since(session: Session, since: int = 0) -> Iterator[dict[str, Any]]:
    """Every event there is after ``since``."""
    while True:
        found, position = events(session, since)
        yield from found
        if position == since:
            return
        since = position


def follow(session: Session, since: int = 0) -> Iterator[dict[str, Any]]:
    """Every event after ``since``, and new ones as they happen, until the caller stops asking."""
    changed = threading.Event()
    session.store.on_commit.append(changed.set)
    try:
        while True:
            changed.clear()
            found, position = events(session, since)
            yield from found
            if position == since:
                changed.wait(POLL_SECONDS)  # other processes may write too
            since = position
    finally:
        session.store.on_commit.remove(changed.set)


def newest(session: Session) -> int:
    """Number of the newest event."""
    return session.store.newest()


def visible(session: Session, row: Any) -> bool:
    """Whether this actor may see this event."""
    try:
        role, kind = _role(session, row), row.kind
    except NotFound:
        return False
    if row.actor_id == session.actor.id:
        return True
    if kind.startswith(_ANSWERS):
        return allowed(role, "read_answers")
    if kind.startswith(_REVIEWS):
        return allowed(role, "review")
    if kind.startswith(_PEOPLE):
        return allowed(role, "read_people")
    return allowed(role, "read_models") or not kind.startswith(_MODELS)


def _role(session: Session, row: Any) -> str:
    """The actor's role where it happened; raises `NotFound` where they do not belong."""
    return session.of(row.project_id).actor.role if row.project_id is not None else session.actor.role


def shown(session: Session, row: Any) -> dict[str, Any]:
    """An event as it is shown to this actor; numbers of questions inside it get their letter."""
    body = _body(row.body)
    if row.kind == "answer.given" and not allowed(_role(session, row), "read_answers"):
        body = {name: value for name, value in body.items() if name != "state"}
    if row.kind.startswith("job.") and not allowed(session.actor.role, "read_models"):
        body = {name: value for name, value in body.items() if name != "message"}
    return {
        "seq": row.seq,
        "kind": row.kind,
        "project": show("project", row.project_id) if row.project_id else None,
        "subject": row.subject,
        "actor": show("actor", row.actor_id) if row.actor_id else None,
        "at": iso(row.at),
        "body": body,
    }


_NUMBERED = {"question": "question", "task": "task"}
_LISTED: dict[str, str] = {"questions": "question"}


def _body(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: _lettered(name, value) for name, value in body.items()}


def _lettered(name: str, value: Any) -> Any:
    if name in _NUMBERED and isinstance(value, int):
        return show(_NUMBERED[name], value)
    if name in _LISTED and isinstance(value, list):
        return [show(_LISTED[name], v) if isinstance(v, int) else v for v in value]
    if name == "turns" and isinstance(value, list):
        return _turns(value)
    return value


def _turns(pairs: Sequence[Sequence[int]]) -> list[dict[str, str]]:
    return [{"question": show("question", q), "actor": show("actor", a)} for q, a in pairs]
