"""Moves a workspace's schema forward with Alembic; a copy of a SQLite database is kept first."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event as sa_event

from .. import backups

_HERE = str(Path(__file__).parent)


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", _HERE.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def known() -> set[str]:
    """Names of all migrations that this version has."""
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def upgrade(url: str, *, backup_into: Path | None = None, to: str = "head") -> None:
    """Bring the database at ``url`` to the newest schema (or up to the one named), in one transaction.

    Killed in the middle, it is as it was. backup_into: where a copy is kept first; see `handloom.store.backups`.
    """
    if backup_into is not None:
        backups.before_migration(url, backup_into, os.environ)
    engine = sa.create_engine(url, connect_args={"timeout": 60} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        _whole_transactions(engine)
    try:
        with engine.begin() as connection:
            command.upgrade(_config(connection), to)
    finally:
        engine.dispose()


def _whole_transactions(engine: sa.Engine) -> None:
    """Python's driver begins a transaction only before it writes rows: tables would be made and dropped outside of one."""

    @sa_event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves

    @sa_event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
