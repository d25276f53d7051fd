"""How long a person's answer takes while 100k items are imported and a model is trained.

python -m bench.contention [--items 100000]
"""

from __future__ import annotations

import argparse
import json
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from . import serving

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


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    args = parser.parse_args(arguments)
    with serving.serving() as server:
        owner = server.connect()
        task = {"name": "intent", "kind": "text_class@1", "labels": ["a", "b", "c", "d"]}
        made = {"name": "train", "tasks": [task], "settings": {"auto": False}}
        project = owner.call("POST", "/projects", made)["id"]
        owner.lines(f"/projects/{project}/items", labelled(5000))
        owner.lines(f"/projects/{project}/items", serving.texts(4000))
        for _ in range(4):
            owner.call("POST", f"/projects/{project}/ask", {"task": "intent", "n": 1000, "strategy": "random"})
        other = owner.call("POST", "/projects", made | {"name": "import"})["id"]
        busy = {"import": True, "train": True}

        def bring_in() -> None:
            server.connect().lines(f"/projects/{other}/items", serving.texts(args.items))
            busy["import"] = False

        def train() -> None:
            line = server.connect()
            job = line.call("POST", f"/projects/{project}/train", {"task": "intent"})["id"]
            while (found := line.call("GET", f"/jobs/{job}"))["state"] in ("queued", "running"):
                time.sleep(0.2)
            busy["train"] = False
            assert found["state"] == "done", found

        threads = [threading.Thread(target=bring_in), threading.Thread(target=train)]
        for thread in threads:
            thread.start()
        waits: list[float] = []
        line = server.connect(server.people(1)[0])
        while busy["import"] or busy["train"]:
            questions = line.call("POST", f"/projects/{project}/claim", {"lane": "label", "n": 5})["questions"]
            for question in questions:
                body = {"id": str(uuid.uuid4()), "question": question["id"], "value": {"labels": ["a"]}, "seconds": 1}
                began = time.perf_counter()
                line.call("POST", "/answers", body)
                waits.append(time.perf_counter() - began)
                time.sleep(PACE)
            if not questions:
                break
        for thread in threads:
            thread.join()
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
