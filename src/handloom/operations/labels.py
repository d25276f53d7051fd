"""Labels of a running task renamed, merged and split: previewed, done, listed, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.clock import iso
from ..core.errors import Malformed
from ..core.ids import parse, show
from ..core.relabel import Chain, Migration
from ..jobs import columns, relabel, relabel_asking
from ..jobs.relabel import Touched
from ..store import Tx, items, people, projects, relabelling, training
from ..store.projects import TaskRow
from ..store.relabelling import Made
from .session import Session, in_project

MAX_REASON = 2_000


@in_project
def migrations(session: Session, project: str, task: str) -> dict[str, Any]:
    """What was done to the labels of a task, newest first; ``standing`` says whether it is in force."""
    session.require("read_project")
    row = session.case(project).task(task)
    with session.store.read() as connection:
        found = relabelling.made(connection, row.id)
        names = people.names(connection, [one.actor_id for one in found])
    standing = {one.id for one in Chain(made.step for made in found).standing}
    return {"migrations": [_shown(one, names[one.actor_id], one.step.id in standing) for one in found]}


@in_project
def relabel_task(
    session: Session,
    project: str,
    task: str,
    kind: str,
    labels: Sequence[str],
    into: Sequence[str],
    reason: str = "",
    preview: bool = False,
) -> dict[str, Any]:
    """Rename, merge or split labels. preview: what it would change, with a sample; nothing is done.

    Answers stay as they were given and are read under the new names; what a split leaves without a label is asked again.
    """
    session.require("change_project")
    row = session.case(project).task(task)
    sources, targets = _words(labels, "labels"), _words(into, "into")
    if preview:
        return _preview(session, row, relabel.draft(row, kind, sources, targets))
    words = reason_of(reason)
    return _done(session, row, lambda _connection, now: relabel.draft(now, kind, sources, targets), words)


@in_project
def undo_migration(
    session: Session, project: str, task: str, migration: str, reason: str = "", preview: bool = False
) -> dict[str, Any]:
    """Take the newest migration that stands back, by its reverse. What was answered under its labels is asked again where
    nobody can tell what it would have been."""
    session.require("change_project")
    row, number = session.case(project).task(task), parse("migration", migration)

    def reverse(connection: Any, now: TaskRow) -> Migration:
        made = relabelling.get(connection, number)
        return relabel.reverse(now, relabelling.chain(connection, now.id), made)

    if preview:
        with session.store.read() as connection:
            step = reverse(connection, projects.task_by_id(connection, row.id))
        return _preview(session, row, step)
    words = reason_of(reason)
    return _done(session, row, reverse, words)


def _done(session: Session, row: TaskRow, draft: Any, reason: str) -> dict[str, Any]:
    with session.store.read() as connection:
        now = projects.task_by_id(connection, row.id)
        step = draft(connection, now)
    seen = relabel.foresee(session.store, now, step, session.site.give_way)

    def unit(tx: Tx) -> Made:
        now = projects.task_by_id(tx.connection, row.id)
        step, actor = draft(tx.connection, now), session.actor.id
        return relabel.carry_out(tx, now, step, reason=reason, actor_id=actor, seen=seen)

    made = session.store.write(unit)
    session.site.forget()
    made = relabel_asking.finish(session.store, made, session.site.give_way)
    session.site.nudge(row.project_id)
    return _shown(made, session.actor.name, True) | {"models": _models(session, row)}


def _preview(session: Session, row: TaskRow, step: Migration) -> dict[str, Any]:
    with session.store.read() as connection:
        found, rows = relabel.touched(connection, row, step), relabel.rows(connection, row, step)
        undone = None if step.undoes is None else relabelling.get(connection, step.undoes)
        told = relabel.slices(connection, row, step, undone)
        some = list(found.labels)[: relabel.SAMPLE]
        data = items.get(connection, some)
    gone = Chain([step]).read if step.undoes is None else lambda value, _since: value
    sample = [
        {
            "item": show("item", number),
            "key": data[number].key,
            "data": data[number].data,
            "before": found.labels[number],
            "after": gone(found.labels[number], 0),
        }
        for number in some
    ]
    return {
        "kind": step.kind,
        "labels": list(step.sources),
        "into": list(step.targets),
        "after": list(step.after),
        "counts": _counts(found, step) | {"rows": rows},
        "sample": sample,
        "slices": told,
        "models": _models(session, row, step),
    }


def _counts(found: Touched, step: Migration) -> dict[str, Any]:
    again = 0
    if step.kind == "split":
        again = len(found.labels)
    return {
        "answers": found.answers,
        "labels": len(found.labels),
        "gold": len(found.gold),
        "questions": found.open,
        "asked": again,
    }


def _models(session: Session, row: TaskRow, step: Migration | None = None) -> list[dict[str, Any]]:
    """The newest model and the one that serves, each with the labels that it cannot tell any more."""
    with session.store.read() as connection:
        serving = training.current(connection, row.id)
        wanted = {one.id: one for one in training.models(connection, row.id, limit=1)}
        if serving is not None:
            wanted[serving.model_id] = training.model(connection, serving.model_id)
        pasts = {number: columns.past(connection, one) for number, one in wanted.items()}
    out = []
    for number, one in sorted(wanted.items()):
        past = pasts[number]
        steps = past.chain.steps if step is None else (*past.chain.steps, step)
        chain = Chain(steps)
        stale = [label for label in past.labels if chain.label(label, past.version) is None]
        released = serving is not None and serving.model_id == number
        out.append({"model": show("model", number), "number": one.number, "released": released, "stale": stale})
    return out


def _shown(one: Made, name: str, standing: bool) -> dict[str, Any]:
    step = one.step
    return {
        "id": show("migration", step.id),
        "version": step.version,
        "kind": step.kind,
        "labels": list(step.sources),
        "into": list(step.targets),
        "before": list(step.before),
        "after": list(step.after),
        "undoes": None if step.undoes is None else show("migration", step.undoes),
        "standing": standing,
        "counts": _all_counts(one.body.get("counts", {})),
        "slices": [dict(told) for told in one.body.get("slices", ())],
        "reason": one.reason,
        "actor": {"id": show("actor", one.actor_id), "name": name},
        "created": iso(one.created),
    }


def _all_counts(counts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: counts.get(name, 0) for name in ("answers", "labels", "gold", "questions", "asked")} | {
        "rows": dict(counts.get("rows", {}))
    }


def reason_of(reason: str) -> str:
    """A reason that says something. Raises `Malformed`."""
    if not isinstance(reason, str) or not reason.strip() or len(reason) > MAX_REASON:
        raise Malformed(f"this needs a reason of 1 to {MAX_REASON} characters", field="reason")
    return reason.strip()


def _words(labels: Sequence[str], field: str) -> list[str]:
    if isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise Malformed(f'{field} is a list of labels, as ["spam"]', field=field)
    return [label.strip() for label in labels]
