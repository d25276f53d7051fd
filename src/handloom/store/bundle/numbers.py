"""Numbers of a bundle and what they are in this workspace.

A table's old numbers are kept as one sorted array of 8 bytes each; the new ones follow in the same order, so a place in
the array is a new number. Only tables that the workspace shares (actors, contents) need a second array.
"""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core.errors import BadBundle
from ...core.ids import LETTERS
from .plan import Plan

TABLES = {noun: "commit_" if noun == "commit" else noun for noun in LETTERS}
_NOUNS = {letter: noun for noun, letter in LETTERS.items()}
_ID = re.compile(r"([a-z])([1-9][0-9]{0,17})")
_NUMBERED = {
    "question": "question",
    "questions": "question",
    "closed": "question",
    "task": "task",
    "actor": "actor",
} | {
    "job": "job",
    "model": "model",
    "batch": "batch",
    "item": "item",
    "items": "item",
    "commit": "commit_",
}
"""Names under which JSON holds plain numbers of rows."""
_LETTERED = frozenset(
    (
        *("model", "item", "items", "commit", "release", "prediction", "batch", "task", "job", "question", "questions"),
        *("guideline", "review", "run", "actor", "member", "of", "first", "last", "at", "from", "to", "merge"),
        *("cascade", "split", "request"),
    )
)
"""Names under which JSON holds ids as people see them."""
_MANY = frozenset(("questions", "items", "closed"))
"""Names under which a list holds numbers of rows; a single number there is a count."""
_SAID = frozenset(("value", "values", "data", "labels", "among", "options", "settings", "before", "after", "counts"))
"""Names under which stands what people said or wrote, which is left alone whatever it looks like."""


@dataclass(slots=True)
class Column:
    """Old numbers of a table in ascending order; new ones from ``base`` on, or those in ``news``."""

    olds: array[int] = field(default_factory=lambda: array("q"))
    base: int = 1
    news: array[int] | None = None
    newest: array[int] | None = None
    """By how many of the old rows: the largest new number among them."""

    def place(self, old: int) -> int:
        """Where a number stands, -1 when it is not among them."""
        k = bisect_left(self.olds, old)
        return k if k < len(self.olds) and self.olds[k] == old else -1

    def new(self, old: int) -> int | None:
        """The new number, None for one that is not in the bundle."""
        k = self.place(old)
        return None if k < 0 else self.base + k if self.news is None else self.news[k]

    def mark(self, old: int) -> int:
        """The new number of the newest row at or before that old one; 0 when there is none."""
        k = bisect_right(self.olds, old)
        if self.newest is not None:
            return self.newest[k]
        return self.base + k - 1 if k else 0


class Numbers:
    """Old to new, for every table that numbers its rows."""

    def __init__(self, columns: dict[str, Column]) -> None:
        self.columns = columns

    def new(self, table: str, old: int) -> int | None:
        """The new number of a row, None for one that is not in the bundle."""
        column = self.columns.get(table)
        return None if column is None else column.new(old)

    def needed(self, where: str, table: str, old: int) -> int:
        """The same; raises `BadBundle` for a row that is not there."""
        found = self.new(table, old)
        if found is None:
            raise BadBundle(
                f"a row of {where} refers to {table.rstrip('_')} {old}, which is not in the bundle; nothing was changed",
                table=where,
                refers=table,
                number=old,
            )
        return found

    def text(self, text: str | None) -> str | None:
        """JSON with the ids in it renumbered; the same text when there are none."""
        if text is None:
            return None
        before = json.loads(text)
        after = self.told(before)
        return text if after == before else json.dumps(after)

    def shown(self, text: str) -> str:
        """An id as people see it, renumbered; anything else as it is."""
        found = _ID.fullmatch(text)
        noun = _NOUNS.get(found[1]) if found else None
        if found is None or noun is None:
            return text
        new = self.new(TABLES[noun], int(found[2]))
        # An id of something that stayed behind must not come to mean something else here.
        return f"{found[1]}{new}" if new is not None else f"{found[1]}0"

    def told(self, value: Any) -> Any:
        """A value read from JSON with the ids in it renumbered."""
        if isinstance(value, list):
            return [self.told(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: self._under(name, one, value) for name, one in value.items()}

    def _under(self, name: str, value: Any, among: Mapping[str, Any]) -> Any:
        if name in _SAID:
            return value
        if name == "turns" and isinstance(value, list):
            return [[self._plain("question", q), self._plain("actor", a)] for q, a in value]
        if isinstance(value, list) and (name in _NUMBERED or name in _LETTERED):
            return [self._each(name, one, among) for one in value]
        if isinstance(value, dict | list):
            return self.told(value)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            if name == "position" and "answer" in self.columns:
                return self.columns["answer"].mark(value)
            return self._plain(_NUMBERED[name], value) if name in _NUMBERED and name not in _MANY else value
        if isinstance(value, str) and name in _LETTERED and not (name in ("from", "to") and "item" in among):
            return self.shown(value)  # beside an item, from and to are labels
        return value

    def _each(self, name: str, value: Any, among: Mapping[str, Any]) -> Any:
        if name in _MANY and isinstance(value, int) and not isinstance(value, bool):
            return self._plain(_NUMBERED[name], value)
        return self._under(name, value, among)

    def _plain(self, table: str, old: int) -> int:
        return self.new(table, old) or 0

    def listed(self, table: str, text: str | None) -> str | None:
        """A JSON list of numbers, renumbered."""
        if text is None:
            return None
        return json.dumps([self.needed("a list", table, old) for old in json.loads(text)])


Change = Callable[[Any], Any]


def changes(plan: Plan, columns: Sequence[str], numbers: Numbers) -> list[tuple[int, Change]]:
    """What to do to which cell of a row to make it one of this workspace."""
    found: list[tuple[int, Change]] = []
    for k, name in enumerate(columns):
        if name == plan.number:
            found.append((k, _reference(numbers, plan.name, plan.name)))
        elif name in plan.refers:
            found.append((k, _reference(numbers, plan.name, plan.refers[name])))
        elif name in plan.marks:
            found.append((k, numbers.columns[plan.marks[name]].mark))
        elif name in plan.lists:
            found.append((k, lambda text, table=plan.lists[name]: numbers.listed(table, text)))
        elif name in plan.told:
            found.append((k, numbers.text))
        elif (plan.name, name) == ("event", "subject"):
            found.append((k, lambda text: None if text is None else numbers.shown(text)))
    return found


def _reference(numbers: Numbers, where: str, table: str) -> Change:
    """Looks up one column of numbers; written out, since an import does it some ten million times. Of jobs
    only those that have ended are carried."""
    column = numbers.columns[table]

    def look(old: int | None) -> int | None:
        if old is None:
            return None
        found = column.new(old)
        return found if found is not None or table == "job" else numbers.needed(where, table, old)

    return look
