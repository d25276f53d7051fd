"""What choosing 1,000 of many items costs, beside modAL, scikit-activeml and small-text, and beside the physical floor.

    python -m bench.selection [--rows 100000] [--n 1000] [--peers] [--large]

Each arm is a process of its own with one thread; CPU seconds and growth of the resident set over the loaded arrays. Peers
that take minutes pick fewer, and what they would take for all is projected in proportion, marked with ~. The floor is
measured in the process of k_center.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from . import peers

ARMS = Path(__file__).resolve().parent / "arms"
OURS = (
    "random", "margin", "least_confidence", "entropy", "density", "k_center", "badge", "typiclust", "cluster_margin",
    "prob_cover",
)  # fmt: skip
THEIRS = {
    "modAL:margin": None,
    "modAL:entropy": None,
    "scikit-activeml:margin": None,
    "scikit-activeml:k_center": 50,
    "scikit-activeml:typiclust": 20,
    "small-text:k_center": 50,
}
"""Peers' arms and how many they pick; None for all. scikit-activeml's BADGE is left out: 50 picks take more than 150 s."""
CLUSTERS, LATENT, WIDTH, CLASSES = 200, 32, 384, 10


def arrays(folder: Path, rows: int) -> None:
    """Unit vectors in 200 clusters of a 32-dimensional space, and probabilities of ten classes; written in parts."""
    rng = np.random.default_rng(0)
    middle = rng.standard_normal((CLUSTERS, LATENT)).astype(np.float32)
    spread = rng.standard_normal((LATENT, WIDTH)).astype(np.float32)
    heads = 3 * rng.standard_normal((WIDTH, CLASSES)).astype(np.float32)
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", "w+", np.float32, (rows, WIDTH))
    chances = np.lib.format.open_memmap(folder / "chances.npy", "w+", np.float32, (rows, CLASSES))
    for begin in range(0, rows, 50_000):
        count = min(50_000, rows - begin)
        noise = 0.5 * rng.standard_normal((count, LATENT)).astype(np.float32)
        part = (middle[rng.integers(CLUSTERS, size=count)] + noise) @ spread
        part /= np.linalg.norm(part, axis=1, keepdims=True)
        logits = part @ heads
        each = np.exp(logits - logits.max(axis=1, keepdims=True))
        vectors[begin : begin + count] = part
        chances[begin : begin + count] = each / each.sum(axis=1, keepdims=True)
    vectors.flush()
    chances.flush()


def measured(folder: Path, names: list[str], n: int, found: dict[str, Any]) -> None:
    """Our strategies; prints a line each."""
    for name in names:
        one = peers.child(sys.executable, ARMS / "select_ours.py", folder, name, n)
        found[name] = one
        more = ""
        if name == "k_center":
            ratio, plain = one["cpu_s"] / one["floor_cpu_s"], one["cpu_s"] / one["plain_cpu_s"]
            more = f"  {ratio:.2f} x the floor, {plain:.2f} x one pass per pick; {one['picks_as_plain']:.0%} the same picks"
        if name == "badge" and "k_center" in found:
            more = f"  {one['cpu_s'] / found['k_center']['cpu_s']:.2f} x k_center"
        print(f"{name:24} {one['cpu_s']:8.3f} CPU-s  +{one['extra_mb']:5.0f} MB{more}", flush=True)


def compared(folder: Path, n: int, found: dict[str, Any]) -> None:
    """The peers; prints a line each."""
    for name, fewer in THEIRS.items():
        peer, _, kind = name.partition(":")
        count = fewer or n
        try:
            one = peers.arm(peer, ARMS / "select_peers.py", folder, name, count)
        except subprocess.CalledProcessError as error:
            print(f"{name:24} failed with {error.returncode}", flush=True)
            continue
        one |= {"picked": count, "cpu_s_of_all": one["cpu_s"] * n / count}
        found[name] = one
        mark = "~" if count < n else " "
        ratio = one["cpu_s_of_all"] / found[kind]["cpu_s"]
        print(
            f"{name:24}{mark}{one['cpu_s_of_all']:8.3f} CPU-s  +{one['extra_mb']:5.0f} MB  {ratio:.0f} x ours",
            flush=True,
        )


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--only", help="our strategies, with commas")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--large", action="store_true", help="also a million rows, ours only")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    names = options.only.split(",") if options.only else list(OURS)
    out: dict[str, Any] = {}
    for rows in (options.rows, 1_000_000)[: 2 if options.large else 1]:
        found: dict[str, Any] = out.setdefault(f"{rows}", {})
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            arrays(folder, rows)
            print(f"{options.n:,} of {rows:,} x {WIDTH}, {CLASSES} classes", flush=True)
            measured(folder, names, options.n, found)
            if not options.no_peers and rows == options.rows:
                compared(folder, options.n, found)
    if options.out:
        options.out.write_text(json.dumps(out, indent=1), "utf-8")
    return out


if __name__ == "__main__":
    main()
