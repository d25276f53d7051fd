"""Questions: claimed by whoever answers them, listed for whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core.clock import iso
from ..core.errors import Malformed, TooLarge
from ..core.ids import parse, show
from ..core.questions import STATES
from ..core.roles import allowed
from ..store import Tx, browse, queue
from . import pages, present
from .session import Case, Session

LANES = ("label", "decide")
MAX_CLAIM = 100
MAX_RELEASE = 1000
_WIDGETS = {"choice": "choice", "decision": "decision"}


def claim(session: Session, project: str, lane: str = "label", n: int = 5, task: str | None = None) -> dict[str, Any]:
    """Lease up to n open questions to the actor, best first."""
    return session.store.write(claiming(session, project, lane, n, task))


def claiming(
    session: Session, project: str, lane: str = "label", n: int = 5, task: str | None = None
) -> Callable[[Tx], dict[str, Any]]:
    """`claim` as a unit of the writer, so that a server can await it without a thread of its own."""
    session.require("answer_decide" if _lane(lane) == "decide" else "answer_label")
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MAX_CLAIM:
        raise Malformed(f"n is a whole number from 1 to {MAX_CLAIM}; found {str(n)[:40]}", field="n")

    def unit(tx: Tx) -> dict[str, Any]:
        case = session.case(project)
        ids = queue.claim(
            tx,
            project_id=case.project.id,
            actor_id=session.actor.id,
            lane=lane,
            n=n,
            lease_seconds=case.project.settings["lease_seconds"],
            task_id=case.task(task).id if task is not None else None,
        )
        rows = browse.questions(tx.connection, ids, session.actor.id) if ids else []
        for row in rows:
            session.site.remember(row)
        return {"questions": [shown(case, row) for row in rows]}

    return unit


def claim_question(session: Session, question: str) -> dict[str, Any]:
    """Lease one certain question."""
    number = parse("question", question)

    def unit(tx: Tx) -> dict[str, Any]:
        asked = session.site.question(tx.connection, number)
        session.require("answer_decide" if asked.lane == "decide" else "answer_label")
        case = session.case_of(asked.project_id)
        lease = case.project.settings["lease_seconds"]
        queue.claim_one(tx, question_id=number, actor_id=session.actor.id, lease_seconds=lease)
        return shown(case, browse.question_by_id(tx.connection, number, session.actor.id))

    return session.store.write(unit)


def release_claims(session: Session, questions: Sequence[str]) -> dict[str, Any]:
    """Give leases back, so that others get those questions at once."""
    session.require("answer_label")
    if len(questions) > MAX_RELEASE:
        raise TooLarge(f"at most {MAX_RELEASE} questions at a time; found {len(questions)}")
    numbers = [parse("question", question) for question in questions]
    actor_id = session.actor.id
    released = session.store.write(lambda tx: queue.release_claims(tx, actor_id=actor_id, question_ids=numbers))
    return {"released": released}


def questions(
    session: Session,
    project: str,
    lane: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Questions of a project, newest first."""
    session.require("read_project")
    lanes = (_lane(lane),) if lane is not None else LANES
    if not allowed(session.actor.role, "read_models"):
        lanes = tuple(one for one in lanes if one == "label")
    if state is not None and state not in STATES:
        raise Malformed(f"state is one of {', '.join(STATES)}; found {state[:40]!r}", field="state")
    case, size = session.case(project), pages.size(limit)
    before = pages.after("questions", cursor)
    with session.store.read() as connection:
        rows = browse.question_page(
            connection,
            project_id=case.project.id,
            lanes=lanes,
            states=(state,) if state is not None else STATES,
            before=before,
            limit=size + 1,
        )
        counts = browse.answer_counts(connection, [row.id for row in rows])
    hide = not allowed(session.actor.role, "read_answers")

    def one(row: Any) -> dict[str, Any]:
        return {**shown(case, row, hide_suggestion=hide), "answers": counts.get(row.id, 0)}

    return pages.page("questions", rows, size, lambda row: row.id, one)


def question(session: Session, question: str) -> dict[str, Any]:
    """One question, with how many answers it has."""
    session.require("read_project")
    number = parse("question", question)
    with session.store.read() as connection:
        row = browse.question_by_id(connection, number, session.actor.id)
        if row.lane == "decide":
            session.require("read_models")
        count = browse.answer_counts(connection, [number]).get(number, 0)
    hide = not allowed(session.actor.role, "read_answers") and row.until is None
    return {**shown(session.case_of(row.project_id), row, hide_suggestion=hide), "answers": count}


def shown(case: Case, row: Any, *, hide_suggestion: bool = False) -> dict[str, Any]:
    """A question as it goes to whoever answers it. ``expires``: the end of the lease if it has one, else of the question."""
    task = case.task_by_id(row.task_id)
    choice = row.shape == "choice" and task is not None
    guideline = case.guidelines.get(row.task_id) if choice else None
    until = getattr(row, "until", None)
    veiled = choice and (row.blind or hide_suggestion or not case.project.settings["suggestions"])
    return {
        "id": show("question", row.id),
        "project": show("project", row.project_id),
        "task": task.name if task else None,
        "kind": task.kind if task and choice else row.shape,
        "shape": row.shape,
        "widget": _WIDGETS.get(row.shape, row.shape),
        "lane": row.lane,
        "items": [{"id": show("item", row.item_id), "key": row.key, "data": row.data, "meta": row.meta}]
        if row.item_id is not None
        else [],
        "labels": task.options.get("labels", []) if task and choice else [],
        "multi": task.options.get("multi", False) if task and choice else False,
        "suggestion": None if veiled else row.suggestion,
        "guidelines": {"version": guideline.version} if guideline else None,
        "strategy": row.strategy,
        "reason": present.reason(row.strategy, row.reason, veiled=bool(veiled)),
        "needs": row.needs,
        "state": row.state,
        "expires": iso(until if until is not None else row.expires),
        "created": iso(row.created),
        "body": row.body,
    }


def _lane(lane: str) -> str:
    if lane not in LANES:
        raise Malformed(f"lane is label or decide; found {str(lane)[:40]!r}", field="lane")
    return lane
