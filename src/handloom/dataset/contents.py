"""An item with its label as one row: what slices and profiles of a project look at, wherever the item comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .profile import label_words
from .table import Table

LABEL = "label"
META = "meta."
_SIZES = ("width", "height")


def cells(data: Mapping[str, Any], meta: Mapping[str, Any] | None, label: Any) -> dict[str, Any]:
    """Fields by name, of a picture its ``image.width`` and ``image.height``, entries of meta as ``meta.country``, and the
    ``label``: a word, a list where there are several, None where there is none.

    All of it is content that an export holds, so a row has the same cells after an import elsewhere.
    """
    row: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            row |= {f"{name}.{side}": value[side] for side in _SIZES if side in value}
        else:
            row[name] = value
    row |= {META + name: value for name, value in (meta or {}).items()}
    words = label_words(label)
    row[LABEL] = None if words is None else words[0] if len(words) == 1 else list(words)
    return row


def table(name: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Rows of `cells` as columns; a cell that a row does not have is missing."""
    columns: dict[str, list[Any]] = {}
    for before, row in enumerate(rows):
        for column, value in row.items():
            if column not in columns:
                columns[column] = [None] * before
            columns[column].append(value)
        for column in columns.keys() - row.keys():
            columns[column].append(None)
    return Table(name, columns)
