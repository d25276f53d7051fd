"""A large project as one file: written, looked at, brought into an empty workspace, united with itself.

python -m bench.bundles [--rows 200000]

CPU seconds of each step in a process of its own, and the most memory it took. Items are small (a key and a few words),
each with one label, one answer and one row of a version.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from handloom import loop
from handloom.jobs import versions
from handloom.store import Store, commits, people
from handloom.store.bundle import reading, uniting, writing

from .versions import workspace


def make(folder: Path, rows: int) -> None:
    """The project, with one version."""
    store, task, owner = workspace(folder / "w", rows)
    store.write(lambda tx: commits.commit(tx, task, message="all", actor_id=owner, digests=versions.DIGESTS))
    store.close()


def write(folder: Path, _rows: int) -> None:
    with Store.open(folder / "w") as store, (folder / "a.bundle").open("wb") as file:
        for piece in writing.pieces(store, 1, "0"):
            file.write(piece)


def read(folder: Path, _rows: int) -> None:
    with Store.create(folder / "new") as store:
        loop.wire(store)
        owner = store.write(lambda tx: people.add(tx, name="owner", kind="person", role="owner")).id
        reading.bring(store, folder / "a.bundle", owner)


def unite(folder: Path, _rows: int) -> None:
    uniting.unite(folder / "a.bundle", folder / "a.bundle", folder / "b.bundle")


STEPS = {"make": make, "export": write, "import": read, "merge with itself": unite}


def step(name: str, folder: Path, rows: int) -> dict[str, float]:
    """Run a step and say what it took: this process does nothing else."""
    before = time.process_time()
    STEPS[name](folder, rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu_s": round(time.process_time() - before, 1), "peak_mb": round(peak)}


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.step:
        print(json.dumps(step(args.step, args.folder, args.rows)))
        return {}
    out: dict[str, Any] = {"rows": args.rows}
    with tempfile.TemporaryDirectory(prefix="handloom-bench-") as temporary:
        folder = Path(temporary)
        for name in STEPS:
            command = [
                sys.executable,
                "-m",
                "bench.bundles",
                "--rows",
                str(args.rows),
                "--step",
                name,
                "--folder",
                str(folder),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ})
            out[name] = json.loads(done.stdout.splitlines()[-1])
            print(name, out[name], flush=True)
        out["database_mb"] = round((folder / "w" / "handloom.sqlite").stat().st_size / 1e6)
        out["bundle_mb"] = round((folder / "a.bundle").stat().st_size / 1e6)
    print(out, flush=True)
    return out


if __name__ == "__main__":
    main()
