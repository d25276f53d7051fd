"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike but SQLAlchemy builds apart."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite


@cache
def upsert(dialect: str, table: sa.Table, replace: tuple[str, ...] = (), add: tuple[str, ...] = ()) -> Any:
    """Insert a row, or on the same primary key set columns ``replace`` and add to columns ``add``; with neither, do nothing."""
    build: Any = sqlite.insert
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # brings all its drivers; a workspace on SQLite starts without

        build = postgresql.insert
    statement = build(table)
    key = list(table.primary_key.columns)
    if not (replace or add):
        return statement.on_conflict_do_nothing(index_elements=key)
    change: dict[str, Any] = {name: statement.excluded[name] for name in replace}
    change |= {name: table.c[name] + statement.excluded[name] for name in add}
    return statement.on_conflict_do_update(index_elements=key, set_=change)
