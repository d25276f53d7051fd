"""doccano JSON Lines: texts with categories, spans and relations, as the tool exports and imports them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import BadItem, Refused
from ..core.protocols import Bad, Loss, Record
from ..core.shapes import Spans
from . import json_text, offsets
from .json_stream import first_object
from .jsonl import JsonLinesReader
from .out import made
from .parts import SPANS, Parts, empty_of, needed_text, one_of, spans_value, with_empty

_KNOWN = frozenset(("id", "text", "label", "labels", "cats", "entities", "relations", "Comments", "comments", "empty"))


class DoccanoReader:
    """Options: ``task`` of the categories (``label``), ``offsets`` (``utf16`` or ``characters``).

    ``label`` holds words, or spans as [start, end, label]. doccano counts places as JavaScript does, an emoji as two,
    unless a project counts graphemes; hence ``utf16`` is the default.
    """

    name = "doccano"

    def matches(self, path: Path) -> bool:
        if path.suffix.lower() not in (".jsonl", ".json") or not path.is_file():
            return False
        first = first_object(path)
        return (
            first is not None
            and isinstance(first.get("text"), str)
            and ("Comments" in first or _are_spans(first.get("label")) or {"entities", "relations"} <= set(first))
        )

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `EmptyInput`."""
        task = str(options.get("task") or "label")
        counted = offsets.way(options, "utf16")
        for row in JsonLinesReader().rows(path, options):
            if isinstance(row, Bad):
                yield row
                continue
            line, value = row
            try:
                yield _record(line, value, task, counted)
            except Refused as error:
                yield Bad(line, type(error)(f"line {line}: {error.message}", line=line))


def _are_spans(label: Any) -> bool:
    return isinstance(label, list) and bool(label) and all(isinstance(one, list) and len(one) == 3 for one in label)


def _record(line: int, row: Mapping[str, Any], task: str, counted: str) -> Record:
    row = {name: value for name, value in row.items() if value not in (None, "")}
    text = row.get("text")
    if not isinstance(text, str) or not text:
        raise BadItem('it has no "text"')
    labels: dict[str, Any] = {}
    label = row.get("label", row.get("labels"))
    if "entities" in row or _are_spans(label):
        labels[SPANS] = _spans(row, label, text, counted)
    elif isinstance(label, str):
        labels[task] = label
    elif isinstance(label, list) and label:
        words = [str(one) for one in label]
        labels[task] = words[0] if len(words) == 1 else words
    cats = row.get("cats")
    if isinstance(cats, list) and cats:
        labels[task] = [str(one) for one in cats]
    with_empty(labels, row.get("empty"))
    meta = {name: value for name, value in row.items() if name not in _KNOWN}
    comments = row.get("Comments") or row.get("comments")
    if comments:
        meta["comments"] = comments
    key = row.get("id")
    return Record(line, {"text": text}, None if key is None else str(key), labels or None, meta or None)


def _spans(row: Mapping[str, Any], label: Any, text: str, counted: str) -> dict[str, Any]:
    place = offsets.from_units(text) if counted == "utf16" else int
    entities = row.get("entities")
    if entities is None:
        spans: list[dict[str, Any]] = [{"start": start, "end": end, "label": name} for start, end, name in label]
    else:
        entities = json_text.mappings(entities, "entities")
        spans = [
            {"start": e.get("start_offset"), "end": e.get("end_offset"), "label": e.get("label")} for e in entities
        ]
    for span in spans:
        for edge in ("start", "end"):
            if isinstance(span[edge], int):
                span[edge] = place(span[edge])
    by_id = json_text.places(entities or [], "id")
    relations = [
        {
            "head": json_text.place_of(by_id, one.get("from_id")),
            "tail": json_text.place_of(by_id, one.get("to_id")),
            "label": one.get("type"),
        }
        for one in json_text.mappings(row.get("relations"), "relations")
    ]
    return spans_value(spans, relations, text)


class DoccanoWriter:
    """Lines for a project of one kind: categories, spans, or spans with relations, by what the items have.

    Options: ``offsets`` as of the reader. Every line has the same names: doccano reads them as a table, and on SQLite
    fails on a name that some lines do not have.
    """

    name = "doccano"
    suffix = ".jsonl"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        counted = offsets.way(options, "utf16")
        names: dict[str, None] = {}
        losses: list[Loss] = []

        def line(found: Parts) -> tuple[dict[str, Any], Iterable[Loss]]:
            row, lost = _line(found, counted)
            names.update(dict.fromkeys(row))
            return row, lost

        with tempfile.TemporaryFile("w+", encoding="utf-8") as later, path.open("w", encoding="utf-8") as out:
            for text in made(records, line, losses):
                later.write(text + "\n")
                yield from losses
                losses.clear()
            yield from losses
            later.seek(0)
            for text in later:
                row = json.loads(text)
                full = {name: row.get(name, "") for name in names}
                out.write(json.dumps(full, ensure_ascii=False) + "\n")


def _line(found: Parts, counted: str) -> tuple[dict[str, Any], Iterable[Loss]]:
    record = found.record
    row: dict[str, Any] = {}
    if record.key is not None:
        row["id"] = int(record.key) if record.key.isascii() and record.key.isdigit() else record.key
    row["text"] = needed_text(found, "doccano")
    choice, losses = one_of(found.choices, "doccano", "choice", record.line)
    spans, more = one_of(found.spans, "doccano", "spans", record.line)
    losses += [*more, *found.lost("doccano", keeps=frozenset(("key", "meta", "choice", "spans")))]
    if spans is not None:
        row |= _entities(spans, offsets.to_units(row["text"]) if counted == "utf16" else int)
        if choice is not None:
            row["cats"] = list(choice)
    else:
        row["label"] = list(choice or ())
    for name, value in (record.meta or {}).items():
        if name in _KNOWN - {"comments"}:
            losses.append(Loss(record.line, f"doccano has another use for the name {name!r} of meta"))
        else:
            row["Comments" if name == "comments" else name] = value
    row.setdefault("Comments", [])
    if empty := empty_of(found):
        row["empty"] = empty
    return row, losses


def _entities(spans: Spans, place: offsets.Place) -> dict[str, Any]:
    if not spans.relations:
        return {"label": [[place(span.start), place(span.end), span.label] for span in spans.spans]}
    entities = [
        {"id": i, "label": span.label, "start_offset": place(span.start), "end_offset": place(span.end)}
        for i, span in enumerate(spans.spans)
    ]
    relations = [
        {"id": i, "from_id": one.head, "to_id": one.tail, "type": one.label} for i, one in enumerate(spans.relations)
    ]
    return {"entities": entities, "relations": relations}
