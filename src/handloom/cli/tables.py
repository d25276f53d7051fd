"""Files as tables for data tests and differences, with what their columns most likely mean."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import collect
from ..collect.jsonl import labels_of
from ..core.errors import Malformed
from ..core.ids import digest
from ..core.protocols import Bad, Record
from ..dataset.similar import images
from ..dataset.table import Pictures, Table

_GUESSED_FROM = 200


@dataclass(frozen=True, slots=True)
class Meaning:
    """Columns by what they mean."""

    text: str | None
    label: str | None
    key: str | None
    split: str | None


def read(path: Path, name: str, embedding: str | None = None, options: Mapping[str, Any] | None = None) -> Table:
    """A whole file, folder or zip as a table. embedding: a column of lists of numbers. options: of the reader.

    Rows that cannot be read are counted and told, and reading goes on. Raises `Malformed`, `NotFound`.
    """
    with collect.laid_out(path) as found:
        return _read(found, path.name, name, embedding, options or {})


def _read(path: Path, file: str, name: str, embedding: str | None, options: Mapping[str, Any]) -> Table:
    columns: dict[str, list[Any]] = {}
    numbers: list[int] = []
    unreadable: list[tuple[int, str]] = []
    pictures = _Pictures()
    for number, row in enumerate(_rows(path, options)):
        if isinstance(row, Bad):
            unreadable.append((number, str(getattr(row.error, "message", row.error))))
            continue
        here = pictures.taken_from(row)
        for column in here:
            if column not in columns:
                columns[column] = [None] * len(numbers)
        numbers.append(number)
        for column, values in columns.items():
            values.append(here.get(column))
    if not numbers:
        why = f"; the first row: {unreadable[0][1]}" if unreadable else ""
        raise Malformed(f"{file} has no row that can be read{why}")
    if "pyarrow" in sys.modules:  # what it read is ours now; what it keeps for the next file would only be in the way
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    for column in pictures.columns:
        columns.pop(column)
    if embedding is not None and embedding not in columns:
        raise Malformed(f"{file} has no column {embedding!r}; its columns are {', '.join(columns)[:500]}")
    vectors = _vectors(columns.pop(embedding), embedding, file) if embedding is not None else None
    return Table(
        name, columns, numbers if unreadable else None, tuple(unreadable), pictures.found(len(numbers)), vectors
    )


def meaning(table: Table, text: str | None, label: str | None, key: str | None) -> Meaning:
    """What the columns of a table mean: as named, the rest guessed. Raises `Malformed` for a column that is not there."""
    for named in (text, label, key):
        if named is not None and named not in table.columns:
            have = ", ".join(table.columns)[:500]
            raise Malformed(
                f"{table.name} has no column {named!r}; its columns are {have}", columns=list(table.columns)[:100]
            )
    rows = [table.row(k) for k in range(min(len(table), _GUESSED_FROM))]
    try:
        guess = collect.guess(rows, fields={"text": (text,)} if text else None).columns
    except Malformed:  # no column looks like text: a table of fields
        guess = collect.guess(rows, fields={"fields": ()}).columns if not text else None
    guessed = (
        next((sources[0] for name, sources in guess.fields.items() if name == "text" and sources), None)
        if guess
        else None
    )
    if guessed is not None and not _tells_rows_apart(table.columns[guessed]):
        guessed = None
    return Meaning(
        text or (guessed if guessed != label else None),
        label or (guess.label if guess else None),
        key or (guess.key if guess else None),
        guess.split if guess else None,
    )


def _tells_rows_apart(values: Sequence[Any]) -> bool:
    """Whether at least half of the values differ: a text does, a field of few words does not."""
    present = [str(value) for value in values if value is not None]
    return 2 * len(set(present)) >= len(present)


def _rows(path: Path, options: Mapping[str, Any]) -> Iterator[Mapping[str, Any] | Bad]:
    reader = collect.find_reader(path, options.get("reader"))
    rows = getattr(reader, "rows", None)
    if rows is None:
        for record in reader.read(path, options):
            yield record if isinstance(record, Bad) else _flat(record)
        return
    for row in rows(path, options):
        if isinstance(row, Bad):
            yield row
        elif isinstance(row[1].get("data"), Mapping):
            yield _item(row[1])
        else:
            yield row[1]


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A whole item, as an export of a project writes it, as one row."""
    given = labels_of(row)
    labels = given if isinstance(given, Mapping) else {}
    rest = {name: row[name] for name in row if name not in ("data", "labels", "meta")}
    return {**rest, **(row.get("meta") or {}), **row["data"], **(labels or {})}


def _flat(record: Record) -> dict[str, Any]:
    media = {name: {"bytes": raw} for name, raw in (record.media or {}).items()}
    key = {"key": record.key} if record.key is not None else {}
    return {**key, **(record.meta or {}), **record.data, **(record.labels or {}), **media}


class _Pictures:
    """Keeps a small grey picture and the digest of every image that goes by. columns: those that hold images."""

    def __init__(self) -> None:
        self._rows: list[tuple[str | None, np.ndarray, tuple[int, int]]] = []
        self.columns: set[str] = set()

    def taken_from(self, row: Mapping[str, Any]) -> dict[str, Any]:
        out = dict(row)
        picture: tuple[str | None, np.ndarray, tuple[int, int]] = (None, np.zeros(images.SIDE**2, np.uint8), (0, 0))
        for column, value in row.items():
            if isinstance(value, Mapping) and isinstance(value.get("bytes"), bytes):
                name = digest(value["bytes"])
                out[column] = name
                self.columns.add(column)
                try:
                    small, size = images.thumbnail(value["bytes"])
                except (OSError, ValueError, SyntaxError):
                    out[column] = None
                    continue
                picture = (name, small, size)
        self._rows.append(picture)
        return out

    def found(self, rows: int) -> Pictures | None:
        if not self.columns:
            return None
        digests, small, sizes = zip(*self._rows[:rows], strict=True)
        return Pictures(digests, np.stack(small), np.array(sizes, dtype=np.int64))


def _vectors(values: Sequence[Any], column: str, file: str) -> np.ndarray:
    words = f"the column {column!r} of {file} does not hold lists of numbers, all of one length"
    try:
        found = np.array(values, dtype=np.float32)
    except (ValueError, TypeError) as error:
        raise Malformed(words) from error
    if found.ndim != 2 or not np.isfinite(found).all():
        raise Malformed(words)
    return found
