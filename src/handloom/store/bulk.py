"""Many rows at once, through the driver: SQLAlchemy's care for each value costs more than the insert itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from .writer import Tx


def as_json(value: Any) -> str | None:
    """What a JSON column holds; None is SQL's NULL."""
    return None if value is None else json.dumps(value)


def insert_rows(tx: Tx, table: sa.Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert tuples in the order of ``columns``; JSON columns take what `as_json` gives."""
    if not rows:
        return
    unknown = set(columns) - set(table.columns.keys())
    if unknown:
        raise KeyError(f"{table.name} has no columns {sorted(unknown)}")
    mark = "?" if tx.dialect == "sqlite" else "%s"
    marks = ", ".join([mark] * len(columns))
    tx.connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", list(rows))


def select_among(tx: Tx, query: str, values: Sequence[str] | Sequence[int]) -> list[Any]:
    """Rows of a statement that ends in the name of a column, where that column holds one of the values.

    The values are one parameter, so the statement is the same for any number of them and is prepared once; an IN list
    is built anew for each.
    """
    if not values:
        return []
    cursor: Any = _among(tx, query, values).cursor  # rows as the driver gives them
    return cursor.fetchall()


def delete_among(tx: Tx, query: str, values: Sequence[str] | Sequence[int]) -> None:
    """The same of a statement that deletes."""
    if values:
        _among(tx, query, values)


def _among(tx: Tx, query: str, values: Sequence[str] | Sequence[int]) -> Any:
    if tx.dialect == "sqlite":
        return tx.connection.exec_driver_sql(f"{query} IN (SELECT value FROM json_each(?))", (json.dumps(values),))
    return tx.connection.exec_driver_sql(f"{query} = ANY(%s)", (list(values),))
