"""Import of 100k texts, export of 100k labels, lists at the end of the pool: server CPU and memory.

python -m bench.bulk [--items 100000]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from typing import Any

from . import serving


def labelled(n: int) -> Iterator[bytes]:
    """The texts of `serving.texts`, each with a label."""
    for k, piece in enumerate(serving.texts(n)):
        rows = [json.loads(line) | {"labels": {"intent": {"labels": ["abcd"[k % 4]]}}} for line in piece.splitlines()]
        yield ("\n".join(map(json.dumps, rows)) + "\n").encode()


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    args = parser.parse_args(arguments)
    out: dict[str, Any] = {"items": args.items}
    with serving.serving() as server:
        owner = server.connect()
        task = {"name": "intent", "kind": "text_class@1", "labels": ["a", "b", "c", "d"]}
        settings = {"auto": False}
        for name, rows in (("import", serving.texts), ("import_with_labels", labelled)):
            project = owner.call("POST", "/projects", {"name": name, "tasks": [task], "settings": settings})["id"]
            pieces = list(rows(args.items))
            before, resident = serving.cpu(server.pid), serving.peak(server.pid)
            report = owner.lines(f"/projects/{project}/items", pieces)
            assert report["added"] == args.items, report
            out[f"{name}_cpu_s"] = round(serving.cpu(server.pid) - before, 2)
            out[f"{name}_extra_mb"] = round(serving.peak(server.pid) - resident, 1)
        for form in ("jsonl", "csv", "parquet"):
            before, resident = serving.cpu(server.pid), serving.peak(server.pid)
            size = sum(map(len, owner.read(f"/projects/{project}/export?what=labels&format={form}")))
            out[f"export_{form}_cpu_s"] = round(serving.cpu(server.pid) - before, 2)
            out[f"export_{form}_extra_mb"] = round(serving.peak(server.pid) - resident, 1)
            assert size > args.items
        cursor, slowest = "", 0.0
        for _ in range(50):
            began = time.perf_counter()
            page = owner.call("GET", f"/projects/{project}/items?limit=200{cursor}")
            slowest = max(slowest, time.perf_counter() - began)
            cursor = f"&cursor={page['next']}"
        out["list_page_slowest_ms"] = round(slowest * 1000, 1)
    print(out, flush=True)
    return out


if __name__ == "__main__":
    main()
