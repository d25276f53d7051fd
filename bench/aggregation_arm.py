"""One arm of bench/aggregation.py, run by the interpreter of whoever is measured.

aggregation_arm.py handloom|crowd-kit speed|labels ANSWERS.npz      prints one JSON object
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import numpy as np

ITERATIONS = 10


def peak() -> float:
    """Most memory so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(run: Any) -> tuple[Any, dict[str, float]]:
    """(result, CPU seconds and memory beyond what was there before)."""
    memory, began = peak(), time.process_time()
    found = run()
    return found, {"cpu_s": round(time.process_time() - began, 3), "extra_mb": round(peak() - memory, 1)}


def share_right(labels: np.ndarray, truth: np.ndarray) -> float:
    known = truth >= 0
    return round(float(np.mean(labels[known] == truth[known])), 4)


def ours(what: str, data: Any) -> dict[str, Any]:
    from handloom.resolve import aggregate

    def run(method: Any, **options: Any) -> Any:
        return method(aggregate.votes(data["actors"], data["items"], data["values"]), **options)

    if what == "speed":
        few = np.arange(20)
        aggregate.dawid_skene(aggregate.votes(few, few, few % 5))  # loads what is loaded on first use
        found, cost = timed(lambda: run(aggregate.dawid_skene, strength=4.0, iterations=ITERATIONS))
        chosen, choosing = timed(lambda: run(aggregate.auto))
        return {
            "dawid_skene": cost
            | {"accuracy": share_right(found.labels, data["truth"]), "iterations": found.iterations},
            "auto": choosing | {"accuracy": share_right(chosen.labels, data["truth"]), "method": chosen.method},
        }
    return {
        name: share_right(run(aggregate.METHODS[name]).labels, data["truth"])
        for name in ("majority", "dawid_skene", "one_coin", "glad", "mace", "auto")
    }


def crowd_kit(what: str, data: Any) -> dict[str, Any]:
    import pandas as pd
    from crowdkit.aggregation import GLAD, MACE, DawidSkene, MajorityVote, OneCoinDawidSkene

    frame = pd.DataFrame({"worker": data["actors"], "task": data["items"], "label": data["values"]})

    def right(found: Any) -> float:
        labels = np.full(data["truth"].size, -2)
        labels[found.index.to_numpy()] = found.to_numpy()
        return share_right(labels, data["truth"])

    if what == "speed":
        DawidSkene(n_iter=2).fit_predict(frame.iloc[:200])
        found, cost = timed(lambda: DawidSkene(n_iter=ITERATIONS, tol=0.0).fit_predict(frame))
        return {"dawid_skene": cost | {"accuracy": right(found), "iterations": ITERATIONS}}
    methods = {
        "majority": MajorityVote(),
        "dawid_skene": DawidSkene(n_iter=100),
        "one_coin": OneCoinDawidSkene(n_iter=100),
        "glad": GLAD(n_iter=100),
        "mace": MACE(n_restarts=2, n_iter=20, random_state=0),
    }
    return {name: right(method.fit_predict(frame)) for name, method in methods.items() if _fits(name, data)}


def _fits(name: str, data: Any) -> bool:
    """GLAD and MACE of this peer need minutes beyond some thousand answers."""
    return name not in ("glad", "mace") or data["actors"].size <= 5_000


if __name__ == "__main__":
    who, what, file = sys.argv[1:]
    print(json.dumps((ours if who == "handloom" else crowd_kit)(what, np.load(file))))
