"""Renames, merges and splits of labels: what they would change, and the change itself, in one transaction.

Answers stay as they were given. Labels, gold and the heads of all open branches are brought to the new names; what a split
leaves without a label is asked again. See `handloom.core.relabel` for how older values are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..core import shapes
from ..core.errors import NotFound, WrongState
from ..core.ids import show
from ..core.relabel import Chain, Migration, plan
from ..store import Tx, branches, commits, edits, freezing, gold, offers, projects, queue, relabelled, relabelling, skills
from ..store.branches import Branch
from ..store.commits import Commit, Revision, revisions
from ..store.history import Held, held
from ..store.projects import TaskRow
from ..store.queue import NewBatch, NewQuestion
from ..store.recording import MAIN, Note
from ..store.relabelling import Made
from . import team
from .versions import DIGESTS

SAMPLE = 10
STRATEGY = offers.SPLIT


@dataclass(frozen=True, slots=True)
class Touched:
    """What a migration concerns. items: whose label may change; gold: its rows; rows: of each open branch, by item."""

    items: tuple[int, ...]
    answers: int
    labels: Mapping[int, Any]
    gold: Sequence[Mapping[str, Any]]
    rows: Mapping[str, int]
    open: int


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


def touched(connection: Any, task: TaskRow, step: Migration) -> Touched:
    """What a migration would change; nothing is."""
    steps = relabelling.chain(connection, task.id)
    items, answers = relabelled.answered(connection, task.id, step.sources, steps)
    if step.undoes is not None:
        one = next(old for old in steps.steps if old.id == step.undoes)
        before = Chain(old for old in steps.steps if old.version < one.version)
        more, count = relabelled.answered(connection, task.id, one.sources, before)
        items, answers = sorted({*items, *more}), max(answers, count)
    labels = relabelled.labelled(connection, task.id, step.sources)
    trusted = relabelled.trusted(connection, task.id, step.sources)
    rows = {}
    for one in branches.branches(connection, task.id):
        at = branches.head(connection, one)
        rows[one.name] = 0 if at is None else len(relabelled.holding(connection, at, step.sources))
    shown = relabelled.suggested(connection, task.id, step.sources)
    whole = sorted({*items, *labels, *(row["item_id"] for row in trusted)})
    return Touched(tuple(whole), answers, labels, trusted, rows, len(shown))


def carry_out(tx: Tx, task: TaskRow, step: Migration, *, reason: str, actor_id: int) -> Made:
    """Do it, whole or not at all. The task must be read in this transaction."""
    connection = tx.connection
    found = touched(connection, task, step)
    freezing.check(connection, task.project_id, task.id, items=found.items)
    undone = None if step.undoes is None else relabelling.get(connection, step.undoes)
    message = f"{step.words}: {reason}"[:2000]
    main = _committed(tx, task, f"labels before: {message}", actor_id)
    lines = _Lines(tx, step, undone, main, Note(actor_id, message, main.position if main else 0))
    wanted = lines.look(task.id)
    now = projects.change_task(tx, task, _options(task, step), actor_id)
    stored = relabelling.add(tx, now, step, reason=reason, actor_id=actor_id)
    kept = _gold(tx, now, stored, undone)
    items = sorted({*found.items, *(row["item_id"] for row in kept)})
    items = sorted({*items, *(undone.body.get("items", ()) if undone else ())})
    relabelled.estimate(tx, task.project_id, task.id, items)
    _questions(tx, now, stored)
    written = lines.write(wanted, _committed(tx, now, message, actor_id))
    _heuristic(tx, now, stored, actor_id)
    asked = _ask(tx, now, stored, items, actor_id)
    _measure(tx, now)
    made = relabelling.get(connection, stored.id)
    counts = {"answers": found.answers, "labels": len(found.labels), "gold": len(kept), "asked": asked}
    body = {"counts": counts | {"rows": dict(found.rows), "questions": found.open}}
    body |= {"gold": [_kept(row) for row in kept], "commit": written}  # under names that a bundle numbers anew
    relabelling.keep(tx, made, body)
    return relabelling.get(connection, stored.id)


def _options(task: TaskRow, step: Migration) -> dict[str, Any]:
    """The options of the task with the labels it has from now on, checked by its shape."""
    shape = shapes.shape(team.shape_of(task))
    return {**task.options, **shape.options({**task.options, "labels": list(step.after)})}


def _committed(tx: Tx, task: TaskRow, message: str, actor_id: int) -> Commit | None:
    """The labels as they stand on main, where versions of them are kept at all."""
    if commits.newest(tx.connection, task.id) is None:
        return None
    return commits.commit(tx, task, message=message, actor_id=actor_id, digests=DIGESTS)


def _gold(tx: Tx, task: TaskRow, step: Migration, undone: Made | None) -> list[dict[str, Any]]:
    """Bring gold to the new names; what a split took is gold no more. The rows as they were."""
    kept = relabelled.trusted(tx.connection, task.id, step.sources)
    back = {row["item"]: _row(row) for row in (undone.body.get("gold", ()) if undone else ())}
    now = {row["item_id"]: row for row in kept}
    for item, row in back.items():
        if item not in now or now[item]["answer_id"] == row["answer_id"]:
            relabelled.trust_again(tx, [row])
    read = Chain([replace(step, undoes=None)])
    since = relabelled.given_under(tx.connection, [row["answer_id"] for row in kept]) if undone else {}
    for row in kept:
        if row["item_id"] in back and back[row["item_id"]]["answer_id"] == row["answer_id"]:
            continue
        if undone is not None and since.get(row["answer_id"], 0) < undone.step.version:
            continue  # it was called that before, too
        value = read.read(row["value"], 0)
        if value is None:
            relabelled.distrust(tx, task.id, row["item_id"])
        else:
            relabelled.trust_again(tx, [{**row, "value": value}])
    return kept + [row for item, row in back.items() if item not in now]


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


def _heuristic(tx: Tx, task: TaskRow, step: Migration, actor_id: int) -> None:
    """The rules of the project's heuristic speak of the new names, as far as they can be told."""
    settings = projects.find(tx.connection, task.project_id).settings
    rules = settings.get("heuristic")
    if not isinstance(rules, Mapping) or "rules" not in rules or step.kind == "split":
        return
    named = [{**rule, "label": step.label(rule["label"])} for rule in rules["rules"]]
    default = rules.get("default")
    now = {**rules, "rules": named} | ({"default": step.label(default)} if default is not None else {})
    if now != rules:
        projects.change_settings(tx, task.project_id, {**settings, "heuristic": now}, actor_id)


def _ask(tx: Tx, task: TaskRow, step: Migration, items: Sequence[int], actor_id: int) -> int:
    """Ask again about the items that a split left without a label. How many questions."""
    if step.undoes is not None:
        _withdraw(tx, task, items)
    if step.kind != "split":
        return 0
    there = relabelled.with_label(tx.connection, task.id, items)
    bare = [item for item in items if item not in there]
    for row in list(relabelled.questions_of(tx.connection, task.id, bare)):
        relabelled.want_instead(tx, row)
    project = projects.find(tx.connection, task.project_id)
    words = f"{step.words}: nobody can tell which of them was meant"
    shape = team.shape_of(task)
    new = [
        NewQuestion(
            item_id=item, shape=shape, strategy=STRATEGY, probability=0.0, score=0.0, reason=words, priority=1.0
        )
        for item in bare
    ]
    batch = NewBatch(
        project_id=task.project_id, task_id=task.id, strategy=STRATEGY, needs=project.settings["overlap"],
        lane="label", actor_id=actor_id,
    )  # fmt: skip
    return len(team.ask_all(tx, project, task, batch, new, None)[1]) if new else 0


def _withdraw(tx: Tx, task: TaskRow, items: Sequence[int]) -> None:
    """What was asked again because of a split that is taken back, and has its label again."""
    there = relabelled.with_label(tx.connection, task.id, items)
    rows = relabelled.questions_of(tx.connection, task.id, sorted(there))
    split = [row.id for row in rows if row.strategy == STRATEGY and not row.got]
    queue.close(tx, split, "withdrawn", "the split of its label was taken back")


def _measure(tx: Tx, task: TaskRow) -> None:
    """Skill follows from checks against gold, and both may say something else now."""
    checked = sorted(gold.values(tx.connection, task.id))
    known = skills.newest(tx.connection, task.id)
    project = projects.find(tx.connection, task.project_id)
    for actor_id in sorted({*known, *gold.who_answered(tx.connection, task.id, checked)}):
        team.measure_one(tx, project, task, actor_id)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The heads of a task's open branches, brought to the new labels as one version each. main: its head before."""

    tx: Tx
    step: Migration
    undone: Made | None
    main: Commit | None
    note: Note

    def look(self, task_id: int) -> list[tuple[Branch, dict[int, Revision | None]]]:
        """What will become of the rows of each branch, while the versions before are still the newest."""
        found = []
        for one in branches.branches(self.tx.connection, task_id) if self.main is not None else ():
            at = branches.head(self.tx.connection, one)
            if at is not None:
                found.append((one, self._rows(one, at)))
        return found

    def _rows(self, branch: Branch, at: Commit) -> dict[int, Revision | None]:
        connection = self.tx.connection
        back = self._restored(at)
        rows = relabelled.holding(connection, at, self.step.sources)
        if branch.name == MAIN:  # what follows from labels is committed with them
            rows = {item: row for item, row in rows.items() if row.edited}
            back = {item: row for item, row in back.items() if row is None or row.edited}
        stays = self._older(at, sorted(rows))
        rows = {item: row for item, row in rows.items() if item not in back and item not in stays}
        read = Chain([replace(self.step, undoes=None)])
        out: dict[int, Revision | None] = {}
        for one in revisions(connection, sorted(rows.items()), {}):
            value = read.read(one.value, 0)
            out[one.item_id] = None if value is None else replace(one, value=value)
        there = {item: row for item, row in back.items() if row is not None and row.content_id is not None}
        out |= {item: None for item in back if item not in there}
        return out | {one.item_id: one for one in revisions(connection, sorted(there.items()), {})}

    def _older(self, at: Commit, items: Sequence[int]) -> set[int]:
        """Rows that were written before the migration that is taken back: it did not concern them, so its reverse does not."""
        if self.undone is None:
            return set()
        found = relabelled.written_at(self.tx.connection, at, items)
        return {item for item, number in found.items() if number <= self.undone.step.commit}

    def _restored(self, at: Commit) -> dict[int, Held | None]:
        """Rows as they were before the migration that is taken back, where nobody has changed them since."""
        connection, out = self.tx.connection, dict[int, Held | None]()
        for number in self.undone.body.get("commit", ()) if self.undone else ():
            made = commits.get(connection, number)
            parent = None if made.parent_id is None else commits.get(connection, made.parent_id)
            left = relabelled.written_by(connection, number)
            now, before = (held(connection, one, sorted(left)) for one in (at, parent))
            out |= {item: before.get(item) for item, row in left.items() if now.get(item) == row}
        return out

    def write(self, wanted: Sequence[tuple[Branch, dict[int, Revision | None]]], after: Commit | None) -> list[int]:
        """Write the versions; a row that was as on main becomes what it is there. Numbers of all versions made."""
        if self.main is None or after is None:
            return []
        made = [after.id] if after.id != self.main.id else []
        for branch, rows in wanted:
            as_main = {} if branch.name == MAIN else self._as_main(branch, sorted(rows), after)
            one = edits.settle(self.tx, branch, rows | as_main, self.note, DIGESTS) if rows else None
            made += [one.id] if one is not None else []
        return made

    def _as_main(self, branch: Branch, items: Sequence[int], after: Commit) -> dict[int, Revision | None]:
        connection = self.tx.connection
        at = branches.head(connection, branch)
        own, old, new = (held(connection, one, items) for one in (at, self.main, after))
        same = {item: new[item] for item in items if item in own and item in new and own[item].same(old.get(item))}
        there = {item: row for item, row in same.items() if row.content_id is not None}
        found: dict[int, Revision | None] = dict.fromkeys(same)
        return found | {one.item_id: one for one in revisions(connection, sorted(there.items()), {})}
