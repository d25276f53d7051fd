"""Measured skill: a log of what was found out about each actor, and the answers of an item with the skill behind each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ..core.people import Skill, Vote
from . import gold, relabelling, schema
from .labels import NOT_REVOKED
from .prepared import Prepared
from .schema.people import aside, skill
from .writer import Tx

a, q = schema.answer, schema.question
_newer = a.alias("newer")
NOW = 2**62
"""A basis later than every skill."""

_latest = (
    sa.select(sa.func.max(skill.c.seq))
    .where(skill.c.task_id == a.c.task_id, skill.c.actor_id == a.c.actor_id, skill.c.seq <= sa.bindparam("basis"))
    .correlate(a)
    .scalar_subquery()
)
_STANDS = (
    a.c.outcome == sa.literal_column("'answered'"),
    a.c.late == sa.false(),
    ~sa.exists().where(_newer.c.supersedes == a.c.id),
    ~sa.exists().where(aside.c.answer_id == a.c.id),
)
_VOTE = (
    a.c.id,
    a.c.actor_id,
    schema.actor.c.kind,
    a.c.value,
    skill.c.seq.label("skill"),
    skill.c.accuracy,
    skill.c.n,
    skill.c.classes,
    a.c.suggestion_shown,
    q.c.suggestion,
    a.c.question_id,
    a.c.version,
    relabelling.old(a),
)
_VOTES = Prepared(
    sa.select(*_VOTE)
    .select_from(
        a.join(schema.actor, schema.actor.c.id == a.c.actor_id)
        .outerjoin(q, q.c.id == a.c.question_id)
        .outerjoin(skill, skill.c.seq == _latest)
    )
    .where(a.c.item_id == sa.bindparam("item"), a.c.task_id == sa.bindparam("task"), *_STANDS, NOT_REVOKED)
    .order_by(a.c.seq)
)


def votes(
    connection: sa.Connection, *, task_id: int, item_id: int, basis: int = NOW
) -> tuple[list[Vote], Mapping[str, Any] | None, int]:
    """The answers of an item that stand, each with the newest skill measured up to ``basis``; the suggestion that its
    question had (the newest, None when none had one); and the newest of those skills, 0 when none was measured.

    A verdict was given with the answers before it in view: where there is one, verdicts alone count.
    """
    rows = _VOTES.rows(connection, {"item": item_id, "task": task_id, "basis": basis})
    rows = relabelling.standing(connection, task_id, rows)
    rows = [row for row in rows if "verdict" in row.value] or rows
    found = [_vote(row) for row in rows]
    suggestion = next((row.suggestion for row in reversed(rows) if row.suggestion is not None), None)
    return found, suggestion, max((row.skill or 0 for row in rows), default=0)


def _vote(row: Any) -> Vote:
    shown = row.suggestion["value"] if row.suggestion_shown and row.suggestion is not None else None
    follows = (row.classes or {}).get("follows", 0.0)
    return Vote(row.id, row.actor_id, row.kind, row.value, row.accuracy, row.n or 0.0, follows, shown)


def add(tx: Tx, *, task_id: int, actor_id: int, found: Skill, position: int) -> int:
    """What was measured, with the answer up to which it was looked at. Returns its number."""
    row = {
        "task_id": task_id,
        "actor_id": actor_id,
        "accuracy": found.accuracy,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "checks": found.checks,
        "matched": found.matched,
        "classes": {"follows": found.follows} if found.follows else None,
        "position": position,
        "created": tx.now,
    }
    return tx.execute(sa.insert(skill).returning(skill.c.seq), row).scalar_one()


_SKILL = (
    skill.c.actor_id, skill.c.accuracy, skill.c.low, skill.c.high, skill.c.n, skill.c.checks, skill.c.matched,
    skill.c.classes, skill.c.created,
)  # fmt: skip


def _skill(row: Any) -> Skill:
    follows = (row.classes or {}).get("follows", 0.0)
    return Skill(row.accuracy, row.low, row.high, row.n, row.checks, row.matched, follows)


def newest(connection: sa.Connection, task_id: int) -> dict[int, Skill]:
    """The present skill of every actor that was measured."""
    last = sa.select(sa.func.max(skill.c.seq)).where(skill.c.task_id == task_id).group_by(skill.c.actor_id)
    return {row.actor_id: _skill(row) for row in connection.execute(sa.select(*_SKILL).where(skill.c.seq.in_(last)))}


def of_actor(connection: sa.Connection, task_id: int, actor_id: int) -> Skill | None:
    """The present skill of one actor."""
    points = trend(connection, task_id, actor_id, limit=1)
    return points[-1][1] if points else None


def trend(connection: sa.Connection, task_id: int, actor_id: int, *, limit: int = 200) -> list[tuple[float, Skill]]:
    """(time, skill) of the last measurements of an actor, oldest first."""
    query = (
        sa.select(*_SKILL)
        .where(skill.c.task_id == task_id, skill.c.actor_id == actor_id)
        .order_by(skill.c.seq.desc())
        .limit(limit)
    )
    return [(row.created, _skill(row)) for row in reversed(connection.execute(query).all())]


def newest_seq(connection: sa.Connection) -> int:
    """Number of the newest measurement of all."""
    return connection.execute(sa.select(sa.func.max(skill.c.seq))).scalar() or 0


def standing_page(connection: sa.Connection, task_id: int, *, after: int, limit: int) -> Sequence[Any]:
    """Tuples (seq, item, actor, kind, value and suggestion as texts, shown, whether weighed, lane, whether set aside, time,
    question, version of the task, strategy) of the answers of people and imports, in order of seq; those set aside too, since
    they tell about who gave them. Values are texts because a million answers repeat few of them."""
    query = (
        sa.select(
            a.c.seq, a.c.item_id, a.c.actor_id, schema.actor.c.kind, sa.cast(a.c.value, sa.Text),
            sa.cast(q.c.suggestion, sa.Text), a.c.suggestion_shown, q.c.most.is_not(None), q.c.lane,
            aside.c.answer_id.is_not(None), a.c.created, a.c.question_id, a.c.version, q.c.strategy,
        )
        .select_from(
            a.join(schema.actor, schema.actor.c.id == a.c.actor_id)
            .outerjoin(q, q.c.id == a.c.question_id)
            .outerjoin(aside, aside.c.answer_id == a.c.id)
        )
        .where(
            a.c.task_id == task_id, a.c.seq > after, schema.actor.c.kind.in_(("person", "import")), *_STANDS[:3]
        )
        .order_by(a.c.seq)
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


_RECENT = 400
_USUALLY_WRONG = 0.2


def wrong_suggestions(connection: sa.Connection, task_id: int) -> float:
    """Share of the last suggestions that differ from the label their item has now; a guess while there are few."""
    lab = schema.label
    query = (
        sa.select(q.c.id, q.c.suggestion, lab.c.value)
        .join(lab, sa.and_(lab.c.item_id == q.c.item_id, lab.c.task_id == q.c.task_id))
        .where(
            q.c.task_id == task_id,
            q.c.lane == "label",
            q.c.state == "resolved",
            q.c.suggestion.is_not(None),
        )
        .order_by(q.c.id.desc())
        .limit(_RECENT)
    )
    steps = relabelling.chain(connection, task_id)
    said = [(relabelling.suggested(steps, row.suggestion, row.id), row.value) for row in connection.execute(query)]
    found = [suggestion["value"] != value for suggestion, value in said if suggestion is not None]
    return (sum(found) + 5 * _USUALLY_WRONG) / (len(found) + 5)


def label_of(connection: sa.Connection, task_id: int, item_id: int) -> Any:
    """The stored label (value, confidence, answers, test, position), or None."""
    lab = schema.label
    query = sa.select(lab.c.value, lab.c.confidence, lab.c.answers, lab.c.test, lab.c.position)
    return connection.execute(query.where(lab.c.task_id == task_id, lab.c.item_id == item_id)).one_or_none()


def newest_answer(connection: sa.Connection) -> int:
    """Seq of the newest answer of all."""
    return connection.execute(sa.select(sa.func.max(a.c.seq))).scalar() or 0


def labels_of(connection: sa.Connection, task_id: int) -> dict[int, tuple[Any, float]]:
    """(value, confidence) of every label of a task, by item. Equal values are one object: a million labels repeat few."""
    lab, known = schema.label, {}
    query = sa.select(lab.c.item_id, sa.cast(lab.c.value, sa.Text), lab.c.confidence).where(lab.c.task_id == task_id)
    out = {}
    for item, text, confidence in connection.execute(query):
        value = known.get(text)
        if value is None:
            value = known[text] = json.loads(text)
        out[item] = (value, confidence)
    return out


def checks(connection: sa.Connection) -> list[tuple[int, int, tuple[int, int], tuple[int, int]]]:
    """(task, actor, stored, derived) of (checks, matched) for every present skill."""
    last = sa.select(sa.func.max(skill.c.seq)).group_by(skill.c.task_id, skill.c.actor_id)
    rows = connection.execute(
        sa.select(skill.c.task_id, skill.c.actor_id, skill.c.checks, skill.c.matched).where(skill.c.seq.in_(last))
    ).all()
    out = []
    for row in rows:
        found = gold.checks(connection, row.task_id, row.actor_id)
        derived = (len(found), sum(check.right for check in found))
        out.append((row.task_id, row.actor_id, (row.checks, row.matched), derived))
    return out


def mend(tx: Tx, task_id: int, actor_id: int, derived: tuple[int, int]) -> None:
    """Write the checks of a skill as the log says."""
    newest = sa.select(sa.func.max(skill.c.seq)).where(skill.c.task_id == task_id, skill.c.actor_id == actor_id)
    tx.execute(
        sa.update(skill).where(skill.c.seq == newest.scalar_subquery()).values(checks=derived[0], matched=derived[1])
    )
