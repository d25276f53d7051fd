"""What every table is made of: the one metadata, its naming rules, and the column types that both databases share."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer

HEAD = "0008"
"""Newest migration; `handloom.store.migrations` holds them all."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only auto-numbers INTEGER; PostgreSQL wants BIGINT.
Big = BigInteger().with_variant(Integer, "sqlite")
# Plain JSON on both: nothing is searched inside it, and keys keep their order.
Json = JSON(none_as_null=True)


def numbered() -> Column[int]:
    """The primary key of a table whose rows are numbered as they come."""
    return Column("id", Big, primary_key=True, autoincrement=True)


def to(table: str) -> ForeignKey:
    """A reference to the row of another numbered table."""
    return ForeignKey(f"{table}.id")
