"""Our arm of `bench.selection`. Arguments: folder of the arrays, strategy, how many to pick.

``floor`` is not a strategy: the products of the matrix with one row after the other that a plain k-centre cannot do
without, and ``plain`` is that k-centre, one pass per pick, for the same picks.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from handloom import select

MOST_PASSES = 200
"""Passes that are timed of the floor and of the plain k-centre; the rest is of the same cost and is counted."""


def spent() -> float:
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def memory(field: str) -> float:
    """A line of the kernel's account of this process in MB: VmRSS (now) or VmHWM (the highest since `forget`)."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 1024


def forget() -> float:
    """Let the highest memory count from now on; MB in use."""
    Path("/proc/self/clear_refs").write_text("5", "utf-8")
    return memory("VmRSS")


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    begun = spent()
    found = function()
    return spent() - begun, found


def floor(vectors: np.ndarray, n: int) -> float:
    """CPU seconds of n products of the matrix with a row."""
    passes = min(n, MOST_PASSES)
    out = np.empty(len(vectors), dtype=np.float32)
    return timed(lambda: [np.dot(vectors, vectors[i], out=out) for i in range(passes)])[0] * n / passes


def plain(vectors: np.ndarray, first: int, n: int) -> tuple[float, list[int]]:
    """CPU seconds of a k-centre with one pass per pick, and its picks as far as it was timed."""
    square = np.einsum("ij,ij->i", vectors, vectors)
    passes = min(n, MOST_PASSES)

    def pick() -> list[int]:
        gap = np.full(len(vectors), np.inf, dtype=np.float32)
        chosen = [first]
        for _ in range(passes - 1):
            near = vectors @ vectors[chosen[-1]]
            near *= -2
            near += square + square[chosen[-1]]
            np.minimum(gap, near, out=gap)
            gap[chosen[-1]] = -1
            chosen.append(int(gap.argmax()))
        return chosen

    cpu, chosen = timed(pick)
    return cpu * n / passes, chosen


def main(arguments: Sequence[str]) -> dict[str, Any]:
    folder, name, n = Path(arguments[0]), arguments[1], int(arguments[2])
    vectors, chances = np.load(folder / "vectors.npy"), np.load(folder / "chances.npy")
    rng = np.random.default_rng(0)
    ways: dict[str, Callable[[], list[Any]]] = {
        "random": lambda: select.random(len(vectors), n, rng=rng),
        "margin": lambda: select.margin(chances, n, rng=rng),
        "least_confidence": lambda: select.least_confidence(chances, n, rng=rng),
        "entropy": lambda: select.entropy(chances, n, rng=rng),
        "density": lambda: select.density(vectors, chances, n, rng=rng),
        "k_center": lambda: select.k_center(vectors, n, rng=rng),
        "badge": lambda: select.badge(vectors, chances, n, rng=rng),
        "typiclust": lambda: select.typiclust(vectors, n, rng=rng),
        "cluster_margin": lambda: select.cluster_margin(vectors, chances, n, rng=rng),
        "prob_cover": lambda: select.prob_cover(vectors, n, rng=rng),
    }
    before = forget()
    cpu, picks = timed(ways[name])
    found: dict[str, Any] = {"cpu_s": cpu, "extra_mb": memory("VmHWM") - before, "peak_mb": memory("VmHWM")}
    assert len({p.index for p in picks}) == n
    if name == "k_center":
        found["radius"] = picks[-1].score
        found["floor_cpu_s"] = floor(vectors, n)
        found["plain_cpu_s"], same = plain(vectors, picks[0].index, n)
        found["picks_as_plain"] = sum(p.index == q for p, q in zip(picks, same, strict=False)) / len(same)
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
