"""Columns and their types: the same in all files, and one type in each column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ...core.protocols import Finding
from .. import columns
from ..subject import Subject, found, rows_that
from ..table import Table, is_missing


class Schema:
    """Missing and additional columns of later files, columns that hold another kind of values there, and cells that are
    of another type than nearly all (99 %) of their column.

    Option ``columns``: an object of column and type (``number``, ``word``, ``list``, ``object``, ``truth``) that every
    file has to keep; what breaks it is an error.
    """

    name = "schema"
    options = ("columns",)

    def check(self, subject: Subject) -> list[Finding]:
        wanted: Mapping[str, str] = subject.option(self.name, "columns", {})
        first = subject.tables[0]
        findings = []
        for table in subject.tables:
            findings += [self._columns(subject, first, table)] if table is not first else []
            findings += self._wanted(table, wanted)
            findings += [finding for name in table.columns for finding in self._types(table, name, name in wanted)]
        return [finding for finding in findings if finding is not None]

    def _columns(self, subject: Subject, first: Table, table: Table) -> Finding | None:
        lost = [name for name in first.columns if name not in table.columns]
        more = [name for name in table.columns if name not in first.columns]
        both = [name for name in first.columns if name in table.columns and name != subject.key]
        kinds = {name: (columns.kind(first[name]), columns.kind(table[name])) for name in both}
        other = [f"{n} ({a}, here {b})" for n, (a, b) in kinds.items() if {a, b} == {columns.NUMBER, columns.TEXT}]
        words = [
            f"{what} {', '.join(map(repr, names))}"
            for what, names in (("lacks", lost), ("adds", more), ("holds other values in", other))
            if names
        ]
        if not words:
            return None
        return found(
            self.name,
            "error" if lost or other else "warning",
            table,
            [],
            f"against {first.name} it {' and '.join(words)}",
            lost=lost,
            added=more,
        )

    def _wanted(self, table: Table, wanted: Mapping[str, str]) -> list[Finding]:
        out = []
        for name, type_ in wanted.items():
            if name not in table.columns:
                out.append(found(self.name, "error", table, [], f"there is no column {name!r}", column=name))
                continue
            wrong = [k for k, value in enumerate(table[name]) if not is_missing(value) and not _is(value, type_)]
            if wrong:
                message = f"{rows_that(len(wrong), 'hold')} no {type_} in {name!r}, as {table[name][wrong[0]]!r}"
                out.append(found(self.name, "error", table, wrong, message, column=name))
        return out

    def _types(self, table: Table, name: str, told: bool) -> list[Finding]:
        values: Sequence[Any] = table[name]
        types = [None if is_missing(value) else _type(value) for value in values]
        counts = Counter(type_ for type_ in types if type_ is not None)
        if told or len(counts) < 2:
            return []
        usual, often = counts.most_common(1)[0]
        total = sum(counts.values())
        if often < 0.99 * total:
            return []
        odd = [k for k, type_ in enumerate(types) if type_ not in (None, usual)]
        if usual == "word":  # a word that happens to be a number is a word
            odd = [k for k in odd if not isinstance(values[k], str)]
        if not odd:
            return []
        message = (
            f"{rows_that(len(odd), 'hold')} no {usual} in {name!r}, unlike all others, as {str(values[odd[0]])[:60]!r}"
        )
        return [found(self.name, "warning", table, odd, message, column=name)]


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, Mapping):
        return "object"
    if isinstance(value, list | tuple):
        return "list"
    return "number" if _is(value, "number") else "word"


def _is(value: Any, type_: str) -> bool:
    """Whether a cell is of that type; a number written in words is a number, and a word too."""
    if type_ == "number":
        return not isinstance(value, bool) and columns.numbers([value]) is not None
    if type_ == "word":
        return isinstance(value, str)
    if type_ == "truth":
        return isinstance(value, bool) or str(value).lower() in ("true", "false", "0", "1")
    return isinstance(value, Mapping) if type_ == "object" else isinstance(value, list | tuple)
