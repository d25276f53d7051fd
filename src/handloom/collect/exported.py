"""Rows that `handloom export` wrote: whole items again, as lines of JSON or as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from ..core.protocols import Bad, Record
from . import json_text
from .jsonl import EXPORTED, LINE, item
from .mapping import Row, records

_ALWAYS = frozenset(("item", "test", "data"))
_TRUTHS = {"true": True, "false": False}


def unfolded(rows: Iterator[Row | Bad]) -> Iterator[Row | Bad]:
    """The same rows; those of an export with ``data``, ``meta`` and ``labels`` as what their cells say."""
    return (row if isinstance(row, Bad) or not _is_exported(row[1]) else (row[0], _unfolded(row[1])) for row in rows)


def read(rows: Iterator[Row | Bad], options: Mapping[str, Any]) -> Iterator[Record | Bad]:
    """Records of a table: of an export its items, of any other by its columns."""
    first = next(rows, None)
    if first is None:
        return
    rows = chain((first,), rows)
    if not isinstance(first, Bad) and isinstance(first[1].get("data"), Mapping) and set(first[1]) >= _ALWAYS:
        yield from (row if isinstance(row, Bad) else item(*row) for row in rows)
    else:
        yield from records(rows, options)


def _is_exported(row: Mapping[str, Any]) -> bool:
    data = row.get("data")
    return _ALWAYS <= set(row) <= LINE | EXPORTED and isinstance(data, str) and data.startswith("{")


def _unfolded(row: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in row.items() if value not in (None, "")}
    for name in ("data", "meta"):
        if isinstance(found.get(name), str):
            found[name] = _value(found[name])
    for name in ("test", "automatic"):
        if name in found:
            found[name] = _TRUTHS.get(str(found[name]).lower(), found[name])
    labels = found.get("labels")
    if isinstance(labels, str):
        listed = _value(labels) if labels.startswith("[") else None
        found["labels"] = listed if isinstance(listed, list) else labels.split("|")
    return found


def _value(text: str) -> Any:
    """What a cell of JSON holds; the text itself where it is none, which is told when the item is made."""
    try:
        return json_text.parse(text)
    except ValueError:
        return text
