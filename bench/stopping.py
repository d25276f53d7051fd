"""Does the forecast of the next answers hold? From every point of the curves of a `handloom bench` run, five batches ahead.

python -m bench.stopping FOLDER      where `handloom bench --out FOLDER` wrote its results
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from handloom.core.intervals import proportion
from handloom.select.stopping import forecast

AHEAD = 5
"""Batches that are looked ahead."""


def main(arguments: list[str]) -> dict[str, Any]:
    """By set: how often the 95 % interval held the gain that was seen, and how far the expected gain was off on average."""
    seen: dict[str, list[tuple[bool, float, float]]] = {}
    for line in (Path(arguments[0]) / "results.jsonl").read_text("utf-8").splitlines():
        cell = json.loads(line)
        points = [(p["labels"], p["accuracy"]) for p in cell.get("curve", ())]
        for end in range(6, len(points) - AHEAD, 3):
            more = points[end - 1 + AHEAD][0] - points[end - 1][0]
            found = forecast(points[:end], more, seconds_per_answer=1)
            if found is not None:
                gain = points[end - 1 + AHEAD][1] - points[end - 1][1]
                inside = found.low - 1e-9 <= gain <= found.high + 1e-9
                seen.setdefault(cell["set"], []).append((inside, abs(found.gain - gain), abs(gain)))
    out: dict[str, Any] = {}
    for name, rows in seen.items():
        held = proportion(sum(row[0] for row in rows), len(rows))
        off, usual = float(np.mean([row[1] for row in rows])), float(np.mean([row[2] for row in rows]))
        out[name] = {"held": held, "off": off, "usual_gain": usual}
        print(
            f"{name:14} held {held['value']:.3f} ({held['low']:.3f} to {held['high']:.3f}, n {held['n']}), "
            f"off by {100 * off:.2f} points where the gain was {100 * usual:.2f}"
        )
    return out


if __name__ == "__main__":
    main(sys.argv[1:])
