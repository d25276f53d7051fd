"""Moves a workspace's schema forward with Alembic; a copy of a SQLite database is kept first."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

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
    """Bring the database at ``url`` to the newest schema (or up to the one named), in one transaction."""
    engine = sa.create_engine(url)
    try:
        if backup_into is not None and engine.dialect.name == "sqlite" and engine.url.database:
            _back_up(Path(engine.url.database), backup_into)
        with engine.begin() as connection:
            command.upgrade(_config(connection), to)
    finally:
        engine.dispose()


def _back_up(database: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    target = folder / f"handloom-{time.strftime('%Y%m%d-%H%M%S')}.sqlite"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    shutil.copystat(database, target)
