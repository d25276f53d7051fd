"""Typed corrections: what a version mended, part by part, as the log that it was imported from tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from . import schema
from .bulk import as_json, insert_rows
from .history import among
from .schema.curation import correction as c

if TYPE_CHECKING:
    from .writer import Tx


@dataclass(frozen=True, slots=True)
class Corrected:
    """One corrected part of an item's value. line: of the log, counted from 0."""

    item_id: int
    kind: str
    before: Any
    after: Any
    line: int


def add(tx: Tx, commit_id: int, rows: Sequence[Corrected]) -> None:
    """Keep what a version mended."""
    columns = ("commit_id", "item_id", "kind", "before", "after", "line")
    stored = [(commit_id, one.item_id, one.kind, as_json(one.before), as_json(one.after), one.line) for one in rows]
    insert_rows(tx, c, columns, stored)


def of(connection: sa.Connection, commit_id: int) -> list[Corrected]:
    """What a version mended, in the order of its log."""
    query = sa.select(c.c.item_id, c.c.kind, c.c.before, c.c.after, c.c.line).where(c.c.commit_id == commit_id)
    return [Corrected(*row) for row in connection.execute(query.order_by(c.c.id))]


def kinds(connection: sa.Connection, commit_id: int) -> dict[str, int]:
    """How many of each kind a version mended, most first."""
    n = sa.func.count()
    query = sa.select(c.c.kind, n).where(c.c.commit_id == commit_id).group_by(c.c.kind).order_by(n.desc(), c.c.kind)
    return dict(Counter({row[0]: row[1] for row in connection.execute(query)}))


def items_named(connection: sa.Connection, project_id: int, keys: Sequence[str]) -> dict[str, int]:
    """Items of a project by key."""
    rows = among(connection, f"SELECT key, id FROM item WHERE project_id = {project_id:d} AND key", list(keys))
    return dict(rows)


def page(connection: sa.Connection, commit_id: int, *, after: int, limit: int) -> list[Any]:
    """Rows (id, item_id, item key, kind, before, after, line) of a version from the one after ``after``."""
    i = schema.item
    query = (
        sa.select(c.c.id, c.c.item_id, i.c.key, c.c.kind, c.c.before, c.c.after, c.c.line)
        .join(i, i.c.id == c.c.item_id)
        .where(c.c.commit_id == commit_id, c.c.id > after)
        .order_by(c.c.id)
        .limit(limit)
    )
    return list(connection.execute(query).all())
