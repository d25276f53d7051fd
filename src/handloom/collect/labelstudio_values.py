"""The results of one Label Studio annotation as values: choices, spans with relations, regions in pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import BadItem, BadValue
from . import json_text, offsets, rle
from .parts import regions_value, spans_value

_SHAPES = ("rectanglelabels", "polygonlabels", "keypointlabels", "brushlabels")


@dataclass(slots=True)
class Given:
    """labels: value by control. rest: results of other kinds, as they stand."""

    labels: dict[str, Any] = field(default_factory=dict)
    rest: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class _Marked:
    """Spans of one control, with the ids that relations speak of."""

    text: str
    spans: list[dict[str, Any]] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)


def values_of(results: Any, data: Mapping[str, Any], losses: list[str]) -> Given:
    """Raises `BadItem` for results that are none, `BadValue` for values that are wrong in themselves."""
    given = Given()
    marked: dict[str, _Marked] = {}
    regions: dict[str, list[dict[str, Any]]] = {}
    relations = []
    for one in json_text.mappings(results, "result"):
        kind, control, value = one.get("type"), str(one.get("from_name")), one.get("value")
        if kind == "relation":
            relations.append(one)
        elif kind == "choices" and isinstance(value, Mapping) and isinstance(value.get("choices"), list):
            words = [str(word) for word in value["choices"]]
            given.labels[control] = words[0] if len(words) == 1 else words
        elif (
            kind == "labels"
            and isinstance(value, Mapping)
            and isinstance(data.get(str(one.get("to_name"))), str | None)
        ):
            _add_span(marked.setdefault(control, _Marked(_text_of(data, one))), one, losses)
        elif kind in _SHAPES and isinstance(value, Mapping):
            region = _region(str(kind), one, losses)
            regions.setdefault(control, []).extend([region] if region else [])
        else:
            given.rest.append(dict(one))
    for one in relations:
        _relate(one, marked, losses)
    given.labels |= {name: spans_value(found.spans, found.relations, found.text) for name, found in marked.items()}
    given.labels |= {name: regions_value(found) for name, found in regions.items()}
    return given


def _text_of(data: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """The text that a result is about: of the field of that name, else the only text there is."""
    named = data.get(str(one.get("to_name")))
    if isinstance(named, str):
        return named
    texts = [value for value in data.values() if isinstance(value, str)]
    return str(data["text"]) if isinstance(data.get("text"), str) else texts[0] if texts else ""


def _add_span(marked: _Marked, one: Mapping[str, Any], losses: list[str]) -> None:
    value = one["value"]
    start, end = value.get("start"), value.get("end")
    words = _words(value.get("labels"))
    if not isinstance(start, int) or not isinstance(end, int):
        losses.append("a span on formatted text, whose places are paths in it, is left out")
        return
    if not words:
        losses.append("a span without a label is left out")
        return
    start, end = _characters(marked.text, start, end, value.get("text"), losses)
    if len(words) > 1:
        losses.append("a span with several labels becomes one span for each")
    for word in words:
        marked.spans.append({"start": start, "end": end, "label": word})
        marked.ids.append(one.get("id"))


def _words(labels: Any) -> list[str]:
    """Labels of a result, of which some exports write a single one without a list."""
    return [str(one) for one in labels] if isinstance(labels, list) else [labels] if isinstance(labels, str) else []


def _characters(text: str, start: int, end: int, said: Any, losses: list[str]) -> tuple[int, int]:
    """Places in characters. Before version 1.4 Label Studio counted as JavaScript does, where an emoji is two."""
    if not isinstance(said, str) or (text[start:end] == said and end <= len(text)):
        return start, end
    try:
        place = offsets.from_units(text)
        first, last = place(start), place(end)
    except BadValue:
        first, last = start, end
    if text[first:last] == said:
        return first, last
    losses.append("the words that a span says it covers are not at its place; the place counts")
    return start, end


def _relate(one: Mapping[str, Any], marked: Mapping[str, _Marked], losses: list[str]) -> None:
    """A relation belongs to the control whose spans it links."""
    head, tail = one.get("from_id"), one.get("to_id")
    for found in marked.values():
        if head in found.ids and tail in found.ids:
            if one.get("direction") == "left":
                head, tail = tail, head
            for label in _words(one.get("labels")) or ["related"]:
                found.relations.append({"head": found.ids.index(head), "tail": found.ids.index(tail), "label": label})
            return
    losses.append("a relation between results that are not spans of one control is left out")


def _region(kind: str, one: Mapping[str, Any], losses: list[str]) -> dict[str, Any] | None:
    value = one["value"]
    width, height = one.get("original_width"), one.get("original_height")
    words = _words(value.get(kind) or value.get("labels"))
    if not isinstance(width, int) or not isinstance(height, int) or not words:
        losses.append("a region without a label or without the size of its image is left out")
        return None
    if len(words) > 1:
        losses.append("of a region with several labels the first is kept")
    if value.get("rotation") or one.get("image_rotation"):
        losses.append("the rotation of a region is left out")
    region: dict[str, Any] = {"label": words[0]}
    meta = one.get("meta")
    if isinstance(meta, Mapping) and isinstance(meta.get("attributes"), Mapping):
        region["attributes"] = dict(meta["attributes"])
    return region | _GEOMETRY[kind](value, width, height)


def _box(value: Mapping[str, Any], width: int, height: int) -> dict[str, Any]:
    across, down = width / 100, height / 100
    box = {"x": _share(value, "x") * across, "y": _share(value, "y") * down}
    return {"kind": "box", **box, "width": _share(value, "width") * across, "height": _share(value, "height") * down}


def _polygon(value: Mapping[str, Any], width: int, height: int) -> dict[str, Any]:
    points = value.get("points")
    if not isinstance(points, list) or not all(isinstance(p, list) and len(p) == 2 for p in points):
        raise BadItem("a polygon has points as [[x, y], ...] in percent")
    return {"kind": "polygon", "rings": [[[x * width / 100, y * height / 100] for x, y in points]]}


def _point(value: Mapping[str, Any], width: int, height: int) -> dict[str, Any]:
    return {"kind": "point", "x": _share(value, "x") * width / 100, "y": _share(value, "y") * height / 100}


def _mask(value: Mapping[str, Any], width: int, height: int) -> dict[str, Any]:
    packed = value.get("rle") or []
    if not isinstance(packed, list):
        raise BadItem(f"a brush has its bytes as a list of numbers; found {str(packed)[:40]!r}")
    return {"kind": "mask", "size": [height, width], "counts": rle.from_brush(packed, width, height)}


def _share(value: Mapping[str, Any], name: str) -> float:
    number = value.get(name)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise BadItem(f"a region has a {name} in percent; found {str(number)[:40]!r}")
    return number


_GEOMETRY: dict[str, Callable[[Mapping[str, Any], int, int], dict[str, Any]]] = {
    "rectanglelabels": _box,
    "polygonlabels": _polygon,
    "keypointlabels": _point,
    "brushlabels": _mask,
}
