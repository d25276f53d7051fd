"""Opening, locking, moving forward, and what happens when the disk does not play along."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from handloom.core.errors import (
    Corrupt,
    DiskFull,
    NotAWorkspace,
    NotFound,
    ReadOnly,
    Unavailable,
    WorkspaceLocked,
    WorkspaceTooNew,
)
from handloom.store import Store, schema
from handloom.store.database import HEAD
from handloom.store.migrations import known, upgrade


def test_migrations_give_exactly_the_schema_of_the_code(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    assert HEAD in known()


def test_workspace_opens_again_with_what_was_written(tmp_path: Path) -> None:
    with Store.create(tmp_path / "w") as made:
        made.write(lambda tx: tx.execute(sa.insert(schema.meta), {"key": "k", "value": {"a": 1}}))
    with Store.open(tmp_path / "w") as again, again.read() as connection:
        assert connection.execute(sa.select(schema.meta.c.value)).scalar_one() == {"a": 1}


def test_sqlite_flushes_every_commit_to_disk(tmp_path: Path) -> None:
    def pragmas(tx: Any) -> list[Any]:
        return [tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]

    with Store.create(tmp_path / "w") as made:
        assert made.write(pragmas) == ["wal", 2]


def test_folder_without_a_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotAWorkspace, match="handloom init"):
        Store.open(tmp_path)


def test_workspace_is_not_made_over_another(tmp_path: Path) -> None:
    Store.create(tmp_path / "w").close()
    with pytest.raises(NotAWorkspace, match="already holds"):
        Store.create(tmp_path / "w")


def test_damaged_workspace_file_is_named(tmp_path: Path) -> None:
    Store.create(tmp_path / "w").close()
    (tmp_path / "w" / "workspace.json").write_bytes(b"{not json")
    with pytest.raises(NotAWorkspace, match="damaged"):
        Store.open(tmp_path / "w")


def test_workspace_of_a_newer_version_is_refused_and_unchanged(tmp_path: Path) -> None:
    Store.create(tmp_path / "w").close()
    database = sqlite3.connect(tmp_path / "w" / "handloom.sqlite")
    with database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(WorkspaceTooNew, match="newer handloom"):
        Store.open(tmp_path / "w")
    (tmp_path / "w" / "workspace.json").chmod(0o600)
    (tmp_path / "w" / "workspace.json").write_text(json.dumps({"format": 2, "store": None}))
    with pytest.raises(WorkspaceTooNew):
        Store.open(tmp_path / "w")


def test_address_of_the_database_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    Store.create(tmp_path / "w").close()
    assert stat.S_IMODE((tmp_path / "w" / "workspace.json").stat().st_mode) == 0o600


def test_second_server_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    Store.create(tmp_path / "w").close()
    script = (
        "import sys; from pathlib import Path; from handloom.store import Store\n"
        f"held = Store.open(Path({str(tmp_path / 'w')!r}), serving=True); print('up', flush=True); sys.stdin.read()"
    )
    first = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == "up"
        with pytest.raises(WorkspaceLocked, match=str(first.pid)):
            Store.open(tmp_path / "w", serving=True)
        Store.open(tmp_path / "w").close()
    finally:
        first.kill()
        first.communicate()
    Store.open(tmp_path / "w", serving=True).close()


def test_full_disk_refuses_the_write_and_keeps_what_was_there(tmp_path: Path) -> None:
    with Store.create(tmp_path / "w") as made:
        made.write(lambda tx: tx.execute(sa.insert(schema.meta), {"key": "kept", "value": 1}))

        def limit(tx: Any) -> None:
            pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar()
            tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        made.write(limit)
        big = [{"key": f"k{n}", "value": "x" * 50_000} for n in range(50)]
        with pytest.raises(DiskFull, match="nothing of this request was stored"):
            made.write(lambda tx: tx.execute(sa.insert(schema.meta), big))
        with made.read() as connection:
            assert connection.execute(sa.select(schema.meta.c.key)).scalars().all() == ["kept"]

        def widen(tx: Any) -> None:
            tx.connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

        made.write(widen)
        made.write(lambda tx: tx.execute(sa.insert(schema.meta), big))


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write to a read-only folder")
def test_read_only_folder_is_refused(tmp_path: Path) -> None:
    Store.create(tmp_path / "w").close()
    (tmp_path / "w").chmod(0o500)
    try:
        with pytest.raises(ReadOnly):
            Store.open(tmp_path / "w")
    finally:
        (tmp_path / "w").chmod(0o700)


def test_closed_store_refuses_new_work(tmp_path: Path) -> None:
    made = Store.create(tmp_path / "w")
    made.close()
    made.close()
    with pytest.raises(Unavailable):
        made.write(lambda tx: None)


def test_blob_comes_back_and_a_changed_one_is_found(store: Store, tmp_path: Path) -> None:
    digest = store.blobs.put(b"content")
    assert store.blobs.put(b"content") == digest
    assert store.blobs.get(digest) == b"content"
    with pytest.raises(NotFound):
        store.blobs.get("0" * 40)
    with pytest.raises(NotFound):
        store.blobs.path("../../etc/passwd")
    store.blobs.path(digest).write_bytes(b"other")
    with pytest.raises(Corrupt):
        store.blobs.get(digest)


def test_packed_folder_has_one_digest_whenever_it_is_packed(store: Store, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "b.bin").write_bytes(b"b")
        (tmp_path / name / "a.txt").write_text("a")
    digest = store.blobs.put_folder(tmp_path / "one")
    assert store.blobs.put_folder(tmp_path / "two") == digest
    store.blobs.get_folder(digest, tmp_path / "out")
    assert (tmp_path / "out" / "deep" / "b.bin").read_bytes() == b"b"


@pytest.mark.postgres
def test_database_out_of_reach_is_said_in_words(tmp_path: Path, postgres_url: str) -> None:
    Store.create(tmp_path / "w", postgres_url).close()
    settings = json.loads((tmp_path / "w" / "workspace.json").read_text())
    settings["store"] = "postgresql://nobody@127.0.0.1:1/nowhere"
    (tmp_path / "w" / "workspace.json").write_text(json.dumps(settings))
    with pytest.raises(Unavailable, match="cannot be reached"):
        Store.open(tmp_path / "w")


def test_workspace_of_the_first_schema_moves_forward_and_keeps_what_it_holds(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "workspace.json").write_text('{"format": 1, "store": null}')
    upgrade(f"sqlite:///{folder / 'handloom.sqlite'}", to="0001")
    with closing(sqlite3.connect(folder / "handloom.sqlite")) as connection:
        connection.execute("INSERT INTO meta VALUES ('k', '1')")
        connection.commit()
    with Store.open(folder, durable=False) as opened, opened.read() as connection:
        assert connection.execute(sa.select(schema.meta.c.value)).scalar_one() == 1
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    assert len(list((folder / "backups").iterdir())) == 1
