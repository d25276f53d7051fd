"""What a data test looks at: tables, and which of their columns is what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import Malformed
from ..core.ids import canonical
from ..core.protocols import Finding

if TYPE_CHECKING:
    from .slices import Predicate

SEVERITIES = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Pictures:
    """The images of a table, row by row, small enough to keep all.

    digests: of their bytes, None where a row has none. thumbnails: (n, 256) uint8, see `handloom.dataset.similar.images`.
    sizes: (n, 2) int64, width and height in pixels.
    """

    digests: Sequence[str | None]
    thumbnails: np.ndarray
    sizes: np.ndarray


@dataclass(frozen=True, slots=True)
class Table:
    """A file, a split or a version: columns of equal length, a missing value being None.

    numbers: each row's number in its file, counted from 0, where some rows could not be read. unreadable: (number, why).
    embeddings: (n, d) float32 or None.
    """

    name: str
    columns: Mapping[str, Sequence[Any]]
    numbers: Sequence[int] | None = None
    unreadable: Sequence[tuple[int, str]] = ()
    pictures: Pictures | None = None
    embeddings: np.ndarray | None = None

    @staticmethod
    def of(name: str, data: Any) -> Table:
        """A table from a mapping of columns, a list of rows, or a data frame of pandas, polars or Arrow."""
        for method, arguments in (
            ("to_pydict", {}),
            ("to_dict", {"as_series": False}),
            ("to_dict", {"orient": "list"}),
        ):
            if hasattr(data, method):
                try:
                    data = getattr(data, method)(**arguments)
                    break
                except TypeError:  # polars and pandas name this argument differently
                    continue
        if not isinstance(data, Mapping):
            rows = list(data)
            data = {
                column: [row.get(column) for row in rows] for column in dict.fromkeys(k for row in rows for k in row)
            }
        columns = {str(column): list(values) for column, values in data.items()}
        if len({len(values) for values in columns.values()}) > 1:
            sizes = ", ".join(f"{column} {len(values)}" for column, values in columns.items())
            raise Malformed(f"the columns of {name} have different lengths: {sizes[:300]}")
        return Table(name, columns)

    def __len__(self) -> int:
        if self.columns:
            return len(next(iter(self.columns.values())))
        return len(self.pictures.digests) if self.pictures else 0

    def __getitem__(self, column: str) -> Sequence[Any]:
        return self.columns[column]

    def row(self, index: int) -> dict[str, Any]:
        """One row by column name."""
        return {name: values[index] for name, values in self.columns.items()}

    def number(self, index: int) -> int:
        """The row's number in its file, counted from 0."""
        return int(index if self.numbers is None else self.numbers[index])


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

    def option(self, check: str, name: str, default: Any) -> Any:
        """What was asked for, else the default."""
        return self.options.get(check, {}).get(name, default)

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


def is_missing(value: Any) -> bool:
    """None, not a number, or nothing but spaces."""
    return value is None or value != value or (isinstance(value, str) and (not value or value.isspace()))


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
