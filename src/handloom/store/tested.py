"""Results of data tests as rows attached to versions, and what the tests on people need to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from . import schema
from .history import Commit
from .schema.people import aside, gold
from .schema.requests import data_test as d

if TYPE_CHECKING:
    from .writer import Tx

a, q = schema.answer, schema.question
_newer = a.alias("newer")
ERROR = "error"


@dataclass(frozen=True, slots=True)
class Result:
    """What one test says of a version. into_id: of the version as merged into that one; None: as it is.

    blocks: it is required and finds what may not be. severity: of the worst finding. findings: the first of them.
    """

    commit_id: int
    into_id: int | None
    name: str
    required: bool
    blocks: bool
    severity: str | None
    count: int
    findings: Sequence[dict[str, Any]]
    created: float = 0.0


_COLUMNS = tuple(d.c[name] for name in Result.__slots__)


def put(tx: Tx, commit: Commit, into_id: int | None, results: Sequence[Result]) -> None:
    """The results of a version as merged into another, instead of those of an earlier run."""
    same = d.c.into_id.is_(None) if into_id is None else d.c.into_id == into_id
    tx.execute(sa.delete(d).where(d.c.commit_id == commit.id, same))
    place = {"project_id": commit.project_id, "task_id": commit.task_id, "commit_id": commit.id, "into_id": into_id}
    rows = [{name: getattr(one, name) for name in Result.__slots__} | place | {"created": tx.now} for one in results]
    if rows:
        tx.execute(sa.insert(d), rows)


def results(connection: sa.Connection, commit_ids: Sequence[int]) -> dict[int, list[Result]]:
    """Results by version, those as merged into the newest version first; required tests before others."""
    query = (
        sa.select(*_COLUMNS)
        .where(d.c.commit_id.in_(commit_ids))
        .order_by(d.c.into_id.is_(None), d.c.into_id.desc(), d.c.required.desc(), d.c.id)
    )
    found: dict[int, list[Result]] = {}
    for row in connection.execute(query):
        found.setdefault(row.commit_id, []).append(Result(*row))
    return found


def summaries(connection: sa.Connection, commit_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """(tests run, tests that block, tests that find an error which was there before) by version, of its newest run."""
    return {
        commit: (len(run), sum(one.blocks for one in run), sum(one.severity == ERROR and not one.blocks for one in run))
        for commit, found in results(connection, commit_ids).items()
        for run in [[one for one in found if one.into_id == found[0].into_id]]
    }


def given(connection: sa.Connection, task_id: int) -> list[Any]:
    """Rows (item_id, name, value, truth) of the answers of people that stand; truth: the gold of the item, or None.

    Without practice, and without the experts' and reviewers' verdicts, which are the truth others are compared with.
    """
    query = (
        sa.select(a.c.item_id, schema.actor.c.name, a.c.value, gold.c.value.label("truth"))
        .join(schema.actor, schema.actor.c.id == a.c.actor_id)
        .join(q, q.c.id == a.c.question_id)
        .outerjoin(
            gold,
            sa.and_(gold.c.task_id == a.c.task_id, gold.c.item_id == a.c.item_id, gold.c.answer_id != a.c.id),
        )
        .where(
            a.c.task_id == task_id,
            a.c.outcome == "answered",
            a.c.late == sa.false(),
            schema.actor.c.kind == "person",
            q.c.lane.in_(("label", "gold")),
            q.c.shape != "verdict",
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
            ~sa.exists().where(aside.c.answer_id == a.c.id),
        )
        .order_by(a.c.seq)
    )
    return list(connection.execute(query))
