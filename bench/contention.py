"""How long a person's answer takes while 100k items are imported and a model is trained, again and again.

python -m bench.contention [--items 100000] [--answers 2000] [--people 4] [--no-import] [--no-training] [--quiet]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from . import serving

TASK = {"name": "intent", "kind": "text_class@1", "labels": ["a", "b", "c", "d"]}
MADE = {"tasks": [TASK], "settings": {"auto": False}}
PACE = 0.05
"""Seconds between two answers of one annotator: twenty a second, far above any person."""


def labelled(n: int) -> Iterator[bytes]:
    """Texts whose label can be learned from their words."""
    rows = []
    for k in range(n):
        label = "abcd"[k % 4]
        words = " ".join(
            f"{label}{(k * 7 + j * j) % 50}" if j % 3 == 0 else f"w{(k * 31 + j) % 900}" for j in range(25)
        )
        rows.append(json.dumps({"data": {"text": f"{k} {words}"}, "labels": {"intent": label}}))
    yield ("\n".join(rows) + "\n").encode()


def labelled_project(owner: serving.Connection, n: int) -> str:
    """A project with labels to train on and questions to answer."""
    project = owner.call("POST", "/projects", MADE | {"name": "train"})["id"]
    owner.lines(f"/projects/{project}/items", labelled(5000))
    more = serving.texts(2 * n)  # some become the living test set, which is not asked here
    owner.lines(f"/projects/{project}/items", more)
    left = n
    while left > 0:
        wish = {"task": "intent", "n": min(left, 1000), "strategy": "random"}
        left -= owner.call("POST", f"/projects/{project}/ask", wish)["questions"]
    return project


def import_again(port: int, token: str, body: bytes) -> None:
    """One import after the other, each into a project of its own, until the process is ended."""
    line, n = serving.Connection(port, token), 0
    while True:
        project = line.call("POST", "/projects", MADE | {"name": f"import {(n := n + 1)}"})["id"]
        line.lines(f"/projects/{project}/items", [body])


def train_again(port: int, token: str, project: str) -> None:
    """One training after the other, until the process is ended."""
    line = serving.Connection(port, token)
    while True:
        job = line.call("POST", f"/projects/{project}/train", {"task": "intent"})["id"]
        while (found := line.call("GET", f"/jobs/{job}"))["state"] in ("queued", "running"):
            time.sleep(0.2)
        assert found["state"] == "done", found


def answer_all(line: serving.Connection, project: str, waits: list[float]) -> None:
    """Claim and answer at the pace of `PACE` until no question is left; how long each answer took goes to ``waits``."""
    while questions := line.call("POST", f"/projects/{project}/claim", {"lane": "label", "n": 5})["questions"]:
        for question in questions:
            body = {"id": str(uuid.uuid4()), "question": question["id"], "value": {"labels": ["a"]}, "seconds": 1}
            began = time.perf_counter()
            line.call("POST", "/answers", body)
            waits.append(time.perf_counter() - began)
            time.sleep(PACE)


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--answers", type=int, default=2000)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--no-import", action="store_true", help="train only")
    parser.add_argument("--no-training", action="store_true", help="import only")
    parser.add_argument("--quiet", action="store_true", help="no import and no training, to compare with")
    args = parser.parse_args(arguments)
    with serving.serving() as server:
        project = labelled_project(server.connect(), args.answers)
        waits = list[float]()
        people = [
            threading.Thread(target=answer_all, args=(server.connect(token), project, waits))
            for token in server.people(args.people)
        ]
        # Processes of their own: an annotator's browser does not share an interpreter with whoever imports.
        import_, train = (import_again, (b"".join(serving.texts(args.items)),)), (train_again, (project,))
        wanted = [] if args.quiet else [import_] * (not args.no_import) + [train] * (not args.no_training)
        spawn = multiprocessing.get_context("spawn")
        busy = [spawn.Process(target=run, args=(server.port, server.token, *more)) for run, more in wanted]
        for process in busy:
            process.start()
        for thread in people:
            thread.start()
        for thread in people:
            thread.join()
        broken = [process.name for process in busy if not process.is_alive()]
        for process in busy:
            process.terminate()
            process.join()
        if broken:
            raise RuntimeError(f"the work beside the answers ended early: {broken}")
    waits.sort()
    out = {
        "answers": len(waits),
        "p50_ms": round(waits[len(waits) // 2] * 1000, 1),
        "p99_ms": round(waits[int(len(waits) * 0.99)] * 1000, 1),
        "worst_ms": round(waits[-1] * 1000, 1),
    }
    print(out, flush=True)
    return out


if __name__ == "__main__":
    main()
