"""Freeze a project, a task, a branch or a slice: it refuses changes, with who froze it, when and why, until it is thawed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.clock import iso
from ..core.errors import EmptyInput, Malformed
from ..core.ids import parse, show
from ..core.later import later
from ..store import Tx, branches, contents, freezing, people, queue
from ..store.freezing import Freeze
from . import pages
from .labels import reason_of
from .session import Session, in_project

if TYPE_CHECKING:
    from ..dataset import contents as rowed
    from ..dataset import slices
else:  # they bring numpy, which a server where nobody looks for rows never needs
    rowed, slices = later("handloom.dataset.contents"), later("handloom.dataset.slices")

MAX_SLICE = 1_000_000


@in_project
def freezes(session: Session, project: str, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """What is or was frozen, newest first; ``thawed`` is null where it still is."""
    session.require("read_models")
    case, size = session.case(project), pages.size(limit)
    with session.store.read() as connection:
        found = freezing.page(connection, case.project.id, before=pages.after("freezes", cursor), limit=size + 1)
        names = people.names(connection, [n for one in found for n in (one.actor_id, one.thawed_by) if n is not None])
    return pages.page("freezes", found, size, lambda one: one.id, lambda one: _shown(session, one, names))


@in_project
def freeze(
    session: Session, project: str, what: str, reason: str, task: str | None = None, name: str | None = None
) -> dict[str, Any]:
    """Freeze ``what``: project, task, branch (``name``) or slice (``name``: a predicate over fields and label).

    A slice is the items that fit now. What is asked about frozen items is withdrawn; nothing is lost.
    """
    session.require("change_project")
    words = reason_of(reason)
    if what not in freezing.WHATS:
        raise Malformed(f"what is one of {', '.join(freezing.WHATS)}; found {str(what)[:40]!r}", field="what")
    if (name is None) == (what in ("branch", "slice")):
        needs = "the name of a branch, or the predicate of a slice" if name is None else "no name"
        raise Malformed(f"freezing a {what} takes {needs}", field="name")
    case = session.case(project)
    row = None if what == "project" else case.task(task)
    items = None
    if what == "slice" and row is not None:
        predicate = slices.parse(str(name))
        every = contents.now(session.store, case.project.id, row.id)
        items = [one.item_id for one in every if predicate.holds(rowed.cells(one.data, one.meta, one.value))]
        if not items:
            raise EmptyInput(f"no item fits {name!r}", field="name")

    def unit(tx: Tx) -> Freeze:
        if what == "branch" and row is not None:
            branches.branch(tx.connection, row.id, str(name))
        new = Freeze(
            0, case.project.id, row.id if row else None, what, name, items, words, session.actor.id, 0.0,
            None, None, None,
        )  # fmt: skip
        made = freezing.add(tx, new)
        queue.close(tx, freezing.open_questions(tx.connection, made), "withdrawn", f"frozen: {words}")
        return made

    made = session.store.write(unit)
    return _shown(session, made, {session.actor.id: session.actor.name})


@in_project
def thaw(session: Session, project: str, freeze: str, reason: str) -> dict[str, Any]:
    """Let it change again, with a reason."""
    session.require("change_project")
    words, number, case = reason_of(reason), parse("freeze", freeze), session.case(project)

    def unit(tx: Tx) -> Freeze:
        found = freezing.get(tx.connection, number)
        if found.project_id != case.project.id:
            raise Malformed(f"{freeze} is not of this project", field="freeze")
        return freezing.thaw(tx, number, reason=words, actor_id=session.actor.id)

    made = session.store.write(unit)
    session.site.nudge(case.project.id)
    with session.store.read() as connection:
        names = people.names(connection, [made.actor_id, session.actor.id])
    return _shown(session, made, names)


def _shown(session: Session, one: Freeze, names: dict[int, str]) -> dict[str, Any]:
    task = session.case_of(one.project_id).task_by_id(one.task_id)
    thawed_by = None
    if one.thawed_by is not None:
        thawed_by = {"id": show("actor", one.thawed_by), "name": names[one.thawed_by]}
    return {
        "id": show("freeze", one.id),
        "what": one.what,
        "task": task.name if task else None,
        "name": one.name,
        "items": None if one.items is None else len(one.items),
        "reason": one.reason,
        "actor": {"id": show("actor", one.actor_id), "name": names[one.actor_id]},
        "created": iso(one.created),
        "thawed": iso(one.thawed),
        "thawed_by": thawed_by,
        "thaw_reason": one.thaw_reason,
    }
