"""Columns of a table that have a meaning, and a row as a record by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import BadItem, BadValue, Malformed
from ..core.protocols import Record
from . import bio, images, json_text
from .parts import SPANS, regions_value, spans_value

Row = tuple[int, Mapping[str, Any]]
"""Line number and cells by column name."""

_WORDS = frozenset(("text", "image"))
"""Fields that hold words or a reference, whatever the cell looks like."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Fields of the item by the columns they come from, and the columns of label, key and split.

    fields: ``{"text": ("title", "description")}``; several columns are joined by a line break.
    task: the task the label belongs to. separator: splits one cell into several labels.
    also: columns of further labels by their task, among them spans and regions as JSON.
    tags: the column of BIO tags, one per token of the first field, which become the task ``spans``.
    """

    fields: Mapping[str, tuple[str, ...]]
    label: str | None = None
    key: str | None = None
    split: str | None = None
    task: str = "label"
    separator: str | None = None
    also: Mapping[str, str] = field(default_factory=dict)
    tags: str | None = None
    used: frozenset[str] = field(init=False, repr=False, compare=False)
    """All columns that have a meaning."""

    def __post_init__(self) -> None:
        single = (c for c in (self.label, self.key, self.split, self.tags) if c)
        object.__setattr__(self, "used", frozenset(single).union(self.also.values(), *self.fields.values()))

    @staticmethod
    def parse(options: Mapping[str, Any]) -> Columns | None:
        """From reader options; None when no field is named, so that the columns are guessed.

        Raises `Malformed`.
        """
        raw = options.get("fields")
        if raw is None:
            return None
        if not isinstance(raw, Mapping) or not raw:
            raise Malformed(
                'fields is an object of item fields and columns, as {"text": "title"} or {"text": ["title", "body"]}'
            )
        fields = {str(name): (source,) if isinstance(source, str) else tuple(source) for name, source in raw.items()}
        return Columns(
            fields,
            options.get("label"),
            options.get("key"),
            options.get("split"),
            options.get("task") or "label",
            options.get("separator"),
            dict(options.get("also") or {}),
            options.get("tags"),
        )

    def options(self) -> dict[str, Any]:
        """Reader options that say these columns: the way back from `parse`."""
        return {
            "fields": {name: list(sources) for name, sources in self.fields.items()},
            "label": self.label,
            "key": self.key,
            "split": self.split,
            "task": self.task,
            "separator": self.separator,
            "also": dict(self.also),
            "tags": self.tags,
        }

    def check(self, known: Sequence[str]) -> None:
        """Raise `Malformed` for a column that the source does not have."""
        missing = sorted(self.used - set(known))
        if missing:
            have = ", ".join(map(str, known))[:500]
            raise Malformed(
                f"there is no column {', '.join(map(repr, missing))}; the columns are {have}",
                missing=missing,
                columns=list(known)[:100],
            )

    def record(self, line: int, row: Mapping[str, Any]) -> Record:
        """One row as a record. Raises `BadItem` when a field is empty, `BadImage` for broken bytes."""
        data: dict[str, Any] = {}
        media: dict[str, bytes] = {}
        labels: dict[str, Any] = {}
        for name, sources in self.fields.items():
            value = _joined(row, name, sources)
            if self.tags and isinstance(value, list):
                value, labels[SPANS] = _tagged(line, value, row.get(self.tags))
            if isinstance(value, Mapping) and isinstance(value.get("bytes"), bytes):
                data[name] = images.as_field(value["bytes"])
                media[name] = value["bytes"]
            elif value is None or value == "":
                raise BadItem(
                    f"line {line} has nothing in {' and '.join(sources)}, which gives the field {name!r}", line=line
                )
            else:
                data[name] = value
        label = _label(row.get(self.label), self.separator) if self.label else None
        if label is not None:
            labels[self.task] = label
        for task, column in self.also.items():
            if row.get(column) not in (None, ""):
                labels[task] = _shaped(line, column, row[column], data.get("text"))
        meta = self._meta(row)
        return Record(
            line=line,
            data=data,
            key=_key(row.get(self.key)) if self.key else None,
            labels=labels or None,
            meta=meta or None,
            media=media or None,
        )

    def _meta(self, row: Mapping[str, Any]) -> dict[str, Any]:
        rest = (name for name in row if name not in self.used)
        meta = {name: plain(row[name]) for name in rest if row[name] not in (None, "")}
        if self.split and row.get(self.split) not in (None, ""):
            meta["split"] = str(row[self.split])
        return meta


def plain(value: Any) -> Any:
    """A cell as JSON can hold it: dates and numbers of other libraries become text or plain numbers."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return str(value)


def label_text(value: Any) -> str:
    """A label as the word it is shown as: ``3.0`` and ``3`` are ``"3"``, ``True`` is ``"true"``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _label(value: Any, separator: str | None) -> str | list[str] | None:
    if value is None or value == "" or value != value:
        return None
    if isinstance(value, list | tuple):
        return [label_text(v) for v in value]
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        try:
            parsed = json_text.parse(value)
        except ValueError:
            parsed = None
        if isinstance(parsed, list):
            return [label_text(v) for v in parsed]
    if separator and isinstance(value, str):
        return [part.strip() for part in value.split(separator) if part.strip()]
    return label_text(value) or None


def _shaped(line: int, column: str, value: Any, text: Any) -> Any:
    """Spans or regions of a cell, as objects or as their JSON; anything else is a label."""
    parsed = objects(value)
    if parsed is None:
        return _label(value, None)
    listed, relations = (parsed, None) if isinstance(parsed, list) else (parsed.get("spans"), parsed.get("relations"))
    try:
        if isinstance(parsed, Mapping) and "regions" in parsed:
            return regions_value(parsed["regions"])
        if isinstance(listed, list) and any(isinstance(one, Mapping) and "kind" in one for one in listed):
            return regions_value(listed)
        return spans_value(listed, relations, text if isinstance(text, str) else None)  # type: ignore[arg-type]
    except BadValue as error:
        raise BadValue(f"line {line}, column {column!r}: {error.message}", line=line) from error


def objects(value: Any) -> Any:
    """Lists and objects as they are, or out of their JSON; None for other cells."""
    if isinstance(value, str) and value.startswith(("[{", '{"spans"', '{"regions"', "[]")):
        try:
            return json_text.parse(value)
        except ValueError:
            return None
    listed = isinstance(value, list) and all(isinstance(one, Mapping) for one in value)
    return value if listed or (isinstance(value, Mapping) and ("spans" in value or "regions" in value)) else None


def _tagged(line: int, tokens: Sequence[Any], tags: Any) -> tuple[str, dict[str, Any]]:
    """Text and spans of tokens and their tags. Raises `BadItem`."""
    if not isinstance(tags, list) or len(tags) != len(tokens):
        have = len(tags) if isinstance(tags, list) else 0
        raise BadItem(f"line {line} has {len(tokens)} tokens and {have} tags; there is one tag per token", line=line)
    text, bounds = bio.joined([str(token) for token in tokens])
    return text, spans_value(bio.decode([str(tag) for tag in tags], bounds))


def _key(value: Any) -> str | None:
    return None if value is None or value == "" else label_text(value)


def _joined(row: Mapping[str, Any], name: str, sources: Sequence[str]) -> Any:
    """The value of a field. Numbers stay numbers, except in the text of an item."""
    if len(sources) > 1:
        return "\n".join(str(row[s]) for s in sources if row.get(s) not in (None, ""))
    value = row.get(sources[0])
    if isinstance(value, Mapping):
        return value
    number = isinstance(value, bool | int | float)
    return str(value) if number and name in _WORDS else plain(value)
