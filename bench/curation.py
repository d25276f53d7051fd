"""Labels renamed, split and taken back, and items erased, in a project of 100k labelled texts: CPU, and the longest write.

python -m bench.curation [--items 100000] [--erased 100]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from handloom import create
from handloom.store import Store


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--erased", type=int, default=100)
    args = parser.parse_args(arguments)
    out: dict[str, Any] = {"items": args.items, "erased": args.erased}
    with tempfile.TemporaryDirectory() as folder, create(Path(folder) / "w")[0] as site:
        task = {"name": "intent", "kind": "text_class@1", "labels": ["a", "b", "c", "d"]}
        project = site.create_project("texts", [task], {"auto": False})
        project.add_items(
            {
                "key": f"k{k}",
                "data": {"text": f"number {k} of many texts, each a little other"},
                "labels": {"intent": "abcd"[k % 4]},
            }
            for k in range(args.items)
        )
        project.dataset.commit("first")
        longest = _longest(site.store)
        made: dict[str, Any] = {}
        steps: dict[str, Callable[[], Any]] = {
            "rename": lambda: made.update(project.labels.rename("a", "first", "why")),
            "undo": lambda: project.labels.undo(made["id"], "why"),
            "split": lambda: project.labels.split("b", ["b1", "b2"], "why"),
            "erase": lambda: project.curation.erase("why", keys=[f"k{k}" for k in range(args.erased)]),
        }
        for name, step in steps.items():
            longest[0], before = 0.0, time.process_time()
            step()
            out[f"{name}_cpu_s"] = round(time.process_time() - before, 2)
            out[f"{name}_longest_write_s"] = round(longest[0], 3)
    print(out, flush=True)
    return out


def _longest(store: Store) -> list[float]:
    """A cell that holds the longest time that a write of the store has taken."""
    cell, write = [0.0], store.write

    def timed(unit: Any) -> Any:
        began = time.perf_counter()
        try:
            return write(unit)
        finally:
            cell[0] = max(cell[0], time.perf_counter() - began)

    store.write = timed  # type: ignore[method-assign]
    return cell


if __name__ == "__main__":
    main()
