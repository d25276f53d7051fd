"""What a label migration makes of the heads of a task's open branches: planned on any connection, written as one version each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ..core.ids import canonical
from ..core.relabel import Chain, Migration
from ..store import Tx, branches, commits, recording, relabelled
from ..store.branches import Branch
from ..store.commits import Commit
from ..store.history import Held, held, touched
from ..store.recording import MAIN, TEST, Note
from ..store.reestimated import Label
from ..store.relabelling import Made
from .versions import DIGESTS

NOTHING = Held(None, None, None, None, None)


class Row(NamedTuple):
    """A row as it will be. text: its new value as JSON, instead of the content it holds; edited: not as the label says."""

    held: Held
    text: str | None
    edited: bool


@dataclass(slots=True)
class Line:
    """What becomes of a branch. head: as it was looked at; holding: how many of its rows hold one of the labels; before: what
    it holds of the items in ``rows``."""

    head: Commit
    holding: int = 0
    before: dict[int, Held] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)


@dataclass(slots=True)
class Lines:
    """Plans by branch. undone: the migration that is taken back; old, new: the labels concerned, before and after."""

    step: Migration
    undone: Made | None
    old: Mapping[int, Label]
    new: Mapping[int, Label]
    found: dict[int, Line] = field(default_factory=dict)
    main: Line | None = None

    def plan(self, connection: Any, branch: Branch, items: Iterable[int] = ()) -> set[int]:
        """Plan a branch, or bring its plan up to date: with the versions made since, and for items whose labels are others
        now. Main goes first. Items that were looked at again; empty for all."""
        at = branches.head(connection, branch)
        if at is None:
            return set()
        line = self.found.get(branch.id)
        if line is None:
            line = self.found[branch.id] = Line(at)
            if branch.name == MAIN:
                self.main = line
            self._look(connection, branch, line, None)
            return set()
        wanted = {*items, *touched(connection, relabelled.younger(connection, branch.id, line.head.id))}
        line.head = at
        for item in wanted:
            line.before.pop(item, None)
            line.rows.pop(item, None)
        if wanted:
            self._look(connection, branch, line, sorted(wanted))
        return wanted

    def _look(self, connection: Any, branch: Branch, line: Line, only: Sequence[int] | None) -> None:
        known = relabelled.contents(connection, self.step.sources)
        holding = relabelled.holding(connection, line.head, known, only)
        line.holding = len(holding) if only is None else line.holding
        back = self._restored(connection, line.head, only)
        if branch.name == MAIN:  # what follows from labels is not an edit
            self._labels(connection, line, only)
            holding = {item: row for item, row in holding.items() if row.edited}
            back = {item: pair for item, pair in back.items() if (pair[1] or pair[0]).edited}
        stays = self._older(connection, line.head, sorted(holding))
        read = Chain([replace(self.step, undoes=None)])
        texts = {number: _text(read.read(value, 0)) for number, value in known.items()}
        new: dict[int, Row] = {}
        for item, row in holding.items():
            if item not in back and item not in stays and row.content_id is not None:
                text = texts[row.content_id]
                new[item] = Row(NOTHING if text is None else row, text, True)
        for item, (_, row) in back.items():
            new[item] = Row(NOTHING if row is None or row.content_id is None else row, None, True)
        line.before |= {item: holding[item] for item in new if item in holding}
        line.before |= held(connection, line.head, [item for item in new if item not in holding])
        line.rows |= new
        if branch.name != MAIN and self.main is not None:
            self._as_main(connection, self.main, line, list(new))

    def _labels(self, connection: Any, line: Line, only: Sequence[int] | None) -> None:
        """Rows of main that follow from labels."""
        items = sorted({*self.old, *self.new}) if only is None else list(only)
        before = held(connection, line.head, items)
        for item in items:
            label, row = self.new.get(item), before.get(item)
            if row is not None and row.edited:
                continue
            if label is not None:
                if label != self.old.get(item) or row is None or row.content_id is None:
                    line.rows[item] = Row(commits.kept(_as_row(label), row), label.value, False)
            elif row is not None and row.content_id is not None:
                line.rows[item] = Row(row._replace(content_id=None, confidence=None, answers=None), None, False)
        line.before |= {item: before[item] for item in items if item in before and item in line.rows}

    def _older(self, connection: Any, at: Commit, items: Sequence[int]) -> set[int]:
        """Rows that were written before the migration that is taken back: it did not concern them, so its reverse does not."""
        if self.undone is None:
            return set()
        found = relabelled.written_at(connection, at, items)
        return {item for item, number in found.items() if number <= self.undone.step.commit}

    def _restored(self, connection: Any, at: Commit, only: Sequence[int] | None) -> dict[int, tuple[Held, Held | None]]:
        """(row now, row before) the migration that is taken back, where nobody has changed it since."""
        out = dict[int, tuple[Held, Held | None]]()
        for number in self.undone.body.get("commit", ()) if self.undone else ():
            made = commits.get(connection, number)
            parent = None if made.parent_id is None else commits.get(connection, made.parent_id)
            left = relabelled.written_by(connection, number)
            if only is not None:
                left = {item: left[item] for item in only if item in left}
            now, before = (held(connection, one, sorted(left)) for one in (at, parent))
            out |= {item: (row, before.get(item)) for item, row in left.items() if now.get(item) == row}
        return out

    def _as_main(self, connection: Any, main: Line, line: Line, items: Sequence[int]) -> None:
        """A row that was as on main becomes what it is there."""
        old = held(connection, main.head, items)
        for item in items:
            own = line.before.get(item)
            if item not in old or own is None or not own.same(old[item]):
                continue
            there = main.rows.get(item) or Row(old[item], None, True)
            removed = there.held.content_id is None and there.text is None
            line.rows[item] = Row(NOTHING if removed else there.held, there.text, True)


def _text(value: Any) -> str | None:
    return None if value is None else canonical(value)


def _as_row(label: Label) -> Held:
    """A label as a row without its content."""
    return Held(None, label.confidence, label.answers, TEST if label.test else None, None, 0, label.position)


def write(tx: Tx, branch: Branch, line: Line, note: Note) -> Commit | None:
    """The version of a branch that its plan says, None where nothing differs."""
    known = recording.store_values(tx, {row.text for row in line.rows.values() if row.text is not None})
    edited = {item: row for item, row in line.rows.items() if row.edited}
    labelled = {item for item in edited if _follows(line.before.get(item))}
    labelled |= relabelled.with_label(tx.connection, branch.task_id, [item for item in edited if item not in labelled])
    newest = relabelled.newest_answer(tx.connection)
    rows: dict[int, Held] = {}
    for item, (row, text, by_hand) in line.rows.items():
        content = row.content_id if text is None else known[text]
        mark = ((1 if item in labelled else 2), newest) if by_hand else (row.edited, row.position)
        rows[item] = Held(content, row.confidence, row.answers, row.split, row.weight, *mark)
    loose = None
    if branch.name == MAIN:
        there = sum(row.content_id is not None for row in rows.values())
        gone = sum(row.content_id is not None for row in line.before.values())
        loose = line.head.rows + there - gone - relabelled.count_labels(tx.connection, branch.task_id)
    return recording.record(tx, line.head, branch.id, rows, note, DIGESTS, loose, line.before)


def _follows(row: Held | None) -> bool:
    return row is not None and row.edited == 0 and row.content_id is not None
