"""SIGKILL in the middle of a commit, a merge, a change of labels, a migration, a bundle: the old state or the new, never a third.

python -m bench.crashes [--times 50]

Each time a fresh copy of a workspace, a forked process that does the one thing, and a kill at a moment drawn uniformly
from the time that it takes. Afterwards everything that is stored is compared with what was there before and with what
the undisturbed run left; the doctor replays the log, and every version is digested anew.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from handloom import dataset, loop
from handloom.core.settings import merged
from handloom.jobs import relabel_asking, versions
from handloom.operations import labels
from handloom.operations.session import Session, Site
from handloom.store import (
    Store,
    branches,
    commits,
    committing,
    edits,
    items,
    people,
    pieces,
    projects,
    rebuild,
    schema,
    staging,
)
from handloom.store.bundle import reading, writing
from handloom.store.committing import Labels
from handloom.store.edits import Edit
from handloom.store.migrations import upgrade
from handloom.store.recording import Note

LABELS = [f"label {k}" for k in range(5)]
OLD = Path(__file__).resolve().parents[1] / "tests" / "unit" / "store" / "schemas" / "schema-0001.sql"
CHANGING = frozenset(("created", "at", "heartbeat"))
"""Columns that hold a time, which differs from run to run."""

SPREAD = 2.0
"""Kills are drawn from so many times the time that the thing takes undisturbed: a new process is a little slower."""


@dataclass(frozen=True, slots=True)
class Thing:
    """prepare: makes a workspace of so many items in a folder. do: what is killed there. again: what the next start does."""

    prepare: Callable[[Path, int], None]
    do: Callable[[Path], None]
    again: Callable[[Path], None] = lambda _folder: None


def filled(folder: Path, rows: int) -> None:
    """A workspace with labelled items."""
    with Store.create(folder) as store:
        loop.wire(store)
        owner = store.write(lambda tx: people.add(tx, name="owner", kind="person", role="owner")).id
        settings = merged({}, {})
        project = store.write(lambda tx: projects.add(tx, name="p", settings=settings, salt="s", actor_id=owner))
        options = {"labels": LABELS, "multi": False}
        task = store.write(
            lambda tx: projects.add_task(
                tx, project_id=project.id, name="t", kind="text_class@1", options=options, actor_id=owner
            )
        )
        new = [
            items.NewItem(k, {"text": f"item {k}"}, f"k{k}", labels={task.id: {"labels": [LABELS[k % 5]]}})
            for k in range(rows)
        ]
        store.write(
            lambda tx: items.add(tx, project_id=project.id, salt="s", test_share=0.1, items=new, actor_id=owner)
        )


def committed(store: Store) -> commits.Commit:
    with store.read() as connection:
        task = projects.task_by_id(connection, 1)
    return committing.commit(store, Labels(task, "all", 1, versions.DIGESTS))


def commit(folder: Path) -> None:
    with Store.open(folder) as store:
        loop.wire(store)
        committed(store)


def branched(folder: Path, rows: int) -> None:
    """A workspace with a branch that changes half of its rows, some as main does and some otherwise."""
    filled(folder, rows)
    with Store.open(folder) as store:
        loop.wire(store)
        first = committed(store)
        work = store.write(lambda tx: branches.add_branch(tx, first, "work", 1))
        note = Note(1, "by hand", first.position)
        theirs = {item: Edit({"labels": [LABELS[item % 3]]}) for item in range(1, rows, 2)}
        store.write(lambda tx: edits.edit(tx, work, theirs, note, versions.DIGESTS))
        with store.read() as connection:
            main = branches.branch(connection, 1, "main")
        ours = {item: Edit({"labels": [LABELS[item % 4]]}) for item in range(1, rows, 40)}
        store.write(lambda tx: edits.edit(tx, main, ours, note, versions.DIGESTS))


def merge(folder: Path) -> None:
    with Store.open(folder) as store:
        loop.wire(store)
        with store.read() as connection:
            main = branches.branch(connection, 1, "main")
            theirs = branches.resolve(connection, 1, "work")
        named: dict[str, Any] = {"message": "merge", "actor_id": 1}
        staging.carried(
            partial(staging.Stage, store, store.write, pieces.breathe),
            lambda stage: versions.merge_ahead(stage, main, theirs, **named),
            lambda tx, ahead: versions.merge(tx, main, theirs, source="work", **named, ahead=ahead),
            store.write,
        )


def relabel(kind: str, sources: list[str], into: list[str]) -> Callable[[Path], None]:
    """A change of labels."""

    def do(folder: Path) -> None:
        with Store.open(folder) as store:
            loop.wire(store)
            with store.read() as connection:
                owner = people.find(connection, 1)
            labels.relabel_task(Session(Site(store), owner), "p", "t", kind, sources, into, "why")

    return do


def asked(folder: Path) -> None:
    """What a change of labels has left to ask."""
    with Store.open(folder) as store:
        loop.wire(store)
        relabel_asking.resume(store, 1)


def of_old(folder: Path, rows: int) -> None:
    """A workspace of the first schema, with many more items than it came with."""
    folder.mkdir()
    (folder / "workspace.json").write_text('{"format": 1, "store": null}')
    (folder / "blobs").mkdir()
    with closing(sqlite3.connect(folder / "handloom.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(OLD.read_text("utf-8"))
        start = connection.execute("SELECT max(id) FROM item").fetchone()[0] + 1
        new = [(k, 1, f"more {k}", f"{k:040x}", '{"text": "more"}', 0, 0.0) for k in range(start, start + rows)]
        columns = "id, project_id, key, digest, data, test, created"
        connection.executemany(f"INSERT INTO item ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", new)
        connection.execute("UPDATE counter SET value = value + ? WHERE name = 'items'", (rows,))
        connection.commit()


def migrate(folder: Path) -> None:
    upgrade(f"sqlite:///{folder / 'handloom.sqlite'}", backup_into=folder / "backups")


def beside(folder: Path, rows: int) -> None:
    """A workspace, and beside it the bundle of another with versions and branches."""
    branched(folder.with_name("source"), rows)
    with Store.open(folder.with_name("source")) as store:
        (folder.parent / "a.bundle").write_bytes(b"".join(writing.pieces(store, 1, "0")))
    shutil.rmtree(folder.with_name("source"))
    with Store.create(folder) as store:
        store.write(lambda tx: people.add(tx, name="somebody", kind="person", role="owner"))


def bring(folder: Path) -> None:
    with Store.open(folder) as store:
        loop.wire(store)
        reading.bring(store, folder.parent / "a.bundle", 1)


def started(folder: Path) -> None:
    """The next start of a server."""
    with Store.open(folder) as store:
        loop.wire(store)


THINGS = {
    "commit": Thing(filled, commit, started),
    "merge": Thing(branched, merge, started),
    "rename of a label": Thing(branched, relabel("rename", LABELS[:1], ["renamed"])),
    "split of a label": Thing(branched, relabel("split", LABELS[1:2], ["one", "other"]), asked),
    "migration": Thing(of_old, migrate),
    "bundle import": Thing(beside, bring, started),
}


def state(folder: Path) -> dict[str, Any]:
    """Everything in the database but times: the tables themselves, and their rows."""
    with closing(sqlite3.connect(folder / "handloom.sqlite")) as connection:
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        # Alembic writes the constraints of a table that it copies in no certain order.
        tables = {name: sorted(line.rstrip(", ") for line in sql.splitlines()) for name, sql in made}
        rows = {}
        # sqlite_sequence only says which numbers of events were drawn.
        tables_of = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'sqlite_sequence'"
        for (name,) in connection.execute(tables_of).fetchall():
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")') if row[1] not in CHANGING]
            named = ", ".join(f'"{column}"' for column in columns)
            rows[name] = (
                sorted(connection.execute(f'SELECT {named} FROM "{name}"').fetchall(), key=repr) if columns else []
            )
    return {"tables": tables, "rows": rows}


def sound(folder: Path) -> None:
    """The doctor finds nothing, and every version is what its digest says. An older schema moves on first."""
    with Store.open(folder) as store:
        loop.wire(store)
        with store.read() as connection:
            found = rebuild.compare(connection, store.hooks)
            assert not found, found[:3]
            for number in connection.execute(sa.select(schema.commit_.c.id)).scalars().all():
                one = commits.get(connection, number)
                rows = list(commits.checkout(connection, one))
                assert (one.digest, one.rows) == (dataset.of(rows), len(rows)), one


def killed(do: Callable[[Path], None], folder: Path, after: float) -> None:
    """Do it in a forked process, and kill that after so many seconds."""
    child = os.fork()
    if child == 0:
        try:
            do(folder)
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def crashes(name: str, times: int, rows: int, rng: random.Random) -> dict[str, int]:
    """How many kills left the old state, how many the new one. Fails on any other."""
    thing = THINGS[name]
    found = {"old": 0, "new": 0}
    with tempfile.TemporaryDirectory(prefix="handloom-bench-") as temporary:
        base, work = Path(temporary) / "base", Path(temporary) / "work"
        base.mkdir()
        thing.prepare(base / "w", rows)
        before = state(base / "w")
        took = 0.0
        for _ in range(2):  # the second time nothing is imported any more, as in a forked process
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(base, work)
            started = time.perf_counter()
            thing.do(work / "w")
            took = time.perf_counter() - started
        after = state(work / "w")
        assert after != before
        for _ in range(times):
            shutil.rmtree(work)
            shutil.copytree(base, work)
            killed(thing.do, work / "w", rng.uniform(0, SPREAD * took))
            thing.again(work / "w")
            there = state(work / "w")
            assert there in (before, after), f"{name}: a third state"
            found["old" if there == before else "new"] += 1
            sound(work / "w")
    return found


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="a part of the name of what is killed", default="")
    args = parser.parse_args(arguments)
    logging.getLogger("handloom.store").setLevel(logging.ERROR)  # each migration says where its copy is
    out: dict[str, Any] = {"times": args.times, "rows": args.rows}
    for name in (name for name in THINGS if args.only in name):
        out[name] = crashes(name, args.times, args.rows, random.Random(args.seed))
        print(name, out[name], flush=True)
    return out


if __name__ == "__main__":
    main()
