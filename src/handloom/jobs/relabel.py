"""Renames, merges and splits of labels: what they would change, foreseen beside the writer, and one short transaction.

Answers stay as they were given. Labels, gold and the heads of all open branches are brought to the new names; what a split
leaves without a label is asked again. See `handloom.core.relabel` for how older values are read.

All that takes long is read and worked out on a connection of its own, as it will be (`handloom.store.foresight`). The
transaction then writes it, and looks again only at what was answered or committed meanwhile. Questions that follow from it
come after it, in pieces (`handloom.jobs.relabel_asking`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..core import shapes
from ..core.errors import HandloomError, NotFound, WrongState
from ..core.ids import show
from ..core.later import later
from ..core.relabel import Chain, Migration, plan
from ..store import (
    Store,
    Tx,
    branches,
    commits,
    foresight,
    freezing,
    gold,
    projects,
    queue,
    reestimated,
    relabelled,
    relabelling,
    skills,
)
from ..store.branches import Branch
from ..store.commits import Commit
from ..store.projects import TaskRow
from ..store.recording import MAIN, Note
from ..store.reestimated import Label
from ..store.relabelling import Made
from . import relabel_asking, relabel_lines, team
from .relabel_lines import Lines

if TYPE_CHECKING:
    from ..dataset import slice_labels
else:  # it brings numpy, which a server that renames no labels never needs
    slice_labels = later("handloom.dataset.slice_labels")
from .versions import DIGESTS

SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Touched:
    """What a migration concerns. items: whose label may change; gold: its rows; open: questions that show a label."""

    items: tuple[int, ...]
    answers: int
    labels: Mapping[int, Any]
    gold: Sequence[Mapping[str, Any]]
    open: int


def _alone() -> None:
    """Nobody waits."""


def draft(task: TaskRow, kind: str, sources: Sequence[str], targets: Sequence[str]) -> Migration:
    """The migration as it would be. Raises `UnknownLabel`, `Malformed`, `BadTask`."""
    before = task.options["labels"]
    after = plan(kind, sources, targets, before, task.name)
    # A label that others are merged into is one of those that are put together: models and old values read it so.
    lists = (tuple(sources), tuple(targets), tuple(before), tuple(after))
    return Migration(0, task.version + 1, kind, *lists)


def reverse(task: TaskRow, steps: Chain, made: Made) -> Migration:
    """The migration that takes another back. Only the newest one that stands can be, since later ones build on it."""
    if not steps.standing or steps.standing[-1].id != made.step.id:
        newest = show("migration", steps.standing[-1].id) if steps.standing else "none"
        raise WrongState(
            f"{show('migration', made.step.id)} cannot be taken back: the newest that stands is {newest}",
            migration=show("migration", made.step.id),
        )
    one = made.step
    there = task.options["labels"]
    missing = [label for label in one.targets if label not in there]
    if missing:
        raise NotFound("label", missing[0])
    kind = {"rename": "rename", "merge": "split", "split": "merge"}[one.kind]
    targets = tuple(dict.fromkeys(label for label in one.before if label in (*one.sources, *one.targets)))
    added = [label for label in there if label not in one.after]
    lists = (one.targets, targets, tuple(there), (*one.before, *added))
    return Migration(0, task.version + 1, kind, *lists, undoes=one.id)


def touched(
    connection: Any, task: TaskRow, step: Migration, since: int = 0, breathe: Callable[[], None] = _alone
) -> Touched:
    """What a migration would change; nothing is. since: counting only answers with a larger seq."""
    steps = relabelling.chain(connection, task.id)
    items, answers = relabelled.answered(connection, task.id, step.sources, steps, since, breathe)
    if step.undoes is not None:
        one = next(old for old in steps.steps if old.id == step.undoes)
        before = Chain(old for old in steps.steps if old.version < one.version)
        more, count = relabelled.answered(connection, task.id, one.sources, before, since, breathe)
        items, answers = sorted({*items, *more}), max(answers, count)
    labels = relabelled.labelled(connection, task.id, step.sources)
    trusted = relabelled.trusted(connection, task.id, step.sources)
    shown = relabelled.suggested(connection, task.id, step.sources)
    whole = sorted({*items, *labels, *(row["item_id"] for row in trusted)})
    return Touched(tuple(whole), answers, labels, trusted, len(shown))


def rows(connection: Any, task: TaskRow, step: Migration) -> dict[str, int]:
    """How many rows of each open branch hold one of its labels."""
    known = relabelled.contents(connection, step.sources)
    found = {}
    for one in branches.branches(connection, task.id):
        at = branches.head(connection, one)
        found[one.name] = 0 if at is None else len(relabelled.holding(connection, at, known))
    return found


@dataclass(slots=True)
class Foreseen:
    """What a migration will change, as the moment ``at`` saw it. step: as it was drafted; items: whose labels may change;
    old, new: labels; trust, distrust: gold."""

    step: Migration
    at: foresight.Moment
    found: Touched
    items: list[int]
    old: dict[int, Label]
    new: dict[int, Label]
    trust: list[dict[str, Any]]
    distrust: list[int]
    kept: list[dict[str, Any]]
    lines: Lines


def foresee(store: Store, task: TaskRow, step: Migration, breathe: Callable[[], None] = _alone) -> Foreseen:
    """Work out what a migration will change, beside the writer. breathe: called between small pieces."""
    with store.read() as connection:
        seen = _seen(connection, task, step, breathe)
        then = replace(task, version=task.version + 1, options=_options(task, step))
        with foresight.after(connection, then, step, seen.trust, seen.distrust):
            seen.new.update(reestimated.derived(connection, store.hooks, task.id, seen.items, seen.old, breathe))
        if commits.newest(connection, task.id) is not None:
            for branch in _main_first(connection, task):
                seen.lines.plan(connection, branch)
                breathe()
    return seen


def _seen(connection: Any, task: TaskRow, step: Migration, breathe: Callable[[], None]) -> Foreseen:
    """What there is before it."""
    at = foresight.moment(connection)
    found = touched(connection, task, step, breathe=breathe)
    undone = None if step.undoes is None else relabelling.get(connection, step.undoes)
    trust, distrust, kept = _gold(connection, step, found.gold, undone)
    items = sorted({*found.items, *(row["item_id"] for row in kept)})
    old, new = reestimated.now(connection, task.id, items), dict[int, Label]()
    return Foreseen(step, at, found, items, old, new, trust, distrust, kept, Lines(step, undone, old, new))


def _main_first(connection: Any, task: TaskRow) -> list[Branch]:
    return sorted(branches.branches(connection, task.id), key=lambda one: one.name != MAIN)


def carry_out(
    tx: Tx, task: TaskRow, step: Migration, *, reason: str, actor_id: int, seen: Foreseen | None = None
) -> Made:
    """Do it, whole or not at all. The task must be read in this transaction. seen: what was foreseen of it; where that
    holds no longer, all is looked at here."""
    connection = tx.connection
    message = f"{step.words}: {reason}"[:2000]
    fits = seen is not None and seen.step == step and not foresight.overtaken(connection, seen.at, task.project_id)
    one = seen if fits and seen is not None else _seen(connection, task, step, _alone)
    late = foresight.answered_since(connection, one.at, task.id) if one is seen else one.items
    freezing.check(connection, task.project_id, task.id, items={*one.items, *late})
    more = touched(connection, task, step, one.at.answer).answers if one is seen and late else 0
    main = _committed(tx, task, f"labels before: {message}", actor_id)
    now = projects.change_task(tx, task, _options(task, step), actor_id)
    stored = relabelling.add(tx, now, step, reason=reason, actor_id=actor_id)
    relabelled.trust(tx, task.id, one.trust, one.distrust)
    _labels(tx, now, one, late)
    _questions(tx, now, stored)
    rows, written = _lines(tx, now, one, late, Note(actor_id, message, main.position)) if main else ({}, [])
    told = _settings(tx, now, stored, one.lines.undone, actor_id)
    left = relabel_asking.left(tx, now, stored, one.items)
    _measure(tx, now)
    counts = {"answers": one.found.answers + more, "labels": len(one.found.labels), "gold": len(one.kept)}
    asked = len(left) if stored.kind == "split" else 0
    body = {"counts": counts | {"asked": asked, "rows": rows, "questions": one.found.open}}
    body |= {"gold": [_kept(row) for row in one.kept], "commit": written}  # under names that a bundle numbers anew
    body |= ({"slices": told} if told else {}) | ({"asking": {"items": left}} if left else {})
    relabelling.keep(tx, relabelling.get(connection, stored.id), body)
    return relabelling.get(connection, stored.id)


def _labels(tx: Tx, task: TaskRow, one: Foreseen, late: Sequence[int]) -> None:
    """Write the labels; those of items that were answered since they were looked at are estimated here."""
    if late:
        one.items = sorted({*one.items, *late})
        for item in late:
            one.old.pop(item, None)
            one.new.pop(item, None)
        one.old.update(reestimated.now(tx.connection, task.id, late))
        one.new.update(reestimated.derived(tx.connection, tx.hooks, task.id, late, one.old, _alone))
    reestimated.write(tx, task.project_id, task.id, one.items, one.old, one.new)


def _lines(tx: Tx, task: TaskRow, one: Foreseen, late: Sequence[int], note: Note) -> tuple[dict[str, int], list[int]]:
    """Write the versions: how many rows of each branch were concerned, and the numbers of the versions."""
    rows, written, moved = dict[str, int](), list[int](), set(late)
    for branch in _main_first(tx.connection, task):
        again = one.lines.plan(tx.connection, branch, moved)
        if branch.name == MAIN:
            moved |= again
        line = one.lines.found.get(branch.id)
        made = relabel_lines.write(tx, branch, line, note) if line is not None and line.rows else None
        rows[branch.name] = 0 if line is None else line.holding
        written += [] if made is None else [made.id]
    return rows, written


def _options(task: TaskRow, step: Migration) -> dict[str, Any]:
    """The options of the task with the labels it has from now on, checked by its shape."""
    shape = shapes.shape(team.shape_of(task))
    return {**task.options, **shape.options({**task.options, "labels": list(step.after)})}


def _committed(tx: Tx, task: TaskRow, message: str, actor_id: int) -> Commit | None:
    """The labels as they stand on main, where versions of them are kept at all."""
    if commits.newest(tx.connection, task.id) is None:
        return None
    return commits.commit(tx, task, message=message, actor_id=actor_id, digests=DIGESTS)


def _gold(
    connection: Any, step: Migration, found: Sequence[Mapping[str, Any]], undone: Made | None
) -> tuple[list[dict[str, Any]], list[int], list[dict[str, Any]]]:
    """Gold under the new names: rows to put, items that are gold no more since their label was split, and the rows that
    are concerned as they were."""
    kept = [dict(row) for row in found]
    back = {row["item"]: _row(row) for row in (undone.body.get("gold", ()) if undone else ())}
    now = {row["item_id"]: row for row in kept}
    put = [row for item, row in back.items() if item not in now or now[item]["answer_id"] == row["answer_id"]]
    gone: list[int] = []
    read = Chain([replace(step, undoes=None)])
    since = relabelled.given_under(connection, [row["answer_id"] for row in kept]) if undone else {}
    for row in kept:
        if row["item_id"] in back and back[row["item_id"]]["answer_id"] == row["answer_id"]:
            continue
        if undone is not None and since.get(row["answer_id"], 0) < undone.step.version:
            continue  # it was called that before, too
        value = read.read(row["value"], 0)
        if value is None:
            gone.append(row["item_id"])
        else:
            put.append({**row, "value": value})
    return put, gone, kept + [row for item, row in back.items() if item not in now]


_NAMES = {"task_id": "task", "item_id": "item", "actor_id": "actor"}


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of gold as the body of a migration keeps it."""
    return {_NAMES.get(name, name): value for name, value in row.items()}


def _row(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The row that was kept."""
    return {name: kept[short] for name, short in _NAMES.items()} | {
        name: value for name, value in kept.items() if name not in _NAMES.values()
    }


def _questions(tx: Tx, task: TaskRow, step: Migration) -> None:
    """Open questions show the new names; one about a label that might be wrong is asked anew where that is another now."""
    steps = relabelling.chain(tx.connection, task.id)
    for row in relabelled.suggested(tx.connection, task.id, step.sources):
        if row.shape == "verdict":
            queue.close(tx, [row.id], "stale", f"the labels of {task.name} are others now")
        elif row.suggestion is not None:
            now = relabelling.suggested(steps, row.suggestion, row.id)
            relabelled.suggest(tx, row.id, None if now is None else {**now, "version": task.version})


def _settings(tx: Tx, task: TaskRow, step: Migration, undone: Made | None, actor_id: int) -> list[dict[str, Any]]:
    """Settings that name labels, under the new names: the rules of the heuristic as far as they can be told, and slices.

    What became of the slices that name one of the labels, see `slices`.
    """
    settings = projects.find(tx.connection, task.project_id).settings
    now = dict(settings)
    told = slices(tx.connection, task, step, undone)
    after = {one["name"]: one["after"] for one in told if one["after"] is not None}
    if after:
        now["slices"] = [{**one, "where": after.get(one["name"], one["where"])} for one in settings["slices"]]
    rules = settings.get("heuristic")
    if isinstance(rules, Mapping) and "rules" in rules and step.kind != "split":
        named = [{**rule, "label": step.label(rule["label"])} for rule in rules["rules"]]
        default = rules.get("default")
        now["heuristic"] = {**rules, "rules": named} | ({"default": step.label(default)} if default is not None else {})
    if now != settings:
        projects.change_settings(tx, task.project_id, now, actor_id)
    return told


def slices(connection: Any, task: TaskRow, step: Migration, undone: Made | None = None) -> list[dict[str, Any]]:
    """Saved slices that name one of the labels: ``[{"name", "before", "after"}]``.

    after: None for one that stays as it is and has to be looked at, since a label of it was split, a part of a name is
    compared, or another task has a label of that name. What the undone migration rewrote comes back as it was.
    """
    before = undone.body.get("slices", ()) if undone else ()
    rewritten = {(one["name"], one["after"] or one["before"]): one["before"] for one in before}
    others = [one for one in projects.tasks(connection, [task.project_id])[task.project_id] if one.id != task.id]
    shared = {label for one in others for label in one.options.get("labels", ())} & set(step.sources)
    told = []
    for one in projects.find(connection, task.project_id).settings.get("slices", ()):
        where = one["where"]
        try:
            now = rewritten.get((one["name"], where)) or slice_labels.renamed(where, step)
        except HandloomError:  # saved by another version of handloom
            continue
        if now != where:
            told.append({"name": one["name"], "before": where, "after": None if shared else now})
    return told


def _measure(tx: Tx, task: TaskRow) -> None:
    """Skill follows from checks against gold, and both may say something else now."""
    checked = sorted(gold.values(tx.connection, task.id))
    known = skills.newest(tx.connection, task.id)
    project = projects.find(tx.connection, task.project_id)
    for actor_id in sorted({*known, *gold.who_answered(tx.connection, task.id, checked)}):
        team.measure_one(tx, project, task, actor_id)
