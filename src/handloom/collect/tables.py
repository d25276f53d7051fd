"""Records as rows of a table: a column per field, label and entry of meta. Columns are known only when all were seen."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Any

from ..core.ids import canonical
from ..core.protocols import Loss, Record
from .parts import parts

_KINDS: dict[type, str] = {str: "text", bool: "flag", int: "whole", float: "number"}
_MEMORY = 16 * 1024 * 1024
MAX_WHOLE = 2**63
SPLIT, KEY = "split", "key"


def _set_aside() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(_MEMORY)  # type: ignore[return-value]


@dataclass(slots=True)
class Rows:
    """Rows set aside on disk while their columns are found out; a context, which gives the disk back.

    columns: name -> kind of ``text flag whole number words image json``, in the order in which they were first seen.
    """

    columns: dict[str, str] = field(default_factory=dict)
    count: int = 0
    _rows: IO[bytes] = field(default_factory=_set_aside)
    _media: IO[bytes] = field(default_factory=_set_aside)

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._rows.close()
        self._media.close()

    def fill(self, records: Iterable[Record], name: str, *, images: bool) -> Iterator[Loss]:
        """Set all records aside. images: whether the format has cells of bytes."""
        for record in records:
            row = cells(record)
            for column, value in row.items():
                kind = _kind(value)
                known = self.columns.get(column)
                self.columns[column] = kind if known in (None, kind) else _wider(known, kind)
                if kind == "json":
                    yield Loss(record.line, f"what {column!r} holds becomes JSON text in {name}")
            for field_name, content in (record.media or {}).items():
                if images:
                    row[field_name] = {**row[field_name], "at": self._keep(content), "size": len(content)}
                else:
                    yield Loss(record.line, f"{name} has no place for the bytes of {field_name!r}")
            self._rows.write(json.dumps([record.line, row]).encode() + b"\n")
            self.count += 1

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows as set aside; an image is ``{"bytes", "path"}`` where its bytes are known."""
        return (row for _, row in self.numbered())

    def numbered(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows with the lines of their records."""
        self._rows.seek(0)
        for kept in self._rows:
            line, row = json.loads(kept)
            for name, kind in self.columns.items():
                value = row.get(name)
                if kind == "image" and isinstance(value, dict) and "at" in value:
                    self._media.seek(value["at"])
                    row[name] = {"bytes": self._media.read(value["size"]), "path": row.get(KEY)}
            yield line, row

    def _keep(self, content: bytes) -> int:
        at = self._media.seek(0, 2)
        self._media.write(content)
        return at


def cells(record: Record) -> dict[str, Any]:
    """One row: key, fields, a column per task, entries of meta. A name that is taken gets a word in front."""
    row: dict[str, Any] = {} if record.key is None else {KEY: record.key}

    def put(name: str, value: Any, otherwise: str) -> None:
        row[name if name not in row else f"{otherwise} {name}"] = value

    for name, value in record.data.items():
        put(name, value, "field")
    found = parts(record)
    for task, labels in found.choices.items():
        put(task, labels[0] if len(labels) == 1 else list(labels), "label")
    for task, value in (record.labels or {}).items():
        if task not in found.choices:
            put(task, canonical(value), "label")
    for name, value in (record.meta or {}).items():
        put(name, value, "meta")
    return row


def as_text(kinds: Mapping[str, str]) -> Callable[[dict[str, Any]], list[str]]:
    """What turns a row into cells of text, in the order of the columns."""

    def made(row: dict[str, Any]) -> list[str]:
        return [_as_cell(row.get(name), kind) for name, kind in kinds.items()]

    return made


def _as_cell(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "image" and isinstance(value, Mapping):
        return str(value.get("path") or value.get("url") or value.get("blob") or "")
    return json.dumps(value, ensure_ascii=False)


def _kind(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and not -MAX_WHOLE <= value < MAX_WHOLE:
        return "json"
    if type(value) in _KINDS:
        return _KINDS[type(value)]
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return "words"
    if isinstance(value, Mapping) and ("blob" in value or "path" in value or "url" in value):
        return "image"
    return "empty" if value is None else "json"


def _wider(one: str | None, other: str) -> str:
    """A kind that holds both."""
    kinds = {one, other} - {"empty"}
    if len(kinds) == 1:
        return str(kinds.pop())
    if kinds == {"whole", "number"}:
        return "number"
    return "words" if kinds == {"text", "words"} else "json"
