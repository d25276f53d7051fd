"""Decisions: what a person was asked to decide, with its evidence, and what became of it."""

from __future__ import annotations

from typing import Any

from ..core.clock import iso
from ..core.errors import Malformed
from ..core.ids import show
from ..core.questions import STATES
from ..store import browse
from . import pages, questions
from .session import Session, in_project

_STATES = {"open": ("open", "claimed"), "all": STATES}


@in_project
def decisions(
    session: Session, project: str, state: str = "open", cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Decisions of a project, newest first. Looking does not claim."""
    session.require("read_models")
    if state not in _STATES:
        raise Malformed(f"state is open or all; found {state[:40]!r}", field="state")
    case, size = session.case(project), pages.size(limit)
    before = pages.after("decisions", cursor)
    with session.store.read() as connection:
        rows = browse.question_page(
            connection,
            project_id=case.project.id,
            lanes=("decide",),
            states=_STATES[state],
            before=before,
            limit=size + 1,
        )
        answers = browse.answers_of_questions(connection, [row.id for row in rows]) if rows else []
    given = {a.question_id: a for a in answers if a.outcome == "answered" and a.value.get("decision") != "defer"}

    def one(row: Any) -> dict[str, Any]:
        return {"question": questions.shown(case, row), "outcome": _outcome(row, given.get(row.id))}

    return pages.page("decisions", rows, size, lambda row: row.id, one)


def _outcome(row: Any, answer: Any) -> dict[str, Any] | None:
    """What was decided, by whom; the default when time decided; None while it is open or was withdrawn."""
    if answer is not None:
        return {
            "decision": answer.value["decision"],
            "reason": answer.value["reason"],
            "actor": {"id": show("actor", answer.actor_id), "name": answer.name},
            "at": iso(answer.created),
        }
    if row.state == "expired":
        default = (row.body or {}).get("default", "reject")
        return {"decision": default, "reason": "nobody decided in time", "actor": None, "at": iso(row.expires)}
    return None
