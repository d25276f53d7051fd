"""Labelled forms: PDF files with what was read on them (``.ocr.json``) and labelled boxes (``.labels.json``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import BadItem, EmptyInput, HandloomError, Malformed
from ..core.ids import digest
from ..core.protocols import Bad, Record
from . import json_text, tree
from .parts import REGIONS, regions_value

MAX_PDF = 50 * 1024 * 1024
MAX_JSON = 64 * 1024 * 1024
POINTS = {"inch": 72.0, "pixel": 1.0}
"""Points of a page in the units that the reading of a page is told in: regions are in points, 72 to the inch."""
_NO_PAGE = "a label on a page of unknown size is left out"


class FormRecognizerReader:
    """A folder or zip of Azure Form Recognizer's labelling tool. Options: ``task`` (``regions``).

    An item has the PDF as ``document`` and its lines as ``text``; a label is a polygon per page (``frame``, from 0), with
    the words as the attribute ``text``. The split is the folder, where it is named like one.
    """

    name = "formrecognizer"

    def matches(self, path: Path) -> bool:
        return tree.recognised(path, _is_recognised)

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `NotFound`, `EmptyInput`, `Malformed` for a zip that is none. A bad JSON file makes its PDF a bad line."""
        opened = tree.source(path)
        task = str(options.get("task") or REGIONS)
        line = 0
        try:
            beside = {e.name: e for e in opened.entries() if tree.suffix(e) == ".json" and not e.error}
            for entry in opened.entries():
                if tree.suffix(entry) != ".pdf":
                    continue
                line += 1
                try:
                    if entry.error:
                        raise entry.error
                    yield _record(line, opened, entry, beside, task)
                except HandloomError as error:
                    yield Bad(line, type(error)(f"{entry.name}: {error.message}", **error.details))
        finally:
            opened.close()
        if not line:
            raise EmptyInput(f"there are no .pdf files in {path.name}")


def _record(line: int, opened: tree.Source, entry: tree.Entry, beside: Mapping[str, tree.Entry], task: str) -> Record:
    content = opened.read(entry, MAX_PDF)
    if not content.startswith(b"%PDF"):
        raise BadItem("it is no PDF file")
    read = _json(opened, beside.get(f"{entry.name}.ocr.json"))
    told = _json(opened, beside.get(f"{entry.name}.labels.json"))
    pages = _listed((read.get("analyzeResult") or {}).get("readResults"))
    text = "\n".join(str(one.get("text", "")) for page in pages for one in _listed(page.get("lines")))
    data: dict[str, Any] = {"document": {"blob": digest(content), "media_type": "application/pdf"}}
    data |= {"text": text} if text else {}
    losses: list[str] = []
    labels = {task: regions_value(list(_regions(told, _sizes(pages), losses)))} if told else None
    split = entry.parts[-2] if len(entry.parts) > 1 else None
    meta = {"split": split} if split else None
    return Record(line, data, entry.name, labels, meta, {"document": content}, tuple(losses))


def _sizes(pages: list[dict[str, Any]]) -> dict[int, tuple[float, float]]:
    """Width and height in points by number of the page."""
    found = {}
    for page in pages:
        unit = POINTS.get(str(page.get("unit")))
        number, width, height = page.get("page"), page.get("width"), page.get("height")
        if unit and isinstance(number, int) and isinstance(width, int | float) and isinstance(height, int | float):
            found[number] = (width * unit, height * unit)
    return found


def _regions(
    told: Mapping[str, Any], sizes: Mapping[int, tuple[float, float]], losses: list[str]
) -> Iterator[dict[str, Any]]:
    """One region per label and page; the boxes of its words are the rings."""
    for one in _listed(told.get("labels")):
        rings: dict[int, list[Any]] = {}
        words: dict[int, list[str]] = {}
        for value in _listed(one.get("value")):
            page = value.get("page")
            if not isinstance(page, int) or page not in sizes:
                losses.append(_NO_PAGE)
                continue
            width, height = sizes[page]
            for box in value.get("boundingBoxes") or ():
                if not isinstance(box, list) or not all(isinstance(n, int | float) for n in box):
                    raise Malformed(f"label {one.get('label')!r} has a box that is no list of numbers")
                points = zip(box[0::2], box[1::2], strict=False)
                rings.setdefault(page, []).append([[x * width, y * height] for x, y in points])
            words.setdefault(page, []).append(str(value.get("text", "")))
        for page, found in rings.items():
            attributes = {"text": " ".join(words[page])}
            yield {
                "kind": "polygon",
                "label": one.get("label"),
                "rings": found,
                "frame": page - 1,
                "attributes": attributes,
            }


def _json(opened: tree.Source, entry: tree.Entry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    try:
        value = json_text.parse(opened.read(entry, MAX_JSON).decode("utf-8-sig"))
    except ValueError as error:
        raise Malformed(f"{entry.parts[-1]} is not JSON: {str(error)[:200]}") from error
    if not isinstance(value, dict):
        raise Malformed(f"{entry.parts[-1]} is no JSON object")
    return value


def _listed(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_recognised(_opened: tree.Source, first: Sequence[tree.Entry]) -> bool:
    return any(entry.name.endswith((".pdf.labels.json", ".pdf.ocr.json")) for entry in first)
