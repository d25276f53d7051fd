"""Columns of equal length, with the pictures of their rows: what slices, profiles and data tests read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import Malformed


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


def is_missing(value: Any) -> bool:
    """None, not a number, or nothing but spaces."""
    return value is None or value != value or (isinstance(value, str) and (not value or value.isspace()))
