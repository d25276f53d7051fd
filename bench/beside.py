"""How long a person's answer takes while labels are renamed and split, and while a bundle is imported.

python -m bench.beside [--items 100000] [--bundle 100000]

One annotator answers twenty times a second in the very project whose labels change. A quarter of its items are concerned.
Each thing is done by another connection to the same server; CPU is the server's while it lasts.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import bundles, serving

TASK = {"name": "intent", "kind": "text_class@1", "labels": ["a", "b", "c", "d"]}
MADE = {"name": "texts", "tasks": [TASK], "settings": {"auto": False, "test_share": 0.0}}
PACE = 0.05
"""Seconds between two answers: twenty a second, far above any person."""
QUESTIONS = 4_000


def labelled(n: int) -> Iterator[bytes]:
    """Short texts with a label each."""
    for start in range(0, n, 1000):
        rows = [
            {"key": f"k{k}", "data": {"text": f"number {k} of many texts"}, "labels": {"intent": "abcd"[k % 4]}}
            for k in range(start, min(n, start + 1000))
        ]
        yield ("\n".join(map(json.dumps, rows)) + "\n").encode()


class Annotator(threading.Thread):
    """Answers at the pace of `PACE` until told to stop. waits: seconds of each answer, with when it was sent."""

    def __init__(self, line: serving.Connection, project: str) -> None:
        super().__init__(daemon=True)
        self.line, self.project = line, project
        self.waits: list[tuple[float, float]] = []
        self.stop = False

    def run(self) -> None:
        while not self.stop:
            for question in self.line.call("POST", f"/projects/{self.project}/claim", {"n": 5})["questions"]:
                body = {"id": str(uuid.uuid4()), "question": question["id"], "value": {"labels": ["d"]}, "seconds": 1}
                began = time.perf_counter()
                self.line.call("POST", "/answers", body)
                self.waits.append((began, time.perf_counter() - began))
                time.sleep(PACE)


def beside(server: serving.Server, annotator: Annotator, work: Callable[[], Any]) -> dict[str, Any]:
    """Do it, and tell how long answers took meanwhile."""
    time.sleep(1)
    began, cpu = time.perf_counter(), serving.cpu(server.pid)
    work()
    ended = time.perf_counter()
    used = serving.cpu(server.pid) - cpu
    while annotator.is_alive() and annotator.waits[-1][0] <= ended:  # the answer that is under way counts too
        time.sleep(0.05)
    waits = sorted(wait for at, wait in annotator.waits if began - 1 <= at <= ended)
    return {
        "elapsed_s": round(ended - began, 2),
        "server_cpu_s": round(used, 2),
        "answers": len(waits),
        "p50_ms": round(waits[len(waits) // 2] * 1000, 1),
        "worst_ms": round(waits[-1] * 1000, 1),
    }


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--bundle", type=int, default=100_000)
    args = parser.parse_args(arguments)
    out: dict[str, Any] = {"items": args.items, "bundle": args.bundle}
    with serving.serving() as server, tempfile.TemporaryDirectory(prefix="handloom-bench-") as temporary:
        folder = Path(temporary)
        if args.bundle:
            bundles.make(folder, args.bundle)
            bundles.write(folder, args.bundle)
        project = server.connect().call("POST", "/projects", MADE)["id"]
        server.connect().lines(f"/projects/{project}/items", labelled(args.items))
        server.connect().lines(f"/projects/{project}/items", serving.texts(QUESTIONS))
        server.connect().call("POST", f"/projects/{project}/commits", {"task": "intent", "message": "first"})
        for _ in range(0, QUESTIONS, 1000):
            server.connect().call(
                "POST", f"/projects/{project}/ask", {"task": "intent", "n": 1000, "strategy": "random"}
            )
        annotator = Annotator(server.connect(server.people(1)[0]), project)
        annotator.start()
        path = f"/projects/{project}/tasks/intent/migrations"
        rename = {"kind": "rename", "labels": ["a"], "into": ["first"], "reason": "why"}
        split = {"kind": "split", "labels": ["b"], "into": ["b1", "b2"], "reason": "why"}
        work: dict[str, Callable[[], Any]] = {
            "nothing": lambda: time.sleep(5),
            "rename": lambda: out.update(made=server.connect().call("POST", path, rename)["id"]),
            "undo": lambda: server.connect().call("POST", f"{path}/{out.pop('made')}/undo", {"reason": "why"}),
            "split": lambda: server.connect().call("POST", path, split),
        }
        if args.bundle:
            work["bundle import"] = lambda: server.connect().call(
                "POST", "/bundles", (folder / "a.bundle").read_bytes()
            )
        for name, one in work.items():
            out[name] = beside(server, annotator, one)
            print(name, out[name], flush=True)
        annotator.stop = True
        annotator.join()
    print(out, flush=True)
    return out


if __name__ == "__main__":
    main()
