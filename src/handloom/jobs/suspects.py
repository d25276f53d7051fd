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
from ..resolve import label_errors
from ..resolve.label_errors import Answers, Found, SetAnswers
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


Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Labelled items as one moment saw them, row i of everything being the same item.

    items: ids. given: the labels in question: where there was a verdict, those it was about; now: those that stand.
    verdicts: {row: the labels were wrong}. asked: ids whose labels are in question already. said: (row, actor, labels) of
    what people were asked, by row.
    """

    items: Indices
    given: Sequence[Labels]
    now: Sequence[Labels]
    digests: tuple[str, ...]
    verdicts: Mapping[int, bool]
    asked: frozenset[int]
    said: Sequence[tuple[int, int, Labels]]


def suspects(work: Work, state: State) -> State:
    """Judge every label by a model that has not seen it, by other people and by identical items; ask about the worst."""
    store, task = work.store, task_of(work)
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
    items = items[known]
    now = [tuple(value["labels"]) for value, there in zip(values, known.tolist(), strict=True) if there]
    place = {item: row for row, item in enumerate(items.tolist())}
    given, known_verdicts = list(now), {}
    for row in judged:
        at = place.get(row.item_id)
        if at is not None and (row.body["given"] or _multi(task)):
            given[at] = tuple(row.body["given"])
            known_verdicts[at] = row.value["verdict"] == "change"
    answers = sorted((place[s.item_id], s.actor_id, tuple(s.value["labels"])) for s in said if s.item_id in place)
    return Scene(items, given, now, tuple(digests[item] for item in items.tolist()), known_verdicts, asked, answers)


def _multi(task: TaskRow) -> bool:
    return bool(task.options.get("multi"))


def _targets(task: TaskRow, labels: Sequence[Labels]) -> np.ndarray:
    return train.targets([{"labels": one} for one in labels], task.options["labels"])


def _answers(scene: Scene, classes: Sequence[str]) -> Answers | None:
    """What people said, where at least two of them were asked about the same items; else a model has to do."""
    table = _table(scene)
    if table is None:
        return None
    number = {label: k for k, label in enumerate(classes)}
    return Answers(table[:, 0], table[:, 1], np.array([number[labels[0]] for *_, labels in scene.said], dtype=np.int64))


def _set_answers(task: TaskRow, scene: Scene) -> SetAnswers | None:
    table = _table(scene)
    if table is None:
        return None
    return SetAnswers(table[:, 0], table[:, 1], _targets(task, [labels for *_, labels in scene.said]) > 0)


def _table(scene: Scene) -> np.ndarray | None:
    """(answers, 2): the row and the number of the person of each; None where nobody shares an item with anybody."""
    by_row: defaultdict[int, set[int]] = defaultdict(set)
    for row, actor, _ in scene.said:
        by_row[row].add(actor)
    if not any(len(actors) > 1 for actors in by_row.values()):
        return None
    people = {actor: k for k, actor in enumerate(sorted({actor for _, actor, _ in scene.said}))}
    return np.array([(row, people[actor]) for row, actor, _ in scene.said], dtype=np.int64)


def _evidence(task: TaskRow, pool: Pool, scene: Scene) -> tuple[Features, np.ndarray, Indices]:
    """Features and targets of the labelled items as they stand, and which are identical."""
    targets = _targets(task, scene.now)
    train.trainable(targets, task.options["labels"], multi=_multi(task))
    groups = np.unique(np.array(scene.digests), return_inverse=True)[1]
    return pool.features.take(np.searchsorted(pool.ids, scene.items)), targets, groups


def _find(task: TaskRow, features: Features, targets: np.ndarray, groups: Indices, scene: Scene) -> Found:
    kind, classes, multi = registry.find("tasks", task.kind), task.options["labels"], _multi(task)
    rng = np.random.default_rng(len(scene.items))
    chances = train.cross_fit(
        lambda: kind.learner(task.options), features, targets, groups=groups, multi=multi, rng=rng
    )
    if multi:
        return label_errors.find_several(
            scene.given,
            chances,
            classes=classes,
            answers=_set_answers(task, scene),
            keys=scene.digests,
            verdicts=scene.verdicts,
        )
    return label_errors.find(
        train.class_numbers([{"labels": one} for one in scene.given], classes),
        chances,
        classes=classes,
        answers=_answers(scene, classes),
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
        lambda: kind.learner(task.options), features, targets, corrected, groups=groups, multi=_multi(task), rng=rng
    )
    return [asdict(one) for one in tried]


def _questions(task: TaskRow, scene: Scene, found: Found, n: int) -> list[NewQuestion]:
    """The worst that nobody was asked about, at most n: those worth a look, and what is likely enough besides."""
    least = LIKELY_AFTER if scene.verdicts else LIKELY
    twins: defaultdict[tuple[str, Labels], list[int]] = defaultdict(list)
    for digest, labels, item in zip(scene.digests, scene.now, scene.items.tolist(), strict=True):
        twins[digest, labels].append(item)
    out: list[NewQuestion] = []
    for place in range(len(found)):
        if len(out) == n or (place >= found.worth and found.scores[place] < least):
            break
        suspect = found[place]
        item = int(scene.items[suspect.row])
        if item in scene.asked:
            continue
        same = [one for one in twins[scene.digests[suspect.row], scene.now[suspect.row]] if one != item]
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
                    "given": _listed(suspect.given),
                    "proposed": _listed(suspect.proposed),
                    "score": round(suspect.score, 4),
                    "reasons": list(suspect.reasons),
                    "same": same[:MOST_IDENTICAL],
                    "identical": len(same[:MOST_IDENTICAL]),
                },
            )
        )
    return out


def _listed(labels: str | Labels | None) -> list[str]:
    return list(labels) if isinstance(labels, tuple) else [] if labels is None else [labels]
