"""JSON Lines as handloom itself reads them: everything of a record stands in its line."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.protocols import Loss, Record
from .out import json_lines
from .parts import Parts


class JsonLinesWriter:
    """``{"key", "data", "labels", "meta"}``; the bytes of images stand in the line as ``data:`` addresses."""

    name = "jsonl"
    suffix = ".jsonl"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        return json_lines(records, path, _line)


def _line(found: Parts) -> tuple[dict[str, Any], Iterable[Loss]]:
    record = found.record
    line: dict[str, Any] = {} if record.key is None else {"key": record.key}
    line["data"] = dict(record.data)
    for name, content in (record.media or {}).items():
        kind = record.data[name]["media_type"]
        line["data"][name] = {"url": f"data:{kind};base64,{base64.b64encode(content).decode()}"}
    for name, value in (("labels", record.labels), ("meta", record.meta)):
        if value:
            line[name] = dict(value)
    return line, ()
