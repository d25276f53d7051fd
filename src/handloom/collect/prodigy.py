"""Prodigy JSON Lines: texts with spans, relations, options, and images with boxes and polygons."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import BadItem, Refused
from ..core.protocols import Bad, Loss, Record
from ..core.shapes import Region, Spans
from . import json_text
from .conll import tokens_of
from .json_stream import first_object
from .jsonl import JsonLinesReader
from .out import json_lines
from .parts import REGIONS, SPANS, Parts, one_of, regions_value, spans_value

_HASHES = frozenset(("_input_hash", "_task_hash"))
_KNOWN = _HASHES | {
    "text",
    "image",
    "label",
    "options",
    "accept",
    "spans",
    "tokens",
    "relations",
    "meta",
    "width",
    "height",
}


class ProdigyReader:
    """Options: ``task`` of ``label`` and ``accept`` (``label``). Only answers ``accept`` count as labels; the answer,
    the session and other fields of the tool are kept in meta."""

    name = "prodigy"

    def matches(self, path: Path) -> bool:
        if path.suffix.lower() not in (".jsonl", ".json") or not path.is_file():
            return False
        first = first_object(path)
        return first is not None and bool(_HASHES & set(first) or {"spans", "tokens", "text"} <= set(first))

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `EmptyInput`."""
        task = str(options.get("task") or "label")
        for row in JsonLinesReader().rows(path, options):
            if isinstance(row, Bad):
                yield row
                continue
            line, value = row
            try:
                yield _record(line, value, task)
            except Refused as error:
                yield Bad(line, type(error)(f"line {line}: {error.message}", line=line))


def _record(line: int, row: Mapping[str, Any], task: str) -> Record:
    text, image = row.get("text"), row.get("image")
    losses: list[str] = []
    if isinstance(image, str) and image:
        reference = {"url": image} if image.startswith(("data:", "http:", "https:")) else {"path": image}
        size = {side: row[side] for side in ("width", "height") if isinstance(row.get(side), int | float)}
        data: dict[str, Any] = {"image": {**reference, **size}}
    elif isinstance(text, str) and text:
        data = {"text": text}
    else:
        raise BadItem('it has neither "text" nor "image"')
    accepted = row.get("answer", "accept") == "accept"
    labels = _labels(row, task, "image" in data, losses) if accepted else {}
    meta = dict(row["meta"]) if isinstance(row.get("meta"), Mapping) else {}
    key = meta.pop("key", None)
    for name, value in row.items():
        if name not in _KNOWN and value is not None and not (name == "answer" and value == "accept"):
            meta[name] = value
    if not accepted:
        meta |= {name: row[name] for name in ("label", "spans", "relations", "accept") if row.get(name)}
    key = None if key is None else str(key)
    return Record(line, data, key, labels or None, meta or None, None, tuple(losses))


def _labels(row: Mapping[str, Any], task: str, image: bool, losses: list[str]) -> dict[str, Any]:
    labels: dict[str, Any] = {}
    if isinstance(row.get("accept"), list):
        words = [str(one) for one in row["accept"]]
        labels[task] = words[0] if len(words) == 1 else words
    elif row.get("label") is not None:
        labels[task] = str(row["label"])
    spans = row.get("spans")
    if not isinstance(spans, list):
        return labels
    spans = json_text.mappings(spans, "spans")
    if image:
        regions = [made for one in spans if (made := _region(one, losses))]
        labels[REGIONS] = regions_value(regions)
        return labels
    marked = [{"start": one.get("start"), "end": one.get("end"), "label": one.get("label")} for one in spans]
    labels[SPANS] = spans_value(marked, _links(marked, spans, row.get("relations"), losses), str(row["text"]))
    return labels


def _links(
    marked: list[dict[str, Any]], spans: list[Mapping[str, Any]], relations: Any, losses: list[str]
) -> list[dict[str, Any]]:
    """Relations name their ends by spans, or by the last token of a span."""
    by_token = json_text.places(spans, "token_end")
    links = []
    for one in json_text.mappings(relations, "relations"):
        ends = []
        for name in ("head", "child"):
            told = one.get(f"{name}_span")
            edges = (told.get("start"), told.get("end")) if isinstance(told, Mapping) else None
            place = [i for i, m in enumerate(marked) if (m["start"], m["end"]) == edges]
            ends.append(place[0] if place else json_text.place_of(by_token, one.get(name)))
        if None in ends:
            losses.append("a relation between tokens that are no spans is left out")
        else:
            links.append({"head": ends[0], "tail": ends[1], "label": str(one.get("label"))})
    return links


def _region(one: Mapping[str, Any], losses: list[str]) -> dict[str, Any] | None:
    label, points = one.get("label"), one.get("points")
    if all(isinstance(one.get(side), int | float) for side in ("x", "y", "width", "height")):
        return {"kind": "box", "label": label, **{side: one[side] for side in ("x", "y", "width", "height")}}
    if isinstance(points, list) and len(points) >= 3:
        return {"kind": "polygon", "label": label, "rings": [points]}
    losses.append("a shape that is neither box nor polygon is left out")
    return None


class ProdigyWriter:
    """Lines that Prodigy's recipes load: tokens and their numbers are made where they are missing."""

    name = "prodigy"
    suffix = ".jsonl"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        return json_lines(records, path, _line)


def _line(found: Parts) -> tuple[dict[str, Any], Iterable[Loss]]:
    record = found.record
    choice, losses = one_of(found.choices, "Prodigy", "choice", record.line)
    spans, more = one_of(found.spans, "Prodigy", "spans", record.line)
    regions, others = one_of(found.regions, "Prodigy", "regions", record.line)
    losses += [*more, *others, *found.lost("Prodigy", keeps=frozenset(("key", "meta", "choice", "spans", "regions")))]
    row: dict[str, Any] = {}
    if found.image:
        row |= _image(found)
        row["spans"] = [
            made for one in (regions.regions if regions else ()) if (made := _shape(one, losses, record.line))
        ]
        if regions is None:
            del row["spans"]
    elif found.text:
        row["text"] = found.text[1]
        if spans is not None:
            row |= _marked(found.text[1], spans)
    else:
        raise BadItem("Prodigy holds texts and images; this item has neither")
    if choice is not None:
        row |= {"label": choice[0]} if len(choice) == 1 else {"accept": list(choice)}
    meta = dict(record.meta or {})
    answer = meta.pop("answer", "accept")
    meta |= {} if record.key is None else {"key": record.key}
    row |= {"meta": meta} if meta else {}
    row["_input_hash"] = _hash(row.get("text") or row.get("image") or "")
    row["_task_hash"] = _hash(str(sorted(map(str, row.items()))))
    row["answer"] = answer if answer in ("accept", "reject", "ignore") else "accept"
    return row, losses


def _image(found: Parts) -> dict[str, Any]:
    assert found.image is not None
    name, image = found.image
    content = (found.record.media or {}).get(name)
    if content is not None:
        url = f"data:{image['media_type']};base64,{base64.b64encode(content).decode()}"
    else:
        url = str(image.get("url") or image.get("path") or image.get("blob"))
    return {"image": url, **{side: image[side] for side in ("width", "height") if side in image}}


def _shape(region: Region, losses: list[Loss], line: int) -> dict[str, Any] | None:
    losses += [Loss(line, f"Prodigy has no place for the attribute {name!r}") for name, _ in region.attributes]
    x, y, width, height = region.bounds()
    if region.kind == "box":
        corners = [[x, y], [x, y + height], [x + width, y + height], [x + width, y]]
        sides = {"x": x, "y": y, "width": width, "height": height}
        return {**sides, "points": corners, "label": region.label, "type": "rect"}
    if region.kind == "polygon" and len(region.cuts) == 1:
        return {"points": region.rings()[0], "label": region.label, "type": "polygon"}
    losses.append(Loss(line, f"Prodigy has no place for a {region.kind} like this"))
    return None


def _marked(text: str, spans: Spans) -> dict[str, Any]:
    bounds = tokens_of(text, {edge for span in spans.spans for edge in (span.start, span.end)})
    begins = {start: i for i, (start, _) in enumerate(bounds)}
    ends = {end: i for i, (_, end) in enumerate(bounds)}
    tokens = [
        {"text": text[start:end], "start": start, "end": end, "id": i, "ws": text[end : end + 1] == " "}
        for i, (start, end) in enumerate(bounds)
    ]
    marked = []
    for span in spans.spans:
        place = {"token_start": begins.get(span.start), "token_end": ends.get(span.end)}
        whole = {"start": span.start, "end": span.end, "label": span.label}
        marked.append(whole | ({} if None in place.values() else place))
    row: dict[str, Any] = {"tokens": tokens, "spans": marked}
    if spans.relations:
        row["relations"] = [
            {
                "head": marked[one.head].get("token_end"),
                "child": marked[one.tail].get("token_end"),
                "head_span": marked[one.head],
                "child_span": marked[one.tail],
                "label": one.label,
            }
            for one in spans.relations
        ]
    return row


def _hash(text: str) -> int:
    """A whole number of 32 bits that is the same for the same content; Prodigy only compares them."""
    return int.from_bytes(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big", signed=True
    )
