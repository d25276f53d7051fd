"""Merge requests: proposed, tested, discussed, decided, closed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from .. import dataset, loop
from ..core.clock import iso
from ..core.errors import Malformed, WrongState
from ..core.ids import parse, show
from ..core.roles import allowed
from ..jobs import proposals, versions
from ..store import Tx, branches, comparing, edits, people, queue, requests, tested
from ..store import commits as committed
from ..store.projects import TaskRow
from ..store.recording import MAIN
from ..store.requests import Request
from . import answers, changes, pages
from .session import Session, in_project

READ = "export"
MAX_TITLE = 500
MAX_TEXT = 20_000
LEASE = 60.0
_STATES = {"open": requests.LIVE, "all": requests.STATES}


@in_project
def list_requests(
    session: Session,
    project: str,
    task: str | None = None,
    state: str = "open",
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Merge requests of a task, newest first: those that wait, or all."""
    session.require(READ)
    if state not in _STATES:
        raise Malformed(f"state is open or all; found {state[:40]!r}", field="state")
    row, size = session.case(project).task(task), pages.size(limit)
    before = pages.after("requests", cursor)
    with session.store.read() as connection:
        found = requests.page(connection, row.id, states=_STATES[state], before=before, limit=size + 1)
        names = people.names(connection, [n for one in found for n in (one.actor_id, one.decided_by) if n is not None])
        said = requests.comment_counts(connection, [one.id for one in found])
        shown = {one.id: _shown(session, connection, one, row, names) for one in found}
    for number, one in shown.items():
        one["comments"] = said.get(number, 0)
    return pages.page("requests", found, size, lambda one: one.id, lambda one: shown[one.id])


def detail(session: Session, request: str) -> dict[str, Any]:
    """One merge request with what it changes, its tests, conflicts, verdicts and discussion."""
    session, found, row = _of(session, request, READ)
    with session.store.read() as connection:
        spoken, said = requests.comments(connection, found.id), _verdicts(connection, found)
        actors = [found.actor_id, *(one.actor_id for one in (*spoken, *said))]
        names = people.names(connection, [*actors, *([found.decided_by] if found.decided_by else [])])
        shown = _shown(session, connection, found, row, names)
        results = _results(connection, found)
        left = requests.unsettled(connection, found.source_id) if found.state in requests.LIVE else []
        mine = session.actor.id in requests.authors(connection, found)
    settings = session.case_of(found.project_id).project.settings
    decides = session.actor.role in settings["merge_roles"] and allowed(session.actor.role, "answer_decide")
    return shown | {
        "comments": len(spoken),
        "results": [changes.result(one) for one in results],
        "conflicts": [
            {"item": show("item", one.item_id), "question": None if q is None else show("question", q)}
            for one in left
            for q in (one.question_id,)
        ],
        "verdicts": [
            {
                "actor": _who(one.actor_id, names),
                "decision": one.value["decision"],
                "reason": one.value["reason"],
                "at": iso(one.created),
            }
            for one in said
        ],
        "discussion": [
            {
                "id": one.id,
                "item": None if one.item_id is None else show("item", one.item_id),
                "author": _who(one.actor_id, names),
                "text": one.text,
                "created": iso(one.created),
            }
            for one in spoken
        ],
        "change": _change(session, found),
        "may_decide": decides,
        "may_approve": decides and (not mine or settings["own_approval"]),
    }


@in_project
def open_request(
    session: Session, project: str, source: str, title: str, task: str | None = None, into: str = MAIN
) -> dict[str, Any]:
    """Propose to merge a branch. Its data tests run, then people are asked."""
    session.require("propose")
    words = _words(title, "title", MAX_TITLE)
    row = session.case(project).task(task)

    def unit(tx: Tx) -> Request:
        places = [branches.branch(tx.connection, row.id, name) for name in (source, into)]
        return proposals.propose(tx, *places, kind="corrections", title=words, actor_id=session.actor.id, auto=False)

    made = session.store.write(unit)
    tend(session, row)
    return detail(session, show("request", made.id))


def comment_request(session: Session, request: str, text: str, item: str | None = None) -> dict[str, Any]:
    """Say something about a request, or about one of its rows."""
    session, found, _ = _of(session, request, "propose")
    words = _words(text, "text", MAX_TEXT)
    number = None if item is None else parse("item", item)
    one = session.store.write(lambda tx: requests.add_comment(tx, found, session.actor.id, words, number))
    return {
        "id": one.id,
        "item": item,
        "author": {"id": show("actor", session.actor.id), "name": session.actor.name},
        "text": one.text,
        "created": iso(one.created),
    }


def decide_request(session: Session, request: str, decision: str, reason: str) -> dict[str, Any]:
    """Approve or reject a request: claims its question and answers it."""
    session, found, row = _of(session, request, "answer_decide")
    if found.question_id is None:
        raise WrongState(f"nobody is asked about {request} now: {_why(session, found)}", request=request)
    asked = found.question_id
    value = {"decision": decision, "reason": reason}
    raw = {"id": str(uuid.uuid4()), "question": show("question", asked), "value": value}
    given = answers.answering(session, raw)

    def unit(tx: Tx) -> Any:
        queue.claim_one(tx, question_id=asked, actor_id=session.actor.id, lease_seconds=LEASE)
        return given(tx)

    session.store.write(unit)
    tend(session, row)
    return detail(session, request)


def close_request(session: Session, request: str, reason: str) -> dict[str, Any]:
    """Take a request back: nothing is merged, the branch stays."""
    session, found, row = _of(session, request, "propose")
    words = _words(reason, "reason", MAX_TEXT)
    if found.actor_id != session.actor.id:
        session.require("answer_decide")

    def unit(tx: Tx) -> None:
        one = requests.get(tx.connection, found.id)
        proposals.withdraw(tx, one, words)
        requests.end(tx, one, "closed", actor_id=session.actor.id, reason=words)

    session.store.write(unit)
    tend(session, row)
    return detail(session, request)


def test_request(session: Session, request: str) -> dict[str, Any]:
    """Run the data tests of a request again, against what its target holds now."""
    session, found, row = _of(session, request, "propose")

    def unit(tx: Tx) -> None:
        one = requests.get(tx.connection, found.id)
        if one.state not in requests.LIVE:
            raise WrongState(f"{request} is {one.state}; nothing more becomes of it")
        requests.change(tx, one, into_id=None)

    session.store.write(unit)
    tend(session, row)
    return detail(session, request)


def tend(session: Session, task: TaskRow) -> None:
    """Let the loop take the next step of a task's requests: at once in process, by a worker beside a server."""
    loop.review(session.store, [task], executor=session.site.executor)
    session.site.nudge(task.project_id)


def _why(session: Session, found: Request) -> str:
    if found.state != "open":
        return f"it is {found.state}"
    with session.store.read() as connection:
        blocked = [one.name for one in _results(connection, found) if one.blocks]
        left = requests.unsettled(connection, found.source_id)
    if left:
        return f"{len(left)} conflicts have to be settled first"
    return f"it fails {', '.join(blocked)}" if blocked else "it is being tested"


def _results(connection: Any, found: Request) -> list[tested.Result]:
    known = tested.results(connection, [found.head_id]).get(found.head_id, [])
    return [one for one in known if one.into_id == known[0].into_id]


def _verdicts(connection: Any, found: Request) -> list[Any]:
    return [] if found.question_id is None else requests.verdicts(connection, found)


def _change(session: Session, found: Request) -> dict[str, Any]:
    """What merging would change now, or did."""
    with session.store.read() as connection:
        if found.merge_id is not None:
            made = committed.get(connection, found.merge_id)
            before = None if made.parent_id is None else committed.get(connection, made.parent_id)
            sides = comparing.difference(connection, before, made)
            return changes.shown(session, dataset.diff(sides.before, sides.after))
        at = proposals.place(connection, found)
        put = edits.preview(connection, at.into, at.head, versions.three).put
        ours = comparing.rows_of(connection, at.into, sorted(put))
    return changes.shown(session, dataset.diff(ours, {item: row for item, row in put.items() if row is not None}))


def _shown(
    session: Session, connection: Any, found: Request, task: TaskRow, names: Mapping[int, str]
) -> dict[str, Any]:
    source, target = (branches.by_id(connection, number) for number in (found.source_id, found.target_id))
    settings = session.case_of(found.project_id).project.settings
    said = _verdicts(connection, found)
    results = _results(connection, found)
    return {
        "id": show("request", found.id),
        "task": task.name,
        "kind": found.kind,
        "title": found.title,
        "source": source.name,
        "target": target.name,
        "state": found.state,
        "auto": found.auto,
        "head": show("commit", found.head_id),
        "into": None if found.into_id is None else show("commit", found.into_id),
        "tests": len(results),
        "failing": [one.name for one in results if one.blocks],
        "unsettled": len(requests.unsettled(connection, source.id)) if found.state in requests.LIVE else 0,
        "question": None if found.question_id is None else show("question", found.question_id),
        "approvals": sum(one.value["decision"] == "approve" for one in said),
        "needs": settings["merge_quorum"],
        "author": _who(found.actor_id, names),
        "by": None if found.decided_by is None else _who(found.decided_by, names),
        "reason": found.reason,
        "overridden": found.overridden,
        "merge": None if found.merge_id is None else show("commit", found.merge_id),
        "created": iso(found.created),
        "expires": iso(found.expires),
        "ended": iso(found.ended),
    }


def _who(actor_id: int, names: Mapping[int, str]) -> dict[str, str]:
    return {"id": show("actor", actor_id), "name": names[actor_id]}


def _of(session: Session, ref: str, action: str) -> tuple[Session, Request, TaskRow]:
    with session.store.read() as connection:
        found = requests.get(connection, parse("request", ref))
    session = session.of(found.project_id)
    session.require(action)
    return session, found, session.case_of(found.project_id).task(show("task", found.task_id))


def _words(text: Any, field: str, most: int) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > most:
        raise Malformed(f"{field} has 1 to {most:,} characters", field=field)
    return text.strip()
