"""Which rows of two bundles are the same thing, and the one number that both get.

A row is told by what was written once: an answer by its id, an item by its key and content, a question by what it asks
about, when and why. Numbers follow the time at which things were made, so they do not depend on which bundle comes first.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..recording import MAIN
from .checking import Checked
from .numbers import Column, Numbers
from .plan import MARKS, Plan, plans

IDENTITY: dict[str, tuple[str, ...]] = {
    "actor": ("name", "kind"),
    "content": ("digest",),
    "project": (),
    "item": ("key", "digest"),
    "task": ("name",),
    "guideline": ("task_id", "created", "text"),
    "question": ("item_id", "task_id", "batch_id", "lane", "created"),
    "commit_": ("task_id", "created", "digest", "message"),
    "branch": ("task_id", "name", "created"),
    "model": ("run_id",),
    "answer": ("id",),
    "conflict": ("merge_id", "item_id"),
    "event": ("kind", "at", "actor_id", "subject", "body"),
}
"""What tells a row of a table from all others; for other tables see `_told_by`."""
_WHEN = ("created", "at")


def schedule() -> list[Plan]:
    """Tables in an order in which whatever tells a row has been numbered before; events last, as they name everything."""
    return [plan for plan in plans().values() if plan.name != "event"] + [plans()["event"]]


def told_by(plan: Plan) -> tuple[str, ...]:
    """The columns that tell a row: when it was made and what it belongs to, unless `IDENTITY` knows better."""
    if plan.name in IDENTITY:
        return IDENTITY[plan.name]
    before = [one.name for one in schedule()]
    earlier = set(before[: before.index(plan.name)])
    refers = [
        name
        for name, table in plan.refers.items()
        if table in earlier and name != "project_id" and f"{plan.name}.{name}" not in MARKS
    ]
    return (*refers, *(name for name in (*_WHEN, "kind", "name", "number", "what") if name in plan.columns))


def number(scratch: sqlite3.Connection, sides: Sequence[Checked], numbers: Sequence[Numbers]) -> dict[str, int]:
    """Give every row of both bundles its number in ``numbers``; how many there are of each table."""
    scratch.execute("CREATE TABLE told (ident BLOB, sort REAL, sub INTEGER, side INTEGER, k INTEGER)")
    sizes: dict[str, int] = {}
    for plan in schedule():
        if plan.number is None:
            continue
        scratch.execute("DELETE FROM told")
        for side, (checked, known) in enumerate(zip(sides, numbers, strict=True)):
            rows = ((*one, side) for one in _identified(plan, checked, known))
            scratch.executemany("INSERT INTO told (ident, sort, sub, k, side) VALUES (?, ?, ?, ?, ?)", rows)
        news = [array("q", bytes(8 * len(side.numbers[plan.name].olds))) for side in sides]
        found = 0
        query = """
            SELECT side, k, ident FROM (
                SELECT side, k, ident, min(sort) OVER same AS first, min(sub) OVER same AS among
                FROM told WINDOW same AS (PARTITION BY ident)
            ) ORDER BY first, among, ident"""
        last: bytes | None = None
        for side, k, ident in scratch.execute(query):
            if ident != last:
                found, last = found + 1, ident
            news[side][k] = found
        for side, known in enumerate(numbers):
            known.columns[plan.name].news = news[side]
        sizes[plan.name] = found
    return sizes


def _identified(plan: Plan, checked: Checked, numbers: Numbers) -> Iterator[tuple[bytes, float, int, int]]:
    """(identity, when, order among what was made in the same moment, place in the table) of every row of a side."""
    again: dict[bytes, int] = {}  # of what was made in one moment: rows may be alike but for their place
    moment, sub, k = -1.0, 0, 0
    times = _Times(plan)
    telling = told_by(plan)
    for columns, page in checked.pages(plan.name):
        place = {name: at for at, name in enumerate(columns)}
        readers = [(place[name], _reader(plan, name, numbers)) for name in telling if name in place]
        for row in page:
            parts: list[Any] = [row[at] if read is None else read(row[at]) for at, read in readers]
            if plan.name == "branch" and row[place["name"]] == MAIN:
                parts = [MAIN, parts[0]]  # a task has one, whenever either side first needed it
            when = times.of(row, place)
            if when != moment:
                moment, sub = when, 0
                again.clear()
            ident = _hash(parts)
            count = again[ident] = again.get(ident, 0) + 1
            yield ident if count == 1 else _hash([*parts, count]), when, sub, k
            sub, k = sub + 1, k + 1


def _hash(parts: Sequence[Any]) -> bytes:
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).digest()


class _Times:
    """When rows were made. A version is never older than the one it came from, whatever a clock said."""

    def __init__(self, plan: Plan) -> None:
        self._commits: dict[int, float] | None = {} if plan.name == "commit_" else None
        self._column = next((name for name in _WHEN if name in plan.columns), "")

    def of(self, row: Sequence[Any], place: Mapping[str, int]) -> float:
        when = float(row[place[self._column]]) if self._column in place else 0.0
        if self._commits is not None:
            parents = (row[place["parent_id"]], row[place["other_id"]])
            when = max([when, *(self._commits.get(one, 0.0) for one in parents if one is not None)])
            self._commits[row[place["id"]]] = when
        return when


def _reader(plan: Plan, name: str, numbers: Numbers) -> Callable[[Any], Any] | None:
    """What makes a cell the same on both sides; None where it is already."""
    if name in plan.refers:
        table = plan.refers[name]
        return lambda value: None if value is None else numbers.new(table, value)
    if (plan.name, name) == ("event", "subject"):
        return lambda value: None if value is None else numbers.shown(value)
    return numbers.text if name in plan.told else None


def marks(column: Column, total: int) -> tuple[array[int], array[int]]:
    """By how many of a side's rows were known: up to which number everything was known, and the newest that was.

    Between the two lie rows of the other side, which nobody on this side knew.
    """
    assert column.news is not None
    seen, whole, newest = bytearray(total + 2), array("q", [0]), array("q", [0])
    upto = highest = 0
    for new in column.news:
        seen[new] = 1
        while seen[upto + 1]:
            upto += 1
        highest = max(highest, new)
        whole.append(upto)
        newest.append(highest)
    return whole, newest
