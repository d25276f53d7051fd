"""Labels from several people's answers: accuracy, calibration, answers saved, spans, speed, one new answer.

python -m bench.aggregation [--only accuracy,calibration,adaptive,spans,speed,update] [--seeds 3]

Real answers of the crowd folder of the test data; crowd-kit in an environment of its own (`bench.peers`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from tests import realdata

from handloom.core.shapes.spans import Span
from handloom.evaluate import calibration_error
from handloom.resolve import redundancy, skills
from handloom.resolve.aggregate import Aggregate, Incremental, Marked, aggregate_spans, auto, dawid_skene, votes
from handloom.resolve.tables import Columns, code

from . import peers

ARM = Path(__file__).with_name("aggregation_arm.py")
SETS = ("bluebirds", "snow2008_rte", "snow2008_temporal", "adult2", "hitspam_crowdflower", "barzan_mozafari")
FULL_TRUTH = ("bluebirds", "snow2008_rte", "snow2008_temporal", "barzan_mozafari", "cifar10n")
PICTURES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]

IMAGES = 2000
"""Of the 10,000 of cifar10h: the first ones, since asking in up to 63 rounds fits the model as often."""


@dataclass(frozen=True)
class Crowd:
    """Answers as numbers, and the class of each item, -1 where it is unknown."""

    actors: np.ndarray
    items: np.ndarray
    values: np.ndarray
    truth: np.ndarray
    classes: int

    def some(self, rows: np.ndarray) -> Any:
        """Votes of these answers over all actors, items and classes."""
        return votes(
            self.actors[rows], self.items[rows], self.values[rows], classes=self.classes,
            gold=np.full(self.truth.size, -1), kinds=np.zeros(int(self.actors.max()) + 1, dtype=np.int64),
        )  # fmt: skip


def crowd(name: str) -> Crowd:
    table = pq.read_table(realdata.folder() / "crowd" / f"{name}.parquet")
    if name == "cifar10n":
        said = [table[f"random_label{k}"].to_numpy().astype(np.int64) for k in (1, 2, 3)]
        n, truth = said[0].size, table["clean_label"].to_numpy().astype(np.int64)
        return Crowd(np.repeat(np.arange(3), n), np.tile(np.arange(n), 3), np.concatenate(said), truth, 10)
    if name == "cifar10h":  # counts only: nobody knows who said what, so all are one actor
        counts = np.stack([table[c].to_numpy() for c in PICTURES], axis=1).astype(np.int64)[:IMAGES]
        n = counts.shape[0]
        items = np.repeat(np.arange(n), counts.sum(axis=1))
        values = np.concatenate([np.repeat(np.arange(10), row) for row in counts])
        return Crowd(np.zeros(items.size, np.int64), items, values, counts.argmax(axis=1), 10)
    coded = code(table, Columns(truth="truth"))
    found = coded.votes
    return Crowd(found.actors, found.items, found.values, coded.truth, found.n_classes)


def saved(data: Crowd, folder: str) -> Path:
    file = Path(folder) / "answers.npz"
    np.savez(file, actors=data.actors, items=data.items, values=data.values, truth=data.truth)
    return file


def right(labels: np.ndarray, truth: np.ndarray) -> float:
    known = truth >= 0
    return float(np.mean(labels[known] == truth[known]))


def accuracy(_seeds: int) -> Iterator[dict[str, Any]]:
    """Share of right labels by every method, ours and crowd-kit's."""
    for name in (*SETS, "cifar10n"):
        with tempfile.TemporaryDirectory() as folder:
            file = saved(crowd(name), folder)
            mine = peers.child(sys.executable, ARM, "handloom", "labels", file)
            theirs = peers.arm("crowd-kit", ARM, "crowd-kit", "labels", file)
        yield {"set": name, "handloom": mine, "crowd-kit": theirs}


def calibration(_seeds: int) -> Iterator[dict[str, Any]]:
    """Expected calibration error of the posteriors, and how often skill intervals hold the share that was right."""
    for name in FULL_TRUTH:
        data = crowd(name)
        asked = data.some(np.arange(data.items.size))
        found = auto(asked)
        assert found.raw is not None
        error, raw = (
            calibration_error(data.truth, p.astype(np.float32), rng=np.random.default_rng(0))
            for p in (found.posteriors, found.raw)
        )
        skill = skills.estimate(asked, found)
        share = np.bincount(data.actors, data.values == data.truth[data.items]) / skill.answers
        many = skill.answers >= 20
        held = (skill.low <= share) & (share <= skill.high)
        yield {
            "set": name, "method": found.method, "ece": _short(error), "ece_as_if_independent": _short(raw),
            "actors": int(many.sum()), "skill_held": round(float(held[many].mean()), 3),
            "skill_mean_error": round(float(np.abs(skill.accuracy - share)[many].mean()), 3),
        }  # fmt: skip


def _short(measured: dict[str, Any]) -> str:
    return f"{measured['value']:.3f} ({measured['low']:.3f} to {measured['high']:.3f})"


def adaptive(seeds: int) -> Iterator[dict[str, Any]]:
    """Answers until every item has had enough, against the same number for all; the next person at random, or the best."""
    levels = {
        "bluebirds": (0.93, 0.95, 0.97),
        "snow2008_rte": (0.95, 0.97, 0.98),
        "snow2008_temporal": (0.95, 0.99, 0.999),
        "cifar10h": (0.9, 0.95, 0.98, 0.99, 0.995),
    }
    for name, thresholds in levels.items():
        data = crowd(name)
        everything = np.arange(data.items.size)
        reached = right(_weighed(data, everything).labels, data.truth)
        yield {"set": name, "arm": "all answers", "share": 1.0, "accuracy": round(reached, 4)}
        per_item = data.items.size / data.truth.size
        draws = [np.random.default_rng(seed) for seed in range(min(seeds, 1) if name == "cifar10h" else seeds)]
        for k in (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30):
            if k < per_item:
                shares = [right(_weighed(data, _rank(data, rng) < k).labels, data.truth) for rng in draws]
                yield {
                    "set": name,
                    "arm": f"{k} for all",
                    "share": round(k / per_item, 3),
                    "accuracy": round(np.mean(shares), 4),
                }
        ways = [(False, 2)] if name == "cifar10h" else [(False, 2), (True, 2), (True, 3)]
        for best_next, least in ways:
            for threshold in thresholds:
                rule = redundancy.Rule(threshold=threshold, least=least, most=10**6)
                ends = [_asked(data, np.random.default_rng(seed), rule, best_next) for seed in range(len(draws))]
                used, share = np.mean(ends, axis=0)
                arm = f"{least}, then until {threshold}, {'the best' if best_next else 'anybody'} next"
                yield {"set": name, "arm": arm, "share": round(float(used), 3), "accuracy": round(float(share), 4)}


def _weighed(data: Crowd, rows: np.ndarray) -> Aggregate:
    """Labels from these answers; one strength where there is one actor, whose confusions are those of all anyway."""
    return dawid_skene(data.some(rows), strength=16.0 if data.actors.max() == 0 else None)


def _rank(data: Crowd, rng: np.random.Generator) -> np.ndarray:
    """(n,) place of each answer among those of its item, in an order drawn at random."""
    order = np.lexsort((rng.random(data.items.size), data.items))
    starts = np.concatenate(([0], np.cumsum(np.bincount(data.items))))[:-1]
    place = np.empty(data.items.size, dtype=np.int64)
    place[order] = np.arange(data.items.size) - starts[data.items[order]]
    return place


def _asked(data: Crowd, rng: np.random.Generator, rule: redundancy.Rule, best_next: bool) -> tuple[float, float]:
    """(share of the answers used, accuracy) of asking one more round about every item that has not had enough."""
    rank, total = _rank(data, rng), np.bincount(data.items)
    asked = rank < rule.least
    while True:
        found = _weighed(data, asked)
        used = np.bincount(data.items[asked], minlength=total.size)
        more = np.array(
            [not redundancy.enough(p, int(n), rule).enough for p, n in zip(found.posteriors, used, strict=True)]
        )
        more &= used < total
        if not more.any():
            return float(asked.mean()), right(found.labels, data.truth)
        left = np.flatnonzero(~asked & more[data.items])
        wish = -_told(found)[data.actors[left]] if best_next else np.zeros(left.size)
        order = left[np.lexsort((rank[left], wish, data.items[left]))]
        first = np.concatenate(([True], np.diff(data.items[order]) > 0))
        asked[order[first]] = True


def _told(found: Aggregate) -> np.ndarray:
    """(actors,) what an answer tells of the class in nats, all classes being equally likely."""
    assert found.confusions is not None
    mixed = found.confusions.mean(axis=1)
    entropy = -(mixed * np.log(np.maximum(mixed, 1e-12))).sum(axis=1)
    return entropy + (found.confusions * np.log(np.maximum(found.confusions, 1e-12))).sum(axis=2).mean(axis=1)


def spans(seeds: int) -> Iterator[dict[str, Any]]:
    """Toxic spans: half of the answers aggregated, judged by the majority of the other half."""
    marked = _toxic()
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        by_document: dict[int, list[Marked]] = defaultdict(list)
        for one in marked:
            by_document[one.document].append(one)
        kept, held = [], []
        for people in by_document.values():
            order = rng.permutation(len(people))
            half = (len(people) + int(rng.integers(0, 2))) // 2
            kept += [people[k] for k in order[:half]]
            held += [people[k] for k in order[half:]]
        began = time.process_time()
        found = aggregate_spans(kept, documents=len(by_document))
        row = {"seed": seed, "cpu_s": round(time.process_time() - began, 2)}
        yield row | _against_held(found, kept, held)


def _toxic() -> list[Marked]:
    folder = realdata.folder() / "rationales"
    text = pq.read_table(folder / "toxic_spans_comments.parquet").to_pydict()
    length = {d: len(words) for d, words in zip(text["comment_id"], text["comment_text"], strict=True)}
    ranges: dict[int, set[Span]] = defaultdict(set)
    for row in pq.read_table(folder / "toxic_spans_spans.parquet").to_pylist():
        if row["end"] > row["start"]:
            ranges[row["annotation"]].add(Span(row["start"], row["end"], "toxic"))
    given = pq.read_table(folder / "toxic_spans_annotations.parquet").to_pylist()
    people = {name: k for k, name in enumerate(sorted({row["worker"] for row in given}))}
    place = {name: k for k, name in enumerate(sorted({row["comment_id"] for row in given}))}
    return [
        Marked(
            people[row["worker"]],
            place[row["comment_id"]],
            (Span(0, length[row["comment_id"]], "toxic"),)
            if row["all toxic"]
            else tuple(sorted(ranges[row["annotation"]])),
        )
        for row in given
    ]


def _against_held(found: Any, kept: list[Marked], held: list[Marked]) -> dict[str, Any]:
    characters = {id(one): _characters(one.spans) for one in (*kept, *held)}
    mine, theirs = defaultdict(list), defaultdict(list)
    for side, people in ((mine, kept), (theirs, held)):
        for one in people:
            side[one.document].append(characters[id(one)])
    total: dict[str, Any] = {name: np.zeros(2) for name in ("aggregate", "majority", "half_or_more")}
    for document in set(mine) & {d for d, sets in theirs.items() if len(sets) > 1}:
        reference = _voted(theirs[document], lambda n, of: 2 * n > of)
        said = {
            "aggregate": _characters([span for span, _ in found.spans[document]]),
            "majority": _voted(mine[document], lambda n, of: 2 * n > of),
            "half_or_more": _voted(mine[document], lambda n, of: 2 * n >= of),
        }
        for name, one in said.items():
            total[name] += (2 * len(one & reference), len(one) + len(reference))
    scores: dict[int, list[float]] = defaultdict(list)
    for one in held:
        other = [_f1(characters[id(one)], c) for c in theirs[one.document] if c is not characters[id(one)]]
        if other:
            scores[one.actor].append(float(np.mean(other)))
    out = {f"f1_{name}": round(float(a / b), 4) for name, (a, b) in total.items()}
    for least in (10, 20):
        who = [a for a, s in scores.items() if len(s) >= least and a < found.agreement.size]
        out[f"spearman_{least}"] = round(_spearman(found.agreement[who], [np.mean(scores[a]) for a in who]), 3)
        out[f"people_{least}"] = len(who)
    return out


def _characters(ranges: Any) -> set[int]:
    return {place for span in ranges for place in range(span.start, span.end)}


def _voted(sets: list[set[int]], enough: Callable[[int, int], bool]) -> set[int]:
    times = Counter(place for one in sets for place in one)
    return {place for place, n in times.items() if enough(n, len(sets))}


def _f1(one: set[int], other: set[int]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _spearman(one: Any, other: Any) -> float:
    first, second = (np.argsort(np.argsort(np.asarray(values))) for values in (one, other))
    return float(np.corrcoef(first, second)[0, 1])


def simulated(answers: int = 1_000_000, items: int = 200_000, people: int = 10_000, classes: int = 5) -> Crowd:
    """Five answers per item by people who are right in 40 to 95 %."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, classes, items)
    skill = rng.uniform(0.4, 0.95, people)
    which = np.repeat(np.arange(items), answers // items)
    who = rng.integers(0, people, which.size)
    wrong = (truth[which] + rng.integers(1, classes, which.size)) % classes
    return Crowd(who, which, np.where(rng.random(which.size) < skill[who], truth[which], wrong), truth, classes)


def speed(_seeds: int) -> Iterator[dict[str, Any]]:
    """A million answers, ten iterations, one thread, beside crowd-kit's Dawid-Skene."""
    with tempfile.TemporaryDirectory() as folder:
        file = saved(simulated(), folder)
        mine = peers.child(sys.executable, ARM, "handloom", "speed", file)
        theirs = peers.arm("crowd-kit", ARM, "crowd-kit", "speed", file)
    ratio = theirs["dawid_skene"]["cpu_s"] / mine["dawid_skene"]["cpu_s"]
    yield {"handloom": mine, "crowd-kit": theirs, "times_less_cpu": round(ratio, 1)}


def update(_seeds: int) -> Iterator[dict[str, Any]]:
    """One new answer at a million: its item's posterior and its people's skills."""
    data = simulated()
    asked = data.some(np.arange(data.items.size))
    following = Incremental.of(asked, dawid_skene(asked, strength=4.0))
    rng = np.random.default_rng(2)
    took: dict[str, list[float]] = {"wall": [], "cpu": []}
    for _ in range(2000):
        actor, item, value = int(rng.integers(10_000)), int(rng.integers(200_000)), int(rng.integers(5))
        wall, cpu = time.perf_counter(), time.process_time()
        following.add(actor, item, value)
        took["cpu"].append(1000 * (time.process_time() - cpu))
        took["wall"].append(1000 * (time.perf_counter() - wall))
    yield {
        f"{clock}_ms": dict(
            zip(("median", "p99", "slowest"), np.quantile(ms, (0.5, 0.99, 1.0)).round(3).tolist(), strict=True)
        )
        for clock, ms in took.items()
    }


PARTS: dict[str, Callable[[int], Iterator[dict[str, Any]]]] = {
    "accuracy": accuracy,
    "calibration": calibration,
    "adaptive": adaptive,
    "spans": spans,
    "speed": speed,
    "update": update,
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args(arguments)
    for name in args.only.split(","):
        print(f"-- {name}", flush=True)
        for row in PARTS[name](args.seeds):
            print(row, flush=True)


if __name__ == "__main__":
    main()
