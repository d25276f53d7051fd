"""Writes what crowd-kit makes of a simulated crowd, for tests/unit/resolve/test_oracle.py to compare ours with.

PYTHON tools/crowd_oracle.py      with the interpreter of an environment that has crowd-kit 1.4.2 (bench/peers.py makes one)

A file instead of the package itself, because that brings half a gigabyte into an environment in which nothing else needs it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-not-found]  # of the peer's environment
from crowdkit.aggregation import GLAD, MACE, DawidSkene, MajorityVote, OneCoinDawidSkene  # type: ignore[import-not-found]

OUT = Path(__file__).resolve().parent.parent / "tests" / "unit" / "resolve" / "crowd_oracle.json"
ITEMS, ACTORS, CLASSES, PER_ITEM = 200, 12, 3, 6


def main() -> None:
    rng = np.random.default_rng(42)
    truth = rng.integers(0, CLASSES, ITEMS)
    skills = np.linspace(0.45, 0.95, ACTORS)
    who = np.concatenate([rng.permutation(ACTORS)[:PER_ITEM] for _ in range(ITEMS)])
    which = np.repeat(np.arange(ITEMS), PER_ITEM)
    wrong = (truth[which] + rng.integers(1, CLASSES, which.size)) % CLASSES
    said = np.where(rng.random(which.size) < skills[who], truth[which], wrong)
    frame = pd.DataFrame({"worker": who, "task": which, "label": said})
    methods: dict[str, Any] = {
        "majority": MajorityVote(),
        "dawid_skene": DawidSkene(n_iter=100),
        "one_coin": OneCoinDawidSkene(n_iter=100),
        "glad": GLAD(n_iter=100),
        "mace": MACE(n_restarts=5, n_iter=50, random_state=0),
    }
    found = {name: _told(method.fit(frame)) for name, method in methods.items()}
    answers = {"actors": who.tolist(), "items": which.tolist(), "values": said.tolist(), "truth": truth.tolist()}
    OUT.write_text(json.dumps({"classes": CLASSES, **answers, "crowd_kit": found}) + "\n")


def _told(method: Any) -> dict[str, Any]:
    """labels (items,), and posteriors (items, classes) to four digits."""
    chances = method.probas_.sort_index(axis=0).sort_index(axis=1).to_numpy()
    return {"labels": method.labels_.sort_index().tolist(), "posteriors": np.round(chances, 4).tolist()}


if __name__ == "__main__":
    main()
