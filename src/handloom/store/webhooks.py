"""Addresses that are told what happens in a project, each with its place in the log.

What they are told is derived from the event table, so nothing is stored twice and nothing can be lost: the place moves
on only when the address has taken what came before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..core.errors import NotFound
from . import schema
from .writer import Tx

h, e, q, i, lab, a = (
    *(schema.webhook, schema.event, schema.question),
    *(schema.item, schema.label, schema.answer),
)
BEHIND: dict[str, tuple[str, ...]] = {
    "question.resolved": ("answer.given", "question.wants"),
    "decision.needed": ("question.asked",),
    "label.changed": ("answer.given", "answer.set_aside", "gold.added", "gold.removed", "label.changed"),
}
"""Which lines of the log may stand behind each kind of message."""
KINDS = tuple(BEHIND)


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address. position: seq of the last event behind it; tries: of the message it is at; status: of the last reply."""

    id: int
    project_id: int
    address: str
    kinds: Sequence[str]
    salt: str
    private: bool
    state: str
    position: int
    delivered: int
    tries: int
    next_try: float
    busy_until: float
    status: int | None
    error: str | None
    actor_id: int
    created: float


_COLUMNS = tuple(h.c[name] for name in Webhook.__slots__)


def add(
    tx: Tx, *, project_id: int, address: str, kinds: Sequence[str], salt: str, private: bool, actor_id: int
) -> Webhook:
    """A new address; it is told what happens from now on."""
    newest = tx.execute(sa.select(sa.func.max(e.c.seq))).scalar() or 0
    row = {"project_id": project_id, "address": address, "kinds": list(kinds), "salt": salt, "private": private}
    row |= {"state": "active", "position": newest, "delivered": 0, "tries": 0, "next_try": 0.0, "busy_until": 0.0}
    row |= {"actor_id": actor_id, "created": tx.now}
    new = Webhook(*tx.execute(sa.insert(h).values(row).returning(*_COLUMNS)).one())
    _tell(tx, new, actor_id, "added")
    return new


def _tell(tx: Tx, one: Webhook, by: int | None, what: str) -> None:
    body = {"webhook": one.id, "what": what}
    tx.emit("webhook.changed", project=one.project_id, actor=by, subject=f"webhook {one.id}", body=body)


def of_project(connection: sa.Connection, project_id: int) -> list[Webhook]:
    """Addresses of a project in the order they came."""
    query = sa.select(*_COLUMNS).where(h.c.project_id == project_id).order_by(h.c.id)
    return [Webhook(*row) for row in connection.execute(query)]


def find(connection: sa.Connection, project_id: int, number: int) -> Webhook:
    """An address of a project; raises `NotFound`."""
    row = connection.execute(sa.select(*_COLUMNS).where(h.c.project_id == project_id, h.c.id == number)).first()
    if row is None:
        raise NotFound("webhook", number)
    return Webhook(*row)


def remove(tx: Tx, one: Webhook, by: int) -> None:
    """It is told nothing any more, and forgotten."""
    tx.execute(sa.delete(h).where(h.c.id == one.id))
    _tell(tx, one, by, "removed")


def set_state(tx: Tx, one: Webhook, state: str, by: int) -> Webhook:
    """active or paused. Made active it goes on where it stopped, at once and with all its tries."""
    values = {"state": state, "tries": 0, "next_try": 0.0, "error": None if state == "active" else one.error}
    tx.execute(sa.update(h).where(h.c.id == one.id).values(values))
    _tell(tx, one, by, state)
    return find(tx.connection, one.project_id, one.id)


def due(connection: sa.Connection, now: float) -> list[Webhook]:
    """Active addresses that something may have happened for, and that nobody is telling."""
    newer = sa.exists().where(e.c.project_id == h.c.project_id, e.c.seq > h.c.position)
    query = sa.select(*_COLUMNS).where(h.c.state == "active", h.c.next_try <= now, h.c.busy_until <= now, newer)
    return [Webhook(*row) for row in connection.execute(query.order_by(h.c.next_try, h.c.id))]


def anything(connection: sa.Connection, one: Webhook) -> bool:
    """Whether there is a line in the log that it may have to be told of."""
    query = sa.select(e.c.seq).where(*_lines(one)).limit(1)
    return connection.execute(query).first() is not None


def _lines(one: Webhook) -> tuple[Any, ...]:
    kinds = sorted({kind for name in one.kinds for kind in BEHIND[name]})
    return (e.c.project_id == one.project_id, e.c.seq > one.position, e.c.kind.in_(kinds))


def take(tx: Tx, number: int, until: float) -> Webhook | None:
    """Reserve an address for this process until then; None when another is telling it."""
    mine = h.c.id == number, h.c.state == "active", h.c.busy_until <= tx.now
    row = tx.execute(sa.update(h).where(*mine).values(busy_until=until).returning(*_COLUMNS)).first()
    return Webhook(*row) if row else None


def page(connection: sa.Connection, one: Webhook, limit: int) -> tuple[list[Any], int]:
    """Lines of the log that matter to it, in order, and up to which seq this looked."""
    newest = connection.execute(sa.select(sa.func.max(e.c.seq))).scalar() or one.position
    rows = connection.execute(sa.select(e).where(*_lines(one), e.c.seq <= newest).order_by(e.c.seq).limit(limit)).all()
    return list(rows), rows[-1].seq if len(rows) == limit else newest


def delivered(tx: Tx, one: Webhook, position: int, count: int, status: int | None) -> None:
    """It has taken everything up to ``position``."""
    values = {"position": position, "delivered": h.c.delivered + count, "tries": 0, "next_try": 0.0, "error": None}
    if status is not None:
        values["status"] = status
    tx.execute(sa.update(h).where(h.c.id == one.id).values(values))


def failed(tx: Tx, one: Webhook, *, tries: int, next_try: float | None, status: int | None, error: str) -> None:
    """It did not take it. next_try None: it is dead until somebody makes it active."""
    dead = next_try is None
    values = {"tries": tries, "status": status, "error": error, "next_try": next_try or 0.0}
    tx.execute(sa.update(h).where(h.c.id == one.id).values(**values, **({"state": "dead"} if dead else {})))
    if dead:
        _tell(tx, one, None, f"dead: {error}")


def let_go(tx: Tx, number: int) -> None:
    """Nobody is telling it any more."""
    tx.execute(sa.update(h).where(h.c.id == number).values(busy_until=0.0))


def questions(connection: sa.Connection, numbers: Sequence[int]) -> dict[int, Any]:
    """Rows (id, task_id, item_id, lane, state, body, expires) of questions."""
    columns = (q.c.id, q.c.task_id, q.c.item_id, q.c.lane, q.c.state, q.c.body, q.c.expires)
    rows = connection.execute(sa.select(*columns).where(q.c.id.in_(sorted(set(numbers)))))
    return {row.id: row for row in rows}


@dataclass(frozen=True, slots=True)
class Labelled:
    """An item and its label in a task now: ``{"value", "confidence", "n"}``, None where it has none."""

    task_id: int
    item_id: int
    key: str
    label: dict[str, Any] | None


def labels(connection: sa.Connection, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Labelled]:
    """What the labels at these places (task, item) are now."""
    items = sorted({item for _, item in places})
    keys = {row.id: row.key for row in connection.execute(sa.select(i.c.id, i.c.key).where(i.c.id.in_(items)))}
    columns = (lab.c.task_id, lab.c.item_id, lab.c.value, lab.c.confidence, lab.c.n)
    rows = connection.execute(sa.select(*columns).where(lab.c.item_id.in_(items)))
    found = {(row.task_id, row.item_id): {"value": row.value, "confidence": row.confidence, "n": row.n} for row in rows}
    return {
        (task, item): Labelled(task, item, keys[item], found.get((task, item)))
        for task, item in dict.fromkeys(places)
        if item in keys
    }
