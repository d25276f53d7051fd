"""The step that measures people: everybody's skill from gold and overlap together, and what the labels are worth by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..ask.route import FOLLOWER
from ..core.arrays import Indices
from ..core.ids import show
from ..core.people import Skill, Vote
from ..resolve import anchoring
from ..resolve import skills as measured
from ..resolve.aggregate import confusable
from ..resolve.weighed import weigh
from ..store import Store, estimates, gold, people, projects, quality, skills
from ..store.labels import Place
from ..store.projects import Project, TaskRow
from . import report, team
from .evidence import Crowd, Judged, crowd
from .learn import task_of
from .work import State, Work

CHUNK = 100
"""Labels written at a time, so that nobody's answer waits for long."""
LEAST = 20
"""Answers behind a skill before its interval alone may pause somebody."""
LEVEL = 0.99
"""Of that interval: it is looked at again with every measurement."""
FRESH = 0.01
"""Share of new answers below which a training does not have everybody measured first."""
_SAME = 0.002
"""A measured accuracy that moved less is not worth a line in the log."""


def measure(work: Work, state: State) -> State:
    """Measure everybody, pause who is no good, weigh every label by what was found, and keep the figures for who looks."""
    store, task = work.store, task_of(work)
    with store.read() as connection:
        project = projects.find(connection, task.project_id)
        has_gold = bool(gold.tasks_with(connection, [task.id]))
        answers = quality.answers_of_project(connection, project.id)
        fresh = answers - quality.measured(connection, task.id)
    if work.job.kind == "refresh" and 0 <= fresh < FRESH * answers:
        return {}
    found, changed, present = crowd(store, task), 0, {}
    judged = judge(found, task, project.settings)
    if team.measured_at_all(project.settings, has_gold=has_gold, shape=team.shape_of(task)) and _anybody(found):
        present, ceilings = estimate(found, task, judged)
        work.write(lambda tx: _keep(tx, task, present, found.position))
        low = [a for a, one in present.items() if one.n >= LEAST and ceilings[a] < project.settings["pause_below"]]
        for actor_id in low:
            _stop(work, project, task, actor_id, present[actor_id])
        if low:
            found = crowd(store, task)  # what they answered has been set aside
            judged = judge(found, task, project.settings)
        changed = _weigh_all(work, project, task, found)
        work.write(lambda tx: team.settle_in_vain(tx, project, task))
    report.keep(work, task, found, report.Findings(answers, present, judged, anchored))
    words = f"measured {len(present)} people, {changed} labels changed"
    return {"measured": len(present), "relabelled": changed, "words": words} if present else {}


def _anybody(found: Crowd) -> bool:
    return bool((found.person & found.evidence).any())


def judge(found: Crowd, task: TaskRow, settings: Mapping[str, Any]) -> Judged | None:
    """Dawid-Skene over overlap and gold, with its skills; None for several labels per item, or where nobody answered.

    Where models spare second answers (``model_backs``), whom a suggestion contradicts is asked about again and whom it
    agrees with is not. Looking at overlap alone would then look at everybody's worse answers, so the suggestions are evidence
    too, of an actor that is judged as everybody is. What followers answered with the suggestion in view is left out: it
    would praise both. With many classes one number per actor is learned, since confusions could not be.
    """
    if task.options.get("multi", False) or "labels" not in task.options:
        return None
    follows = following(found)
    led = np.array([follows.get(actor, 0.0) >= FOLLOWER for actor in found.actors], dtype=bool)
    echo = led[found.actor] & found.shown & ~found.hidden_gold & ~found.trusted[found.item]
    model = settings["most_answers"] is not None and (settings["model_backs"] or settings["model_votes"])
    choices = found.votes(task, left_out=echo, model=model)
    if choices is None:
        return None
    said, rows = choices
    labels = confusable(said)
    return Judged(said, rows, labels, measured.estimate(said, labels), follows)


def estimate(found: Crowd, task: TaskRow, judged: Judged | None) -> tuple[dict[int, Skill], dict[int, float]]:
    """Skill by actor, and what it is at most by the stricter level, of persons. Each answer is judged by what all others say.

    Several labels per item: by gold alone, since agreement by label says little about the whole.
    """
    persons = np.unique(found.actor[found.person]).tolist()
    if judged is None:
        follows = following(found)
        by_gold = {found.actors[one]: _by_gold(found, one, follows) for one in persons}
        bounds = {
            actor: float(measured.wilson(one.matched, one.checks, level=LEVEL)[2]) for actor, one in by_gold.items()
        }
        return by_gold, bounds
    everybody, strict = judged.skills, measured.estimate(judged.said, judged.labels, level=LEVEL)
    out: dict[int, Skill] = {}
    ceilings: dict[int, float] = {}
    for k in persons:
        if k < judged.said.n_actors and everybody.n[k] > 0:
            actor = found.actors[k]
            out[actor] = Skill(
                float(everybody.accuracy[k]),
                float(everybody.low[k]),
                float(everybody.high[k]),
                float(everybody.n[k]),
                int(everybody.gold[k]),
                int(everybody.gold_right[k]),
                judged.follows.get(actor, 0.0),
            )
            ceilings[actor] = float(strict.high[k])
    return out, ceilings


def _by_gold(found: Crowd, number: int, follows: Mapping[int, float]) -> Skill:
    known = found.known()
    mine = found.evidence & (found.actor == number)
    truth = known[found.item[mine]]
    right, n = int((truth == found.value[mine])[truth != -1].sum()), int((truth != -1).sum())
    share, low, high = measured.wilson(right, n)
    accuracy = float(share) if n else 0.0
    return Skill(accuracy, float(low), float(high), float(n), n, right, follows.get(found.actors[number], 0.0))


def anchored(found: Crowd, labels: Mapping[int, Any] | None = None) -> list[anchoring.Anchoring]:
    """Whether people follow suggestions because they are there: all together (actor -1), then each by their number.

    labels: present value by item, to tell which suggestions were wrong; gold is always used. Intervals hold for one
    actor; the warnings are those of a stricter level, so that among many honest people hardly anybody is named.
    """
    rows = np.flatnonzero(found.evidence & found.person & (found.suggested >= 0))
    truth, said = found.known({} if labels is None else labels)[found.item[rows]], found.suggested[rows]
    answers = anchoring.Followed(
        found.actor[rows], found.shown[rows], found.value[rows] == said, np.where(truth == -1, -1, truth == said)
    )
    plain = anchoring.report(answers)
    strict = anchoring.report(answers, level=1 - 0.05 / max(1, len(plain) - 1))
    return [replace(one, warning=other.warning) for one, other in zip(plain, strict, strict=True)]


def following(found: Crowd) -> dict[int, float]:
    """By actor, the share of shown suggestions that were taken over because they were shown, where that is beyond doubt.

    With b the agreement when blind and s when shown, s = f + (1 - f) b.
    """
    out = {}
    for one in anchored(found):
        if one.actor >= 0 and one.difference.n > 0 and one.difference.low > anchoring.MARGIN and one.blind.value < 1:
            share = min(1.0, one.difference.value / (1 - one.blind.value))
            out[found.actors[one.actor]] = round(share, 4)
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
    weighed = np.zeros(len(found.items), dtype=bool)
    weighed[found.item[found.weighed]] = True
    weighed[found.trusted] = False
    rows = np.flatnonzero(weighed[found.item] & ~found.aside)
    rows = rows[np.argsort(found.item[rows], kind="stable")]
    if not rows.size:
        return []
    with store.read() as connection:
        present = skills.newest(connection, task.id)
        stored = skills.labels_of(connection, task.id)
    multi, votes_of_model = bool(task.options.get("multi", False)), project.settings["model_votes"]
    moving = []
    for part in np.split(rows, np.flatnonzero(np.diff(found.item[rows])) + 1):
        item = found.items[found.item[part[0]]]
        votes = [_vote(found, row, present) for row in part.tolist()]
        model = _suggested(found, part) if votes_of_model else None
        now, old = weigh(votes, task.options["labels"], multi=multi, model=model), stored.get(item)
        if now is None or old is None:
            continue
        if old[0] != now.estimate.value or abs(old[1] - now.estimate.confidence) > _SAME:
            moving.append(item)
    return sorted(moving)


def _suggested(found: Crowd, rows: Indices) -> dict[str, Any] | None:
    """The newest suggestion that an item was asked with."""
    with_one = rows[found.suggested[rows] >= 0]
    if not with_one.size:
        return None
    return {"value": found.values[found.suggested[with_one[-1]]], "confidence": float(found.sure[with_one[-1]])}


def _vote(found: Crowd, row: int, present: Mapping[int, Skill]) -> Vote:
    actor, value = found.actors[found.actor[row]], found.values[found.value[row]]
    if found.verdict[row]:
        value = {**value, "verdict": True}
    shown = found.values[found.suggested[row]] if found.shown[row] and found.suggested[row] >= 0 else None
    kind, skill = ("person" if found.person[row] else "import"), present.get(actor)
    if skill is None:
        return Vote(str(row), actor, kind, value, shown=shown)
    return Vote(str(row), actor, kind, value, skill.accuracy, skill.n, skill.follows, shown)


def _weigh_one(tx: Any, project: Project, task: TaskRow, item_id: int) -> bool:
    """Whether the value of a label changed. Its row is left alone while neither value nor confidence has moved."""
    stored = skills.label_of(tx.connection, task.id, item_id)
    if stored is None:
        return False
    found, newest = team.weighed_label(tx.connection, project.settings, task, item_id, test=stored.test)
    if found is None or stored.answers != list(found.estimate.answers):
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
