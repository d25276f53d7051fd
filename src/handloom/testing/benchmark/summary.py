"""What the curves of a grid say: areas, effort to a target, ranks over sets, each with its interval."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from ...evaluate.curves import area_under, labels_to
from .grid import FULL, Cell
from .suite import Set, Suite, declared

Results = Mapping[str, Mapping[str, Any]]
LEVEL = 0.95


def summary(suite: Suite, wanted: Sequence[Cell], results: Results, missing: Sequence[Set]) -> dict[str, Any]:
    """All that the report shows. ``blocks``: one per set and person, ``ranks`` over them.

    area: mean accuracy between the first batch and the end of the budget. An arm that did not reach the target within
    the budget counts with the budget, and ``reached`` says how many did. Intervals are 95 % t-intervals over the seeds.
    """
    full = {(c.set.name, c.seed): results[c.id]["full"]["accuracy"] for c in wanted if c.strategy == FULL}
    grouped: dict[tuple[str, str], list[Cell]] = {}
    for cell in wanted:
        if cell.strategy != FULL:
            grouped.setdefault((cell.set.name, cell.person.name), []).append(cell)
    blocks = [_block(suite, cells, results, full) for cells in grouped.values()]
    return {
        "suite": declared(suite),
        "digest": suite.digest,
        "missing": [one.name for one in missing],
        "versions": versions(),
        "blocks": blocks,
        **_ranks([b for b in blocks if b["arms"]]),
    }


def versions() -> dict[str, str]:
    """What the figures were made with."""
    names = ("handloom", "numpy", "scipy", "scikit-learn")
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}


def _block(
    suite: Suite, cells: Sequence[Cell], results: Results, full: Mapping[tuple[str, int], float]
) -> dict[str, Any]:
    one = cells[0].set
    arms: dict[str, list[Cell]] = {}
    for cell in cells:
        arms.setdefault(cell.strategy, []).append(cell)
    areas = {name: _areas(mine, results) for name, mine in arms.items()}
    best = max(float(area.mean()) for area in areas.values())
    shown = []
    for name, mine in arms.items():
        curves = [results[c.id]["curve"] for c in mine]
        goals = [suite.share * full[(one.name, c.seed)] for c in mine]
        arm: dict[str, Any] = {
            "strategy": name,
            "area": interval(areas[name]),
            "regret": round(best - float(areas[name].mean()), 5),
            "labels": _effort(curves, goals, "labels"),
            "seconds": _effort(curves, goals, "seconds"),
            "cpu_seconds": round(float(np.mean([results[c.id]["cpu_seconds"] for c in mine])), 2),
            "curve": _mean_curve(curves),
        }
        if one.target is not None:
            arm["labels_to_target"] = _effort(curves, [one.target] * len(curves), "labels")
        if "random" in areas and name != "random":
            arm["against_random"] = interval(areas[name] - areas["random"])
        shown.append(arm)
    score = interval(np.array([full[(one.name, seed)] for seed in range(suite.seeds)]))
    return {
        "set": one.name,
        "person": cells[0].person.name,
        "full": score,
        "target": one.target,
        "share": suite.share,
        "budget": one.budget,
        "batch": one.batch,
        "arms": sorted(shown, key=lambda a: -a["area"]["value"]),
    }


def _areas(cells: Sequence[Cell], results: Results) -> np.ndarray:
    """(seeds,) in order of the seed."""
    out = []
    for cell in sorted(cells, key=lambda c: c.seed):
        points = [(p["labels"], p["accuracy"]) for p in results[cell.id]["curve"]]
        area = area_under(points, upto=cell.set.budget)
        out.append(points[-1][1] if area is None else area)
    return np.array(out)


def interval(values: np.ndarray) -> dict[str, Any]:
    """Mean with its t-interval; without one for a single value."""
    mean, n = float(values.mean()), len(values)
    if n < 2:
        return {"value": round(mean, 5), "low": None, "high": None, "n": n}
    half = float(stats.t.ppf((1 + LEVEL) / 2, n - 1) * values.std(ddof=1) / n**0.5)
    return {"value": round(mean, 5), "low": round(mean - half, 5), "high": round(mean + half, 5), "n": n}


def _effort(curves: Sequence[Sequence[Mapping[str, float]]], goals: Sequence[float], of: str) -> dict[str, Any]:
    spent, reached = [], 0
    for curve, goal in zip(curves, goals, strict=True):
        found = labels_to([(point[of], point["accuracy"]) for point in curve], goal)
        reached += found is not None
        spent.append(curve[-1][of] if found is None else found)
    return {**interval(np.array(spent, dtype=np.float64)), "reached": reached}


def _mean_curve(curves: Sequence[Sequence[Mapping[str, float]]]) -> list[dict[str, Any]]:
    """The mean over the seeds where all of them have a point."""
    by_labels: dict[int, list[Mapping[str, float]]] = {}
    for curve in curves:
        for point in curve:
            by_labels.setdefault(int(point["labels"]), []).append(point)
    common = sorted(n for n, points in by_labels.items() if len(points) == len(curves))
    out = []
    for n in common:
        found = interval(np.array([p["accuracy"] for p in by_labels[n]]))
        f1 = float(np.mean([p["macro_f1"] for p in by_labels[n]]))
        seconds = float(np.mean([p["seconds"] for p in by_labels[n]]))
        out.append(
            {
                "labels": n,
                "seconds": round(seconds, 1),
                "accuracy": found["value"],
                "low": found["low"],
                "high": found["high"],
                "macro_f1": round(f1, 5),
            }
        )
    return out


def _ranks(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean rank of each arm by area over the blocks, and how far apart ranks have to be (Nemenyi 1963; Demsar 2006)."""
    names = sorted({arm["strategy"] for block in blocks for arm in block["arms"]})
    table = np.array([[_area(block, name) for name in names] for block in blocks])
    found: dict[str, Any] = {"ranks": [], "critical_difference": None, "friedman_p": None, "blocks_ranked": len(blocks)}
    if not len(blocks) or len(names) < 2:
        return found
    ranks = stats.rankdata(-table, axis=1).mean(axis=0)
    order = np.argsort(ranks, kind="stable")
    found["ranks"] = [{"strategy": names[i], "rank": round(float(ranks[i]), 3)} for i in order]
    if len(blocks) > 1 and len(names) > 2:
        k, n = len(names), len(blocks)
        wide = float(stats.studentized_range.ppf(LEVEL, k, np.inf)) / 2**0.5
        found["critical_difference"] = round(wide * (k * (k + 1) / (6 * n)) ** 0.5, 3)
        p = float(stats.friedmanchisquare(*table.T).pvalue)
        found["friedman_p"] = p if np.isfinite(p) else None
    return found


def _area(block: Mapping[str, Any], name: str) -> float:
    return next((arm["area"]["value"] for arm in block["arms"] if arm["strategy"] == name), -np.inf)
