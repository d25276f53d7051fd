"""What of a workspace belongs to a project, read off the tables themselves, so that a new table is carried from its first day.

A foreign key says which table a column numbers. Where a column numbers something without one, it stands in `SOFT`; a
column that says how far something had come stands in `MARKS`. A test holds every whole-number column against these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from .. import schema
from ..schema.base import Json

LEFT_OUT: dict[str, str] = {
    "meta": "about the workspace",
    "session": "secrets",
    "login": "secrets",
    "invitation": "secrets",
    "worker": "about the workspace",
    "counter": "counted anew",
    "identity": "worked out anew from items",
    "workforce": "an agreement of the workspace with a service outside",
    "posting": "an agreement of the workspace with a service outside",
    "outsider": "an agreement of the workspace with a service outside",
    "webhook": "an address that the workspace tells",
    "sign_in": "who may enter the workspace",
}
"""Tables that stay behind, and why."""
SHARED = ("actor", "content")
"""Tables of the workspace of which a project uses some rows."""
SECRET = {"actor": ("token_hash",)}
SOFT: dict[str, str] = {
    "batch.model_id": "model",
    "commit_.branch_id": "branch",
    "revision.branch_id": "branch",
    "revision.item_id": "item",
    "revision.content_id": "content",
    "run.job_id": "job",
    "release.question_id": "question",
    "answer.guideline_id": "guideline",
    "label.basis": "skill",
    "event.actor_id": "actor",
    "event.project_id": "project",
    "migration.undoes": "migration",
}
MARKS: dict[str, str] = {
    "commit_.position": "answer",
    "revision.position": "answer",
    "label.position": "answer",
    "skill.position": "answer",
    "review.since": "answer",
    "review.until": "answer",
    "quality.position": "answer",
    "migration.commit_id": "commit_",
    "migration.question_id": "question",
}
"""Columns that say how far something had come: everything up to that number. It may be another project's, or 0."""
LISTS: dict[str, str] = {"freeze.items": "item", "erasure.items": "item"}
"""JSON lists of numbers."""
SCORES = ("model.scores", "cascade_round.scores")
"""Digests of blobs that hold numbers of items."""
COUNTS = frozenset(("job.done", "job.total", "run.seed"))
"""Large whole numbers that number nothing."""
PLAIN = frozenset(
    (
        *("item.data", "item.meta", "answer.value", "label.value", "label.answers", "revision.answers", "gold.value"),
        *("prediction.data", "prediction.value", "prediction.probabilities", "content.value", "project.settings"),
        *(
            "task.options",
            "conflict.fields",
            "skill.classes",
            "review.sample",
            "member.tags",
            "job.error",
            "run.params",
        ),
        *("migration.sources", "migration.targets", "migration.before", "migration.after", "erasure.counts"),
        *("correction.before", "correction.after"),
    )
)
"""JSON in which nothing is an id of this workspace; it is carried as it stands."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a table is carried. number: the column that numbers its rows; refers: column -> table whose number it holds."""

    table: sa.Table
    columns: tuple[str, ...]
    number: str | None
    refers: Mapping[str, str]
    marks: Mapping[str, str]
    lists: Mapping[str, str]
    told: frozenset[str]
    """JSON columns in which ids of the workspace may stand."""

    @property
    def name(self) -> str:
        return self.table.name


@cache
def plans() -> Mapping[str, Plan]:
    """Every table that a bundle carries, those that others refer to first."""
    wanted = [table for table in schema.metadata.sorted_tables if table.name not in LEFT_OUT]
    first = [schema.metadata.tables[name] for name in SHARED]
    return {table.name: _plan(table) for table in (*first, *(table for table in wanted if table.name not in SHARED))}


def _plan(table: sa.Table) -> Plan:
    refers: dict[str, str] = {}
    for column in table.columns:
        if isinstance(column.type, sa.String) or f"{table.name}.{column.name}" in MARKS:
            continue  # the id of an answer is the same everywhere
        for key in column.foreign_keys:
            refers[column.name] = key.column.table.name
        if f"{table.name}.{column.name}" in SOFT:
            refers[column.name] = SOFT[f"{table.name}.{column.name}"]
    secret = SECRET.get(table.name, ())
    return Plan(
        table,
        tuple(column.name for column in table.columns if column.name not in secret),
        _number(table),
        refers,
        _named(table, MARKS),
        _named(table, LISTS),
        frozenset(
            c.name
            for c in table.columns
            if isinstance(c.type, type(Json)) and f"{table.name}.{c.name}" not in PLAIN | LISTS.keys()
        ),
    )


def _named(table: sa.Table, known: Mapping[str, str]) -> dict[str, str]:
    return {c.name: known[f"{table.name}.{c.name}"] for c in table.columns if f"{table.name}.{c.name}" in known}


def _number(table: sa.Table) -> str | None:
    """The column that is numbered as rows come, if there is one."""
    keys = list(table.primary_key.columns)
    if len(keys) != 1 or not isinstance(keys[0].type, sa.Integer) or keys[0].foreign_keys:
        return None
    return keys[0].name


def undeclared() -> list[str]:
    """Whole-number columns of which nobody has said what they number, and tables that no project seems to own."""
    found = []
    for plan in plans().values():
        for column in plan.table.columns:
            name = f"{plan.name}.{column.name}"
            if column.name == plan.number or column.name in plan.refers or not isinstance(column.type, sa.Integer):
                continue
            like_id = isinstance(column.type, sa.BigInteger) or column.name.endswith("_id")
            if like_id and name not in MARKS and name not in COUNTS:
                found.append(name)
        if plan.name not in SHARED and mine(plan, 0) is None:
            found.append(plan.name)
    return found


def mine(plan: Plan, project_id: int) -> sa.ColumnElement[bool] | None:
    """Which rows of a table are the project's; None for a table that leads to no project."""
    table = plan.table
    if plan.name == "project":
        return table.c.id == project_id
    if "project_id" in table.c:
        own: sa.ColumnElement[bool] = table.c.project_id == project_id
        # What waits or runs is of this workspace; a job that has ended is history.
        if plan.name == "job":
            return sa.and_(own, table.c.state.not_in(("queued", "running")))
        # A version that is being written is none yet, and neither is a main that waits for its first one.
        if plan.name == "commit_":
            return sa.and_(own, table.c.branch_id > 0)
        if plan.name == "branch":
            return sa.and_(own, sa.or_(table.c.name != "main", table.c.closed.is_(None)))
        return own
    for column, other in plan.refers.items():
        behind = plans().get(other)
        if behind is None or other in SHARED or other == plan.name or table.c[column].nullable:
            continue
        condition = mine(behind, project_id)
        if condition is not None and behind.number is not None:
            own = table.c[column].in_(sa.select(behind.table.c[behind.number]).where(condition))
            if plan.name == "revision":
                c = schema.commit_.c
                return sa.and_(own, table.c.commit_id.not_in(sa.select(c.id).where(c.branch_id < 0)))
            return own
    return None
