"""What answers are worth: skill with interval, one's own page, and how good and how dear the labels are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.clock import iso
from ..core.ids import show
from ..core.later import later
from ..core.people import Skill
from ..core.roles import POLICIES, allowed
from ..jobs import team
from ..store import conflicts, gold, people, picking, skills
from .session import Session, in_project

if TYPE_CHECKING:
    from ..jobs import measure
    from ..resolve.anchoring import Anchoring, Rate
else:
    measure = later("handloom.jobs.measure")

RECENT = 50
"""Verdicts and rejections that somebody is told of."""


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
    """How good the labels are and what they cost: answers and seconds per label, gold, conflicts, anchoring."""
    session.require("read_people")
    session.require("read_answers")
    case = session.case(project)
    row = case.task(task)
    found = measure.crowd(session.store, row)
    with session.store.read() as connection:
        labels = skills.labels_of(connection, row.id)
        names = people.names(connection, [actor for actor in found.actors if actor is not None])
        known = gold.values(connection, row.id)
        settled = conflicts.counts(connection, row.id)
        active = picking.people_count(connection, case.project.id)
    persons = [one for one in found.rows if one.kind == "person"]
    mine_ = {one.item_id for one in persons}
    paid = [item for item in labels if item in mine_]
    seconds = sum(one.seconds for one in persons)
    order = {number: actor for actor, number in found.actors.items()}
    reports = measure.anchored(found, {item: value for item, (value, _) in labels.items()})
    return {
        "task": row.name,
        "people": active,
        "labels": len(paid),
        "answers": len(persons),
        "answers_per_label": round(len(persons) / len(paid), 4) if paid else None,
        "seconds_per_label": round(seconds / len(paid), 3) if paid else None,
        "confidence": round(sum(labels[item][1] for item in paid) / len(paid), 4) if paid else None,
        "gold": {"items": len(known), "checks": sum(one.item_id in known for one in persons)},
        "conflicts": settled,
        "anchoring": {
            "blind_share": case.project.settings["blind_share"],
            "all": _anchoring(reports[0]) if reports else None,
            "actors": [
                {"actor": {"id": show("actor", order[one.actor]), "name": names[order[one.actor]]}, **_anchoring(one)}
                for one in reports[1:]
            ],
        },
    }


def _anchoring(one: Anchoring) -> dict[str, Any]:
    rates = {name: _rate(getattr(one, name)) for name in ("shown", "blind", "difference", "wrong", "wrong_blind")}
    return {**rates, "warning": one.warning}


def _rate(rate: Rate) -> dict[str, Any] | None:
    if rate.n == 0:
        return None
    return {"value": round(rate.value, 4), "low": round(rate.low, 4), "high": round(rate.high, 4), "n": rate.n}
