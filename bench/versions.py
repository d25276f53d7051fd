"""Dataset versions at a million rows: commit, change on a branch, merge, diff, check out; and kill -9 in the middle.

python -m bench.versions [--rows 1000000] [--changes 20000] [--kills 50]

Beside it a floor, in the same run: bare SQLite with three narrow tables, each value stored once by its digest, plain
`executemany` and `fetchall`; no answers, confidences, weights, splits, digests of versions, events or columns.
CPU seconds of this process, user and system. The workspace is on the disk of the temporary folder and flushes as in
production. Items are small (a key and a few words), since a version holds labels and not texts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pyarrow.parquet  # noqa: F401  # imported before the clock runs
import sqlalchemy as sa

from handloom import dataset, loop
from handloom.jobs import versions
from handloom.store import (
    Store,
    branches,
    checkouts,
    commits,
    committing,
    comparing,
    edits,
    given,
    items,
    people,
    projects,
    rebuild,
    schema,
)
from handloom.store.committing import Labels
from handloom.store.edits import Edit
from handloom.store.recording import Note

T = TypeVar("T")
LABELS = [f"label {k}" for k in range(10)]


def timed(out: dict[str, Any], name: str, work: Callable[[], T]) -> T:
    """Run it and note its CPU seconds."""
    before = time.process_time()
    result = work()
    out[f"{name}_cpu_s"] = round(time.process_time() - before, 3)
    print(f"{name}: {out[f'{name}_cpu_s']} s CPU", flush=True)
    return result


def workspace(folder: Path, rows: int) -> tuple[Store, projects.TaskRow, int]:
    """A workspace with so many labelled items, put in by the ordinary import of the store."""
    store = Store.create(folder)
    loop.wire(store)
    owner = store.write(lambda tx: people.add(tx, name="owner", kind="person", role="owner")).id
    project = store.write(lambda tx: projects.add(tx, name="p", settings={}, salt="s", actor_id=owner))
    options = {"labels": LABELS, "multi": False}
    task = store.write(
        lambda tx: projects.add_task(
            tx, project_id=project.id, name="t", kind="text_class@1", options=options, actor_id=owner
        )
    )
    values = [{"labels": [label]} for label in LABELS]
    for start in range(0, rows, 10_000):
        new = [
            items.NewItem(k, {"text": f"item {k}"}, f"k{k}", labels={task.id: values[k * 7 % 10]})
            for k in range(start, min(rows, start + 10_000))
        ]
        store.write(
            lambda tx, new=new: items.add(
                tx, project_id=project.id, salt="s", test_share=0.1, items=new, actor_id=owner
            )
        )
    return store, task, owner


def floor(path: Path, rows: int, changes: int) -> dict[str, Any]:
    """What the same steps cost bare SQLite."""
    out: dict[str, Any] = {}
    with closing(sqlite3.connect(path, isolation_level=None)) as bare:
        bare.executescript("""PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
            CREATE TABLE content (id INTEGER PRIMARY KEY, digest TEXT UNIQUE, value TEXT);
            CREATE TABLE version (id INTEGER PRIMARY KEY);
            CREATE TABLE revision (branch INTEGER, item INTEGER, version INTEGER, content INTEGER,
                PRIMARY KEY (branch, item, version)) WITHOUT ROWID;""")

        def write(version: int, labels: Iterable[tuple[int, str]]) -> None:
            known: dict[str, int] = {}

            def row(item: int, text: str) -> tuple[int, int, int, int]:
                stamp = hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
                if stamp not in known:
                    bare.execute("INSERT OR IGNORE INTO content (digest, value) VALUES (?, ?)", (stamp, text))
                    (known[stamp],) = bare.execute("SELECT id FROM content WHERE digest = ?", (stamp,)).fetchone()
                return version, item, version, known[stamp]

            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO version VALUES (?)", (version,))
            bare.executemany("INSERT INTO revision VALUES (?, ?, ?, ?)", (row(*one) for one in labels))
            bare.execute("COMMIT")

        texts = [json.dumps({"labels": [label]}) for label in LABELS]
        labels = [(item, texts[item * 7 % 10]) for item in range(1, rows + 1)]
        timed(out, "commit", lambda: write(1, labels))
        new = [(item, texts[item % 10]) for item in sorted(random.Random(0).sample(range(1, rows + 1), changes))]
        timed(out, "change", lambda: write(2, new))
        joined = (
            "SELECT n.item, o.content, n.content FROM revision n JOIN revision o ON o.branch = 1 AND o.item = n.item"
        )
        differ = f"{joined} WHERE n.branch = 2 AND o.content <> n.content"
        found = timed(out, "row_diff", lambda: bare.execute(differ).fetchall())
        assert 0 < len(found) < changes
        seen = (
            "SELECT item, content, version FROM revision WHERE branch = 1 UNION ALL SELECT item, content, version FROM "
        )
        both = f"SELECT item, content, max(version) FROM ({seen} revision WHERE branch = 2) GROUP BY item"
        assert len(timed(out, "checkout_first", lambda: bare.execute(both).fetchall())) == rows
    return {f"floor_{name}": value for name, value in out.items()}


def size(store: Store) -> int:
    """Bytes of the database once its log is written back."""
    store.write(lambda tx: None)
    path = store.folder / "handloom.sqlite"
    with sqlite3.connect(path, timeout=60) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        return (pages - free) * connection.execute("PRAGMA page_size").fetchone()[0]


def measure(folder: Path, rows: int, changes: int) -> dict[str, Any]:
    """All steps in a workspace with so many labelled items."""
    out: dict[str, Any] = {"rows": rows, "changes": changes}
    with Store.open(folder) as store:
        loop.wire(store)
        with store.read() as connection:
            task, owner = projects.task_by_id(connection, 1), 1
        labels = Labels(task, "all", owner, versions.DIGESTS)
        before = size(store)
        first = timed(out, "commit", lambda: committing.commit(store, labels))
        out["commit_mb"] = round((size(store) - before) / 1e6, 1)
        assert first.rows == rows, first
        work = store.write(lambda tx: branches.add_branch(tx, first, "corrections", owner))
        chosen = random.Random(0).sample(range(1, rows + 1), changes)
        new = {item: Edit({"labels": [LABELS[item % 10]]}) for item in chosen}
        note = Note(owner, "corrections", first.position)
        before = size(store)
        changed = timed(
            out, "change", lambda: store.write(lambda tx: edits.edit(tx, work, new, note, versions.DIGESTS))
        )
        out["change_mb"] = round((size(store) - before) / 1e6, 2)
        with store.read() as connection:
            timed(out, "row_diff", lambda: comparing.differing(connection, first, changed))
            old, _ = comparing.differing(connection, first, changed)
            assert len(old) == changed.changed, (len(old), changed.changed)
            timed(out, "diff_by_type", lambda: dataset.summary(versions.changes(store, first, changed)))
        table = timed(out, "checkout_first", lambda: checkouts.table(store, changed))
        again = timed(out, "checkout_cached", lambda: checkouts.table(store, changed))
        assert table.num_rows == rows
        assert again.equals(table)
        with store.read() as connection:
            main = branches.branch(connection, task.id, "main")
        merged = timed(
            out,
            "merge",
            lambda: store.write(
                lambda tx: edits.merge(
                    tx, main, changed, Note(owner, "merge", first.position), versions.DIGESTS, versions.three
                )
            ),
        )
        assert merged.commit is not None
        assert merged.commit.digest == changed.digest
    out["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return out


PACE = 0.01
"""Seconds between two writes of somebody who waits for each."""


def waits(base: Path, how: str) -> dict[str, Any]:
    """How long the writes of one row take that this process sends while another one commits all labels of a workspace.

    how: ``nothing`` is committed; ``once``, in one transaction; ``pieces``, as handloom does.
    """
    work = base.with_name("beside")
    shutil.copytree(base, work)
    times: list[float] = []
    with Store.open(work) as store:
        loop.wire(store)
        command = [sys.executable, "-m", "bench.versions", "--commit", how, str(work)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        while process.poll() is None:
            began = time.perf_counter()
            store.write(lambda tx: tx.execute(sa.update(schema.actor).values(created=tx.now)))
            times.append(time.perf_counter() - began)
            time.sleep(PACE)
        assert process.returncode == 0
        with store.read() as connection:
            assert (commits.newest(connection, 1) is None) == (how == "nothing")
    shutil.rmtree(work)
    times.sort()
    shown = {"p50": times[len(times) // 2], "p99": times[int(len(times) * 0.99)], "worst": times[-1]}
    out = {"writes": len(times)} | {f"{name}_ms": round(1000 * value, 1) for name, value in shown.items()}
    print(f"beside {how}: {out}", flush=True)
    return out


def commit_beside(how: str, folder: Path) -> None:
    """What `waits` measures beside."""
    with Store.open(folder) as store:
        loop.wire(store)
        with store.read() as connection:
            task = projects.task_by_id(connection, 1)
        named: dict[str, Any] = {"message": "all", "actor_id": 1, "digests": versions.DIGESTS}
        print("ready", flush=True)
        if how == "nothing":
            time.sleep(3)
        elif how == "once":
            store.write(lambda tx: commits.commit(tx, task, **named))
        else:
            committing.commit(store, Labels(task, **named))


def busy(folder: Path) -> None:
    """Commit labels, edit a branch and merge it, again and again, until somebody kills this process."""
    store = Store.open(folder)
    loop.wire(store)
    with store.read() as connection:
        task, owner = projects.task_by_id(connection, 1), 1
        main = branches.branch(connection, 1, "main")
        tests = set(connection.execute(sa.select(schema.item.c.id).where(schema.item.c.test)).scalars())
    print("ready", flush=True)
    rng = random.Random(time.time_ns())
    while True:
        some = rng.sample(range(1, 2_001), 300)
        value = [(item, item in tests, {1: {"labels": [rng.choice(LABELS)]}}) for item in some[:150]]
        store.write(lambda tx, value=value: given.again(tx, 1, value, owner))
        made = store.write(
            lambda tx: commits.commit(tx, task, message="labels", actor_id=owner, digests=versions.DIGESTS)
        )
        name = f"b{time.time_ns()}"
        work = store.write(lambda tx, made=made, name=name: branches.add_branch(tx, made, name, owner))
        new = {item: Edit({"labels": [rng.choice(LABELS)]}, weight=rng.random()) for item in some}
        note = Note(owner, "by hand", made.position)
        theirs = store.write(lambda tx, a=(work, new, note): edits.edit(tx, *a, versions.DIGESTS))
        store.write(
            lambda tx, theirs=theirs: versions.merge(tx, main, theirs, source="b", message="merge", actor_id=owner)
        )


def kills(times: int) -> dict[str, Any]:
    """Kill a process that commits and merges; every version that is there afterwards is whole."""
    checked = 0
    with tempfile.TemporaryDirectory(prefix="handloom-bench-") as temporary:
        folder = Path(temporary) / "w"
        store, task, owner = workspace(folder, 2_000)
        store.write(lambda tx: commits.commit(tx, task, message="all", actor_id=owner, digests=versions.DIGESTS))
        store.close()
        seen = 0
        for _ in range(times):
            command = [sys.executable, "-m", "bench.versions", "--busy", str(folder)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(random.uniform(0.01, 0.6))
            process.send_signal(signal.SIGKILL)
            process.wait()
            with Store.open(folder) as again, again.read() as connection:
                loop.wire(again)
                found = rebuild.compare(connection, again.hooks)
                assert not found, found[:3]
                for row in connection.execute(sa.select(schema.commit_.c.id).where(schema.commit_.c.id > seen)).all():
                    one = commits.get(connection, row.id)
                    rows = list(commits.checkout(connection, one))
                    assert (one.digest, one.rows) == (dataset.of(rows), len(rows)), one
                    seen, checked = row.id, checked + 1
    return {"kills": times, "versions_checked": checked}


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--changes", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--busy", type=Path, help=argparse.SUPPRESS)
    parser.add_argument(
        "--waits", action="store_true", help="how long others wait beside a commit, in place of its cost"
    )
    parser.add_argument("--commit", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.busy:
        busy(args.busy)
    if args.commit:
        commit_beside(args.commit[0], Path(args.commit[1]))
        return {}
    out: dict[str, Any] = {}
    if args.rows:
        with tempfile.TemporaryDirectory(prefix="handloom-bench-") as temporary:
            base = Path(temporary) / "w"
            workspace(base, args.rows)[0].close()
            if args.waits:
                out["waits"] = {how: waits(base, how) for how in ("nothing", "once", "pieces")}
            else:
                out |= measure(base, args.rows, args.changes)
                out |= floor(Path(temporary) / "bare.sqlite", args.rows, args.changes)
                steps = ("commit", "change", "row_diff", "checkout_first")
                out["ratios"] = {name: round(out[f"{name}_cpu_s"] / out[f"floor_{name}_cpu_s"], 2) for name in steps}
    out |= kills(args.kills) if args.kills else {}
    print(out, flush=True)
    return out


if __name__ == "__main__":
    main()
