"""The step that finds labels which are likely wrong, and asks people for a verdict on the worst."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .. import train
from ..core import registry
from ..core.arrays import Features, Indices
from ..core.errors import WrongState
from ..resolve import label_errors
from ..resolve.label_errors import Answers, Found
from ..store import Store, picking, projects, queue, verdicts
from ..store.features import Pool
from ..store.projects import TaskRow
from ..store.queue import NewBatch, NewQuestion
from .learn import task_of
from .pool import prepare
from .work import State, Work

STRATEGY = "suspects"
AROUND_AT_MOST = 50_000
"""Labels up to which neighbours are looked at too: their cost grows with the square."""
MOST_IDENTICAL = 1000
LIKELY, LIKELY_AFTER = 0.5, 0.1
"""Score from which a label beyond those worth a look is asked about: of the model, and of the combiner after verdicts."""
ENOUGH_CORRECTED = 10
"""Corrected labels from which a weight for them is tried out."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Labelled items as one moment saw them, row i of everything being the same item.

    items: ids. labels: class numbers of the labels in question: where there was a verdict, those it was about; now: those
    that stand. verdicts: {row: the label was wrong}. asked: ids whose label is in question already.
    """

    items: Indices
    labels: Indices
    now: Indices
    digests: tuple[str, ...]
    verdicts: Mapping[int, bool]
    asked: frozenset[int]
    answers: Answers | None


def suspects(work: Work, state: State) -> State:
    """Judge every label by a model that has not seen it, by other people and by identical items; ask about the worst."""
    store, task = work.store, task_of(work)
    if task.options.get("multi"):
        raise WrongState(f"suspects are found where an item has one label; task {task.name} takes several")
    pool = prepare(store, task, work.report)
    scene = _scene(store, task, pool)
    features, targets, groups = _evidence(task, pool, scene)
    found = _find(task, features, targets, groups, scene)
    questions = _questions(task, scene, found, int(work.job.args.get("n", 20)))
    batch = NewBatch(
        project_id=task.project_id,
        task_id=task.id,
        strategy=STRATEGY,
        needs=int(work.job.args.get("needs", 1)),
        lane="label",
        actor_id=work.job.actor_id,
    )
    numbers = work.write(lambda tx: queue.ask(tx, batch, questions)[1])
    share, ahead = found.expected_precision, found.outlook
    return {
        "asked": len(numbers),
        "worth": found.worth,
        "expected_precision": share,
        "stop": ahead.stop if ahead else False,
        "why": ahead.why if ahead else "nobody has judged any of them yet",
        "weights": _weights(task, features, targets, groups, scene),
        "words": f"{found.worth} labels are worth a look, {len(numbers)} asked about",
    }


def _scene(store: Store, task: TaskRow, pool: Pool) -> Scene:
    with store.read() as connection:
        project = projects.find(connection, task.project_id)
        parts = [picking.labelled(connection, task.id, test=test) for test in (False, True)]
        judged = verdicts.judged(connection, task.id)
        asked = frozenset(verdicts.asked(connection, task.id))
        said = verdicts.said(connection, task.id)
        digests = verdicts.digests(connection, project.id)
    items = np.concatenate([part[0] for part in parts])
    values = [value for part in parts for value in part[1]]
    known = np.isin(items, pool.ids)
    items, values = items[known], [value for value, there in zip(values, known.tolist(), strict=True) if there]
    now = train.class_numbers(values, task.options["labels"])
    place = {item: row for row, item in enumerate(items.tolist())}
    number = {label: k for k, label in enumerate(task.options["labels"])}
    labels, known_verdicts = now.copy(), {}
    for row in judged:
        at = place.get(row.item_id)
        if at is not None and row.body["given"]:
            labels[at] = number[row.body["given"][0]]
            known_verdicts[at] = row.value["verdict"] == "change"
    return Scene(
        items, labels, now, tuple(digests[item] for item in items.tolist()), known_verdicts, asked,
        _answers(said, place, number),
    )  # fmt: skip


def _answers(said: Sequence[Any], place: Mapping[int, int], number: Mapping[str, int]) -> Answers | None:
    """What people said, where at least two of them were asked about the same items; else a model has to do."""
    rows = [(place[s.item_id], s.actor_id, number[s.value["labels"][0]]) for s in said if s.item_id in place]
    by_row: defaultdict[int, set[int]] = defaultdict(set)
    for row, actor, _ in rows:
        by_row[row].add(actor)
    if not any(len(actors) > 1 for actors in by_row.values()):
        return None
    people = {actor: k for k, actor in enumerate(sorted({actor for _, actor, _ in rows}))}
    table = np.array(sorted((row, people[actor], value) for row, actor, value in rows), dtype=np.int64)
    return Answers(table[:, 0], table[:, 1], table[:, 2])


def _evidence(task: TaskRow, pool: Pool, scene: Scene) -> tuple[Features, np.ndarray, Indices]:
    """Features and targets of the labelled items as they stand, and which are identical."""
    classes = task.options["labels"]
    targets = np.zeros((len(scene.items), len(classes)), dtype=np.float32)
    held = scene.now >= 0
    targets[np.flatnonzero(held), scene.now[held]] = 1
    train.trainable(targets, classes, multi=False)
    groups = np.unique(np.array(scene.digests), return_inverse=True)[1]
    return pool.features.take(np.searchsorted(pool.ids, scene.items)), targets, groups


def _find(task: TaskRow, features: Features, targets: np.ndarray, groups: Indices, scene: Scene) -> Found:
    kind = registry.find("tasks", task.kind)
    rng = np.random.default_rng(len(scene.items))
    chances = train.cross_fit(lambda: kind.learner(task.options), features, targets, groups=groups, rng=rng)
    return label_errors.find(
        scene.labels,
        chances,
        classes=task.options["labels"],
        answers=scene.answers,
        vectors=features.vectors if len(scene.items) <= AROUND_AT_MOST else None,
        keys=scene.digests,
        verdicts=scene.verdicts,
    )


def _weights(
    task: TaskRow, features: Features, targets: np.ndarray, groups: Indices, scene: Scene
) -> list[dict[str, Any]]:
    """What it would do to weigh corrected items up, once there are a few: accuracy on both slices for each weight."""
    corrected = np.zeros(len(scene.items), dtype=bool)
    corrected[[row for row, wrong in scene.verdicts.items() if wrong]] = True
    if corrected.sum() < ENOUGH_CORRECTED:
        return []
    kind = registry.find("tasks", task.kind)
    rng = np.random.default_rng(len(scene.items))
    tried = train.corrections.compare(
        lambda: kind.learner(task.options), features, targets, corrected, groups=groups, rng=rng
    )
    return [asdict(one) for one in tried]


def _questions(task: TaskRow, scene: Scene, found: Found, n: int) -> list[NewQuestion]:
    """The worst that nobody was asked about, at most n: those worth a look, and what is likely enough besides."""
    least = LIKELY_AFTER if scene.verdicts else LIKELY
    twins: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for digest, label, item in zip(scene.digests, scene.now.tolist(), scene.items.tolist(), strict=True):
        twins[digest, label].append(item)
    out: list[NewQuestion] = []
    for place in range(len(found)):
        if len(out) == n or (place >= found.worth and found.scores[place] < least):
            break
        suspect = found[place]
        item = int(scene.items[suspect.row])
        if item in scene.asked:
            continue
        same = [one for one in twins[scene.digests[suspect.row], int(scene.now[suspect.row])] if one != item]
        out.append(
            NewQuestion(
                item_id=item,
                shape=verdicts.SHAPE,
                strategy=STRATEGY,
                probability=0.0,
                score=suspect.score,
                reason=f"number {place + 1} of {len(found)} labels by how likely they are wrong",
                priority=1.0 - len(out) / max(n, 1),
                body={
                    "given": [suspect.given],
                    "proposed": [] if suspect.proposed is None else [suspect.proposed],
                    "score": round(suspect.score, 4),
                    "reasons": list(suspect.reasons),
                    "same": same[:MOST_IDENTICAL],
                    "identical": len(same[:MOST_IDENTICAL]),
                },
            )
        )
    return out
