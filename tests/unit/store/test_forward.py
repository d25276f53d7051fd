"""Workspaces of every schema there has been, each made by the code of its time: the newest version opens them all.

``schemas/schema-NNNN.sql`` is a small workspace as SQL, the JSON beside it what that code said it holds. A new one is
written when a schema is released, by ``python tools/schema_fixture.py``; an old one is never touched.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from handloom import dataset, loop
from handloom.jobs import versions
from handloom.store import Store, backups, branches, commits, projects, rebuild, schema
from handloom.store.bundle import reading, writing
from handloom.store.database import HEAD

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("*.sql"))


def old(path: Path, folder: Path) -> Path:
    """A workspace of an old schema."""
    folder.mkdir()
    (folder / "workspace.json").write_text('{"format": 1, "store": null}')
    (folder / "blobs").mkdir()
    with closing(sqlite3.connect(folder / "handloom.sqlite")) as connection:
        connection.executescript(path.read_text("utf-8"))
    return folder


def said(path: Path) -> dict[str, Any]:
    return json.loads(path.with_suffix(".json").read_text("utf-8"))


def test_there_is_a_workspace_of_every_schema_that_was_ever_the_newest() -> None:
    assert {path.stem for path in SCHEMAS} >= {"schema-0001", "schema-0002", "schema-0003"}


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_workspace_of_an_old_schema_opens_with_all_it_held(path: Path, tmp_path: Path) -> None:
    expected = said(path)
    with Store.open(old(path, tmp_path / "w"), durable=False) as store:
        loop.wire(store)
        with store.read() as connection:
            assert rebuild.compare(connection, store.hooks) == []
            assert held(connection, digests="digest" in expected["commits"][0]) == expected
            for row in expected["commits"]:
                one = commits.get(connection, row["id"])
                assert one.digest == dataset.of(list(commits.checkout(connection, one)))
        kept = backups.listed(tmp_path / "w" / "backups")
        moved = [("before-migration", path.stem.removeprefix("schema-"))] if not path.stem.endswith(HEAD) else []
        assert [(one.why, one.schema) for one in kept] == moved
        grown(store)
        with store.read() as connection:
            assert rebuild.compare(connection, store.hooks) == []


def held(connection: sa.Connection, *, digests: bool = False) -> dict[str, Any]:
    """What the JSON of a fixture says, asked of the newest version. Digests are what they are today since schema 0003."""
    lab, a, q, c = schema.label.c, schema.answer.c, schema.question.c, schema.commit_.c
    labels = connection.execute(sa.select(lab.item_id, lab.value, lab.confidence, lab.n).order_by(lab.item_id))
    columns = (a.id, a.question_id, a.item_id, a.outcome, a.value, a.late)
    answers = connection.execute(sa.select(*columns).order_by(a.seq))
    found = []
    for number in connection.execute(sa.select(c.id).order_by(c.id)).scalars():
        one = commits.get(connection, number)
        rows = [[row.item_id, row.value, row.test] for row in commits.checkout(connection, one)]
        found.append({"id": number, **({"digest": one.digest} if digests else {}), "rows": rows})
    return {
        "labels": [list(row) for row in labels],
        "answers": [list(row) for row in answers],
        "commits": found,
        "questions": [list(row) for row in connection.execute(sa.select(q.id, q.state).order_by(q.id))],
    }


def grown(store: Store) -> None:
    """A workspace from long ago is worked with as any other: a new version on its main, another branch."""
    with store.read() as connection:
        task = projects.task_by_id(connection, 1)
    made = store.write(lambda tx: commits.commit(tx, task, message="today", actor_id=1, digests=versions.DIGESTS))
    store.write(lambda tx: branches.add_branch(tx, made, "today", 1))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_old_workspace_moves_to_another_one_as_a_bundle(path: Path, tmp_path: Path) -> None:
    with (
        Store.open(old(path, tmp_path / "w"), durable=False) as store,
        Store.create(tmp_path / "n", durable=False) as new,
    ):
        loop.wire(new)
        (tmp_path / "b").write_bytes(b"".join(writing.pieces(store, 1, "0")))
        with store.read() as connection:
            names = {row.id: row.digest for row in connection.execute(sa.select(schema.commit_))}
        reading.bring(new, tmp_path / "b", actor(new))
        with new.read() as connection:
            assert rebuild.compare(connection, new.hooks) == []
            assert {row.id: row.digest for row in connection.execute(sa.select(schema.commit_))} == names


def actor(store: Store) -> int:
    from handloom.store import people

    return store.write(lambda tx: people.add(tx, name="somebody", kind="person", role="owner")).id


def test_copy_restores_the_workspace_as_it_was_before_its_schema_moved(tmp_path: Path) -> None:
    folder = old(SCHEMAS[0], tmp_path / "w")
    Store.open(folder).close()
    kept = backups.listed(folder / "backups")[0]
    shutil.rmtree(folder / "cache", ignore_errors=True)
    backups.restore(folder / "handloom.sqlite", kept.path, {"0001"})
    with closing(sqlite3.connect(folder / "handloom.sqlite")) as connection:
        assert backups.schema_of(connection) == "0001"
    with Store.open(folder) as again, again.read() as connection:
        assert held(connection) == said(SCHEMAS[0])
