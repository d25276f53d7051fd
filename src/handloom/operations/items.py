"""Items as people look at them: page by page, and one with everything that is known about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.clock import iso
from ..core.errors import Malformed
from ..core.ids import parse, show
from ..core.roles import allowed
from ..store import browse
from . import guesses, pages, present, profiles
from .session import Case, Session, in_project

STATES = ("unlabelled", "labelled", "asked", "test")
MAX_SEARCH = 200


@in_project
def items(
    session: Session,
    project: str,
    cursor: str | None = None,
    limit: int | None = None,
    task: str | None = None,
    **filters: str | None,
) -> dict[str, Any]:
    """Items with their label and newest prediction. filters: search, label, state, slice.

    ``scanned``: rows looked at. A page of a search may be empty and still have a ``next``.
    """
    session.require("read_project")
    case, size = session.case(project), pages.size(limit)
    row = case.task(task)
    wanted = _filter(session, case.project.id, row.id, filters)
    after = pages.after("items", cursor) or 0
    with session.store.read() as connection:
        page = browse.item_page(connection, wanted, after=after, limit=size)
    return {
        "items": shown(session, row.id, page.rows),
        "next": None if page.next is None else pages.cursor("items", page.next),
        "scanned": page.scanned,
    }


def shown(session: Session, task_id: int, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Items as a list shows them: with label and newest prediction, for those who may see what others said."""
    blind = not allowed(session.actor.role, "read_answers")
    predicted = {} if blind else guesses.newest(session, task_id, [one.id for one in rows])
    return [_listed(one, None if blind else predicted.get(one.id), blind) for one in rows]


def item(session: Session, item: str) -> dict[str, Any]:
    """An item with, for each task, its label, what models said, and its questions and answers.

    Whoever may not read answers sees only their own: a label or a prediction would tell them what others said.
    """
    number = parse("item", item)
    with session.store.read() as connection:
        row = browse.item_by_id(connection, number)
        session = session.of(row.project_id)
        session.require("read_project")
        case = session.case_of(row.project_id)
        labels = browse.labels_of_item(connection, number, [task.id for task in case.tasks])
        questions = browse.questions_of_item(connection, number)
        answers = browse.answers_of_item(connection, number)
    blind = not allowed(session.actor.role, "read_answers")
    if blind:
        answers, labels = [a for a in answers if a.actor_id == session.actor.id], {}
    shown = {**_item(row), "created": iso(row.created)}
    return {
        "item": shown,
        "tasks": [_of_task(session, case, t.id, row, labels, questions, answers) for t in case.tasks],
    }


def _of_task(
    session: Session,
    case: Case,
    task_id: int,
    row: Any,
    labels: Mapping[int, Any],
    questions: Sequence[Any],
    answers: Sequence[Any],
) -> dict[str, Any]:
    task = case.task_by_id(task_id)
    assert task is not None
    label = labels.get(task_id)
    blind = not allowed(session.actor.role, "read_answers")
    return {
        "task": present.task(task, case.guidelines.get(task_id)),
        "label": _label(label) | {"answers": label.answers} if label is not None else None,
        "predictions": [] if blind else guesses.of_item(session, task_id, row.id),
        "questions": [
            {
                "id": show("question", q.id),
                "lane": "label" if blind and q.lane == "gold" else q.lane,
                "state": "answered" if blind and case.checked and q.lane in ("label", "gold") else q.state,
                "strategy": q.strategy,
                "probability": q.probability,
                "reason": present.reason(q.strategy, q.reason, veiled=blind),
                "created": iso(q.created),
                "answers": [_answer(a) for a in answers if a.question_id == q.id],
            }
            for q in questions
            if q.task_id == task_id and not (blind and (q.lane == "expert" or _secret(case, q, answers)))
        ],
        "imported": [_answer(a) for a in answers if a.question_id is None and a.task_id == task_id],
    }


def _secret(case: Case, question: Any, answers: Sequence[Any]) -> bool:
    """Where there is gold, people see only questions that they have answered: others would tell which items are gold."""
    return bool(case.checked) and not any(a.question_id == question.id for a in answers)


def _filter(session: Session, project_id: int, task_id: int, filters: Mapping[str, str | None]) -> browse.ItemFilter:
    unknown = set(filters) - {"search", "label", "state", "slice"}
    if unknown:
        raise Malformed(f"unknown filters {', '.join(sorted(unknown))}; known are search, label, state, slice")
    state, search = filters.get("state"), filters.get("search")
    if state is not None and state not in STATES:
        raise Malformed(f"state is one of {', '.join(STATES)}; found {state[:40]!r}", field="state")
    if search is not None and len(search) > MAX_SEARCH:
        raise Malformed(f"a search has at most {MAX_SEARCH} characters", field="search")
    if filters.get("label") is not None:
        session.require("read_answers")
    where = None
    if filters.get("slice"):
        session.require("read_answers")  # a predicate may speak of the label
        where = profiles.predicate(session.case_of(project_id), str(filters["slice"]))
    return browse.ItemFilter(project_id, task_id, state, filters.get("label"), search, where)


def _item(row: Any) -> dict[str, Any]:
    return {"id": show("item", row.id), "key": row.key, "data": row.data, "meta": row.meta, "test": row.test}


def _listed(row: Any, prediction: dict[str, Any] | None, blind: bool) -> dict[str, Any]:
    label = None if blind or row.value is None else _label(row)
    return {**_item(row), "label": label, "prediction": prediction}


def _label(row: Any) -> dict[str, Any]:
    return {"value": row.value, "confidence": row.confidence, "n": row.n, "automatic": row.n == 0}


def _answer(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "actor": {"id": show("actor", row.actor_id), "name": row.name},
        "outcome": row.outcome,
        "value": row.value,
        "seconds": row.seconds,
        "suggestion_shown": row.suggestion_shown,
        "note": row.note,
        "created": iso(row.created),
        "late": row.late,
        "superseded": row.superseded is not None,
    }
