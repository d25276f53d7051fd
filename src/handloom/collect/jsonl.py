"""JSON, one object per line: whole items (``{"data": ..., "labels": ...}``) or flat rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import EmptyInput, Malformed, Refused
from ..core.protocols import Bad, Record
from . import json_text
from .lines import Lines, plain_suffix
from .mapping import Row, records

LINE = frozenset(("key", "data", "labels", "meta"))
EXPORTED = frozenset(("item", "test", "created", "confidence", "n", "task", "automatic"))
"""What a line of `handloom export` has besides."""


class JsonLinesReader:
    """Options: those of `Columns` for flat rows, ``encoding``."""

    name = "jsonl"
    general = True

    def matches(self, path: Path) -> bool:
        return plain_suffix(path) in (".jsonl", ".ndjson", ".json") and not path.is_dir()

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `EmptyInput`, and `Malformed` for a file that is one big JSON array."""
        rows = self.rows(path, options)
        for first in rows:
            whole = not isinstance(first, Bad) and isinstance(first[1].get("data"), Mapping)
            if isinstance(first, Bad):
                yield first
            elif whole:
                yield item(*first)
                yield from (row if isinstance(row, Bad) else item(*row) for row in rows)
            else:
                yield from records(_again(first, rows), options)

    def rows(self, path: Path, options: Mapping[str, Any]) -> Iterator[Row | Bad]:
        """The objects as they stand, before any mapping."""
        lines = Lines(path, options.get("encoding"))
        found = False
        try:
            for row in _objects(lines, path):
                found = True
                yield row
        finally:
            lines.close()
        if not found:
            raise EmptyInput(f"{path.name} holds nothing but blank lines")


def item(line: int, row: Mapping[str, Any]) -> Record | Bad:
    """A line in the form that the HTTP interface takes, ``{"key"?, "data", "labels"?, "meta"?}``, or that of an export."""
    unknown = sorted(set(row) - LINE - EXPORTED)
    if unknown:
        return Bad(
            line,
            Malformed(
                f"line {line} has unknown fields {', '.join(unknown)[:200]}; known are key, data, labels, meta",
                line=line,
            ),
        )
    data, meta, key = row.get("data"), row.get("meta"), row.get("key")
    labels = labels_of(row)
    if row.get("test") is True and isinstance(meta, Mapping | None):
        meta = {**(meta or {}), "split": "test"}
    if row.get("automatic") is True and isinstance(meta, Mapping | None):
        meta = {**(meta or {}), "automatic": True}  # a policy's label: nobody stands behind it
    if not isinstance(data, Mapping) or not data:
        return Bad(
            line,
            Malformed(f'line {line} needs "data" with at least one field, as {{"data": {{"text": "..."}}}}', line=line),
        )
    for name, value in (("labels", labels), ("meta", meta)):
        if value is not None and not isinstance(value, Mapping):
            return _bad(line, f'has "{name}" that is not an object: {str(value)[:80]!r}')
    if key is not None and not isinstance(key, str | int):
        return _bad(line, f'has a "key" that is neither text nor a number: {str(key)[:80]!r}')
    return Record(line, data, None if key is None else str(key), labels, meta)


def labels_of(row: Mapping[str, Any]) -> Any:
    """As they stand, or those of one task in an export."""
    labels, task = row.get("labels"), row.get("task")
    if not isinstance(labels, list) or not isinstance(task, str):
        return labels
    words: list[Any] = labels
    return {task: words[0] if len(words) == 1 else words} if words else None


def _bad(line: int, why: str) -> Bad:
    return Bad(line, Malformed(f"line {line} {why}", line=line))


def _again(first: Row, rows: Iterator[Row | Bad]) -> Iterator[Row | Bad]:
    yield first
    yield from rows


def _objects(lines: Lines, path: Path) -> Iterator[Row | Bad]:
    while True:
        try:
            text = next(lines)
        except StopIteration:
            return
        except Refused as error:
            yield Bad(lines.number, error)
            continue
        if not text.strip():
            continue
        if lines.number == 1 and text.lstrip().startswith("["):
            raise Malformed(
                f"{path.name} begins with '[': it is one JSON array; write one object per line instead (JSON Lines)"
            )
        yield _object(lines.number, text)


def _object(line: int, text: str) -> Row | Bad:
    try:
        value = json_text.parse(text)
    except ValueError as error:
        return _bad(line, f"is not JSON: {error}")
    if not isinstance(value, dict):
        return _bad(line, f"is not a JSON object but {str(value)[:80]!r}")
    return line, value
