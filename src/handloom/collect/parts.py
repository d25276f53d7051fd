"""What stands in a record, sorted by what formats can hold: a text, an image, and labels by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..core.errors import BadItem
from ..core.protocols import Loss, Record
from ..core.shapes import Regions, RegionsShape, Spans, SpansShape
from ..core.shapes.spans import check

SPANS, REGIONS = "spans", "regions"
"""Names of the tasks that spans and regions get where a file names none."""
_SPANS, _REGIONS = SpansShape(), RegionsShape()
_EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
}
_UNSAFE = re.compile(r"[^\w.()+ -]")


@dataclass(frozen=True, slots=True)
class Parts:
    """text: the item's only text, or that of its field ``text``, with the field's name. image: the same of an image.

    choices, spans, regions, others: labels by task; others are values of no shape that is known here.
    """

    record: Record
    text: tuple[str, str] | None
    image: tuple[str, Mapping[str, Any]] | None
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spans: dict[str, Spans] = field(default_factory=dict)
    regions: dict[str, Regions] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)

    def lost(self, name: str, *, keeps: frozenset[str]) -> Iterator[Loss]:
        """Losses of a format of this name that keeps only some of ``key meta split choice spans regions fields``."""
        record = self.record
        reasons = []
        used = {part[0] for part in (self.text, self.image) if part}
        if "fields" not in keeps:
            reasons += [f"{name} has no place for the field {one!r}" for one in record.data if one not in used]
        if "key" not in keeps and record.key is not None:
            reasons.append(f"{name} has no place for keys")
        if "meta" not in keeps:
            known = {"split"} & keeps
            reasons += [f"{name} has no place for {one!r} of meta" for one in record.meta or {} if one not in known]
        for kind, values in (("choice", self.choices), (SPANS, self.spans), (REGIONS, self.regions)):
            if kind not in keeps:
                reasons += [f"{name} has no place for the {kind} of task {task!r}" for task in values]
        reasons += [f"{name} has no place for the value of task {task!r}" for task in self.others]
        return (Loss(record.line, reason) for reason in reasons)


def parts(record: Record) -> Parts:
    """Raises `BadValue` for spans or regions that are wrong in themselves."""
    found = Parts(record, _text(record.data), _image(record.data))
    for task, value in (record.labels or {}).items():
        if isinstance(value, Mapping) and "spans" in value:
            found.spans[task] = _SPANS.parse(value, {}, task)
            if found.text:
                check(found.spans[task], record.data, found.text[0])
        elif isinstance(value, Mapping) and "regions" in value:
            found.regions[task] = _REGIONS.parse(value, {}, task)
        elif (labels := _choice(value)) is not None:
            found.choices[task] = labels
        else:
            found.others[task] = value
    return found


def spans_value(
    spans: list[dict[str, Any]], relations: list[dict[str, Any]] | None = None, text: str | None = None
) -> dict[str, Any]:
    """Checked spans in their stored form. Raises `BadValue`, also for one that reaches beyond the text."""
    value = _SPANS.parse({"spans": spans, "relations": relations or []}, {}, SPANS)
    if text is not None:
        check(value, {"text": text})
    return _SPANS.show(value)


def regions_value(regions: list[dict[str, Any]]) -> dict[str, Any]:
    """Checked regions in their stored form. Raises `BadValue`."""
    return _REGIONS.show(_REGIONS.parse({"regions": regions}, {}, REGIONS))


def needed_text(found: Parts, name: str) -> str:
    """The text of an item. Raises `BadItem` for one without."""
    if found.text is None:
        raise BadItem(f"{name} holds texts; this item has no text field but {', '.join(found.record.data)[:200]}")
    return found.text[1]


def needed_image(found: Parts, name: str) -> Mapping[str, Any]:
    """The image of an item. Raises `BadItem` for one without."""
    if found.image is None:
        raise BadItem(f"{name} holds images; this item has no image but {', '.join(found.record.data)[:200]}")
    return found.image[1]


def file_name(record: Record, image: Mapping[str, Any]) -> str:
    """A plain name for the image's file: its key or path without folders, else its digest."""
    wanted = record.key or str((record.meta or {}).get("file") or image.get("path") or image.get("blob") or record.line)
    name = _UNSAFE.sub("_", PurePosixPath(wanted.replace("\\", "/")).name).lstrip(".") or f"{record.line}"
    ending = _EXTENSIONS.get(str(image.get("media_type")), "")
    stem, dot, last = name.rpartition(".")
    known = dot and f".{last.lower()}" in {*_EXTENSIONS.values(), ".jpeg", ".tiff"}
    return name if known or not ending else f"{stem if known else name}{ending}"


def nothing_said(value: Any, name: str, kind: str, line: int) -> list[Loss]:
    """The loss of a format in which no value and an empty one look the same."""
    words = f"{name} cannot say that nobody looked for {kind}: it reads as none found"
    return [Loss(line, words)] if value is None else []


def empty_of(found: Parts) -> dict[str, str]:
    """Shape by task of values that hold nothing: a note for formats that would take them for no value at all."""
    empty = {task: SPANS for task, value in found.spans.items() if not value.spans}
    return empty | {task: REGIONS for task, value in found.regions.items() if not value.regions}


def with_empty(labels: dict[str, Any], note: Any) -> None:
    """Add what `empty_of` noted, where there is no value since."""
    for task, shape in note.items() if isinstance(note, Mapping) else ():
        if shape in (SPANS, REGIONS) and not labels.get(task):
            labels[task] = {shape: []}


def one_of(found: Mapping[str, Any], name: str, kind: str, line: int) -> tuple[Any, list[Loss]]:
    """The value of the first task, None without one, and the others as losses: a format with room for one."""
    tasks = list(found)
    losses = [Loss(line, f"{name} has room for the {kind} of one task; {task!r} is left out") for task in tasks[1:]]
    return (found[tasks[0]] if tasks else None), losses


def _text(data: Mapping[str, Any]) -> tuple[str, str] | None:
    if isinstance(data.get("text"), str):
        return "text", data["text"]
    texts = [(name, value) for name, value in data.items() if isinstance(value, str)]
    return texts[0] if len(texts) == 1 else None


def _image(data: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    for name, value in data.items():
        if isinstance(value, Mapping) and ("blob" in value or "path" in value or "url" in value):
            return name, value
    return None


def _choice(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, Mapping) and set(value) == {"labels"}:
        value = value["labels"]
    if isinstance(value, str):
        return (value,)
    good = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    return tuple(value) if good else None
