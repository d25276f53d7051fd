"""Labels that are likely wrong: look for them, see what was found and what people said."""

from __future__ import annotations

from typing import Any

from .. import loop
from ..core.clock import iso
from ..core.errors import Malformed
from ..core.ids import show
from ..store import jobs as rows
from ..store import verdicts
from . import jobs, pages
from .session import Session, in_project

MAX_ASK = 10_000


@in_project
def find_suspects(
    session: Session, project: str, task: str | None = None, n: int = 20, needs: int = 1
) -> dict[str, Any]:
    """Look for labels that are likely wrong, in a worker, and ask for a verdict on the n worst; the job."""
    session.require("ask")
    for name, value, most in (("n", n, MAX_ASK), ("needs", needs, 25)):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise Malformed(f"{name} is a whole number from 1 to {most}; found {str(value)[:40]}", field=name)
    case = session.case(project)
    job = loop.find_suspects(
        session.store, case.task(task), n=n, needs=needs, actor_id=session.actor.id, executor=session.site.executor
    )
    session.site.nudge(case.project.id)
    return jobs.shown(session, job)


@in_project
def suspects(
    session: Session, project: str, task: str | None = None, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Labels that people were asked about, newest first, with the verdict on each.

    ``outlook``: what the newest search expected of the rest: how many labels are worth a look, the share of them that is wrong
    with interval, whether to stop, and what it would do to weigh corrected items up; None before the first.
    """
    session.require("read_answers")
    row, size = session.case(project).task(task), pages.size(limit)
    with session.store.read() as connection:
        found = verdicts.page(connection, row.id, before=pages.after("suspects", cursor), limit=size + 1)
        last = rows.last(connection, row.id, "suspects")
    result = (last.result or {}) if last is not None and last.state == "done" else {}
    outlook = (
        {name: result.get(name) for name in ("worth", "expected_precision", "stop", "why", "weights")}
        if result
        else None
    )
    return pages.page("suspects", found, size, lambda one: one.id, _shown) | {"outlook": outlook}


def _shown(one: Any) -> dict[str, Any]:
    return {
        "question": show("question", one.id),
        "item": show("item", one.item_id),
        "key": one.key,
        "state": one.state,
        "created": iso(one.created),
        "verdict": one.value,
        **{name: one.body[name] for name in ("given", "proposed", "score", "reasons", "identical")},
    }
