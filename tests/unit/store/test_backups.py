"""Copies of a workspace: consistent while others write, only the newest kept, and a way back that is whole or not at all."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from handloom.core.errors import BadReference, Corrupt, NotAWorkspace, Unavailable, WorkspaceTooNew, WrongState
from handloom.store import Store, backups, schema
from handloom.store.database import HEAD

COUNT = sa.select(sa.func.count()).select_from(schema.meta)


def put(store: Store, *keys: str) -> None:
    store.write(lambda tx: tx.execute(sa.insert(schema.meta), [{"key": key, "value": 1} for key in keys]))


def keys(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {key for (key,) in connection.execute("SELECT key FROM meta")}


@pytest.fixture
def workspace(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "w")


def test_copy_holds_what_only_the_write_ahead_log_has(workspace: Store, tmp_path: Path) -> None:
    with workspace as store:
        put(store, "a", "b")
        assert (store.folder / "handloom.sqlite-wal").stat().st_size > 0
        alone = tmp_path / "alone.sqlite"
        shutil.copyfile(store.folder / "handloom.sqlite", alone)  # what a plain copy of the file would hold
        made = backups.copy(store.folder / "handloom.sqlite", store.folder / "backups", "by-hand")
    assert keys(made) == {"a", "b"}
    assert not made.with_name(made.name + "-wal").exists()
    with pytest.raises((sqlite3.OperationalError, AssertionError)):
        assert keys(alone) == {"a", "b"}


def test_only_the_newest_copies_of_a_kind_are_kept(workspace: Store) -> None:
    with workspace as store:
        folder = store.folder / "backups"
        other = backups.copy(store.folder / "handloom.sqlite", folder, "before-restore")
        made = [backups.copy(store.folder / "handloom.sqlite", folder, "by-hand", keep=2) for _ in range(4)]
        assert [one.path for one in backups.listed(folder) if one.why == "by-hand"] == [made[3], made[2]]
        assert other.exists()
        assert {one.schema for one in backups.listed(folder)} == {HEAD}


def test_restored_workspace_is_as_it_was_and_the_state_before_is_kept(workspace: Store) -> None:
    with workspace as store:
        put(store, "a")
        made = backups.copy(store.folder / "handloom.sqlite", store.folder / "backups", "by-hand")
        put(store, "b")
        before = backups.restore(store.folder / "handloom.sqlite", made, {HEAD})
        assert keys(before) == {"a", "b"}
        with store.read() as connection:
            assert connection.execute(COUNT).scalar_one() == 1
        put(store, "c")  # the open workspace goes on
    assert keys(store.folder / "handloom.sqlite") == {"a", "c"}


def test_what_is_no_copy_is_not_restored(workspace: Store, tmp_path: Path) -> None:
    with workspace as store:
        put(store, "a")
        database = store.folder / "handloom.sqlite"
        made = backups.copy(database, store.folder / "backups", "by-hand")
        with pytest.raises(WorkspaceTooNew, match="knows up to 0001"):
            backups.restore(database, made, {"0001"})
        with pytest.raises(BadReference, match="there is no file"):
            backups.restore(database, tmp_path / "nothing", {HEAD})
        (tmp_path / "text").write_text("no database " * 1000)
        with pytest.raises(Corrupt, match="is no database"):
            backups.restore(database, tmp_path / "text", {HEAD})
        with closing(sqlite3.connect(tmp_path / "other")) as connection:
            connection.execute("CREATE TABLE t (a)")
        with pytest.raises(NotAWorkspace, match="not one of handloom"):
            backups.restore(database, tmp_path / "other", {HEAD})
        assert keys(database) == {"a"}


def test_whole_copy_is_a_workspace(workspace: Store, tmp_path: Path) -> None:
    with workspace as store:
        put(store, "a")
        blob = store.blobs.put(b"content")
        backups.copy(store.folder / "handloom.sqlite", store.folder / "backups", "by-hand")
        backups.whole(store.folder, store.folder / "handloom.sqlite", tmp_path / "copy")
        with pytest.raises(WrongState, match="is there already"):
            backups.whole(store.folder, store.folder / "handloom.sqlite", tmp_path / "copy")
    with Store.open(tmp_path / "copy") as again, again.read() as connection:
        assert again.blobs.get(blob) == b"content"
        assert connection.execute(COUNT).scalar_one() == 1
    assert not (tmp_path / "copy" / "backups").exists()


def test_postgresql_is_told_of_or_backed_up_by_a_command(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = "postgresql+psycopg://anna:secret@db.example.org:5433/loom"
    with caplog.at_level(logging.WARNING, logger="handloom.store"):
        backups.before_migration(url, tmp_path, {})
    assert (
        "pg_dump --format=custom --file=handloom.dump --host=db.example.org --port=5433 --username=anna loom"
        in caplog.text
    )
    assert "secret" not in caplog.text
    backups.before_migration(url, tmp_path, {backups.COMMAND: f"touch {tmp_path / 'made'}"})
    assert (tmp_path / "made").exists()
    with pytest.raises(Unavailable, match=r"ended with 3, so the schema was not touched: no room"):
        backups.before_migration(url, tmp_path, {backups.COMMAND: "echo no room >&2; exit 3"})
