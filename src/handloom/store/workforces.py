"""Connections to services of outside people, and the questions that are out there.

A pushed question is a claimed one: the connection's own actor holds its lease until the deadline. What ends a lease
(`handloom.store.queue`) therefore gives it back to the team, whatever the service does or does not do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..core import questions as life
from ..core.errors import NameTaken, NotFound, WrongState
from ..core.ids import show
from . import members, moves, people, picking, queue, schema
from .offers import Route
from .upsert import upsert
from .writer import Tx

w, p, o, q, t, a = (
    *(schema.workforce, schema.posting, schema.outsider),
    *(schema.question, schema.turn, schema.answer),
)
OUT = ("pushing", "sent")
"""States of a posting whose answer is awaited."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection to a service. failures: in a row; next_try, busy_until: seconds since 1970; error: the last one."""

    id: int
    project_id: int
    task_id: int
    actor_id: int
    name: str
    kind: str
    address: str
    options: Mapping[str, Any]
    deadline: float
    most: int
    keep: int
    salt: str
    private: bool
    state: str
    failures: int
    next_try: float
    busy_until: float
    error: str | None
    created: float

    @property
    def tag(self) -> str:
        """What its people are tagged with, so that assignment rules can name them."""
        return f"workforce:{self.name}"


_COLUMNS = tuple(w.c[name] for name in Connection.__slots__)


def add(tx: Tx, *, by: int, **fields: Any) -> Connection:
    """A new connection and the actor that holds its leases. Raises `NameTaken`."""
    name = fields["name"]
    if named(tx.connection, name) is not None:
        raise NameTaken(f"there is a workforce {name!r} already; choose another name", name=name)
    holder = people.add(tx, name=f"{name} (workforce)", kind="rule", role="annotator")
    row = {**fields, "actor_id": holder.id, "state": "active", "failures": 0, "next_try": 0.0, "busy_until": 0.0}
    number = tx.execute(sa.insert(w).values(**row, created=tx.now).returning(w.c.id)).scalar_one()
    _tell(tx, fields["project_id"], by, name, "added")
    return get(tx.connection, number)


def get(connection: sa.Connection, number: int) -> Connection:
    """The connection of that number."""
    return Connection(*connection.execute(sa.select(*_COLUMNS).where(w.c.id == number)).one())


def named(connection: sa.Connection, name: str) -> Connection | None:
    """The connection of that name that was not removed, or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(w.c.name == name, w.c.state != "removed")).first()
    return Connection(*row) if row else None


def of_project(connection: sa.Connection, project_id: int) -> list[Connection]:
    """The connections of a project that were not removed, in the order they came."""
    query = sa.select(*_COLUMNS).where(w.c.project_id == project_id, w.c.state != "removed").order_by(w.c.id)
    return [Connection(*row) for row in connection.execute(query)]


def change(tx: Tx, old: Connection, *, by: int, what: str, **values: Any) -> Connection:
    """Other values; paused or removed, everything that is out comes back at once."""
    if values.get("state", "active") != "active":
        bring_back(tx, old, [row.id for row in _out(tx.connection, old.id)])
    if values.get("state") == "removed":
        values["name"] = f"{old.name}~{old.id}"[-80:]  # its name is free again, and its people keep theirs
    tx.execute(sa.update(w).where(w.c.id == old.id).values(**values))
    _tell(tx, old.project_id, by, old.name, what)
    return get(tx.connection, old.id)


def _tell(tx: Tx, project_id: int, by: int | None, name: str, what: str) -> None:
    tx.emit("workforce.changed", project=project_id, actor=by, subject=name, body={"workforce": name, "what": what})


def due(connection: sa.Connection, now: float) -> list[Connection]:
    """Connections that there is something to say to now and that nobody speaks with."""
    query = sa.select(*_COLUMNS).where(w.c.state == "active", w.c.next_try <= now, w.c.busy_until <= now)
    found = [Connection(*row) for row in connection.execute(query.order_by(w.c.next_try, w.c.id))]
    return [one for one in found if _anything(connection, one, now)]


def _anything(connection: sa.Connection, one: Connection, now: float) -> bool:
    lease = t.c.question_id == p.c.question_id, t.c.actor_id == one.actor_id, t.c.state == "held"
    over = sa.or_(p.c.until < now, ~sa.exists().where(*lease))
    waiting = sa.or_(p.c.state.in_(("pushing", "over")), sa.and_(p.c.state == "sent", over))
    if connection.execute(sa.select(p.c.id).where(p.c.workforce_id == one.id, waiting).limit(1)).first():
        return True
    return room(connection, one) > 0


def room(connection: sa.Connection, one: Connection) -> int:
    """How many more questions may go out now."""
    free = one.most - len(_out(connection, one.id))
    return min(free, picking.open_count(connection, one.project_id, one.task_id) - one.keep) if free > 0 else 0


def take(tx: Tx, number: int, until: float) -> Connection | None:
    """Reserve a connection for this process until then; None when another speaks with it."""
    mine = w.c.id == number, w.c.state == "active", w.c.busy_until <= tx.now
    row = tx.execute(sa.update(w).where(*mine).values(busy_until=until).returning(*_COLUMNS)).first()
    return Connection(*row) if row else None


def let_go(tx: Tx, one: Connection, *, failures: int, next_try: float, error: str | None) -> None:
    """Say how the talk went. An event is written when the service fails for the first time, and when it is back."""
    values = {"busy_until": 0.0, "failures": failures, "next_try": next_try, "error": error}
    tx.execute(sa.update(w).where(w.c.id == one.id).values(**values))
    if bool(failures) != bool(one.failures):
        _tell(tx, one.project_id, None, one.name, f"failing: {error}" if failures else "works again")


def push_out(tx: Tx, one: Connection, n: int, hidden: int, route: Route | None) -> list[int]:
    """Lease up to n open questions to the connection, up to ``hidden`` of them gold, and note that they go out."""
    lapse(tx, one)
    gold = _unseen_gold(tx, one, min(hidden, n - 1)) if n > 1 and hidden else []
    where: dict[str, Any] = {"project_id": one.project_id, "actor_id": one.actor_id, "lane": "label"}
    where |= {"lease_seconds": one.deadline, "task_id": one.task_id, "route": route}
    numbers = queue.claim(tx, n=n - len(gold), **where)
    if not numbers:
        return []
    for number in gold:
        queue.claim_one(tx, question_id=number, actor_id=one.actor_id, lease_seconds=one.deadline)
    numbers = sorted([*numbers, *gold])
    common = {"workforce_id": one.id, "state": "pushing", "until": tx.now + one.deadline, "created": tx.now}
    tx.execute(sa.insert(p), [{**common, "question_id": number} for number in numbers])
    return numbers


def _unseen_gold(tx: Tx, one: Connection, n: int) -> list[int]:
    before = sa.exists().where(p.c.workforce_id == one.id, p.c.question_id == q.c.id)
    query = (
        sa.select(q.c.id)
        .where(
            q.c.project_id == one.project_id,
            q.c.lane == "gold",
            q.c.state == sa.literal_column("'open'"),
            q.c.task_id == one.task_id,
            ~before,
        )
        .order_by(q.c.id)
        .limit(n)
    )
    return list(tx.execute(query).scalars())


def _out(connection: sa.Connection, number: int) -> Sequence[Any]:
    query = sa.select(p.c.id, p.c.question_id, p.c.state).where(p.c.workforce_id == number, p.c.state.in_(OUT))
    return connection.execute(query.order_by(p.c.id)).all()


def to_push(connection: sa.Connection, one: Connection) -> list[Any]:
    """Postings (id, question_id, until) that are leased and not yet known to have arrived, in order."""
    query = sa.select(p.c.id, p.c.question_id, p.c.until).where(p.c.workforce_id == one.id, p.c.state == "pushing")
    return list(connection.execute(query.order_by(p.c.id)).all())


def sent(tx: Tx, postings: Sequence[int]) -> None:
    """They have arrived. An answer may have been quicker, so only those that wait are moved."""
    tx.execute(sa.update(p).where(p.c.id.in_(postings), p.c.state == "pushing").values(state="sent"))


def bring_back(tx: Tx, one: Connection, postings: Sequence[int], *, known: bool = False) -> int:
    """The own team may have these questions at once. known: the service need not be told."""
    query = sa.select(p.c.id, p.c.question_id).where(p.c.id.in_(postings), p.c.state.in_(OUT))
    rows = tx.execute(query).all()
    tx.execute(sa.update(p).where(p.c.id.in_([row.id for row in rows])).values(state="told" if known else "over"))
    return queue.release_claims(tx, actor_id=one.actor_id, question_ids=[row.question_id for row in rows])


def lapse(tx: Tx, one: Connection) -> int:
    """Note which postings are over: their deadline has passed, or their question was closed. How many."""
    queue.expire_leases(tx)
    held = sa.exists().where(t.c.question_id == p.c.question_id, t.c.actor_id == one.actor_id, t.c.state == "held")
    mine = p.c.workforce_id == one.id, p.c.state.in_(OUT), ~held
    return tx.execute(sa.update(p).where(*mine).values(state="over")).rowcount


def over(connection: sa.Connection, one: Connection, most: int) -> list[Any]:
    """Postings (id, question_id) that the service does not know to be over."""
    query = sa.select(p.c.id, p.c.question_id).where(p.c.workforce_id == one.id, p.c.state == "over")
    return list(connection.execute(query.order_by(p.c.id).limit(most)).all())


def told(tx: Tx, postings: Sequence[int]) -> None:
    """The service was told that they are over."""
    tx.execute(sa.update(p).where(p.c.id.in_(postings), p.c.state == "over").values(state="told"))


def posted(connection: sa.Connection, one: Connection, question_id: int, number: int) -> Any:
    """A posting (id, question_id, state) of this connection, or None."""
    query = sa.select(p.c.id, p.c.question_id, p.c.state)
    mine = p.c.id == number, p.c.question_id == question_id, p.c.workforce_id == one.id
    return connection.execute(query.where(*mine)).one_or_none()


def person(tx: Tx, one: Connection, worker: str) -> int:
    """The actor that stands for somebody outside: a person of the project, named after the workforce."""
    found = tx.execute(
        sa.select(o.c.actor_id).where(o.c.workforce_id == one.id, o.c.worker == worker)
    ).scalar_one_or_none()
    if found is not None:
        return found
    name = f"{one.name}/{worker}"
    if people.named(tx.connection, name) is not None:  # somebody of that name was here before the workforce
        name = f"{name} ({one.id})"
    new = people.add(tx, name=name, kind="person", role="annotator")
    tx.execute(sa.insert(o).values(actor_id=new.id, workforce_id=one.id, worker=worker))
    members.put(tx, one.project_id, new.id, role="annotator", state="active", tags=[one.tag])
    return new.id


def crew(connection: sa.Connection, one: Connection) -> list[int]:
    """Everybody outside who has answered through this connection."""
    return list(connection.execute(sa.select(o.c.actor_id).where(o.c.workforce_id == one.id)).scalars())


def hand_over(tx: Tx, one: Connection, posting: Any, actor_id: int) -> None:
    """Give the connection's lease of a question to whoever answered it. Where it ran out and somebody else has the question
    by now, they get one that ran out too, so that the answer is kept and not counted. Raises `WrongState` for a second
    answer. The question may have gone out again since: that posting is over."""
    queue.expire_leases(tx)
    queue.release_claims(tx, actor_id=one.actor_id, question_ids=[posting.question_id])
    mine = p.c.workforce_id == one.id, p.c.question_id == posting.question_id, p.c.state.in_(OUT)
    tx.execute(sa.update(p).where(*mine).values(state="over"))
    tx.execute(sa.update(p).where(p.c.id == posting.id).values(state="answered"))
    row, number = moves.question(tx, posting.question_id), posting.question_id
    _first_time(tx, number, actor_id)
    before = moves.progress(row)
    if before.room:
        queue.claim_one(tx, question_id=number, actor_id=actor_id, lease_seconds=one.deadline)
        return
    values = {"question_id": number, "actor_id": actor_id, "state": "expired", "until": tx.now}
    tx.execute(upsert(tx.dialect, t, replace=("state", "until")), values)
    moves.move(tx, row, before, life.unclaimed(life.claimed(before)))
    tx.emit("question.claimed", project=row.project_id, actor=actor_id, body={"questions": [number], "until": tx.now})
    tx.emit("claim.expired", project=row.project_id, actor=actor_id, body={"turns": [[number, actor_id]]})


def _first_time(tx: Tx, question_id: int, actor_id: int) -> None:
    asked = sa.select(q.c.item_id, q.c.task_id).where(q.c.id == question_id).subquery()
    query = sa.select(a.c.id).where(
        a.c.item_id == asked.c.item_id, a.c.task_id == asked.c.task_id, a.c.actor_id == actor_id
    )
    if tx.execute(query.limit(1)).first():
        name = show("question", question_id)
        raise WrongState(f"this person has answered {name}, or another question about its item, before")


def answer_known(connection: sa.Connection, answer_id: str) -> bool:
    """Whether there is an answer of that id."""
    return connection.execute(sa.select(a.c.seq).where(a.c.id == answer_id)).first() is not None


def counts(connection: sa.Connection, one: Connection) -> dict[str, int]:
    """Postings by state, and people."""
    n = sa.func.count()
    rows = connection.execute(sa.select(p.c.state, n).where(p.c.workforce_id == one.id).group_by(p.c.state))
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    crowd = connection.execute(sa.select(n).where(o.c.workforce_id == one.id)).scalar_one()
    out = sum(found.get(state, 0) for state in OUT)
    back = found.get("over", 0) + found.get("told", 0)
    return {"out": out, "answered": found.get("answered", 0), "given_back": back, "people": crowd}


def find(connection: sa.Connection, project_id: int, name: str) -> Connection:
    """The connection of that name in a project; raises `NotFound`."""
    found = named(connection, name)
    if found is None or found.project_id != project_id:
        raise NotFound("workforce", name[:80])
    return found
