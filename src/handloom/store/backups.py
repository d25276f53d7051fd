"""Copies of a workspace: of its database before the schema moves, of all of it on request, and the way back.

A copy is made through SQLite's own backup, inside one read transaction: it holds what was committed, the write-ahead log
included, however many write meanwhile. PostgreSQL has tools of its own, which are named and may be called.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..core.errors import BadReference, Corrupt, NotAWorkspace, Unavailable, WorkspaceTooNew, WrongState

log = logging.getLogger("handloom.store")

KEPT = 5
"""Copies of a kind that are kept; older ones are removed when a new one is whole."""
COMMAND = "HANDLOOM_BACKUP_COMMAND"
"""A command that backs up a PostgreSQL database before the schema moves; its failure stops the move."""
FOLDER = "backups"
_NAME = re.compile(r"handloom-(\d{8}-\d{6})(?:-(\d+))?-([a-z][a-z-]*?)(?:-(\d{4}))?\.sqlite")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a database. why: before-migration, before-restore or by-hand; schema: of what it holds."""

    path: Path
    why: str
    schema: str
    made: float
    bytes: int


def copy(database: Path, folder: Path, why: str, *, keep: int = KEPT) -> Path:
    """Copy a SQLite database into a folder, whole or not at all, and keep the newest ``keep`` copies of that kind."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with closing(sqlite3.connect(database, timeout=60)) as source:
        schema = schema_of(source) or "0000"
        target = _free(folder, why, schema)
        part = target.with_suffix(".part")
        try:
            with closing(sqlite3.connect(part)) as made:
                source.backup(made)
                made.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            _flush(part)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
    for old in [one for one in listed(folder) if one.why == why][keep:]:
        old.path.unlink(missing_ok=True)
    return target


def _free(folder: Path, why: str, schema: str) -> Path:
    """A name of its own: several copies of one second are numbered, and a number is not used again in that second."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    there = [parts for path in folder.iterdir() if (parts := _NAME.fullmatch(path.name)) and parts[1] == stamp]
    number = 1 + max((int(parts[2] or 1) for parts in there), default=0)
    return folder / f"handloom-{stamp}{f'-{number}' if number > 1 else ''}-{why}-{schema}.sqlite"


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def listed(folder: Path) -> list[Copy]:
    """Copies in a folder, newest first."""
    found = []
    for path in folder.glob("handloom-*.sqlite") if folder.is_dir() else ():
        if parts := _NAME.fullmatch(path.name):
            about = path.stat()
            made = Copy(path, parts[3], parts[4] or "", about.st_mtime, about.st_size)
            found.append(((parts[1], int(parts[2] or 1)), made))
    return [made for _, made in sorted(found, key=lambda one: one[0], reverse=True)]


def schema_of(connection: sqlite3.Connection) -> str | None:
    """The schema of an open database, None for one that is no workspace's."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None


def restore(database: Path, source: Path, known: set[str]) -> Path:
    """Put a copy in the place of a database, in one transaction; returns a copy of what was there before.

    Others may have the database open: they see the old state or the new one. Raises `Corrupt`, `NotAWorkspace`,
    `WorkspaceTooNew`, `BadReference`; then nothing changed.
    """
    if not source.is_file():
        raise BadReference(f"there is no file {source}; copies are listed by: handloom backup list")
    with closing(sqlite3.connect(f"file:{source.resolve()}?mode=ro", uri=True)) as old:
        try:
            wrong = old.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise Corrupt(f"{source} is no database: {error}") from error
        if wrong != "ok":
            raise Corrupt(f"{source} is damaged: {wrong}")
        schema = schema_of(old)
        if schema is None:
            raise NotAWorkspace(f"{source} is a database, but not one of handloom")
        if schema not in known:
            raise WorkspaceTooNew(f"{source} has schema {schema}, this handloom knows up to {max(known)}")
        kept = copy(database, database.parent / FOLDER, "before-restore")
        with closing(sqlite3.connect(database, timeout=60)) as now:
            old.backup(now)
            now.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return kept


def whole(folder: Path, database: Path, target: Path) -> None:
    """Copy a workspace into a new folder, which is a workspace too: database first, then the blobs that it names."""
    if target.exists():
        raise WrongState(f"{target} is there already; name a folder that is not")
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(mode=0o700, parents=True)
        with (
            closing(sqlite3.connect(database, timeout=60)) as source,
            closing(sqlite3.connect(part / database.name)) as made,
        ):
            source.backup(made)
        for path in sorted(folder.iterdir()):
            if path.name.startswith(database.name) or path.name in (FOLDER, "cache", "serve.lock") or path == part:
                continue
            if path.is_dir():
                shutil.copytree(path, part / path.name, ignore=shutil.ignore_patterns(".new-*"))
            elif path.is_file():
                shutil.copy2(path, part / path.name)
        (part / "cache").mkdir()
        os.replace(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def before_migration(url: str, folder: Path, environment: Mapping[str, str]) -> None:
    """What is kept before the schema of a workspace moves, and a word about where. Raises `Unavailable` when it cannot be."""
    if url.startswith("sqlite"):
        made = copy(Path(url.removeprefix("sqlite:///")), folder, "before-migration")
        log.warning("the schema of this workspace moves on; a copy of the database as it was is %s", made)
        return
    command = environment.get(COMMAND)
    if not command:
        log.warning(
            "the schema of this workspace moves on, in one transaction of PostgreSQL; handloom makes no copy there. "
            "To keep one, set %s to a command such as: %s",
            COMMAND,
            dump_command(url),
        )
        return
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(
            f"the command in {COMMAND} ended with {done.returncode}, so the schema was not touched: {done.stderr.strip()[-400:]}"
        )
    log.warning("the schema of this workspace moves on; the command in %s has kept a copy", COMMAND)


def dump_command(url: str) -> str:
    """The command that backs up a PostgreSQL database, without its password."""
    parts = urlsplit(url)
    host = f" --host={parts.hostname}" if parts.hostname else ""
    port = f" --port={parts.port}" if parts.port else ""
    user = f" --username={parts.username}" if parts.username else ""
    return f"pg_dump --format=custom --file=handloom.dump{host}{port}{user} {parts.path.lstrip('/') or 'DATABASE'}"
