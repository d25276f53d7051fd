"""Gold: items with a trusted label. Set by whoever knows, or by an expert's verdict; some of it is asked to check people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.ids import digest, show
from ..core.people import Check
from ..core.protocols import Estimate
from ..core.questions import BULK
from . import estimates, freezing, relabelling, schema
from .queue import CHUNK
from .schema.people import gold
from .upsert import upsert
from .writer import Tx

if TYPE_CHECKING:
    import numpy as np

a, q = schema.answer, schema.question
_newer = a.alias("newer")
UNCHECKED_LANES = ("practice", "expert", "grid")
"""Lanes whose answers say nothing about skill: one gives feedback, the other is the truth itself."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A trusted label. source: ``known`` (somebody said so) or ``expert`` (a verdict on a conflict)."""

    task_id: int
    item_id: int
    answer_id: str
    value: Any
    source: str
    hidden: bool
    note: str | None
    actor_id: int
    created: float


_COLUMNS = tuple(gold.c[name] for name in Gold.__slots__)
_REPLACED = ("answer_id", "value", "source", "hidden", "note", "actor_id", "created")


def put(tx: Tx, new: Gold, place: Any, *, position: int) -> None:
    """From now on this is the label of the item. place: (project_id, task_id, item_id, test); position: seq of its answer."""
    freezing.check(tx.connection, place.project_id, place.task_id, items=(place.item_id,))
    row = {name: getattr(new, name) for name in Gold.__slots__}
    tx.execute(upsert(tx.dialect, gold, replace=_REPLACED), row)
    trusted = Estimate(new.value, 1.0, 1, (new.answer_id,))
    estimates.settle(tx, place, trusted, position=position)
    body = {"item": show("item", new.item_id), "task": new.task_id, "source": new.source, "hidden": new.hidden}
    tx.emit("gold.added", project=place.project_id, actor=new.actor_id, subject=show("item", new.item_id), body=body)


def remove(tx: Tx, place: Any, *, actor_id: int) -> bool:
    """No longer gold: the label is estimated from its answers again. False: it was none."""
    freezing.check(tx.connection, place.project_id, place.task_id, items=(place.item_id,))
    found = tx.execute(sa.delete(gold).where(gold.c.task_id == place.task_id, gold.c.item_id == place.item_id)).rowcount
    if found:
        estimates.again(tx, place)
        subject = show("item", place.item_id)
        tx.emit("gold.removed", project=place.project_id, actor=actor_id, subject=subject, body={"task": place.task_id})
    return bool(found)


def of_item(connection: sa.Connection, task_id: int, item_id: int) -> Gold | None:
    """The gold of an item, or None."""
    row = connection.execute(
        sa.select(*_COLUMNS).where(gold.c.task_id == task_id, gold.c.item_id == item_id)
    ).one_or_none()
    return Gold(*row) if row else None


def page(connection: sa.Connection, task_id: int, *, after: int, limit: int) -> list[Gold]:
    """Gold of a task in the order of its items, from the one after ``after``."""
    query = sa.select(*_COLUMNS).where(gold.c.task_id == task_id, gold.c.item_id > after)
    return [Gold(*row) for row in connection.execute(query.order_by(gold.c.item_id).limit(limit))]


def values(connection: sa.Connection, task_id: int) -> dict[int, Any]:
    """Trusted value by item."""
    rows = connection.execute(sa.select(gold.c.item_id, gold.c.value).where(gold.c.task_id == task_id))
    return {row.item_id: row.value for row in rows}


def givers(connection: sa.Connection, task_id: int) -> frozenset[int]:
    """Seqs of the answers that are trusted themselves."""
    query = sa.select(a.c.seq).join(gold, gold.c.answer_id == a.c.id).where(gold.c.task_id == task_id)
    return frozenset(connection.execute(query).scalars())


def tasks_with(connection: sa.Connection, task_ids: Sequence[int]) -> frozenset[int]:
    """Which of these tasks have gold to ask."""
    rows = connection.execute(
        sa.select(gold.c.task_id).where(gold.c.task_id.in_(task_ids), gold.c.hidden == sa.true()).distinct()
    )
    return frozenset(rows.scalars())


def to_ask(connection: sa.Connection, task_id: int, n: int, rng: np.random.Generator) -> list[int]:
    """n items of hidden gold at random, fewer when there are fewer."""
    query = sa.select(gold.c.item_id).where(gold.c.task_id == task_id, gold.c.hidden == sa.true())
    items = sorted(connection.execute(query).scalars())
    return [items[int(k)] for k in rng.permutation(len(items))[:n]]


def left_over(connection: sa.Connection, task_id: int) -> list[int]:
    """Open gold questions of earlier batches that nobody holds."""
    query = sa.select(q.c.id).where(
        q.c.task_id == task_id, q.c.lane == "gold", q.c.state == sa.literal_column("'open'"), q.c.held == 0
    )
    return list(connection.execute(query).scalars())


def questions_of(connection: sa.Connection, batch_id: int) -> list[int]:
    """Gold questions of a batch."""
    return list(connection.execute(sa.select(q.c.id).where(q.c.batch_id == batch_id, q.c.lane == "gold")).scalars())


def imported(connection: sa.Connection, task_id: int, *, limit: int) -> list[int]:
    """Items outside the test set whose label came with them and from nobody else, at most ``limit``."""
    person = schema.actor
    others = a.alias("others")
    asked = sa.exists().where(
        others.c.item_id == a.c.item_id, others.c.task_id == a.c.task_id, others.c.question_id.is_not(None)
    )
    query = (
        sa.select(a.c.item_id)
        .join(person, person.c.id == a.c.actor_id)
        .join(schema.item, schema.item.c.id == a.c.item_id)
        .where(a.c.task_id == task_id, person.c.kind == "import", schema.item.c.test == sa.false(), ~asked)
        .distinct()
        .order_by(a.c.item_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def newest_answer(connection: sa.Connection, task_id: int, item_id: int) -> Any:
    """Row (id, seq, value) of the newest standing answer of an item, None when it has none."""
    query = (
        sa.select(a.c.id, a.c.seq, a.c.value, a.c.version)
        .where(
            a.c.item_id == item_id,
            a.c.task_id == task_id,
            a.c.outcome == "answered",
            a.c.late == sa.false(),
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
        )
        .order_by(a.c.seq.desc())
        .limit(1)
    )
    rows = relabelling.readable(relabelling.chain(connection, task_id), connection.execute(query).all())
    return next((row for row in rows if row.value is not None), None)


def _checked(task_id: int, actor_id: int) -> Any:
    return (
        sa.select(a.c.seq, a.c.value, a.c.version, gold.c.value.label("truth"), q.c.lane, a.c.created)
        .join(gold, sa.and_(gold.c.task_id == a.c.task_id, gold.c.item_id == a.c.item_id, gold.c.answer_id != a.c.id))
        .join(q, q.c.id == a.c.question_id)
        .where(
            a.c.actor_id == actor_id,
            a.c.task_id == task_id,
            a.c.outcome == "answered",
            a.c.late == sa.false(),
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
        )
        .order_by(a.c.seq)
    )


def _told(connection: sa.Connection, task_id: int, query: Any) -> list[Any]:
    """Checked answers in today's labels, without those that cannot be told any more."""
    rows = relabelling.readable(relabelling.chain(connection, task_id), connection.execute(query).all())
    return [row for row in rows if row.value is not None]


def checks(connection: sa.Connection, task_id: int, actor_id: int, *, since: float = 0.0) -> list[Check]:
    """Standing answers of an actor compared with gold, oldest first; practice, verdicts and bulk left out. since: a time."""
    query = _checked(task_id, actor_id).where(q.c.lane.not_in(UNCHECKED_LANES), a.c.created >= since)
    query = query.where(q.c.strategy != BULK)
    rows = _told(connection, task_id, query)
    return [Check(row.seq, row.value == row.truth) for row in rows if "verdict" not in row.value]


def practised(connection: sa.Connection, task_id: int, actor_id: int) -> list[bool]:
    """Which practice answers of an actor were right, oldest first."""
    rows = _told(connection, task_id, _checked(task_id, actor_id).where(q.c.lane == "practice"))
    return [row.value == row.truth for row in rows]


def who_answered(connection: sa.Connection, task_id: int, items: Sequence[int]) -> set[int]:
    """Actors with an answer to a question about one of these items."""
    found: set[int] = set()
    for start in range(0, len(items), CHUNK):
        query = sa.select(a.c.actor_id).where(
            a.c.item_id.in_(items[start : start + CHUNK]), a.c.task_id == task_id, a.c.question_id.is_not(None)
        )
        found.update(connection.execute(query.distinct()).scalars())
    return found


def unpractised(connection: sa.Connection, task_id: int, *, limit: int) -> list[int]:
    """Hidden gold that has no open practice question; none when ``limit`` of them are open."""
    p = q.alias("practice")
    open_ = sa.exists().where(
        p.c.item_id == gold.c.item_id, p.c.task_id == task_id, p.c.lane == "practice", p.c.state == "open"
    )
    there = sa.select(sa.func.count()).where(q.c.task_id == task_id, q.c.lane == "practice", q.c.state == "open")
    left = limit - connection.execute(there).scalar_one()
    query = sa.select(gold.c.item_id).where(gold.c.task_id == task_id, gold.c.hidden == sa.true(), ~open_)
    return list(connection.execute(query.order_by(gold.c.item_id).limit(left)).scalars()) if left > 0 else []


def holds_practice(connection: sa.Connection, task_id: int, actor_id: int) -> bool:
    """Whether an actor holds a practice question."""
    t = schema.turn
    query = sa.select(t.c.question_id).join(q, q.c.id == t.c.question_id)
    query = query.where(t.c.actor_id == actor_id, t.c.state == "held", q.c.task_id == task_id, q.c.lane == "practice")
    return connection.execute(query.limit(1)).first() is not None


def say(tx: Tx, answer_id: str, *, place: tuple[int, int, int], actor_id: int, value: Any) -> int:
    """An answer that nobody was asked for, to be trusted: its seq. place: (project, task, item)."""
    project_id, task_id, item_id = place
    row = {
        "id": answer_id,
        "project_id": project_id,
        "task_id": task_id,
        "item_id": item_id,
        "actor_id": actor_id,
        "outcome": "answered",
        "value": value,
        "seconds": 0.0,
        "suggestion_shown": False,
        "edited": False,
        "late": False,
        "digest": digest(value),
        "created": tx.now,
        "version": relabelling.versions(tx, [task_id])[task_id],
    }
    tx.count(project_id, "answers", 1)
    return tx.execute(sa.insert(a).returning(a.c.seq), row).scalar_one()
