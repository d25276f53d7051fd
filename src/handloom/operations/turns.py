"""Who is handed which questions: practice first, gold among the others, nothing to whom a rule or a pause keeps away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import ask
from ..core.errors import Forbidden, WrongState
from ..core.people import Rule
from ..jobs import apart, team
from ..store import Tx, gold, quality, queue, skills
from ..store.offers import Route
from ..store.queue import NewBatch, NewQuestion
from .session import Case, Session

MAX_PRACTICE = 200
"""Gold questions that lie ready to practise on."""


def hand_out(session: Session, tx: Tx, case: Case, *, lane: str, n: int, task_id: int | None) -> list[int]:
    """Lease up to n questions to the actor; their numbers in the order in which they are to be answered."""
    check_active(session, case)
    settings = case.project.settings
    where: dict[str, Any] = {
        "project_id": case.project.id,
        "actor_id": session.actor.id,
        "lease_seconds": settings["lease_seconds"],
        "task_id": task_id,
    }
    if lane != "label":
        return queue.claim(tx, lane=lane, n=n, **where)
    checked = sorted(case.checked if task_id is None else case.checked & {task_id})
    counts = session.actor.kind == "person" and session.actor.role != "owner"
    if checked and counts and settings["practice"] and session.actor.role == "annotator":
        for task in checked:
            practising = _practise(session, tx, case, task, n)
            if practising is not None:
                return practising
    route = _route(session, tx, case, task_id)
    if not (checked and counts and settings["gold_share"]):
        return queue.claim(tx, lane=lane, n=n, route=route, **where)
    known = skills.of_actor(tx.connection, checked[0], session.actor.id)
    usual, first = settings["gold_share"], settings["gold_first"]
    chance = ask.share(known.checks if known else 0, usual=usual, first=first)
    rng = session.site.rng
    plain, hidden = queue.claim_mixed(tx, n=n, hidden=ask.how_many(n, chance, rng), route=route, **where)
    return ask.mingle(plain, hidden, rng)


def veils(session: Session, connection: Any, case: Case, rows: Sequence[Any]) -> frozenset[int]:
    """Which of these questions this actor gets without the suggestion, because they are found to follow suggestions."""
    settings = case.project.settings
    if not case.checked and settings["most_answers"] is None:
        return frozenset()  # nobody is measured
    hidden: set[int] = set()
    for task in {row.task_id for row in rows if row.suggestion is not None and not row.blind}:
        known = skills.of_actor(connection, task, session.actor.id)
        if known is not None and known.follows and _reported(connection, task, session.actor.id):
            asked = (row.id for row in rows if row.task_id == task)
            hidden.update(one for one in asked if ask.hides(one, session.actor.id, known.follows))
    return frozenset(hidden)


def _reported(connection: Any, task_id: int, actor_id: int) -> bool:
    """Whether the last measurement warns of somebody. Before, more has to be seen of how they answer."""
    found = quality.actor(connection, task_id, actor_id)
    return found is not None and bool((found["anchoring"] or {}).get("warning"))


def check_active(session: Session, case: Case) -> None:
    """Raise `Forbidden` for whoever is paused in this project."""
    member = case.members.get(session.actor.id)
    if member is not None and member.state != "active" and session.actor.role != "owner":
        why = f": {member.reason}" if member.reason else ""
        raise Forbidden(
            f"you are {member.state} in project {case.project.name}{why}; an owner can make you active again",
            state=member.state,
        )


def _route(session: Session, tx: Tx, case: Case, task_id: int | None) -> Route | None:
    """What assignment rules say of this actor; None where there are none."""
    settings = case.project.settings
    if not settings["assign"] and not settings["never_after"]:
        return None
    rules = [Rule.of(raw) for raw in settings["assign"]]
    member = case.members.get(session.actor.id)
    low = 0.0
    if any(rule.skill for rule in rules):
        numbers = [task_id] if task_id is not None else [task.id for task in case.tasks]
        known = [skills.of_actor(tx.connection, number, session.actor.id) for number in numbers]
        low = max((skill.low for skill in known if skill is not None), default=0.0)
    open_to = ask.open_to(rules, member.tags if member else (), low)
    return Route(open_to, *apart.of_actor(tx.connection, case.project.id, settings["never_after"], session.actor.id))


def _practise(session: Session, tx: Tx, case: Case, task_id: int, n: int) -> list[int] | None:
    """Practice questions for a newcomer; None once they are qualified."""
    stands = team.practice(tx.connection, case.project.settings, task_id, session.actor.id)
    if stands.qualified:
        return None
    task = case.task_by_id(task_id)
    assert task is not None
    items = gold.unpractised(tx.connection, task_id, limit=MAX_PRACTICE)
    if items:
        new = [_practice_question(team.shape_of(task), item) for item in items]
        batch = NewBatch(case.project.id, task_id, "practice", team.EVERYBODY, "practice")
        queue.ask(tx, batch, new)
    found = queue.claim(
        tx,
        project_id=case.project.id,
        actor_id=session.actor.id,
        lane="practice",
        n=min(n, stands.left),
        lease_seconds=case.project.settings["lease_seconds"],
        task_id=task_id,
    )
    if not found and not gold.holds_practice(tx.connection, task_id, session.actor.id):
        raise WrongState(
            f"you have practised on all there is for {task.name}: {stands.right} of the last {stands.of} were right, "
            f"{case.project.settings['qualify']:.0%} are wanted; ask an owner"
        )
    return found


def _practice_question(shape: str, item_id: int) -> NewQuestion:
    return NewQuestion(item_id, shape, "practice", 0.0, 0.0, "practice: you are told at once what was right")
