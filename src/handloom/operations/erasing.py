"""Privacy erasure: the content of items blanked wherever this workspace holds it, with the digests kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import loop
from ..core.clock import iso
from ..core.errors import EmptyInput, Malformed, TooLarge
from ..core.ids import parse, show
from ..core.later import later
from ..store import contents, erasing, people, replacing
from ..store.erasing import Erasure
from . import jobs, pages
from .labels import reason_of
from .session import Session, in_project

if TYPE_CHECKING:
    from ..dataset import contents as rowed
    from ..dataset import slices
else:  # they bring numpy, which a server where nobody looks for rows never needs
    rowed, slices = later("handloom.dataset.contents"), later("handloom.dataset.slices")

MAX_ITEMS = 100_000
SAMPLE = 10


@in_project
def erasures(session: Session, project: str, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """What was erased and what is being erased, newest first."""
    session.require("erase")
    case, size = session.case(project), pages.size(limit)
    with session.store.read() as connection:
        before = pages.after("erasures", cursor)
        found = erasing.page(connection, case.project.id, before=before, limit=size + 1)
        names = people.names(connection, [one.actor_id for one in found])
    return pages.page("erasures", found, size, lambda one: one.id, lambda one: _shown(one, names[one.actor_id]))


@in_project
def erase(
    session: Session,
    project: str,
    reason: str = "",
    items: Sequence[str] = (),
    keys: Sequence[str] = (),
    search: str | None = None,
    where: str | None = None,
    preview: bool = False,
) -> dict[str, Any]:
    """Blank the content of items named by id or key, that hold a text, or that fit a predicate; for owners, with a reason.

    A job does it in short steps and goes on after a crash. Items are told by what they held: there is no undo.
    ``counts.left`` names what is left to people, as backups. preview: how many items, and a sample; nothing is done.
    """
    session.require("erase")
    numbers = _chosen(session, project, items, keys, search, where)
    if preview:
        return {"count": len(numbers), "sample": [show("item", number) for number in numbers[:SAMPLE]]}
    if not numbers:
        raise EmptyInput("no item fits, so there is nothing to erase", field="items")
    words, case = reason_of(reason), session.case(project)
    made = session.store.write(
        lambda tx: erasing.add(tx, project_id=case.project.id, items=numbers, reason=words, actor_id=session.actor.id)
    )
    return _run(session, project, made.id)


@in_project
def resume_erasing(session: Session, project: str) -> dict[str, Any]:
    """Go on with what is not erased everywhere yet; nothing to do is an empty answer."""
    session.require("erase")
    with session.store.read() as connection:
        waiting = erasing.running(connection, session.case(project).project.id)
    return _run(session, project, waiting[0].id) if waiting else {"erasure": None, "job": None}


def _run(session: Session, project: str, number: int) -> dict[str, Any]:
    task = session.case(project).task(None)
    job, _ = loop.start(session.store, task, "erase", {}, actor_id=session.actor.id, executor=session.site.executor)
    session.site.forget()
    session.site.asked.clear()
    with session.store.read() as connection:
        now = erasing.get(connection, number)
        name = people.names(connection, [now.actor_id])[now.actor_id]
    return {"erasure": _shown(now, name), "job": jobs.shown(session, job)}


def _chosen(
    session: Session, project: str, items: Sequence[str], keys: Sequence[str], search: str | None, where: str | None
) -> list[int]:
    """Numbers of the items, of this project and not erased before."""
    if not (items or keys or search or where):
        raise Malformed("say which items: items, keys, search or where", field="items")
    case = session.case(project)
    predicate = slices.parse(where) if where is not None else None
    needle = search.casefold() if search else None
    wanted, named = {parse("item", item) for item in items}, set(keys)
    found: dict[int, str] = {}
    for one in contents.now(session.store, case.project.id, case.task(None).id):
        hit = one.item_id in wanted or one.key in named
        if needle is not None and not hit:
            hit = needle in replacing.words_of(one)
        if predicate is not None and not hit:
            hit = predicate.holds(rowed.cells(one.data, one.meta, one.value))
        if hit:
            found[one.item_id] = one.key
    missing = [*(show("item", n) for n in sorted(wanted - found.keys())), *sorted(named - set(found.values()))]
    if missing:
        raise EmptyInput(f"there is no item {missing[0]} in this project", missing=missing[:100])
    if len(found) > MAX_ITEMS:
        raise TooLarge(f"at most {MAX_ITEMS:,} items at a time; found {len(found):,}", limit=MAX_ITEMS)
    return sorted(number for number, key in found.items() if not key.startswith(erasing.KEY))


def _shown(one: Erasure, name: str) -> dict[str, Any]:
    return {
        "id": show("erasure", one.id),
        "state": one.state,
        "items": [show("item", number) for number in one.items[:1000]],
        "count": len(one.items),
        "done": one.done,
        "counts": {k: v for k, v in one.counts.items() if k != "left"},
        "left": list(one.counts.get("left", ())),
        "reason": one.reason,
        "actor": {"id": show("actor", one.actor_id), "name": name},
        "created": iso(one.created),
        "finished": iso(one.finished),
    }
