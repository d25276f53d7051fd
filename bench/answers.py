"""Server CPU per answer, claims of 5 included: 10k and 1M items, 1 and 16 annotators; no question handed out twice.

python -m bench.answers [--items 10000 1000000] [--people 1 16] [--answers 4000]
"""

from __future__ import annotations

import argparse
import collections
import threading
import time
import uuid
from typing import Any

from . import serving


def one_case(items: int, people: int, answers: int) -> dict[str, Any]:
    """Every annotator claims 5, answers 5, without a pause, until the questions are used up."""
    with serving.serving() as server:
        owner = server.connect()
        task = {"name": "intent", "kind": "text_class@1", "labels": ["a", "b", "c", "d"]}
        settings = {"auto": False, "test_share": 0.0, "suggestions": False}
        project = owner.call("POST", "/projects", {"name": "bench", "tasks": [task], "settings": settings})["id"]
        owner.lines(f"/projects/{project}/items", serving.texts(items))
        left = answers
        while left > 0:
            left -= owner.call(
                "POST", f"/projects/{project}/ask", {"task": "intent", "n": min(left, 1000), "strategy": "random"}
            )["questions"]
        handed: collections.Counter[str] = collections.Counter()
        waits: list[float] = []
        lock = threading.Lock()

        def work(token: str) -> None:
            line = server.connect(token)
            mine: list[str] = []
            times: list[float] = []
            while True:
                questions = line.call("POST", f"/projects/{project}/claim", {"lane": "label", "n": 5})["questions"]
                if not questions:
                    break
                for question in questions:
                    mine.append(question["id"])
                    began = time.perf_counter()
                    value = {"labels": [question["labels"][len(mine) % 4]]}
                    body = {"id": str(uuid.uuid4()), "question": question["id"], "value": value, "seconds": 1.5}
                    line.call("POST", "/answers", body)
                    times.append(time.perf_counter() - began)
            with lock:
                handed.update(mine)
                waits.extend(times)

        threads = [threading.Thread(target=work, args=(token,)) for token in server.people(people)]
        before = serving.cpu(server.pid)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = serving.cpu(server.pid) - before
        waits.sort()
        return {
            "items": items,
            "annotators": people,
            "answers": len(waits),
            "cpu_ms_per_answer": round(spent / len(waits) * 1000, 3),
            "p50_ms": round(waits[len(waits) // 2] * 1000, 2),
            "p99_ms": round(waits[int(len(waits) * 0.99)] * 1000, 2),
            "handed_twice": sum(n > 1 for n in handed.values()),
        }


def main(arguments: list[str] | None = None) -> list[dict[str, Any]]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--people", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--answers", type=int, default=4000)
    args = parser.parse_args(arguments)
    rows = []
    for items in args.items:
        for people in args.people:
            rows.append(one_case(items, people, args.answers))
            print(rows[-1], flush=True)
    return rows


if __name__ == "__main__":
    main()
