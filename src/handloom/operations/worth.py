"""What answers are worth: skill with interval, one's own page, and how good and how dear the labels are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import loop
from ..core.clock import iso
from ..core.ids import show
from ..core.people import Skill
from ..core.roles import POLICIES, allowed
from ..jobs import team
from ..store import conflicts, people, picking, skills
from ..store import quality as kept
from . import jobs
from .session import Session, in_project

RECENT = 50
"""Verdicts and rejections that somebody is told of."""
MOST_PEOPLE = 200
"""People told one by one, those with most answers."""


def skill(found: Skill) -> dict[str, Any]:
    """A skill as it is shown, never without its n and interval."""
    return {
        "accuracy": {
            "value": round(found.accuracy, 4),
            "low": round(found.low, 4),
            "high": round(found.high, 4),
            "n": round(found.n),
        },
        "checks": found.checks,
        "checks_right": found.matched,
        "follows": found.follows,
    }


def all_skills(connection: Any, task_id: int) -> dict[int, dict[str, Any]]:
    """Present skill of every actor that was measured."""
    return {actor: skill(found) for actor, found in skills.newest(connection, task_id).items()}


def measured(found: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the last measurement says of one actor: skill by class, accuracy in successive parts, and load."""
    if found is None:
        return {"classes": [], "periods": [], "load": None}
    load = {"answers": found["answers"], "seconds": found["seconds"], "recent": found["recent"]}
    return {"classes": found["classes"], "periods": found["trend"], "load": load}


@in_project
def mine(session: Session, project: str, task: str | None = None) -> dict[str, Any]:
    """The actor's own page: skill over time, practice, and what experts and reviewers said about their answers.

    Checks against hidden gold are counted and never told one by one.
    """
    session.require("answer_label")
    case = session.case(project)
    row, me = case.task(task), session.actor.id
    member = case.members.get(me)
    with session.store.read() as connection:
        points = skills.trend(connection, row.id, me)
        stands = team.practice(connection, case.project.settings, row.id, me)
        pace = people.pace(connection, me)
        told = conflicts.about(connection, row.id, me, limit=RECENT)
        found = kept.actor(connection, row.id, me)
    return {
        "task": row.name,
        "role": session.actor.role,
        "can": [action for action in POLICIES if allowed(session.actor.role, action)],
        "state": member.state if member else "active",
        "reason": member.reason if member else None,
        "answers": pace.answers,
        "median_seconds": pace.median_seconds,
        "skill": skill(points[-1][1]) if points else None,
        "trend": [{"at": iso(at), **skill(found)["accuracy"]} for at, found in points],
        **measured(found),
        "practice": {"qualified": stands.qualified, "right": stands.right, "of": stands.of, "left": stands.left},
        "feedback": [
            {
                "item": show("item", one.item_id),
                "yours": one.yours,
                "verdict": one.verdict,
                "reason": one.reason,
                "at": iso(one.at),
            }
            for one in told
        ],
    }


@in_project
def quality(session: Session, project: str, task: str | None = None) -> dict[str, Any]:
    """How good the labels are and what they cost: agreement, gold, conflicts, anchoring, answers, time and money per label.

    As the last measurement found it, so looking costs nothing: `as_of` says when that was, `behind` how many answers of the
    project have come since. Before the first measurement there are no figures. `measure` brings them up to date.
    """
    session.require("read_people")
    session.require("read_answers")
    case = session.case(project)
    row, settings = case.task(task), case.project.settings
    with session.store.read() as connection:
        found = kept.newest(connection, row.id)
        answers = kept.answers_of_project(connection, case.project.id)
        settled = conflicts.counts(connection, row.id)
        active = picking.people_count(connection, case.project.id)
        everybody = kept.actors(connection, row.id, limit=MOST_PEOPLE)
        names = people.names(connection, list(everybody))
    body: Mapping[str, Any] = found.body if found is not None else _NOTHING
    who = {actor: {"id": show("actor", actor), "name": names[actor]} for actor in everybody}
    by_id = {one["id"]: one for one in who.values()}
    agreement = body["agreement"]
    return {
        "task": row.name,
        "as_of": iso(found.created) if found is not None else None,
        "behind": answers - (found.answers if found is not None else 0),
        "people": active,
        "labels": body["labels"],
        "answers": body["answers"],
        "confidence": None if body["confidence"] is None else round(body["confidence"], 4),
        **_costs(body, settings["hour_costs"] or None),
        "gold": body["gold"],
        "conflicts": settled,
        "agreement": agreement
        and {
            **agreement,
            "pairs": [
                {**one, "a": by_id[one["a"]], "b": by_id[one["b"]]}
                for one in agreement["pairs"]
                if one["a"] in by_id and one["b"] in by_id
            ],
        },
        "suggestions": body["suggestions"],
        "anchoring": {
            "blind_share": settings["blind_share"],
            "all": body["anchoring"],
            "actors": [
                {"actor": who[actor], **one["anchoring"]} for actor, one in everybody.items() if one["anchoring"]
            ],
        },
    }


_NOTHING: dict[str, Any] = {
    "labels": 0,
    "confidence": None,
    "answers": 0,
    "seconds": 0.0,
    "gold": {"items": 0, "checks": 0},
    "agreement": None,
    "anchoring": None,
    "suggestions": [],
}


def _costs(body: Mapping[str, Any], hour: float | None) -> dict[str, Any]:
    """Answers, time and money, in all and for each label; money None where nobody said what an hour costs."""
    n, hours = body["labels"], body["seconds"] / 3600
    return {
        "answers_per_label": round(body["answers"] / n, 4) if n else None,
        "seconds_per_label": round(body["seconds"] / n, 3) if n else None,
        "minutes": round(body["seconds"] / 60, 2),
        "hour_costs": hour,
        "money": None if hour is None else round(hours * hour, 2),
        "money_per_label": None if hour is None or not n else round(hours * hour / n, 4),
    }


@in_project
def measure(session: Session, project: str, task: str | None = None) -> dict[str, Any]:
    """Measure people and labels now instead of when enough answers have come. The job, or the one that does so already."""
    session.require("read_people")
    session.require("train")
    case = session.case(project)
    row = case.task(task)
    with session.store.read() as connection:
        position = skills.newest_answer(connection)
    args = {"position": position, "votes": case.project.settings["model_votes"]}
    job, _ = loop.start(session.store, row, "measure", args, actor_id=session.actor.id, executor=session.site.executor)
    return jobs.shown(session, job)
