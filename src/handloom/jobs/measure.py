"""The step that measures people: everybody's skill from gold and overlap together, and what the labels are worth by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..core.ids import show
from ..core.people import Skill, Vote
from ..resolve import anchoring
from ..resolve import skills as measured
from ..resolve.aggregate import dawid_skene, votes
from ..resolve.weighed import weigh
from ..store import Store, estimates, gold, people, projects, skills
from ..store.labels import Place
from ..store.projects import Project, TaskRow
from . import team
from .learn import task_of
from .work import State, Work

PAGE = 20_000
CHUNK = 100
"""Labels written at a time, so that nobody's answer waits for long."""
LEAST = 20
"""Answers behind a skill before its interval alone may pause somebody."""
LEVEL = 0.99
"""Of that interval: it is looked at again with every measurement."""
_TELLING = (None, "label", "gold")
"""Lanes whose answers are evidence about skill; None: labels that came with their items."""
_SAME = 0.002
"""A measured accuracy that moved less is not worth a line in the log."""


@dataclass(slots=True)
class Crowd:
    """All standing answers of a task, as columns. place: number of each actor and item that occurs."""

    rows: list[Any]
    actors: dict[int, int] = field(default_factory=dict)
    items: dict[int, int] = field(default_factory=dict)
    truth: dict[int, Any] = field(default_factory=dict)

    @property
    def position(self) -> int:
        """Seq of the newest of them."""
        return self.rows[-1].seq if self.rows else 0

    @property
    def evidence(self) -> list[Any]:
        """Those that tell about skill: a verdict was given with the answers before it in view."""
        return [row for row in self.rows if "verdict" not in row.value]


def crowd(store: Store, task: TaskRow) -> Crowd:
    """What people said and what is known. Verdicts and practice are no evidence about skill."""
    found, after = Crowd([]), 0
    with store.read() as connection:
        found.truth = gold.values(connection, task.id)
        while True:
            page = skills.standing_page(connection, task.id, after=after, limit=PAGE)
            found.rows.extend(row for row in page if row.lane in _TELLING and "labels" in (row.value or {}))
            if len(page) < PAGE:
                break
            after = page[-1].seq
    for row in found.rows:
        found.actors.setdefault(row.actor_id, len(found.actors))
        found.items.setdefault(row.item_id, len(found.items))
    return found


def measure(work: Work, state: State) -> State:
    """Measure everybody, pause who is no good, and weigh every label by what was found."""
    store, task = work.store, task_of(work)
    with store.read() as connection:
        project = projects.find(connection, task.project_id)
        has_gold = bool(gold.tasks_with(connection, [task.id]))
    if not team.measured_at_all(project.settings, has_gold=has_gold, shape=team.shape_of(task)):
        return {}
    found = crowd(store, task)
    if not any(row.kind == "person" for row in found.evidence):
        return {}
    present, ceilings = estimate(found, task)
    work.write(lambda tx: _keep(tx, task, present, found.position))
    for actor_id, skill in present.items():
        if skill.n >= LEAST and ceilings[actor_id] < project.settings["pause_below"]:
            _stop(work, project, task, actor_id, skill)
    changed = _weigh_all(work, project, task, crowd(store, task))
    work.write(lambda tx: team.settle_in_vain(tx, project, task))
    words = f"measured {len(present)} people, {changed} labels changed"
    return {"measured": len(present), "relabelled": changed, "words": words}


def estimate(found: Crowd, task: TaskRow) -> tuple[dict[int, Skill], dict[int, float]]:
    """Skill by actor, and what it is at most by the stricter level, of persons.

    Dawid-Skene over overlap and gold, each answer judged by what all others say.

    Several labels per item: by gold alone, since agreement by label says little about the whole.
    """
    numbers = {number: actor for actor, number in found.actors.items()}
    persons = {row.actor_id for row in found.rows if row.kind == "person"}
    follows = following(found)
    if task.options.get("multi", False):
        by_gold = {actor: _by_gold(found, actor, follows.get(actor, 0.0)) for actor in sorted(persons)}
        bounds = {
            actor: float(measured.wilson(one.matched, one.checks, level=LEVEL)[2]) for actor, one in by_gold.items()
        }
        return by_gold, bounds
    rows = found.evidence
    classes = {name: k for k, name in enumerate(task.options["labels"])}
    truth = np.full(len(found.items), -1, dtype=np.int64)
    for item, value in found.truth.items():
        if item in found.items and len(value["labels"]) == 1:
            truth[found.items[item]] = classes.get(value["labels"][0], -1)
    said = votes(
        [found.actors[row.actor_id] for row in rows],
        [found.items[row.item_id] for row in rows],
        [classes[row.value["labels"][0]] for row in rows],
        gold=truth,
        classes=len(classes),
    )
    labels = dawid_skene(said)
    all_skills, strict = measured.estimate(said, labels), measured.estimate(said, labels, level=LEVEL)
    out: dict[int, Skill] = {}
    ceilings: dict[int, float] = {}
    for k in range(said.n_actors):
        if numbers[k] in persons and (all_skills.n[k] > 0):
            out[numbers[k]] = Skill(
                float(all_skills.accuracy[k]),
                float(all_skills.low[k]),
                float(all_skills.high[k]),
                float(all_skills.n[k]),
                int(all_skills.gold[k]),
                int(all_skills.gold_right[k]),
                follows.get(numbers[k], 0.0),
            )
            ceilings[numbers[k]] = float(strict.high[k])
    return out, ceilings


def _by_gold(found: Crowd, actor: int, follows: float) -> Skill:
    mine = [row for row in found.evidence if row.actor_id == actor and row.item_id in found.truth]
    right = sum(row.value == found.truth[row.item_id] for row in mine)
    share, low, high = measured.wilson(right, len(mine))
    accuracy = float(share) if mine else 0.0
    return Skill(accuracy, float(low), float(high), float(len(mine)), len(mine), right, follows)


def anchored(found: Crowd, labels: Mapping[int, Any] | None = None) -> list[anchoring.Anchoring]:
    """Whether people follow suggestions because they are there: all together (actor -1), then each by their number.

    labels: present value by item, to tell which suggestions were wrong; gold is always used. Intervals hold for one
    actor; the warnings are those of a stricter level, so that among many honest people hardly anybody is named.
    """
    rows = [row for row in found.evidence if row.suggestion is not None and row.kind == "person"]
    known = {**(labels or {}), **found.truth}
    answers = anchoring.Followed(
        np.array([found.actors[row.actor_id] for row in rows], dtype=np.int64),
        np.array([bool(row.suggestion_shown) for row in rows], dtype=bool),
        np.array([row.value == row.suggestion["value"] for row in rows], dtype=bool),
        np.array([_right(row, known) for row in rows], dtype=np.int64),
    )
    plain = anchoring.report(answers)
    strict = anchoring.report(answers, level=1 - 0.05 / max(1, len(plain) - 1))
    return [replace(one, warning=other.warning) for one, other in zip(plain, strict, strict=True)]


def _right(row: Any, known: Mapping[int, Any]) -> int:
    return int(row.suggestion["value"] == known[row.item_id]) if row.item_id in known else -1


def following(found: Crowd) -> dict[int, float]:
    """By actor, the share of shown suggestions that were taken over because they were shown, where that is beyond doubt.

    With b the agreement when blind and s when shown, s = f + (1 - f) b.
    """
    numbers = {number: actor for actor, number in found.actors.items()}
    out = {}
    for one in anchored(found):
        if one.actor >= 0 and one.difference.n > 0 and one.difference.low > anchoring.MARGIN and one.blind.value < 1:
            out[numbers[one.actor]] = round(min(1.0, one.difference.value / (1 - one.blind.value)), 4)
    return out


def _keep(tx: Any, task: TaskRow, present: Mapping[int, Skill], position: int) -> None:
    old = skills.newest(tx.connection, task.id)
    for actor_id, new in present.items():
        before = old.get(actor_id)
        if before is None or _moved(before, new):
            skills.add(tx, task_id=task.id, actor_id=actor_id, found=new, position=position)


def _moved(before: Skill, after: Skill) -> bool:
    return (
        abs(before.accuracy - after.accuracy) > _SAME
        or abs(before.follows - after.follows) > _SAME
        or (before.checks, before.matched) != (after.checks, after.matched)
        or after.n >= 1.5 * before.n
    )


def _stop(work: Work, project: Project, task: TaskRow, actor_id: int, skill: Skill) -> None:
    """Pause somebody whom overlap shows to be no good, even where gold alone leaves a doubt.

    What they answered since their last good check is asked again; without any check, all of it.
    """
    limit = project.settings["pause_below"]

    def unit(tx: Any) -> None:
        checks = gold.checks(tx.connection, task.id, actor_id)
        since = team.last_good(checks, limit)
        words = f"accuracy is {skill.low:.0%} to {skill.high:.0%} by {skill.n:.0f} answers"
        team.stop(tx, project, task, people.find(tx.connection, actor_id), since=since, words=words)

    work.write(unit)


def _weigh_all(work: Work, project: Project, task: TaskRow, found: Crowd) -> int:
    """Weigh every label that was asked with weighing, and ask once more where it is not sure any more; how many changed."""
    places = _moving(work.store, project, task, found)
    changed = 0
    for start in range(0, len(places), CHUNK):
        part = places[start : start + CHUNK]
        changed += work.write(lambda tx, part=part: sum(_weigh_one(tx, project, task, item) for item in part))
        work.report("weighs labels by skill", start + len(part), len(places))
    return changed


def _moving(store: Store, project: Project, task: TaskRow, found: Crowd) -> list[int]:
    """Items whose label would be another, or more or less sure, by what is known of people now."""
    by_item: dict[int, list[Any]] = {}
    weighed = {row.item_id for row in found.rows if row.most is not None} - set(found.truth)
    for row in found.rows:
        if row.item_id in weighed and row.aside is None:
            by_item.setdefault(row.item_id, []).append(row)
    with store.read() as connection:
        present = skills.newest(connection, task.id)
        stored = skills.labels_of(connection, task.id)
    multi, votes_of_model = bool(task.options.get("multi", False)), project.settings["model_votes"]
    moving = []
    for item, rows in by_item.items():
        model = next((row.suggestion for row in reversed(rows) if row.suggestion is not None), None)
        now = weigh(
            [_vote(row, present.get(row.actor_id)) for row in rows],
            task.options["labels"],
            multi=multi,
            model=model if votes_of_model else None,
        )
        old = stored.get(item)
        if now is None or old is None:
            continue
        if old[0] != now.estimate.value or abs(old[1] - now.estimate.confidence) > _SAME:
            moving.append(item)
    return sorted(moving)


def _vote(row: Any, skill: Skill | None) -> Vote:
    shown = row.suggestion["value"] if row.suggestion_shown and row.suggestion is not None else None
    if skill is None:
        return Vote(row.id, row.actor_id, row.kind, row.value, shown=shown)
    return Vote(row.id, row.actor_id, row.kind, row.value, skill.accuracy, skill.n, skill.follows, shown)


def _weigh_one(tx: Any, project: Project, task: TaskRow, item_id: int) -> bool:
    """Whether the value of a label changed. Its row is left alone while neither value nor confidence has moved."""
    stored = skills.label_of(tx.connection, task.id, item_id)
    found, newest = team.weighed_label(tx.connection, project.settings, task, item_id)
    if found is None or stored is None or stored.answers != list(found.estimate.answers):
        return False  # an answer came meanwhile and has weighed it
    moved = stored.value != found.estimate.value
    if moved or abs(stored.confidence - found.estimate.confidence) > _SAME:
        place = Place(project.id, task.id, item_id, stored.test)
        position = skills.newest_answer(tx.connection) if moved else stored.position
        estimates.settle(tx, place, found.estimate, position=position, basis=newest)
        if moved:
            tx.emit("label.changed", project=project.id, subject=show("item", item_id), body={"task": task.id})
        team.ask_more(tx, project, task, item_id, found)
    return moved
