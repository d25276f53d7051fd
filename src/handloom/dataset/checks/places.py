"""Boxes without size, and spans and boxes that lie outside of what they mark."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...core.protocols import Finding
from ..subject import Subject, found, rows_that
from ..table import Table


class Places:
    """Marks that no person can have meant: boxes of no width or height, boxes outside the image, spans that are empty or
    reach beyond the text. Looks at the label column and at columns that hold spans or regions."""

    name = "places"
    options = ()

    def check(self, subject: Subject) -> list[Finding]:
        findings = []
        for table in subject.tables:
            names = dict.fromkeys((subject.label, "spans", "regions", "boxes", "objects", "annotations"))
            for column in names:
                if column is None or column not in table.columns:
                    continue
                rows: dict[str, list[int]] = {}
                for k, value in enumerate(table[column]):
                    for wrong in sorted({w for mark in marks(value) for w in self._wrong(subject, table, k, mark)}):
                        rows.setdefault(wrong, []).append(k)
                for wrong, hits in rows.items():
                    message = f"{rows_that(len(hits), 'have')} {wrong} in {column!r}"
                    findings.append(found(self.name, "error", table, hits, message, column=column))
        return findings

    def _wrong(self, subject: Subject, table: Table, row: int, mark: Mapping[str, Any]) -> Iterator[str]:
        box = as_box(mark)
        if box is not None:
            x, y, width, height = box
            if width <= 0 or height <= 0:
                yield "a box without size"
            inside = _size(table, row)
            if inside is not None and (x < -1 or y < -1 or x + width > inside[0] + 1 or y + height > inside[1] + 1):
                yield "a box outside the image"
        start, end = mark.get("start"), mark.get("end")
        if isinstance(start, int) and isinstance(end, int):
            if end <= start:
                yield "an empty span"
            text = table.columns[subject.text][row] if subject.text and subject.text in table.columns else None
            if start < 0 or (isinstance(text, str) and end > len(text)):
                yield "a span beyond the text"


def marks(value: Any) -> list[Mapping[str, Any]]:
    """The spans or regions in a cell: a list, an object with one, or either as JSON text."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    if isinstance(value, Mapping):
        value = value.get("regions") or value.get("spans") or ()
    return [mark for mark in value if isinstance(mark, Mapping)] if isinstance(value, list | tuple) else []


def as_box(mark: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """x, y, width and height of a box in one of the usual forms, or None."""
    sides: list[Any] = []
    for name in ("box", "bbox"):
        given = mark.get(name)
        if isinstance(given, list | tuple) and len(given) == 4:
            sides = list(given)
    if {"x", "y", "width", "height"} <= mark.keys():
        sides = [mark["x"], mark["y"], mark["width"], mark["height"]]
    elif {"xmin", "ymin", "xmax", "ymax"} <= mark.keys():
        left, top, right, bottom = (mark[name] for name in ("xmin", "ymin", "xmax", "ymax"))
        if all(isinstance(side, int | float) for side in (left, top, right, bottom)):
            sides = [left, top, right - left, bottom - top]
    if not sides or not all(isinstance(side, int | float) and np.isfinite(side) for side in sides):
        return None
    return float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3])


def _size(table: Table, row: int) -> tuple[float, float] | None:
    if table.pictures is not None:
        width, height = table.pictures.sizes[row].tolist()
        return (width, height) if width and height else None
    return None
