"""Argilla 2 exports: records as JSON with fields, responses, suggestions and metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import BadItem, EmptyInput, HandloomError, NotFound
from ..core.protocols import Bad, Loss, Record
from .json_rows import objects_of
from .json_stream import first_object
from .out import json_array
from .parts import Parts, empty_of, spans_value, with_empty

_PARTS = frozenset(("fields", "responses", "suggestions"))
_FILE = "records.json"
_NOBODY = "00000000-0000-0000-0000-000000000000"


class ArgillaReader:
    """``records.to_json`` of the SDK, or the folder of ``to_disk``. Options: ``task``, the name that the first question
    gets (else each keeps its own).

    The label of a question is the value that most submitted responses have, the first of them at a tie; all responses
    are kept in meta as ``responses``, suggestions as ``suggestions``, vectors as ``vectors``.
    """

    name = "argilla"

    def matches(self, path: Path) -> bool:
        file = path / _FILE if path.is_dir() else path
        if file.suffix.lower() != ".json" or not file.is_file():
            return False
        return set(first_object(file) or ()) >= _PARTS

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `NotFound`, `EmptyInput`, `Malformed` for JSON that breaks off at its first record."""
        if not path.exists():
            raise NotFound("file or folder", path)
        file = path / _FILE if path.is_dir() else path
        names: dict[str, str] = {}
        number = 0
        for one in objects_of(file):
            if isinstance(one, Bad):
                yield one
                continue
            number = max(number + 1, one.line)
            try:
                yield _record(number, one.value, names, options.get("task"))
            except HandloomError as error:
                yield Bad(number, type(error)(f"record at line {one.line}: {error.message}", line=one.line))
        if not number:
            raise EmptyInput(f"{path.name} holds no records")


def _record(line: int, row: Any, names: dict[str, str], task: str | None) -> Record:
    fields = row.get("fields") if isinstance(row, Mapping) else None
    if not isinstance(fields, Mapping) or not fields:
        raise BadItem('it has no "fields"')
    responses = row.get("responses") or {}
    if not isinstance(responses, Mapping):
        raise BadItem('"responses" is an object of questions')
    labels = {}
    for question, given in responses.items():
        value = _agreed(given)
        if value is not None:
            if task and not names:
                names[question] = task
            labels[names.get(question, question)] = value
    meta = dict(row["metadata"]) if isinstance(row.get("metadata"), Mapping) else {}
    with_empty(labels, meta.pop("empty", None))
    kept = {name: row[name] for name in ("responses", "suggestions", "vectors") if row.get(name)}
    if row.get("status") not in (None, "pending", "completed"):
        kept["status"] = row["status"]
    key = row.get("id")
    return Record(line, dict(fields), None if key is None else str(key), labels or None, {**meta, **kept} or None)


def _agreed(given: Any) -> Any:
    """The value of a question in the form of its shape; None where nobody submitted one."""
    submitted = [
        one["value"]
        for one in (given if isinstance(given, list) else ())
        if isinstance(one, Mapping)
        and one.get("status", "submitted") in ("submitted", None)
        and one.get("value") is not None
    ]
    if not submitted:
        return None
    # Spans and rankings are lists of objects, which cannot be counted as keys: their text can.
    texts = [str(value) for value in submitted]
    value = submitted[max(range(len(texts)), key=lambda i: (texts.count(texts[i]), -i))]
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "start" in one for one in value):
        return spans_value([{name: one.get(name) for name in ("start", "end", "label")} for one in value])
    if isinstance(value, bool | int | float):
        return str(value)
    return value


class ArgillaWriter:
    """Records for ``Dataset.records.from_json``; labels become submitted responses, unless meta has them as they were."""

    name = "argilla"
    suffix = ".json"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        return json_array(records, path, _row)


def _row(found: Parts) -> tuple[dict[str, Any], Iterable[Loss]]:
    record = found.record
    meta = dict(record.meta or {})
    losses = list(found.lost("Argilla", keeps=frozenset(("key", "meta", "choice", "spans", "fields"))))
    responses = meta.pop("responses", None)
    if not isinstance(responses, Mapping):
        values: dict[str, Any] = {
            task: labels[0] if len(labels) == 1 else list(labels) for task, labels in found.choices.items()
        }
        for task, value in found.spans.items():
            values[task] = [{"label": s.label, "start": s.start, "end": s.end} for s in value.spans]
            if value.relations:
                losses.append(Loss(record.line, "Argilla has no place for relations"))
        responses = {task: [{"value": value, "user_id": _NOBODY}] for task, value in values.items()}
    fields = {}
    for name, value in record.data.items():
        if isinstance(value, str):
            fields[name] = value
        elif isinstance(value, Mapping) and isinstance(value.get("url"), str):
            fields[name] = value["url"]
        elif not (found.image and found.image[0] == name):
            losses.append(Loss(record.line, f"Argilla has no place for the field {name!r}, which is no text"))
    if not fields:
        raise BadItem("Argilla holds texts; this item has no field with one")
    row = {
        "id": record.key or str(record.line),
        "fields": fields,
        "metadata": {name: value for name, value in meta.items() if name not in ("suggestions", "vectors", "status")},
        "suggestions": meta.get("suggestions") or {},
        "responses": responses,
        "vectors": meta.get("vectors") or {},
    }
    if "status" in meta:
        row["status"] = meta["status"]
    if empty := empty_of(found):
        row["metadata"]["empty"] = empty
    return row, losses
