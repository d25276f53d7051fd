"""The content of an item in one form, its digest, and exact duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..core.ids import digest
from ..core.protocols import Bad, Record
from ..core.shapes import RegionsShape, SpansShape
from .parts import parts


def content_digest(data: Mapping[str, Any]) -> str:
    """Digest of an item's fields. Media count by the digest of their bytes: the same picture is the same content."""
    return digest({name: _media(value) for name, value in data.items()})


def _media(value: Any) -> Any:
    return {"blob": value["blob"]} if isinstance(value, Mapping) and "blob" in value else value


class Duplicates:
    """Sees the same content a second time. A digest of 40 characters per item: 1M items cost about 100 MB."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def again(self, data: Mapping[str, Any]) -> bool:
        """Whether this content was seen before; remembers it."""
        found = content_digest(data)
        if found in self._seen:
            return True
        self._seen.add(found)
        return False


def record_digest(record: Record) -> str:
    """Digest of a record's content and labels, the same in every format that holds them; keys and meta do not count."""
    found = parts(record)
    labels: dict[str, Any] = {task: sorted(words) for task, words in found.choices.items()}
    labels |= {task: SpansShape().show(value) for task, value in found.spans.items()}
    labels |= {task: RegionsShape().show(value) for task, value in found.regions.items()}
    return digest([content_digest(record.data), labels, found.others])


def records_digest(records: Iterable[Record | Bad]) -> str:
    """Digest of many, whatever their order; lines that could not be read do not count."""
    return digest(sorted(record_digest(one) for one in records if isinstance(one, Record)))
