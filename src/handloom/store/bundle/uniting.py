"""Two bundles of one project as a third: every row of both, each thing once.

What was written once (answers, versions, models, events) is united. Where both say something else about the same thing,
one of the two is kept by a rule that does not ask which bundle was named first, and the contradiction is reported. What
follows from the log is worked out anew when the result is imported.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import WrongState
from ...core.later import later
from ..blobs import Blobs
from .branching import branched
from .checking import Checked, check
from .collisions import FINISH, Labels, United
from .container import Bundle, Making, Pieces
from .identity import marks, number, schedule
from .numbers import Column, Numbers, changes
from .packs import renumbered
from .plan import MARKS, SCORES, Plan, plans
from .progress import Step, nowhere
from .writing import PAGE

if TYPE_CHECKING:
    from .. import migrations
else:
    migrations = later("handloom.store.migrations")  # Alembic is only needed to say which schemas there are

FOLLOWS: dict[str, frozenset[str]] = {
    "question": frozenset(("needs", "got", "held", "skips", "doubts", "state")),
    "label": frozenset(("value", "confidence", "n", "answers", "position", "basis", "test")),
    "turn": frozenset(("state", "until")),
    "model": frozenset(("scores",)),
    "skill": frozenset(("position", "checks", "matched")),
    "commit_": frozenset(("position", "branch_id")),
    "revision": frozenset(("position",)),
    "job": frozenset(("worker", "heartbeat", "args", "result")),
    "actor": frozenset(("state", "role", "created")),
    "prediction": frozenset(("item_id",)),
    "quality": frozenset(plans()["quality"].columns),
    "quality_actor": frozenset(plans()["quality_actor"].columns),
}
"""Cells that follow from others, or that differ between workspaces: no contradiction when they do."""
FIRST = frozenset(("answer", "guideline", "content", "gold", "aside", "revision", "tag", "batch", "commit_", "branch"))
"""Facts that are written once: what was said first stands. Of everything else the newer bundle knows more."""


SCORED = {full.split(".")[0]: (full.split(".")[1],) for full in SCORES}
encode = json.JSONEncoder().encode
ADJUSTED = frozenset(("answer", "commit_", "revision", "task", *SCORED))
"""Tables that need more than new numbers."""


def unite(first: Path, second: Path, out: Path, step: Step = nowhere) -> United:
    """Write the union of two bundles of one project. Raises `BadBundle`, `WrongState`; then ``out`` is as it was."""
    with ExitStack() as stack:
        bundles = [stack.enter_context(Bundle(path)) for path in (first, second)]
        _same_project(bundles)
        # From here on nothing depends on which was named first.
        bundles.sort(key=lambda one: (one.manifest.get("exported") or "", json.dumps(one.manifest, sort_keys=True)))
        sides = [check(bundle, sorted(migrations.known()), step) for bundle in bundles]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=out.parent, prefix=".uniting-")))
        scratch = stack.enter_context(closing(sqlite3.connect(folder / "scratch.sqlite", isolation_level=None)))
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-32000"):
            scratch.execute(f"PRAGMA {pragma}")
        scratch.execute("BEGIN")  # one transaction, never committed: nothing is to be kept
        part = folder / "whole.bundle"
        with part.open("wb") as file:
            found = _Union(scratch, folder, sides, step).write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, out)
        return found


def _same_project(bundles: Sequence[Bundle]) -> None:
    a, b = (bundle.manifest for bundle in bundles)
    if a["project"]["salt"] != b["project"]["salt"]:
        raise WrongState(
            f"these are bundles of different projects, {a['project']['name']!r} and {b['project']['name']!r}"
        )
    if a["schema"] != b["schema"]:
        raise WrongState(
            f"these bundles have different schemas, {a['schema']} and {b['schema']}: import the older one into a "
            "workspace of this version and export it again"
        )


class _Union:
    def __init__(self, scratch: sqlite3.Connection, folder: Path, sides: Sequence[Checked], step: Step) -> None:
        self.scratch, self.sides, self.step = scratch, sides, step
        self.blobs = Blobs(folder / "blobs")
        self.found = United()
        self.numbers = [Numbers({name: Column(one.olds) for name, one in side.numbers.items()}) for side in sides]
        self.totals = number(scratch, sides, self.numbers)
        self.known: list[tuple[array[int], array[int]]] = []
        for known in self.numbers:
            for name in set(MARKS.values()):
                whole, newest = marks(known.columns[name], self.totals[name])
                known.columns[name].newest = newest
                if name == "answer":
                    self.known.append((whole, newest))
        self.branches = branched(scratch, sides, self.numbers, self.totals)
        self.labels = Labels(sides)
        scratch.execute("CREATE TABLE row (k1, k2, k3, side INTEGER, cells TEXT)")
        scratch.execute("CREATE TABLE said (item INTEGER, task INTEGER, new INTEGER, a INTEGER, b INTEGER)")

    def write(self, file: Any) -> United:
        sink = Pieces()
        newer = self.sides[1].bundle.manifest
        about = {name: newer[name] for name in ("schema", "handloom", "exported", "project") if name in newer}
        making = Making(sink, about)
        order = sorted(schedule(), key=lambda plan: plan.name != "answer")  # answers first: versions ask what was known
        written: dict[str, list[str]] = {}
        for plan in order:
            self.scratch.execute("DELETE FROM row")
            columns = self._gather(plan)
            with making.table(plan.name, columns) as table:
                page: list[str] = []
                count = 0
                for text in self._merged(plan, columns):
                    page.append(text)
                    count += 1
                    if len(page) == PAGE:
                        table.add(page)
                        page = []
                        file.write(sink.take())
                table.add(page)
            written[plan.name] = columns
            self.found.rows[plan.name] = count
            self.step(plan.name, count, None)
            file.write(sink.take())
        self._copy_blobs(making, sink, file)
        missing = {one for side in self.sides for one in side.bundle.manifest.get("missing", ())}
        there = {one for side in self.sides for one in side.bundle.blobs()}
        making.finish(missing=sorted(missing - there), derive=True)
        file.write(sink.take())
        return self.found

    def _gather(self, plan: Plan) -> list[str]:
        """Put the rows of both sides, under their new numbers, where they can be read in order."""
        columns: list[str] = []
        keys = [column.name for column in plan.table.primary_key.columns][:3]
        for k, (side, known) in enumerate(zip(self.sides, self.numbers, strict=True)):
            for found, page in side.pages(plan.name):
                columns = found
                fixes = changes(plan, columns, known)
                place = {name: at for at, name in enumerate(columns)}
                rows = []
                ends = tuple(place[name] for name in keys)
                rest = (None,) * (3 - len(keys))
                for row in page:
                    old = list(row) if plan.name in ADJUSTED else ()
                    for at, change in fixes:
                        row[at] = change(row[at])
                    if old:
                        self._adjust(plan, place, k, old, row)
                    rows.append((*(row[at] for at in ends), *rest, k, encode(row)))
                self.scratch.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?)", rows)
        if plan.name == "branch":
            self.scratch.executemany("INSERT INTO row VALUES (?, NULL, NULL, 1, ?)", self.branches.rows(columns))
        return columns or list(plan.columns)

    def _adjust(self, plan: Plan, place: Mapping[str, int], side: int, old: Sequence[Any], row: list[Any]) -> None:
        """What a table needs besides new numbers."""
        for column in SCORED.get(plan.name, ()):
            if column in place:
                row[place[column]] = self._scores(side, old, place, column)
        match plan.name:
            case "answer":
                seq, item, task = (row[place[name]] for name in ("seq", "item_id", "task_id"))
                at = self.sides[side].numbers["answer"].place(old[place["seq"]])
                values = (item, task, seq, at if side == 0 else None, at if side == 1 else None)
                self.scratch.execute("INSERT INTO said VALUES (?, ?, ?, ?, ?)", values)
            case "commit_":
                row[place["position"]] = self._whole(side, old[place["position"]])
                row[place["branch_id"]] = self.branches.of(row[place["id"]], row[place["branch_id"]])
            case "revision":
                row[place["branch_id"]] = self.branches.of(row[place["commit_id"]], row[place["branch_id"]])
                if row[place["edited"]]:
                    row[place["position"]] = self._edited(side, old, row, place)
            case "task":
                row[place["options"]] = self.labels.options(row[place["name"]], row[place["options"]])

    def _known(self, side: int, position: int) -> int:
        """How many answers of a side were given up to a position."""
        olds = self.sides[side].numbers["answer"].olds
        low, high = 0, len(olds)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if olds[middle] <= position else (low, middle)
        return low

    def _whole(self, side: int, position: int) -> int:
        """A version knew every answer up to this one: the next version looks at all that follow."""
        return self.known[side][0][self._known(side, position)]

    def _edited(self, side: int, old: Sequence[Any], row: Sequence[Any], place: Mapping[str, int]) -> int:
        """An edit stands until an answer about its item comes that it did not know: also one of the other side."""
        k = self._known(side, old[place["position"]])
        mine = "ab"[side]
        task = self.branches.task(row[place["branch_id"]])
        query = (
            f"SELECT min(new) FROM (SELECT new, max({mine}) AS at FROM said WHERE item = ? AND task = ? GROUP BY new) "
            "WHERE at IS NULL OR at >= ?"
        )
        unknown = self.scratch.execute(query, (row[place["item_id"]], task, k)).fetchone()[0]
        newest = self.known[side][1][k]
        return newest if unknown is None else min(newest, unknown - 1)

    def _scores(self, side: int, old: Sequence[Any], place: Mapping[str, int], column: str) -> str | None:
        digest = old[place[column]]
        if digest is None or digest not in set(self.sides[side].bundle.blobs()):
            return None
        if "task_id" in place and not self.labels.same_order(side, old[place["task_id"]]):
            return None  # its columns are labels by their place, and the union has them in another one
        self.blobs.take(digest, self.sides[side].bundle.blob(digest))
        return renumbered(self.blobs, digest, self.numbers[side].columns["item"])

    def _merged(self, plan: Plan, columns: Sequence[str]) -> Iterator[str]:
        """Rows in the order of their keys, each once, as JSON. Most are the same on both sides, or on one alone: they are
        not looked into."""
        finish = FINISH[plan.name](columns, self.found) if plan.name in FINISH else None

        def done(text: str) -> str:
            return text if finish is None else json.dumps(finish(json.loads(text)))

        held: tuple[Any, str] | None = None
        if plan.name == "revision":
            self.scratch.execute("CREATE INDEX IF NOT EXISTS said_item ON said (item, task)")
        for k1, k2, k3, text in self.scratch.execute("SELECT k1, k2, k3, cells FROM row ORDER BY k1, k2, k3, side"):
            key = (k1, k2, k3)
            if held is not None and held[0] == key:
                if held[1] != text:
                    held = (key, json.dumps(self._kept(plan, columns, json.loads(held[1]), json.loads(text))))
                continue
            if held is not None:
                yield done(held[1])
            held = (key, text)
        if held is not None:
            yield done(held[1])

    def _kept(self, plan: Plan, columns: Sequence[str], older: list[Any], newer: list[Any]) -> list[Any]:
        """Of two rows about one thing the one that stands. older: of the bundle that was exported before."""
        if older == newer:
            return newer
        follows = FOLLOWS.get(plan.name, frozenset())
        place = {name: at for at, name in enumerate(columns)}
        differing = [name for name in columns if older[place[name]] != newer[place[name]] and name not in follows]
        kept, instead = newer, older
        if plan.name in FIRST:
            when = place.get("created")
            first = min(older, newer, key=lambda row: (row[when] if when is not None else 0, json.dumps(row)))
            kept, instead = (older, newer) if first is older else (newer, older)
        if differing:
            which = kept[place["name"]] if "name" in place else kept[0]
            self.found.tell(
                plan.name.rstrip("_"),
                which,
                {name: kept[place[name]] for name in differing},
                {name: instead[place[name]] for name in differing},
            )
        if plan.name == "question":
            kept = list(kept)
            kept[place["needs"]] = max(older[place["needs"]], newer[place["needs"]])
        return kept

    def _copy_blobs(self, making: Making, sink: Pieces, file: Any) -> None:
        """Blobs of both sides; scores are there under the new numbers."""
        scored = {one for side in self.sides for one in _scored(side)}
        source: dict[str, Callable[[], Iterator[bytes]]] = {}
        for side in self.sides:
            for digest in side.bundle.blobs():
                if digest not in scored:
                    source.setdefault(digest, lambda side=side, digest=digest: side.bundle.blob(digest))
        for path in self.blobs.folder.rglob("*"):
            if path.is_file() and path.name not in scored:
                source.setdefault(path.name, lambda path=path: iter([path.read_bytes()]))
        for digest in sorted(source):
            with making.blob(digest) as out:
                for piece in source[digest]():
                    out.write(piece)
                    file.write(sink.take())


def _scored(side: Checked) -> Iterator[str]:
    for full in SCORES:
        table, column = full.split(".")
        for columns, page in side.pages(table):
            yield from (row[columns.index(column)] for row in page if row[columns.index(column)])
