"""Corrections that others publish, imported onto a branch as typed changes: what was wrong with each part stays known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ..core import registry, shapes
from ..core.errors import BadTask, EmptyInput, Malformed, TooLarge, WrongState
from ..core.ids import parse, show
from ..dataset import corrections
from ..dataset.corrections import Correction
from ..jobs import proposals
from ..jobs.versions import DIGESTS
from ..store import Tx, branches, commits, comparing, corrected, edits
from ..store.commits import Revision
from ..store.corrected import Corrected
from ..store.edits import Edit
from ..store.projects import TaskRow
from ..store.recording import MAIN, Note
from . import landed, pages
from .labels import reason_of
from .requests import tend
from .session import Session, in_project

MAX_ROWS = 200_000
PARTS = ("spans", "regions")


@in_project
def import_corrections(
    session: Session,
    project: str,
    rows: Sequence[Mapping[str, Any]],
    branch: str,
    message: str,
    document: Sequence[str] = ("doc",),
    task: str | None = None,
) -> dict[str, Any]:
    """Mend the values of a branch as a log of corrections tells, as one version; a branch that is not there begins at main.

    rows: ``old_begin old_end old_type error_type new_begin new_end new_type`` and the columns ``document``, whose values,
    joined by ``/``, are the key of an item. ``{"commit", "corrections", "kinds", "rows", "unmatched"}``: unmatched are
    lines whose old part the branch does not hold (their new part is put all the same), or whose new part has no type.
    """
    session.require("train")
    words = reason_of(message)
    if not rows or len(rows) > MAX_ROWS:
        raise (TooLarge if rows else EmptyInput)(f"a log has 1 to {MAX_ROWS:,} corrections; found {len(rows):,}")
    case = session.case(project)
    row = case.task(task)
    if branch == MAIN and landed.held_up(session, row):
        raise WrongState("main takes corrections by way of another branch here: name one, look at it and merge it")
    shape = shapes.shape(registry.find("tasks", row.kind).shape)
    if shape.name not in PARTS:
        raise BadTask(f"corrections of parts are for tasks of the shape spans; {row.name} has {shape.name}")
    missing = [name for name in document if name not in rows[0]]
    if missing:
        raise Malformed(f"the log has no column {missing[0]!r}", field="document")
    found = corrections.read(rows, document)
    by_key, items = _by_item(session, case.project.id, found)

    def unit(tx: Tx) -> tuple[int, list[int]]:
        on = _branch(tx, row, branch, session.actor.id)
        head = branches.head(tx.connection, on)
        there = comparing.rows_of(tx.connection, head, sorted(items.values()))
        changed, unmatched, typed = {}, [], []
        for key, listed in by_key.items():
            raw, lost = _mended(there.get(items[key]), shape.name, listed)
            changed[items[key]] = Edit(value=shape.show(shape.parse(raw, row.options, row.name)))
            unmatched += lost
            typed += [Corrected(items[key], c.part.kind, c.part.before, c.part.after, c.line) for c in listed]
        note = Note(session.actor.id, words, head.position if head else 0)
        made = edits.edit(tx, on, changed, note, DIGESTS)
        proposals.moved(tx, on.id)
        corrected.add(tx, made.id, sorted(typed, key=lambda c: c.line))
        return made.id, sorted(unmatched)

    number, unmatched = session.store.write(unit)
    tend(session, row)
    with session.store.read() as connection:
        kinds, made = corrected.kinds(connection, number), commits.get(connection, number)
    return {
        "commit": show("commit", number),
        "branch": branch,
        "corrections": len(found),
        "kinds": kinds,
        "rows": made.changed,
        "unmatched": unmatched[:1000],
    }


def _by_item(
    session: Session, project_id: int, found: Sequence[Correction]
) -> tuple[dict[str, list[Correction]], dict[str, int]]:
    """The corrections of each key, and the items that have those keys."""
    by_key: dict[str, list[Correction]] = defaultdict(list)
    for one in found:
        by_key["/".join(map(str, tuple(one.document)))].append(one)  # type: ignore[arg-type]  # as `read` made it
    with session.store.read() as connection:
        items = corrected.items_named(connection, project_id, list(by_key))
    absent = sorted(by_key.keys() - items.keys())
    if absent:
        raise Malformed(
            f"the project has no item with the key {absent[0]!r}, nor {len(absent) - 1:,} others of this log",
            missing=absent[:100],
        )
    return by_key, items


def _branch(tx: Tx, row: TaskRow, name: str, actor_id: int) -> branches.Branch:
    if name not in {one.name for one in branches.branches(tx.connection, row.id)}:
        branches.add_branch(tx, branches.resolve(tx.connection, row.id, MAIN), name, actor_id)
    return branches.branch(tx.connection, row.id, name)


def _mended(row: Revision | None, name: str, listed: Sequence[Correction]) -> tuple[dict[str, Any], list[int]]:
    """The value with these corrections made, and the lines whose old part it did not hold."""
    value = dict(row.value) if row is not None else {name: []}
    parts = [dict(part) for part in value.get(name, ())]
    gone = [c.part.before for c in listed if c.part.before is not None]
    lost = [c.line for c in listed if c.part.before is not None and c.part.before not in parts]
    kept = [part for part in parts if part not in gone]
    for c in listed:
        if c.part.after is None or c.part.after in kept:
            continue
        if c.part.after["label"] is None:  # the log does not say what it is, and a value cannot hold it
            lost.append(c.line)
        else:
            kept.append(dict(c.part.after))
    return {**value, name: kept}, sorted(set(lost))


def list_corrections(
    session: Session, commit: str, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """What a version mended, part by part, in the order of the log it came from."""
    number, size = parse("commit", commit), pages.size(limit)
    with session.store.read() as connection:
        found = commits.get(connection, number)
        session = session.of(found.project_id)
        session.require("export")
        after = pages.after("corrections", cursor) or 0
        rows = corrected.page(connection, number, after=after, limit=size + 1)

    def shown(one: Any) -> dict[str, Any]:
        return {
            "item": show("item", one.item_id),
            "key": one.key,
            "kind": one.kind,
            "before": one.before,
            "after": one.after,
            "line": one.line,
        }

    return pages.page("corrections", rows, size, lambda one: one.id, shown)
