"""What picking needs to know: how many questions are open, which items are free, and a uniform draw among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.later import later
from ..core.questions import BULK
from . import erasing, schema
from .queue import CHUNK
from .schema.people import member, skill
from .schema.workforce import outsider

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

q, b, i, lab = schema.question, schema.batch, schema.item, schema.label
ASKED = ("open", "claimed", "answered", "resolved", "skipped", "escalated")
"""States in which an item is not asked again: it is being asked, has its label, or people passed on it."""
GRID = "grid"
"""Lane of questions about one label only: who denies it has not said what the item is, so it may still be asked."""
FROM_PRODUCTION = ("feedback", "production-random", "production-uncertain")
"""Strategies of questions about what a release was asked; a newer model does not make them pointless."""
_GUESSES = 40
_TIMED = 5000


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a task stands. tests: labels in the living test set; open: label questions that anybody may claim; people:
    active ones; newest: seq of the newest answer behind a label; fresh: labels that changed since ``since``."""

    items: int
    labels: int
    tests: int
    open: int
    people: int
    newest: int
    fresh: int


def standing(connection: sa.Connection, project_id: int, task_id: int, *, since: int, enough: int) -> Standing:
    """One look at a task. ``fresh`` is counted up to ``enough`` only."""
    names = ("items", f"labels.{task_id}", f"labels.{task_id}.test")
    rows = connection.execute(
        sa.select(schema.counter.c.name, schema.counter.c.value).where(
            schema.counter.c.project_id == project_id, schema.counter.c.name.in_(names)
        )
    )
    counters = {row.name: row.value for row in rows}
    people = sa.select(sa.func.count()).where(
        schema.actor.c.kind == "person",
        schema.actor.c.state == "active",
        schema.actor.c.role != "owner",
        ~_outside(),
    )
    newer = sa.select(lab.c.item_id).where(lab.c.task_id == task_id, lab.c.position > since).limit(enough).subquery()
    return Standing(
        items=counters.get("items", 0),
        labels=counters.get(f"labels.{task_id}", 0),
        tests=counters.get(f"labels.{task_id}.test", 0),
        open=open_count(connection, project_id, task_id),
        people=max(1, connection.execute(people).scalar_one()),
        newest=connection.execute(sa.select(sa.func.max(lab.c.position)).where(lab.c.task_id == task_id)).scalar() or 0,
        fresh=connection.execute(sa.select(sa.func.count()).select_from(newer)).scalar_one(),
    )


def taken(connection: sa.Connection, task_id: int) -> np.ndarray:
    """Ids of the items that are not to be asked (again) for a task, sorted."""
    asked = sa.select(q.c.item_id).where(
        q.c.task_id == task_id, q.c.item_id.is_not(None), q.c.state.in_(ASKED), q.c.lane != GRID
    )
    labelled = sa.select(lab.c.item_id).where(lab.c.task_id == task_id)
    both = set(connection.execute(sa.union(asked, labelled)).scalars())
    return np.array(sorted(both | erasing.erased(connection, task_id)), dtype=np.int64)


def labelled(connection: sa.Connection, task_id: int, *, test: bool = False) -> tuple[np.ndarray, list[Any]]:
    """Ids and label values of the labelled items outside the test set (or in it), in the order they were labelled."""
    query = (
        sa.select(lab.c.item_id, lab.c.value)
        .where(lab.c.task_id == task_id, lab.c.test == (sa.true() if test else sa.false()))
        .order_by(lab.c.position, lab.c.item_id)
    )
    rows = connection.execute(query).all()
    return np.array([row.item_id for row in rows], dtype=np.int64), [row.value for row in rows]


def answer_seconds(connection: sa.Connection, task_id: int) -> tuple[np.ndarray, np.ndarray]:
    """Items and seconds of the newest answers that people gave to questions of a task."""
    a = schema.answer
    query = (
        sa.select(a.c.item_id, a.c.seconds)
        .join(schema.actor, schema.actor.c.id == a.c.actor_id)
        .where(
            a.c.task_id == task_id,
            a.c.question_id.is_not(None),
            a.c.item_id.is_not(None),
            a.c.outcome == "answered",
            a.c.seconds > 0,
            schema.actor.c.kind == "person",
            ~sa.exists().where(q.c.id == a.c.question_id, q.c.strategy == BULK),
        )
        .order_by(a.c.seq.desc())
        .limit(_TIMED)
    )
    rows = connection.execute(query).all()
    return np.array([row.item_id for row in rows], dtype=np.int64), np.array([row.seconds for row in rows])


@dataclass(frozen=True, slots=True)
class ArmBatch:
    """A batch and the strategy that most of its questions outside the random share were picked by."""

    id: int
    strategy: str
    model_id: int | None


def arms(connection: sa.Connection, task_id: int, strategy: str, *, limit: int) -> list[ArmBatch]:
    """The newest batches asked under this strategy, oldest first, each with what it picked by."""
    newest = (
        sa.select(b.c.id, b.c.model_id)
        .where(b.c.task_id == task_id, b.c.strategy == strategy)
        .order_by(b.c.id.desc())
        .limit(limit)
        .subquery()
    )
    count = sa.func.count()
    query = (
        sa.select(newest.c.id, newest.c.model_id, q.c.strategy)
        .join(q, q.c.batch_id == newest.c.id)
        .where(q.c.strategy != "random")
        .group_by(newest.c.id, newest.c.model_id, q.c.strategy)
        .order_by(newest.c.id, count.desc(), q.c.strategy)
    )
    found: dict[int, ArmBatch] = {}
    for row in connection.execute(query):
        found.setdefault(row.id, ArmBatch(row.id, row.strategy, row.model_id))
    return list(found.values())


def free_count(connection: sa.Connection, project_id: int, task_id: int, *, test: bool) -> int:
    """How many items of the test set (or outside it) can still be asked. Costs as much as there are questions."""
    members = sa.select(sa.func.sum(schema.counter.c.value)).where(schema.counter.c.project_id == project_id)
    in_test = connection.execute(members.where(schema.counter.c.name == "items.test")).scalar() or 0
    total = connection.execute(members.where(schema.counter.c.name == "items")).scalar() or 0
    asked = sa.select(q.c.item_id).where(
        q.c.task_id == task_id, q.c.item_id.is_not(None), q.c.state.in_(ASKED), q.c.lane != GRID
    )
    have = sa.select(lab.c.item_id).where(lab.c.task_id == task_id)
    both = sa.union(asked, have).subquery()
    query = sa.select(sa.func.count()).select_from(both.join(i, i.c.id == both.c.item_id)).where(i.c.test == test)
    return int((in_test if test else total - in_test) - connection.execute(query).scalar_one())


def draw(
    connection: sa.Connection, project_id: int, task_id: int, n: int, *, test: bool, rng: np.random.Generator
) -> list[int]:
    """n free items uniformly at random, fewer when fewer are left.

    Guesses ids first, which costs nothing at a million items; when few are free it lists them all.
    """
    lowest, highest = connection.execute(
        sa.select(sa.func.min(i.c.id), sa.func.max(i.c.id)).where(i.c.project_id == project_id)
    ).one()
    if lowest is None or n <= 0:
        return []
    found: list[int] = []
    tried: set[int] = set()
    for _ in range(_GUESSES):
        guesses = [int(x) for x in rng.integers(lowest, highest + 1, size=CHUNK // 2)]
        fresh = [x for x in dict.fromkeys(guesses) if x not in tried]
        tried.update(fresh)
        free = set(connection.execute(_free(project_id, task_id, test).where(i.c.id.in_(fresh))).scalars())
        found.extend(x for x in fresh if x in free)
        if len(found) >= n:
            return found[:n]
        if highest - lowest < 20 * CHUNK:
            break
    everything = sorted(connection.execute(_free(project_id, task_id, test)).scalars())
    chosen = rng.choice(len(everything), size=min(n, len(everything)), replace=False) if everything else ()
    return [everything[int(k)] for k in chosen]


def _free(project_id: int, task_id: int, test: bool) -> sa.Select[Any]:
    asked = sa.exists().where(q.c.item_id == i.c.id, q.c.task_id == task_id, q.c.state.in_(ASKED), q.c.lane != GRID)
    have = sa.exists().where(lab.c.item_id == i.c.id, lab.c.task_id == task_id)
    return sa.select(i.c.id).where(i.c.project_id == project_id, i.c.test == test, ~asked, ~have)


def outdated(connection: sa.Connection, project_id: int, task_id: int, model_id: int | None) -> list[int]:
    """Open questions nobody holds that the loop picked by another model's advice; uniform and manual picks are kept."""
    query = (
        sa.select(q.c.id)
        .join(b, b.c.id == q.c.batch_id)
        .where(
            q.c.project_id == project_id,
            q.c.lane == "label",
            q.c.state == sa.literal_column("'open'"),
            q.c.task_id == task_id,
            q.c.held == 0,
            q.c.got == 0,
            q.c.probability == 0,
            b.c.actor_id.is_(None),
            b.c.strategy.not_in(FROM_PRODUCTION),
            sa.or_(b.c.model_id.is_(None), b.c.model_id != model_id) if model_id is not None else sa.false(),
        )
    )
    return list(connection.execute(query).scalars())


def pool_page(connection: sa.Connection, project_id: int, *, after: int, limit: int) -> Sequence[Any]:
    """Rows (id, digest, test, data) of a project's items in order of id, from the one after ``after``."""
    query = (
        sa.select(i.c.id, i.c.digest, i.c.test, i.c.data)
        .where(i.c.project_id == project_id, i.c.id > after)
        .order_by(i.c.id)
        .limit(limit)
    )
    return connection.execute(query).all()


def open_count(connection: sa.Connection, project_id: int, task_id: int) -> int:
    """Label questions of a task that anybody may claim."""
    query = sa.select(sa.func.count()).where(
        q.c.project_id == project_id,
        q.c.lane == "label",
        q.c.state == sa.literal_column("'open'"),
        q.c.task_id == task_id,
    )
    return connection.execute(query).scalar_one()


def taken_of(connection: sa.Connection, task_id: int, items: Sequence[int]) -> set[int]:
    """Which of these items are not to be asked (again)."""
    found: set[int] = set()
    for start in range(0, len(items), CHUNK):
        part = items[start : start + CHUNK]
        asked = sa.select(q.c.item_id).where(
            q.c.item_id.in_(part), q.c.task_id == task_id, q.c.state.in_(ASKED), q.c.lane != GRID
        )
        have = sa.select(lab.c.item_id).where(lab.c.task_id == task_id, lab.c.item_id.in_(part))
        found.update(connection.execute(sa.union(asked, have)).scalars())
    return found


def newest_batch(connection: sa.Connection, project_id: int) -> int:
    """Number of the newest batch of the workspace, 0 when there is none."""
    return connection.execute(sa.select(sa.func.max(b.c.id)).where(b.c.project_id == project_id)).scalar() or 0


def item_with(connection: sa.Connection, project_id: int, digest: str) -> int:
    """The item whose key is the digest of its content (as it is without a key of its own)."""
    return connection.execute(sa.select(i.c.id).where(i.c.project_id == project_id, i.c.key == digest)).scalar_one()


def anybody_left(connection: sa.Connection, project_id: int, task_id: int, item_id: int) -> bool:
    """Whether there is a person who could still be asked about an item: active, and without an answer to it."""
    said = schema.answer
    answered = sa.exists().where(
        said.c.item_id == item_id, said.c.task_id == task_id, said.c.actor_id == schema.actor.c.id
    )
    query = sa.select(schema.actor.c.id).where(*_could_be_asked(project_id), ~answered)
    return connection.execute(query.limit(1)).first() is not None


def waiting_in_vain(connection: sa.Connection, project_id: int, task_id: int) -> list[Any]:
    """Open weighed questions, with an answer and nobody at them, that want more answers than there are people left."""
    said = schema.answer
    # Said outright what is correlated: left to itself, the innermost query would take any question for this one.
    answered = (
        sa.select(said.c.seq)
        .where(said.c.item_id == q.c.item_id, said.c.task_id == q.c.task_id, said.c.actor_id == schema.actor.c.id)
        .correlate(q, schema.actor)
        .exists()
    )
    left = sa.select(schema.actor.c.id).where(*_could_be_asked(project_id), ~answered).correlate(q).exists()
    query = sa.select(
        q.c.id, q.c.project_id, q.c.task_id, q.c.item_id, q.c.lane, q.c.needs, q.c.got, q.c.held, q.c.skips, q.c.doubts,
        q.c.state, q.c.most,
    ).where(
        q.c.project_id == project_id,
        q.c.lane == "label",
        q.c.state == sa.literal_column("'open'"),
        q.c.task_id == task_id,
        q.c.most.is_not(None),
        q.c.got > 0,
        q.c.held == 0,
        ~left,
    )  # fmt: skip
    return list(connection.execute(query).all())


def _could_be_asked(project_id: int) -> tuple[Any, ...]:
    """Conditions on actors: active persons of the own team who are not paused or removed in the project."""
    there, m = schema.actor, member
    out = sa.exists().where(m.c.project_id == project_id, m.c.actor_id == there.c.id, m.c.state != "active")
    return (there.c.kind == "person", there.c.state == "active", there.c.role != "owner", ~out, ~_outside())


def _outside() -> Any:
    """People behind a workforce: nobody knows whether they come again, so nothing may be left to them."""
    return sa.exists().where(outsider.c.actor_id == schema.actor.c.id)


def people_count(connection: sa.Connection, project_id: int) -> int:
    """Active persons who are not paused or removed in the project: who could still be asked."""
    query = sa.select(sa.func.count()).select_from(schema.actor).where(*_could_be_asked(project_id))
    return connection.execute(query).scalar_one()


def anybody_new(connection: sa.Connection, project_id: int, task_id: int, *, checks: int) -> bool:
    """Whether an active person has been compared with gold less often than that."""
    there, s = schema.actor, skill
    known = sa.exists().where(s.c.task_id == task_id, s.c.actor_id == there.c.id, s.c.checks >= checks)
    query = sa.select(there.c.id).where(*_could_be_asked(project_id), ~known)
    return connection.execute(query.limit(1)).first() is not None


def facts_of(connection: sa.Connection, items: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What assignment rules may ask about items: their meta laid over the plain values of their data."""
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(items), CHUNK):
        rows = connection.execute(sa.select(i.c.id, i.c.data, i.c.meta).where(i.c.id.in_(items[start : start + CHUNK])))
        found.update((row.id, {**row.data, **(row.meta or {})}) for row in rows)
    return found
