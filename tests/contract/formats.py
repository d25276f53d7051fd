"""Small sources and records for the contracts of readers and writers."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from handloom.collect import images
from handloom.core.protocols import Record

ANNA = {"spans": [{"start": 0, "end": 4, "label": "person"}, {"start": 14, "end": 19, "label": "place"}]}
EMILE = {"spans": [{"start": 0, "end": 5, "label": "person"}, {"start": 14, "end": 17, "label": "person"}]}
LIVES = {**ANNA, "relations": [{"head": 0, "tail": 1, "label": "lives in"}]}
NESTED = {"spans": [{"start": 0, "end": 19, "label": "fact"}, {"start": 14, "end": 19, "label": "place"}]}
BOX = {"kind": "box", "label": "cell", "x": 1, "y": 2, "width": 3, "height": 4}
POLYGON = {"kind": "polygon", "label": "crystal", "rings": [[[0, 0], [4, 0], [4, 3.5]]]}
MASK = {"kind": "mask", "label": "cell", "size": [6, 8], "counts": [8, 2, 4, 2, 32]}
POINT = {"kind": "point", "label": "cell", "x": 3, "y": 4.25}


def png(shade: int, size: tuple[int, int] = (8, 6)) -> bytes:
    out = BytesIO()
    Image.new("L", size, shade).save(out, "PNG")
    return out.getvalue()


def text(line: int, words: str, spans: dict[str, Any] | None = None, **more: Any) -> Record:
    labels = dict(more.pop("labels", {})) | ({"spans": spans} if spans is not None else {})
    return Record(line, {"text": words}, labels=labels or None, **more)


def picture(line: int, *regions: dict[str, Any], **more: Any) -> Record:
    content = png(line)
    labels = {"regions": {"regions": list(regions)}}
    return Record(line, {"image": images.as_field(content)}, f"{line}.png", labels, media={"image": content}, **more)


def json_file(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, indent=1), "utf-8")
    return path


def json_lines(path: Path, *values: Any) -> Path:
    path.write_text("".join((v if isinstance(v, str) else json.dumps(v)) + "\n" for v in values), "utf-8")
    return path
