"""What a data test looks at: tables, which of their columns is what, and the slices it is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from ..core.errors import Malformed
from ..core.ids import canonical
from ..core.protocols import Finding
from .slices import Predicate
from .table import Table, is_missing

T = TypeVar("T", int, float, dict[str, Any], tuple[str, ...])
_KINDS: dict[type, Any] = {float: int | float, tuple: list | tuple, dict: Mapping}
SEVERITIES = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Given:
    """One answer of one person. row: of the first table. gold: the trusted value, or None."""

    actor: str
    row: int
    value: Any
    gold: Any = None


@dataclass(frozen=True, slots=True)
class Subject:
    """All that the checks of a dataset may look at.

    tables: the first is what is learned from, the others are measured against it, in this order.
    text, label, key: columns by that meaning. image: whether rows are pictures. options: by check, then by name.
    slices: named predicates. answers: of people, for the checks on people. seed: of every draw.
    """

    tables: Sequence[Table]
    text: str | None = None
    label: str | None = None
    key: str | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    slices: Mapping[str, Predicate] = field(default_factory=dict)
    answers: Sequence[Given] = ()
    seed: int = 0
    memory: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What one check worked out and another can use."""

    def option(self, check: str, name: str, default: T) -> T:
        """What was asked for, as the same kind of value as the default. Raises `Malformed` for another kind."""
        value = self.options.get(check, {}).get(name, default)
        if isinstance(value, bool) or not isinstance(value, _KINDS.get(type(default), type(default))):
            wanted = {int: "a whole number", float: "a number", dict: "an object", tuple: "a list"}[type(default)]
            raise Malformed(f"{check}.{name} is {wanted}, as {default!r}; found {value!r}", check=check, option=name)
        return value

    def fields(self) -> list[str]:
        """Columns of the first table that are neither the label nor the key."""
        return [name for name in self.tables[0].columns if name not in (self.label, self.key)]

    def labels(self, table: Table) -> list[str | None] | None:
        """The label of each row as one word, several in the order of the row; None when there is no such column."""
        if self.label is None or self.label not in table.columns:
            return None
        return [label_word(value) for value in table.columns[self.label]]


def label_word(value: Any) -> str | None:
    """A label of any form as a word; None where it is missing."""
    if is_missing(value):
        return None
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping) and isinstance(value.get("labels"), list | tuple):
        return ", ".join(map(str, value["labels"]))
    return str(value) if isinstance(value, int | float) else canonical(value)


def found(
    check: str, severity: str, table: Table, rows: Sequence[int] | np.ndarray, message: str, **more: Any
) -> Finding:
    """A finding about rows of one table; rows are positions in it, and told as numbers of its file."""
    numbers = [table.number(row) for row in rows]
    share = len(numbers) / len(table) if len(table) else 0.0
    details = {"file": table.name, "count": len(numbers), "share": round(share, 6), "rows": numbers, **more}
    return Finding(check, severity, message, details)


def as_json(finding: Finding) -> dict[str, Any]:
    """``{"check", "severity", "file", "count", "share", "rows", "message"}`` and what else the check tells."""
    usual = {"file": None, "count": 0, "share": 0.0, "rows": []}
    told = {"check": finding.check, "severity": finding.severity, **usual, **finding.details}
    return {**told, "message": finding.message}


def rows_that(n: int, verb: str) -> str:
    """``rows_that(1, "hold")`` is "1 row holds", ``rows_that(1234, "hold")`` "1,234 rows hold"."""
    one = {"have": "has", "are": "is", "were": "was"}.get(verb, verb + "s")
    return f"1 row {one}" if n == 1 else f"{n:,} rows {verb}"


def examples(values: Sequence[Any], most: int = 3) -> str:
    """The first few values in words, for messages."""
    shown = ", ".join(repr(value if len(str(value)) <= 60 else str(value)[:57] + "...") for value in values[:most])
    return shown + (f" and {len(values) - most:,} more" if len(values) > most else "")
