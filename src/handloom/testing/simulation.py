"""What a strategy saves: the real loop, run on data whose labels are known, with simulated people answering."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import loop
from ..collect.mapping import CHECK_NAMES, SPLIT_NAMES, TEST_NAMES
from ..collect.normalise import Duplicates
from ..core.errors import BadItem, EmptyInput, Malformed, NotEnoughLabels
from ..core.ids import digest, parse
from ..core.protocols import Bad, Record
from ..handle import ProjectHandle
from ..store import Store
from ..workspace import Workspace
from .people import Oracle, work
from .workspace import repeatable_project

TASK = "task"
_HELD_OUT = 0.3
_IDLE = 3
"""Times the loop may pick nothing in a row before a run ends early."""

Report = Callable[[str, int, int], None]
"""Told what runs, how many labels of it are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Items with known labels. lines: as they are imported, each with a key; truth: label by key; tests: keys held out."""

    lines: tuple[Mapping[str, Any], ...]
    truth: Mapping[str, str]
    tests: frozenset[str]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """Simulated annotators: how many, how accurate each, median seconds per answer, answers wanted per item."""

    people: int = 1
    accuracy: float = 1.0
    seconds: float = 2.0
    overlap: int = 1


@dataclass(frozen=True, slots=True)
class Arm:
    """One run: a strategy with one seed, in batches up to a budget of labels."""

    strategy: str
    seed: int
    batch: int
    budget: int


def examples(records: Iterable[Record | Bad], store: Store, *, seed: int = 0, share: float = _HELD_OUT) -> Examples:
    """Keep what has a label, put its media into the store, and hold out a test set.

    The test set is what the records' split says (test, else validation), or a stratified share drawn with the seed.
    Of equal items only the first is kept, so that no test item is also trained on. Raises `EmptyInput`, `BadItem`.
    """
    lines: list[dict[str, Any]] = []
    truth: dict[str, str] = {}
    splits: dict[str, str] = {}
    seen = Duplicates()
    for record in records:
        if isinstance(record, Bad) or not record.labels or seen.again(record.data):
            continue
        for content in (record.media or {}).values():
            store.blobs.put(content)
        key = f"{len(lines):07d}"
        label = next(iter(dict(record.labels).values()))
        if not isinstance(label, str):
            raise BadItem(f"line {record.line} has several labels; a simulation takes one label per item")
        lines.append({"key": key, "data": dict(record.data)})
        truth[key] = label
        splits[key] = str((record.meta or {}).get("split", "")).casefold()
    if not lines:
        raise EmptyInput("no row has both content and a label; name their columns with --field and --label")
    labels = sorted(set(truth.values()), key=_in_order)
    if len(labels) < 2:
        raise NotEnoughLabels(f"all {len(lines)} items have the label {labels[0]!r}; at least two labels are needed")
    tests = _named_tests(splits) or _drawn_tests(truth, share, np.random.default_rng(seed))
    return Examples(tuple(lines), truth, tests, tuple(labels))


def _in_order(label: str) -> tuple[int, float, str]:
    return (0, float(label), label) if label.isdecimal() else (1, 0.0, label)


def _named_tests(splits: Mapping[str, str]) -> frozenset[str]:
    for names in (TEST_NAMES, CHECK_NAMES):
        found = frozenset(key for key, split in splits.items() if split in names)
        if found and len(found) < len(splits):
            return found
    strange = sorted(set(splits.values()) - SPLIT_NAMES - {""})
    if strange:
        raise Malformed(
            f"the column of the split holds {', '.join(strange[:5])[:200]}, and no row is marked as one of "
            f"{', '.join(sorted(TEST_NAMES | CHECK_NAMES))}; name another column with --split, or none"
        )
    return frozenset()


def _drawn_tests(truth: Mapping[str, str], share: float, rng: np.random.Generator) -> frozenset[str]:
    """The same share of every label, rounded; a label with one item stays in the pool."""
    by_label: dict[str, list[str]] = {}
    for key, label in truth.items():
        by_label.setdefault(label, []).append(key)
    drawn: list[str] = []
    for label in sorted(by_label):
        keys = by_label[label]
        n = min(round(len(keys) * share), len(keys) - 1)
        drawn += [keys[i] for i in rng.permutation(len(keys))[:n]]
    return frozenset(drawn)


def run_arm(site: Workspace, data: Examples, kind: str, arm: Arm, team: Team, report: Report) -> list[dict[str, Any]]:
    """One learning curve: after each batch, the newest model on the held-out items.

    A point is ``{"labels", "seconds", "accuracy", "macro_f1", "low", "high"}``; seconds are simulated human ones.
    """
    name = f"{arm.strategy} {arm.seed}"
    settings = {"batch": arm.batch, "retrain_after": arm.batch, "strategy": arm.strategy, "overlap": team.overlap}
    project = _project(site, data, kind, name, settings, known=())
    people = _people(site, project, arm, team)
    curve: list[dict[str, Any]] = []
    seconds, idle, labels = 0.0, 0, 0
    while labels < arm.budget and idle < _IDLE:
        loop.advance(site.store, parse("project", project.id), executor=loop.inline)
        _add_point(curve, project, seconds)
        answers, spent = _round(people, data, min(arm.batch, arm.budget - labels) * team.overlap)
        idle = 0 if answers else idle + 1
        seconds += spent
        labels = _labels(project) - len(data.tests)
        report(name, labels, arm.budget)
    _finish(site, project, len(data.tests))
    _add_point(curve, project, seconds)
    return curve


def full_score(site: Workspace, data: Examples, kind: str) -> dict[str, float]:
    """Accuracy and macro-F1 on the held-out items of a model trained on all others."""
    project = _project(site, data, kind, "all labels", {"auto": False}, known=tuple(data.truth))
    _finish(site, project, len(data.tests))
    found = _newest(project)
    if found is None:
        raise NotEnoughLabels("no model could be trained on all labels")
    return {name: found["metrics"][name]["value"] for name in ("accuracy", "macro_f1")}


def reached(curve: Sequence[Mapping[str, Any]], accuracy: float) -> Mapping[str, Any] | None:
    """The first point of a curve with at least this accuracy."""
    return next((point for point in curve if point["accuracy"] >= accuracy), None)


def simulate(
    site: Workspace, data: Examples, kind: str, arms: Sequence[Arm], team: Team, report: Report
) -> dict[str, Any]:
    """All arms and the full-data score: ``{"arms": [...], "full": {"accuracy", "macro_f1"}}``."""
    pool = len(data.lines) - len(data.tests)
    for arm in arms:
        if arm.batch > arm.budget:
            raise Malformed(f"a batch of {arm.batch} is larger than the budget of {arm.budget} labels")
    report("all labels", 0, pool)
    full = full_score(site, data, kind)
    shown: list[dict[str, Any]] = []
    for arm in arms:
        limited = Arm(arm.strategy, arm.seed, arm.batch, min(arm.budget, pool))
        curve = run_arm(site, data, kind, limited, team, report)
        found = reached(curve, 0.95 * full["accuracy"])
        shown.append(
            {
                "strategy": arm.strategy,
                "seed": arm.seed,
                "curve": curve,
                "labels_to_95": found["labels"] if found else None,
                "seconds_to_95": found["seconds"] if found else None,
            }
        )
    return {"arms": shown, "full": full}


def _project(
    site: Workspace, data: Examples, kind: str, name: str, settings: Mapping[str, Any], known: Sequence[str]
) -> ProjectHandle:
    """A project over the examples, whose labels are known for the held-out items and for these keys."""
    wanted = {"name": TASK, "kind": kind, "labels": list(data.labels)}
    project = repeatable_project(site, name, [wanted], {"test_share": 0.0, **settings}, word=name)
    shown = data.tests.union(known)

    def lines() -> Iterator[Mapping[str, Any]]:
        for line in data.lines:
            key = line["key"]
            split = {"split": "test" if key in data.tests else "pool"}
            yield {**line, **split, **({"labels": {TASK: data.truth[key]}} if key in shown else {})}

    tally = project.add_items(lines())
    if tally["rejected_total"]:
        first = tally["rejected"][0]
        raise BadItem(f"{tally['rejected_total']} items were rejected; the first: {first['message']}")
    return project


def _people(site: Workspace, project: ProjectHandle, arm: Arm, team: Team) -> list[tuple[ProjectHandle, Oracle]]:
    """The team at work in this project; the same actors in every arm, since the loop looks at how many there are."""
    names = {actor["name"]: actor["id"] for actor in site.actors(limit=200)["actors"]}
    found = []
    for number in range(team.people):
        name = f"person {number + 1}"
        if name not in names:
            names[name] = site.add_actor(name)["actor"]["id"]
        rng = np.random.default_rng([int(digest(arm.strategy)[:8], 16), arm.seed, number])
        oracle = Oracle(rng, accuracy=team.accuracy, seconds=team.seconds)
        found.append((site.acting(names[name]).project(project.id), oracle))
    return found


def _round(people: Sequence[tuple[ProjectHandle, Oracle]], data: Examples, n: int) -> tuple[int, float]:
    """Everybody in turn answers a little, until n answers are given or nobody is offered any; answers and seconds."""
    turn = n if len(people) == 1 else max(1, n // (4 * len(people)))
    answers, seconds, before = 0, 0.0, -1
    while before < answers < n:
        before = answers
        for handle, oracle in people:
            if answers < n:
                some = min(turn, n - answers)
                done = work(handle, oracle, lambda item: data.truth[item["key"]], n=some, at_once=min(some, 100))
                answers += done.answers
                seconds += done.seconds
    return answers, seconds


def _finish(site: Workspace, project: ProjectHandle, tests: int) -> None:
    """Train on what has come since the last model."""
    newest = _newest(project)
    if newest is None or newest["labels"] < _labels(project) - tests:
        task = site.site.case(project.id).task(TASK)
        loop.train(site.store, task, actor_id=site.actor.id, executor=loop.inline)


def _labels(project: ProjectHandle) -> int:
    return int(project.refresh()["counts"]["labels"])


def _newest(project: ProjectHandle) -> Mapping[str, Any] | None:
    models = project.models(TASK, limit=1)["models"]
    return models[0] if models and models[0]["metrics"] else None


def _add_point(curve: list[dict[str, Any]], project: ProjectHandle, seconds: float) -> None:
    """Add the newest model to the curve, unless it is there already."""
    newest = _newest(project)
    if newest is None or (curve and curve[-1]["labels"] == newest["labels"]):
        return
    accuracy, macro_f1 = newest["metrics"]["accuracy"], newest["metrics"]["macro_f1"]
    curve.append(
        {
            "labels": newest["labels"],
            "seconds": round(seconds, 1),
            "accuracy": accuracy["value"],
            "macro_f1": macro_f1["value"],
            "low": accuracy["low"],
            "high": accuracy["high"],
        }
    )
