"""Values as the results of a Label Studio annotation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from ..core.protocols import Loss
from ..core.shapes import Region, Regions, Spans
from . import rle
from .parts import Parts, parts
from .pictures import size_of


def written(found: Parts, labels: Mapping[str, Any], losses: list[Loss]) -> list[dict[str, Any]]:
    """Results of labels by control, all about the item's text or image."""
    record = found.record
    about = (found.image or found.text or (next(iter(record.data)), None))[0]
    values = parts(type(record)(record.line, record.data, labels=labels))
    results: list[dict[str, Any]] = []
    for control, words in values.choices.items():
        results.append(_result(results, control, about, "choices", {"choices": list(words)}))
    for control, spans in values.spans.items():
        _spans(results, control, about, spans, found.text[1] if found.text else "")
    for control, regions in values.regions.items():
        size = size_of(found.image[1]) if found.image else None
        if size is None:
            losses.append(Loss(record.line, "Label Studio has places in percent; the size of this image is not known"))
            continue
        for loss in _regions(results, control, about, regions, size):
            losses.append(Loss(record.line, loss))
    return results


def _result(
    results: list[dict[str, Any]], control: str, about: str, kind: str, value: dict[str, Any]
) -> dict[str, Any]:
    number = hashlib.blake2b(f"{control}/{len(results)}".encode(), digest_size=5).hexdigest()
    return {"id": number, "from_name": control, "to_name": about, "type": kind, "value": value, "origin": "manual"}


def _spans(results: list[dict[str, Any]], control: str, about: str, spans: Spans, text: str) -> None:
    ids = []
    for span in spans.spans:
        words = span.of(text)
        value = {"start": span.start, "end": span.end, "text": words, "labels": [span.label]}
        results.append(_result(results, control, about, "labels", value))
        ids.append(results[-1]["id"])
    for one in spans.relations:
        ends = {"from_id": ids[one.head], "to_id": ids[one.tail]}
        results.append({**ends, "type": "relation", "direction": "right", "labels": [one.label]})


def _regions(
    results: list[dict[str, Any]], control: str, about: str, regions: Regions, size: tuple[int, int]
) -> Iterator[str]:
    width, height = size
    for region in regions.regions:
        if region.frame is not None or (region.kind == "polygon" and len(region.cuts) > 1):
            yield "Label Studio has no place for a frame, or for a polygon of several rings"
            continue
        kind, value = _shape(region, width, height)
        result = _result(results, control, about, kind, {**value, kind: [region.label]})
        result |= {"original_width": width, "original_height": height, "image_rotation": 0}
        if region.attributes:
            result["meta"] = {"attributes": dict(region.attributes)}
        results.append(result)


def _shape(region: Region, width: int, height: int) -> tuple[str, dict[str, Any]]:
    across, down = 100 / width, 100 / height
    x, y, wide, high = region.bounds()
    match region.kind:
        case "box":
            sides = {"x": x * across, "y": y * down, "width": wide * across, "height": high * down, "rotation": 0}
            return "rectanglelabels", sides
        case "polygon":
            return "polygonlabels", {"points": [[x * across, y * down] for x, y in region.rings()[0]], "closed": True}
        case "point":
            return "keypointlabels", {"x": x * across, "y": y * down, "width": 0.5}
    size, counts = [int(n) for n in region.numbers[:2]], [int(n) for n in region.numbers[2:]]
    return "brushlabels", {"format": "rle", "rle": rle.to_brush(size, counts)}
