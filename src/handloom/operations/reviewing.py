"""Reviews: a random sample of somebody's work, accepted or rejected as a whole; rejected work is asked again."""

from __future__ import annotations

from typing import Any

from ..core.clock import iso
from ..core.errors import Malformed, TooLarge, WrongState
from ..core.ids import parse, show
from ..store import Tx, aside, browse, items, people, reviews, skills
from ..store.reviews import Review
from . import pages
from .session import Session, in_project

SAMPLE = 10
MOST_SAMPLE = 200
MAX_REASON = 20_000


@in_project
def open_review(
    session: Session, project: str, actor: str, task: str | None = None, sample: int = SAMPLE
) -> dict[str, Any]:
    """Draw a random sample of what somebody answered since their last review. The review with its answers."""
    session.require("review")
    if isinstance(sample, bool) or not 1 <= sample <= MOST_SAMPLE:
        raise Malformed(f"sample is a whole number from 1 to {MOST_SAMPLE}; found {str(sample)[:40]}", field="sample")
    case = session.case(project)
    row, number = case.task(task), parse("actor", actor)
    if number == session.actor.id:
        raise WrongState("nobody reviews their own work; ask another reviewer")

    def unit(tx: Tx) -> Review:
        who = people.find(tx.connection, number)
        since = reviews.reviewed_until(tx.connection, row.id, number)
        work = aside.work_of(tx.connection, row.id, number, since=since, until=skills.NOW)
        if not work:
            raise WrongState(f"{who.name} has answered nothing in task {row.name} since the last review")
        drawn = sorted(session.site.rng.permutation(len(work))[:sample].tolist())
        until = reviews.last_answer(tx.connection, work)
        return reviews.open_(
            tx,
            place=(case.project.id, row.id),
            actor_id=number,
            by_id=session.actor.id,
            span=(since, until, len(work)),
            sample=[work[k] for k in drawn],
        )

    return _in_full(session, session.store.write(unit))


def review(session: Session, review: str) -> dict[str, Any]:
    """One review with the answers in its sample."""
    return _in_full(*_found(session, review))


def close_review(session: Session, review: str, accept: bool, reason: str | None = None) -> dict[str, Any]:
    """Accept or reject all of the work. Rejected answers are kept, count no more, and their items are asked again."""
    session, found = _found(session, review)
    if reason is not None and len(reason) > MAX_REASON:
        raise TooLarge(f"a reason has at most {MAX_REASON} characters")
    if not accept and not (reason or "").strip():
        raise Malformed("a rejection needs a reason, which the person is told", field="reason")

    def unit(tx: Tx) -> int:
        reviews.close(tx, found, accepted=accept, reason=reason, by_id=session.actor.id)
        if accept:
            return 0
        work = aside.work_of(tx.connection, found.task_id, found.actor_id, since=found.since, until=found.until)
        return aside.set_aside(tx, work, reason=f"rejected in review: {reason}", actor_id=session.actor.id)

    again = session.store.write(unit)
    session.site.nudge(found.project_id)
    with session.store.read() as connection:
        return _in_full(session, reviews.get(connection, found.id)) | {"asked_again": again}


def _found(session: Session, review: str) -> tuple[Session, Review]:
    with session.looking("review"), session.store.read() as connection:
        found = reviews.get(connection, parse("review", review))
    acting = session.of(found.project_id)
    acting.require("review")
    return acting, found


@in_project
def list_reviews(session: Session, project: str, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """Reviews of a project, newest first."""
    session.require("review")
    size = pages.size(limit)
    with session.store.read() as connection:
        number = session.case(project).project.id
        rows = reviews.page(connection, number, before=pages.after("reviews", cursor), limit=size + 1)
        names = people.names(connection, [n for r in rows for n in (r.actor_id, r.by_id)])
    return pages.page("reviews", rows, size, lambda r: r.id, lambda r: _shown(session, r, names))


def _shown(session: Session, one: Review, names: dict[int, str]) -> dict[str, Any]:
    task = session.case_of(one.project_id).task_by_id(one.task_id)
    return {
        "id": show("review", one.id),
        "task": task.name if task else None,
        "actor": {"id": show("actor", one.actor_id), "name": names[one.actor_id]},
        "by": {"id": show("actor", one.by_id), "name": names[one.by_id]},
        "size": one.size,
        "sample": len(one.sample),
        "state": one.state,
        "reason": one.reason,
        "created": iso(one.created),
        "closed": iso(one.closed),
    }


def _in_full(session: Session, one: Review) -> dict[str, Any]:
    with session.store.read() as connection:
        names = people.names(connection, [one.actor_id, one.by_id])
        answers = browse.answers_by_id(connection, one.sample)
        found = items.get(connection, [a.item_id for a in answers])
        label = browse.labels_of_items(connection, one.task_id, list(found))
    shown = [
        {
            "answer": a.id,
            "item": {"id": show("item", a.item_id), "key": found[a.item_id].key, "data": found[a.item_id].data},
            "value": a.value,
            "outcome": a.outcome,
            "label": label.get(a.item_id),
            "seconds": a.seconds,
            "suggestion_shown": a.suggestion_shown,
            "note": a.note,
            "created": iso(a.created),
        }
        for a in answers
    ]
    return _shown(session, one, names) | {"answers": shown}
