"""Questions: claimed by whoever answers them, listed for whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core.clock import iso
from ..core.errors import Malformed, TooLarge
from ..core.ids import parse, show
from ..core.questions import STATES, WITHOUT_ANSWER
from ..core.roles import allowed
from ..store import Tx, browse, queue
from ..store.projects import TaskRow
from . import pages, present, turns
from .session import Case, Session, in_project

LANES = ("label", "decide", "expert", "grid")
ANSWERS = dict.fromkeys(("label", "practice", "gold", "grid"), "answer_label") | {
    "decide": "answer_decide",
    "expert": "answer_expert",
}
"""What one has to be allowed to do to answer in a lane."""
MAX_CLAIM = 100
MAX_RELEASE = 1000
_WIDGETS = {"choice": "choice", "decision": "decision"}


def claim(session: Session, project: str, lane: str = "label", n: int = 5, task: str | None = None) -> dict[str, Any]:
    """Lease up to n open questions to the actor, best first."""
    return session.store.write(claiming(session, project, lane, n, task))


@in_project
def claiming(
    session: Session, project: str, lane: str = "label", n: int = 5, task: str | None = None
) -> Callable[[Tx], dict[str, Any]]:
    """`claim` as a unit of the writer, so that a server can await it without a thread of its own."""
    session.require(ANSWERS[_lane(lane)])
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MAX_CLAIM:
        raise Malformed(f"n is a whole number from 1 to {MAX_CLAIM}; found {str(n)[:40]}", field="n")

    def unit(tx: Tx) -> dict[str, Any]:
        case = session.case(project)
        task_id = case.task(task).id if task is not None else None
        ids = turns.hand_out(session, tx, case, lane=lane, n=n, task_id=task_id)
        rows = browse.questions(tx.connection, ids, session.actor.id) if ids else []
        for row in rows:
            session.site.remember(row)
        veils = turns.veils(session, tx.connection, case, rows)
        return {"questions": [shown(case, row, hide_suggestion=row.id in veils, disguised=True) for row in rows]}

    return unit


def claim_question(session: Session, question: str) -> dict[str, Any]:
    """Lease one certain question."""
    number = parse("question", question)

    def unit(tx: Tx) -> dict[str, Any]:
        asked = session.site.question(tx.connection, number)
        acting = session.of(asked.project_id)
        acting.require(ANSWERS[asked.lane])
        case = session.case_of(asked.project_id)
        turns.check_active(acting, case)
        lease = case.project.settings["lease_seconds"]
        queue.claim_one(tx, question_id=number, actor_id=session.actor.id, lease_seconds=lease)
        row = browse.question_by_id(tx.connection, number, session.actor.id)
        veil = row.id in turns.veils(acting, tx.connection, case, [row])
        return shown(case, row, hide_suggestion=veil, disguised=True)

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


@in_project
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
    hide = not allowed(session.actor.role, "read_answers")
    if not allowed(session.actor.role, "read_models"):
        lanes = tuple(one for one in lanes if one in ("label", "grid"))
    if hide:
        lanes = tuple(one for lane in lanes for one in ((lane, "gold") if lane == "label" else (lane,)))
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

    def one(row: Any) -> dict[str, Any]:
        return _counted(case, row, counts, hide=hide, veil=hide)

    return pages.page("questions", rows, size, lambda row: row.id, one)


def question(session: Session, question: str) -> dict[str, Any]:
    """One question, with how many answers it has."""
    number = parse("question", question)
    with session.store.read() as connection:
        row = browse.question_by_id(connection, number, session.actor.id)
        session = session.of(row.project_id)
        session.require("read_project")
        if row.lane in ("decide", "expert"):
            session.require("read_models")
        counts = browse.answer_counts(connection, [number])
        case = session.case_of(row.project_id)
        veils = turns.veils(session, connection, case, [row])
    hide = not allowed(session.actor.role, "read_answers")
    return _counted(case, row, counts, hide=hide, veil=row.id in veils or (hide and row.until is None))


def _counted(case: Case, row: Any, counts: Mapping[int, int], *, hide: bool, veil: bool) -> dict[str, Any]:
    """A question with how many answers it has. hide: from somebody who may not read answers."""
    n = counts.get(row.id, 0)
    overlap = case.project.settings["overlap"]
    seen = min(n, overlap) if hide and case.checked else n
    return {**shown(case, row, hide_suggestion=veil, disguised=hide), "answers": seen}


def shown(case: Case, row: Any, *, hide_suggestion: bool = False, disguised: bool = False) -> dict[str, Any]:
    """A question as it goes to whoever answers it. ``expires``: the end of the lease if it has one, else of the question.

    disguised: gold looks like any other question, also in how many answers it wants and where it stands.
    """
    masked = disguised and bool(case.checked) and row.lane in ("label", "gold")
    task = case.task_by_id(row.task_id)
    choice = row.shape in ("choice", "verdict") and task is not None
    guideline = case.guidelines.get(row.task_id) if choice else None
    until = getattr(row, "until", None)
    veiled = choice and (row.blind or hide_suggestion or not case.project.settings["suggestions"])
    return {
        "id": show("question", row.id),
        "project": show("project", row.project_id),
        "task": task.name if task else None,
        "kind": task.kind if task and choice else row.shape,
        "shape": row.shape,
        "widget": "grid" if row.lane == "grid" else _WIDGETS.get(row.shape, row.shape),
        "lane": "label" if masked else row.lane,
        "items": [{"id": show("item", row.item_id), "key": row.key, "data": row.data, "meta": row.meta}]
        if row.item_id is not None
        else [],
        "labels": _labels(task, row) if task and choice else [],
        "multi": row.lane == "grid" or task.options.get("multi", False) if task and choice else False,
        "suggestion": None if veiled else row.suggestion,
        "guidelines": {"version": guideline.version} if guideline else None,
        "strategy": row.strategy,
        "reason": present.reason(row.strategy, row.reason, veiled=bool(veiled)),
        "needs": case.project.settings["overlap"] if masked else row.needs,
        "state": _seen_state(row) if masked else row.state,
        "expires": iso(until if until is not None else row.expires),
        "created": iso(row.created),
        "body": row.body,
    }


def _labels(task: TaskRow, row: Any) -> list[str]:
    """The labels that are asked about: in a grid one of them."""
    return list(row.body["among"]) if row.lane == "grid" else task.options.get("labels", [])


def _seen_state(row: Any) -> str:
    """Gold never closes by itself, so nothing may depend on how many have answered."""
    return (
        row.state if row.state in WITHOUT_ANSWER else "claimed" if getattr(row, "until", None) is not None else "open"
    )


def _lane(lane: str) -> str:
    if lane not in LANES:
        raise Malformed(f"lane is label, decide, expert or grid; found {str(lane)[:40]!r}", field="lane")
    return lane
