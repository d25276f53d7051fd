"""A file of rows as columns, for verbs that need no project: every row keeps its number, the broken ones too."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import collect
from ..collect import images
from ..core.errors import BadValue, HandloomError, Malformed
from ..core.protocols import Bad, Content, Record

LABEL = "label"


@dataclass(frozen=True, slots=True)
class Table:
    """columns: name to one value per row, None where a row has none. broken: rows that could not be read."""

    folder: Path
    columns: Mapping[str, Sequence[Any]]
    broken: int

    def __len__(self) -> int:
        return max((len(column) for column in self.columns.values()), default=0)

    def column(self, name: str) -> Sequence[Any]:
        """The column of that name; raises `Malformed` with the names that there are."""
        if name not in self.columns:
            have = ", ".join(self.columns)[:500]
            raise Malformed(f"there is no column {name!r}; the columns are {have}", columns=list(self.columns)[:100])
        return self.columns[name]

    def there(self) -> list[bool]:
        """Of each row, whether it holds anything: those that could not be read, and empty ones, do not."""
        return [any(value is not None for value in row) for row in zip(*self.columns.values(), strict=True)]

    def matching(self, patterns: str) -> list[str]:
        """Names by patterns with commas between, as ``p_*``; in the order of the file. Raises `Malformed`."""
        found: dict[str, None] = {}
        for pattern in filter(None, (one.strip() for one in patterns.split(","))):
            names = [name for name in self.columns if name == pattern or fnmatch.fnmatchcase(name, pattern)]
            if not names:
                self.column(pattern)
            found |= dict.fromkeys(names)
        return list(found)


def read(path: Path) -> Table:
    """Rows of CSV, TSV, JSON Lines, Parquet or Arrow; files of a folder or zip of class folders as rows with their label.

    Objects under ``data`` and ``labels``, as the export writes them, are taken apart. Raises what the reader raises, and
    `Malformed` where no row can be read.
    """
    reader = collect.find_reader(path)
    rows: Callable[..., Iterator[Any]] | None = getattr(reader, "rows", None)
    columns: dict[str, list[Any]] = {}
    count = broken = 0
    first: Bad | None = None
    for row in rows(path, {}) if rows else map(_of_record, reader.read(path, {"task": LABEL})):
        if isinstance(row, Bad):
            broken += 1
            first = first or row
        else:
            for name, value in _flat(row[1]).items():
                column = columns.setdefault(name, [])
                column.extend([None] * (count - len(column)))
                column.append(value)
        count += 1
    if not columns:
        why = f"; line {first.line}: {getattr(first.error, 'message', first.error)}" if first else ""
        raise Malformed(f"{path.name} has no row that can be read{why}")
    for column in columns.values():
        column.extend([None] * (count - len(column)))
    return Table(path.resolve() if path.is_dir() else path.resolve().parent, columns, broken)


def _of_record(record: Record | Bad) -> tuple[int, dict[str, Any]] | Bad:
    """A file of a class folder as a row: its content, its label, its bytes in place of a reference to them."""
    if isinstance(record, Bad):
        return record
    return record.line, {**record.data, **(record.media or {}), **(record.labels or {})}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("data", "labels") and isinstance(value, Mapping):
            out |= value
        else:
            out[name] = value
    return {name: _plain(value) for name, value in out.items()}


def _plain(value: Any) -> Any:
    """``{"labels": ["x"]}`` and ``["x"]`` as x; nothing and an empty text as None."""
    if isinstance(value, Mapping) and isinstance(value.get("labels"), list):
        value = value["labels"]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return None if value == "" else value


def in_range(chances: np.ndarray) -> None:
    """Raise `BadValue`, with the number of the row, where a probability is below 0 or above 1; nan is none."""
    bad = np.flatnonzero(((chances < 0) | (chances > 1.001)).any(axis=1))
    if bad.size:
        raise BadValue(f"probabilities lie from 0 to 1; row {bad[0]} has {chances[bad[0]].tolist()[:10]}")


def texts(table: Table, names: str) -> list[Content | None]:
    """Items of one or several text columns, joined by line breaks; None where all are empty."""
    columns = [table.column(name) for name in table.matching(names)]
    joined = ("\n".join(str(v) for v in values if v is not None).strip() for values in zip(*columns, strict=True))
    return [Content({"text": text}, _no_media) if text else None for text in joined]


def pictures(table: Table, name: str) -> list[Content | None]:
    """Items of a column of paths (below the file's folder), ``data:`` addresses or bytes; None where there is none."""
    policy = collect.MediaPolicy(roots=(table.folder,))
    return [None if value is None else _picture(row, value, policy) for row, value in enumerate(table.column(name))]


def _picture(row: int, value: Any, policy: collect.MediaPolicy) -> Content:
    try:
        if isinstance(value, Mapping) and isinstance(value.get("bytes"), bytes):
            value = value["bytes"]
        if not isinstance(value, bytes):
            address = value if isinstance(value, Mapping) else {_kind(str(value)): str(value)}
            value = collect.fetch(address, policy)
        field = images.as_field(value)
    except HandloomError as error:
        raise type(error)(f"row {row}: {error.message}", **error.details, row=row) from error
    return Content({"image": field}, lambda _digest, data=value: data)


def _kind(text: str) -> str:
    return "url" if re.match(r"(data|https?):", text) else "path"


def _no_media(digest: str) -> bytes:
    raise KeyError(digest)
