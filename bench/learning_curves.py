"""Replayed labelling: how many labels each strategy needs, on real data, with the built-in encoders and learner.

    python bench/learning_curves.py --sets digits,snips --strategies random,auto --seeds 5 --out curves.json

Answers come from the data's own labels. Each arm starts with no label and asks in batches; after each batch the default learner
is fitted anew and measured on test items that no arm may pick. Encoders see the pool's unlabelled items only.
Real data is read from $HANDLOOM_DATA or from shared/data beside the repository; digits come with scikit-learn.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image
from scipy.stats import t
from sklearn.datasets import load_digits

from handloom.core import registry
from handloom.core.arrays import Features, Indices
from handloom.core.protocols import Content, Pool
from handloom.evaluate import area_under, labels_to, proportion
from handloom.select import mix

STRATEGIES = ("random", "margin", "least_confidence", "typiclust", "auto")


@dataclass(frozen=True)
class Case:
    """A data set: items, their class numbers, and which are test items (None: a random half per seed)."""

    kind: str
    items: list[Content]
    labels: Indices
    test: np.ndarray | None
    batch: int
    budget: int
    target: float | None = None


def data(name: str) -> Path:
    """A file of the real data."""
    given = os.environ.get("HANDLOOM_DATA")
    return (Path(given) if given else Path(__file__).resolve().parents[2] / "shared" / "data") / name


def texts(name: str, text: str, label: str, held_out: tuple[str, ...], batch: int, budget: int) -> Case:
    """A case from a parquet file; ``text`` may join columns with a plus."""
    table = pq.read_table(data(f"text/{name}.parquet")).to_pydict()
    columns = [table[c] for c in text.split("+")]
    items = [Content({"text": " ".join(p or "" for p in parts)}, _nothing) for parts in zip(*columns, strict=True)]
    labels = np.unique(np.array(table[label]), return_inverse=True)[1].astype(np.int64)
    test = np.isin(table["split"], held_out) if held_out else None
    return Case("text_class@1", items, labels, test, batch, budget)


def _nothing(digest: str) -> bytes:
    raise KeyError(digest)


def pictures(blobs: list[bytes], labels: Indices, batch: int, budget: int, target: float | None = None) -> Case:
    """A case from the bytes of image files."""
    items = [Content({"image": {"blob": str(i)}}, lambda key: blobs[int(key)]) for i in range(len(blobs))]
    return Case("image_class@1", items, labels, None, batch, budget, target)


def digits() -> Case:
    """Scikit-learn's 8 x 8 digits as grey PNG files; labels to accuracy 0.924 on a held-out half, in batches of 10."""
    given: Any = load_digits()
    blobs = []
    for image in given.images:
        file = io.BytesIO()
        Image.fromarray(np.rint(image * 255 / 16).astype(np.uint8)).save(file, "PNG")
        blobs.append(file.getvalue())
    return pictures(blobs, given.target.astype(np.int64), 10, 300, 0.924)


def sign_digits() -> Case:
    """Photographs of hands, 100 x 100 JPEG."""
    with zipfile.ZipFile(data("images/sign_digits.zip")) as archive:
        names = sorted(n for n in archive.namelist() if n.lower().endswith(".jpg"))
        blobs = [archive.read(n) for n in names]
    return pictures(blobs, np.array([int(n.split("/")[-2]) for n in names]), 20, 800)


CASES: dict[str, Callable[[], Case]] = {
    "digits": digits,
    "sign_digits": sign_digits,
    "sms_spam": lambda: texts("sms_spam", "text", "label", (), 20, 800),
    "snips": lambda: texts("snips_intents_slots", "text", "label", ("validate",), 20, 800),
    "mwml": lambda: texts("mwml_projects", "title+description", "tag", ("holdout",), 20, 700),
    "banking77": lambda: texts("banking77", "text", "label", ("test",), 100, 5000),
}


@cache
def prepared(name: str) -> tuple[Case, np.ndarray]:
    """The case and its targets, (n, classes) of 0 and 1; read once per process."""
    case = CASES[name]()
    return case, np.eye(int(case.labels.max()) + 1, dtype=np.float32)[case.labels]


@cache
def encoded(name: str, seed: int) -> tuple[Features, Features, Indices, Indices]:
    """Features of pool and test, and their row numbers. The test half depends on the seed only where the data has no split."""
    case, _ = prepared(name)
    if case.test is None:
        order = np.random.default_rng(seed).permutation(len(case.labels))
        half = len(order) // 2
        test, pool = np.sort(order[:half]), np.sort(order[half:])
    else:
        test, pool = np.flatnonzero(case.test), np.flatnonzero(~case.test)
    encoder = registry.find("tasks", case.kind).encoder({})
    encoder.fit([case.items[i] for i in pool])
    return encoder.encode([case.items[i] for i in pool]), encoder.encode([case.items[i] for i in test]), pool, test


def score(name: str, seed: int, known: Indices) -> tuple[float, Any]:
    """Test accuracy after learning from these pool rows, and the learner."""
    case, targets = prepared(name)
    features, held_out, pool, test = encoded(name, seed if case.test is None else 0)
    learner = registry.find("tasks", case.kind).learner({})
    learner.fit(features.take(known), targets[pool[known]], weights=None, rng=np.random.default_rng(seed))
    return float((learner.predict(held_out).argmax(axis=1) == case.labels[test]).mean()), learner


def full_score(job: tuple[str, int]) -> float:
    """Test accuracy after learning from the whole pool."""
    name, seed = job
    case, _ = prepared(name)
    pool = encoded(name, seed if case.test is None else 0)[2]
    return score(name, seed, np.arange(len(pool)))[0]


def arm(job: tuple[str, str, int, float, float]) -> dict[str, Any]:
    """One strategy on one data set with one seed, until the target is met or the budget spent."""
    name, strategy, seed, random_share, stop = job
    case, _ = prepared(name)
    features, _, pool, _ = encoded(name, seed if case.test is None else 0)
    chooser = registry.find("strategies", strategy)
    rng = np.random.default_rng(1000 + seed)
    known = np.zeros(0, dtype=np.int64)
    learner = None
    curve: list[tuple[int, float]] = []
    seconds = 0.0
    while len(known) < min(case.budget, len(pool)) and (not curve or len(curve) < 3 or max(a for _, a in curve) < stop):
        begun = time.process_time()
        chances = learner.predict(features) if learner else None
        free = np.setdiff1d(np.arange(len(pool)), known)
        labels = case.labels[pool[known]]

        def choose(rest: Indices, n: int, chances=chances, known=known, labels=labels) -> list[Any]:
            return chooser.pick(Pool(features, chances, known, labels, rest), n, rng=rng)

        picks = mix(choose, free, case.batch, random_share=random_share, rng=rng)
        known = np.concatenate((known, [p.index for p in picks]))
        accuracy, learner = score(name, seed, known)
        seconds += time.process_time() - begun
        curve.append((len(known), accuracy))
    return {"set": name, "strategy": strategy, "seed": seed, "curve": curve, "seconds_per_batch": seconds / len(curve)}


def summary(name: str, arms: list[dict[str, Any]], full: dict[int, float]) -> list[str]:
    """Lines of the table for one data set."""
    case, _ = prepared(name)
    test = len(encoded(name, 0)[3])
    mean_full = float(np.mean(list(full.values())))
    share = proportion(round(mean_full * test), test)
    lines = [
        f"{name}: full-data accuracy {mean_full:.4f} [{share['low']:.4f}, {share['high']:.4f}] on {test} test items"
    ]
    for strategy in dict.fromkeys(a["strategy"] for a in arms):
        mine = [a for a in arms if a["strategy"] == strategy]
        cells = []
        goals: list[tuple[str, Callable[[int], float]]] = [("95 % of full", lambda s: 0.95 * full[s])]
        fixed = case.target
        if fixed is not None:
            goals.append((f"{fixed}", lambda s, fixed=fixed: fixed))
        for title, goal in goals:
            needed = [labels_to(a["curve"], goal(a["seed"])) for a in mine]
            met = [n for n in needed if n is not None]
            spread = (
                t.ppf(0.975, len(met) - 1) * np.std(met, ddof=1) / len(met) ** 0.5 if len(met) > 1 else float("nan")
            )
            cells.append(
                f"to {title}: {np.mean(met) if met else float('nan'):7.1f} ± {spread:5.1f} ({len(met)}/{len(needed)})"
            )
        area = np.mean([area_under(a["curve"], upto=case.budget / 4) or 0 for a in mine])
        pace = np.mean([a["seconds_per_batch"] for a in mine])
        lines.append(
            f"  {strategy:18} {'   '.join(cells)}   mean accuracy of the first quarter {area:.4f}   {pace:.2f} CPU-s/batch"
        )
    return lines


def main() -> None:
    """Run the arms, print the table, write the curves."""
    parser = argparse.ArgumentParser(description="How many labels each strategy needs")
    parser.add_argument("--sets", default=",".join(CASES))
    parser.add_argument("--strategies", default=",".join(STRATEGIES))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--random-share", type=float, default=0.0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--whole", action="store_true", help="spend the whole budget, also after the target is met")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    names, strategies, seeds = options.sets.split(","), options.strategies.split(","), range(options.seeds)
    found: dict[str, Any] = {"random_share": options.random_share, "sets": {}}
    with ProcessPoolExecutor(options.jobs) as pool:
        for name in names:
            full = dict(zip(seeds, pool.map(full_score, [(name, s) for s in seeds]), strict=True))
            goal = CASES[name]().target or 0
            jobs = [
                (name, strategy, s, options.random_share, 2.0 if options.whole else max(goal, 0.95 * full[s]))
                for s in seeds
                for strategy in strategies
            ]
            arms = []
            for done, result in enumerate(pool.map(arm, jobs), start=1):
                arms.append(result)
                print(f"\r{name}: {done}/{len(jobs)}", end="", file=sys.stderr, flush=True)
            print(file=sys.stderr)
            print("\n".join(summary(name, arms, full)), flush=True)
            found["sets"][name] = {"full": full, "arms": arms}
    if options.out:
        options.out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
