"""Cascade labelling of real images, one class at a time: do the intervals cover, and what share do people still answer?

python -m bench.cascade [--seeds 20] [--batch 200] [--rounds 3] [sign_digits omniglot]      needs the test data ($HANDLOOM_DATA)
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from tests.realdata import folder

from handloom import collect
from handloom.core.arrays import Features
from handloom.core.intervals import proportion
from handloom.core.protocols import Content, Record
from handloom.resolve.cascade import Aim, Proposal, propose
from handloom.tasks.image_class.encoder import ImageEncoder
from handloom.tasks.image_class.learner import learner

Floats = npt.NDArray[np.float64]
AIM = Aim(precision=0.95, recall=0.95)


@dataclass
class Tally:
    """What the rounds and the runs of a data set came to."""

    precision: list[bool] = field(default_factory=list)
    recall: list[bool] = field(default_factory=list)
    runs: dict[str, list[tuple[float, float, float]]] = field(default_factory=lambda: defaultdict(list))
    both: list[bool] = field(default_factory=list)


def load(name: str) -> tuple[Features, npt.NDArray[np.str_]]:
    """Features of all images and their class: the digit, or the alphabet."""
    items, names = [], []
    file = {"sign_digits": "sign_digits.zip", "omniglot": "omniglot_small1.zip"}[name]
    for record in collect.read(folder() / "images" / file, {"task": "label"}):
        if isinstance(record, Record) and record.labels:
            media = next(iter((record.media or {}).values()))
            items.append(Content(record.data, lambda _digest, data=media: data))
            names.append(str(record.labels["label"]).split("/")[0])
    encoder = ImageEncoder("image")
    encoder.fit(items)
    return encoder.encode(items), np.array(names)


def run(
    features: Features, truth: npt.NDArray[np.bool_], args: argparse.Namespace, seed: int, tally: Tally, name: str
) -> None:
    """One class, one seed: a first random batch teaches, every later one is scored before it is answered."""
    rng = np.random.default_rng(seed)
    n = len(truth)
    undecided = np.ones(n, dtype=bool)
    decided = np.zeros(n, dtype=bool)  # the label that each item got, by people or by a split
    answered = np.zeros(n, dtype=bool)
    covered: list[bool] = []
    for number in range(args.rounds + 1):
        pool = np.flatnonzero(undecided & ~answered)
        if len(pool) <= args.batch:
            break
        scores = _scores(features, truth, answered, pool) if number else None
        asked = rng.permutation(len(pool))[: args.batch]
        answered[pool[asked]] = True
        if scores is None:
            continue
        split = propose(scores, asked, truth[pool[asked]], AIM)
        covered += _check(split, scores, truth[pool], tally)
        undecided[pool[(scores >= split.high) | (scores < split.low)]] = False
        decided[pool[scores >= split.high]] = True
    # What no split decided is answered by people, who are right here: the errors left are those of the splits.
    left = undecided & ~answered
    answered |= left
    decided[answered] = truth[answered]
    right = int((decided & truth).sum())
    precision, recall = right / max(int(decided.sum()), 1), right / max(int(truth.sum()), 1)
    tally.runs[name].append((float(answered.mean()), precision, recall))
    if covered:
        tally.both.append(all(covered))


def _scores(features: Features, truth: npt.NDArray[np.bool_], answered: npt.NDArray[np.bool_], pool: Any) -> Floats:
    rows = np.flatnonzero(answered)
    targets = np.stack((~truth[rows], truth[rows]), axis=1).astype(np.float32)
    if not 0 < truth[rows].sum() < len(rows):
        return np.zeros(len(pool))
    model = learner(multi=False)
    model.fit(features.take(rows), targets, weights=None, rng=np.random.default_rng(0))
    return model.predict(features.take(pool))[:, 1].astype(np.float64)


def _check(split: Proposal, scores: Floats, truth: npt.NDArray[np.bool_], tally: Tally) -> list[bool]:
    """Whether each interval that says something covers what the split achieves on the whole pool."""
    out = []
    above = scores >= split.high
    if split.precision["n"] and above.any():
        achieved = float(truth[above].mean())
        tally.precision.append(split.precision["low"] <= achieved <= split.precision["high"])
        out.append(tally.precision[-1])
    if split.recall["n"] and truth.any():
        achieved = float((scores[truth] >= split.low).mean())
        tally.recall.append(split.recall["low"] <= achieved <= split.recall["high"])
        out.append(tally.recall[-1])
    return out


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=["sign_digits", "omniglot"])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--batch", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(arguments)
    out: dict[str, Any] = {"seeds": args.seeds, "batch": args.batch, "rounds": args.rounds}
    for name in args.sets:
        features, names = load(name)
        tally = Tally()
        for seed in range(args.seeds):
            for one in np.unique(names):
                run(features, names == one, args, seed, tally, str(one))
        out[name] = {
            "items": len(names),
            "intervals_of_precision_cover": proportion(sum(tally.precision), len(tally.precision)),
            "intervals_of_recall_cover": proportion(sum(tally.recall), len(tally.recall)),
            "runs_with_all_intervals_covering": proportion(sum(tally.both), len(tally.both)),
            "classes": {
                one: dict(
                    zip(("human_share", "precision", "recall"), np.mean(runs, axis=0).round(3).tolist(), strict=True)
                )
                for one, runs in tally.runs.items()
            },
        }
        print(json.dumps({name: out[name]}, indent=1), flush=True)
    return out


if __name__ == "__main__":
    main()
