"""``regions``: labelled boxes, polygons, points and masks on an image or on a frame of a video."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeGuard

from ..errors import BadValue, UnknownLabel
from .change import Change
from .labels import is_label, label_names
from .match import changes

MAX_REGIONS = 20_000
MAX_POINTS = 100_000
MAX_SIDE = 1_000_000
DIGITS = 4
"""Coordinates are kept to 1/10,000 of a pixel, so that percent and shares turn back into the same number."""
KINDS = ("box", "polygon", "point", "mask")
_GEOMETRY = {
    "box": frozenset(("x", "y", "width", "height")),
    "polygon": frozenset(("rings",)),
    "point": frozenset(("x", "y")),
    "mask": frozenset(("size", "counts")),
}
_COMMON = frozenset(("kind", "label", "frame", "attributes"))
Number = int | float


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """One labelled place, in pixels from the top left corner.

    numbers: box (x, y, width, height); point (x, y); polygon: x and y of one ring after the other, ``cuts`` the count of
    numbers in each ring; mask: height, width and then the run lengths of COCO (down the columns, beginning with 0s).
    attributes: sorted pairs of a name and its JSON text-sized value. frame: number of a video's frame, None for images.
    """

    kind: str
    label: str
    numbers: tuple[Number, ...]
    cuts: tuple[int, ...] = ()
    frame: int | None = None
    attributes: tuple[tuple[str, Any], ...] = field(default=())

    def bounds(self) -> tuple[Number, Number, Number, Number]:
        """x, y, width and height of the smallest box around it."""
        if self.kind == "box":
            x, y, width, height = self.numbers
            return x, y, width, height
        if self.kind == "mask":
            return _mask_bounds(self.numbers)
        xs, ys = self.numbers[0::2], self.numbers[1::2]
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)

    def rings(self) -> list[list[list[Number]]]:
        """The rings of a polygon as lists of points."""
        found, at = [], 0
        for count in self.cuts:
            ring = self.numbers[at : at + count]
            found.append([list(point) for point in zip(ring[0::2], ring[1::2], strict=True)])
            at += count
        return found


@dataclass(frozen=True, slots=True)
class Regions:
    """Sorted; the same region twice counts twice, as two cells at one place would."""

    regions: tuple[Region, ...]


class RegionsShape:
    """``{"regions": [{"kind": "box", "label": "cell", "x": 1, "y": 2, "width": 30, "height": 40}]}``.

    A polygon has ``rings`` ([[[x, y], ...], ...], the parts of one object), a point ``x`` and ``y``, a mask ``size``
    [height, width] and ``counts`` (COCO run lengths). Each may have ``attributes`` and a ``frame``. Boxes of zero size
    and places outside the image are kept: data tests speak of them. Options: ``labels``, ``kinds``.
    """

    name = "regions"

    def options(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        labels = label_names(raw.get("labels"), least=1, what="a task of regions")
        kinds = raw.get("kinds") or list(KINDS)
        if not isinstance(kinds, list | tuple) or not set(kinds) <= set(KINDS):
            raise BadValue(f"kinds are some of {', '.join(KINDS)}; found {str(kinds)[:80]}")
        return {"labels": labels, "kinds": list(kinds)}

    def parse(self, raw: Any, options: Mapping[str, Any], task: str) -> Regions:
        """Raises `BadValue`, `UnknownLabel`."""
        listed = raw.get("regions") if isinstance(raw, Mapping) else raw
        if not isinstance(listed, list | tuple):
            raise BadValue(
                f'task {task} wants {{"regions": [{{"kind": "box", "label": "...", "x": 0, ...}}]}}; found {str(raw)[:200]}',
                task=task,
            )
        if len(listed) > MAX_REGIONS:
            raise BadValue(f"{len(listed)} regions are more than {MAX_REGIONS}", task=task)
        return Regions(tuple(sorted((_region(i, one, options, task) for i, one in enumerate(listed)), key=_order)))

    def show(self, value: Regions) -> dict[str, Any]:
        return {"regions": [shown(region) for region in value.regions]}

    def diff(self, before: Regions, after: Regions) -> list[Change]:
        """Kinds ``tag boundary both missing wrong attributes``; the parts are `Region`s."""
        return changes(before.regions, after.regions, place=_place, label=lambda r: r.label, overlap=overlap)


def apply(before: Regions, found: Sequence[Change]) -> Regions:
    """The value after these changes: ``apply(a, diff(a, b))`` is b. Raises `BadValue` when a changed part is not there."""
    kept = list(before.regions)
    for change in found:
        if change.before is not None:
            if change.before not in kept:
                raise BadValue(f"the change begins with a {change.before.kind} that the value does not have")
            kept.remove(change.before)
    kept += [change.after for change in found if change.after is not None]
    return Regions(tuple(sorted(kept, key=_order)))


def shown(region: Region) -> dict[str, Any]:
    """One region as JSON."""
    made: dict[str, Any] = {"kind": region.kind, "label": region.label}
    if region.kind == "polygon":
        made["rings"] = region.rings()
    elif region.kind == "mask":
        made |= {"size": list(region.numbers[:2]), "counts": list(region.numbers[2:])}
    else:
        made |= dict(zip(("x", "y", "width", "height"), region.numbers, strict=False))
    if region.frame is not None:
        made["frame"] = region.frame
    if region.attributes:
        made["attributes"] = dict(region.attributes)
    return made


def overlap(one: Region, other: Region) -> float:
    """Common area over all area of the boxes around two regions, 0 to 1; of points: 1 at the same place, else 0."""
    if one.frame != other.frame:
        return 0.0
    x, y, width, height = one.bounds()
    u, v, wide, high = other.bounds()
    common = max(0.0, min(x + width, u + wide) - max(x, u)) * max(0.0, min(y + height, v + high) - max(y, v))
    whole = width * height + wide * high - common
    if whole <= 0:
        return 1.0 if (x, y) == (u, v) else 0.0
    return common / whole


def _region(number: int, raw: Any, options: Mapping[str, Any], task: str) -> Region:
    kind = raw.get("kind") if isinstance(raw, Mapping) else None
    if not isinstance(kind, str) or kind not in options.get("kinds", KINDS):
        allowed = ", ".join(options.get("kinds", KINDS))
        raise BadValue(f"region {number} has a kind of {allowed}; found {str(kind)[:40]!r}", task=task)
    unknown = sorted(set(raw) - _COMMON - _GEOMETRY[kind])
    if unknown:
        raise BadValue(f"region {number}, a {kind}, has unknown fields {', '.join(unknown)[:200]}", task=task)
    label, frame = raw.get("label"), raw.get("frame")
    if not is_label(label):
        raise BadValue(f"region {number} needs a label in words; found {str(label)[:80]!r}", task=task)
    if options.get("labels") and label not in options["labels"]:
        raise UnknownLabel(label, task, options["labels"])
    if frame is not None and (not isinstance(frame, int) or isinstance(frame, bool) or frame < 0):
        raise BadValue(f"region {number} has a frame that is no whole number from 0", task=task)
    numbers, cuts = _READ[kind](f"region {number}, a {kind},", raw)
    return Region(kind, label, numbers, cuts, frame, _attributes(number, raw.get("attributes"), task))


def _box(what: str, raw: Mapping[str, Any]) -> tuple[tuple[Number, ...], tuple[int, ...]]:
    x, y, width, height = _numbers(what, [raw.get(name) for name in ("x", "y", "width", "height")])
    if width < 0 or height < 0:
        raise BadValue(f"{what} has a negative width or height ({width} x {height}); x and y are its top left corner")
    return (x, y, width, height), ()


def _point(what: str, raw: Mapping[str, Any]) -> tuple[tuple[Number, ...], tuple[int, ...]]:
    return _numbers(what, [raw.get("x"), raw.get("y")]), ()


def _polygon(what: str, raw: Mapping[str, Any]) -> tuple[tuple[Number, ...], tuple[int, ...]]:
    rings = raw.get("rings")
    if not isinstance(rings, list | tuple) or not rings:
        raise BadValue(f"{what} has rings, as [[[x, y], [x, y], [x, y]]]; found {str(rings)[:80]}")
    numbers: list[Number] = []
    cuts = []
    for ring in rings:
        pairs = isinstance(ring, list | tuple) and all(isinstance(p, list | tuple) and len(p) == 2 for p in ring)
        if not pairs or len(ring) < 3:
            raise BadValue(f"{what} has a ring that is not at least three points [x, y]: {str(ring)[:80]}")
        numbers.extend(_numbers(what, list(chain.from_iterable(ring))))
        cuts.append(2 * len(ring))
        if len(numbers) > 2 * MAX_POINTS:
            raise BadValue(f"{what} has more than {MAX_POINTS} points")
    return tuple(numbers), tuple(cuts)


def _mask(what: str, raw: Mapping[str, Any]) -> tuple[tuple[Number, ...], tuple[int, ...]]:
    size, counts = raw.get("size"), raw.get("counts")
    if not isinstance(size, list | tuple) or len(size) != 2 or not all(_count(n) and n <= MAX_SIDE for n in size):
        raise BadValue(f"{what} has a size of [height, width]; found {str(size)[:80]}")
    if not isinstance(counts, list | tuple) or not all(_count(n) for n in counts):
        raise BadValue(f"{what} has counts, run lengths as whole numbers; found {str(counts)[:80]}")
    if sum(counts) != size[0] * size[1]:
        raise BadValue(f"{what} has runs for {sum(counts):,} pixels, its size says {size[0] * size[1]:,}")
    return (*size, *counts), ()


_READ = {"box": _box, "point": _point, "polygon": _polygon, "mask": _mask}


def _numbers(what: str, values: Sequence[Any]) -> tuple[Number, ...]:
    return tuple(_number(what, value) for value in values)


def _number(what: str, value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue(f"{what} has a coordinate that is no number: {str(value)[:40]!r}")
    if not math.isfinite(value) or abs(value) > MAX_SIDE:
        raise BadValue(f"{what} has a coordinate beyond {MAX_SIDE:,}: {str(value)[:40]}")
    rounded = round(value, DIGITS)
    return int(rounded) if rounded == int(rounded) else rounded


def _attributes(number: int, raw: Any, task: str) -> tuple[tuple[str, Any], ...]:
    if raw is None:
        return ()
    plain = isinstance(raw, Mapping) and all(
        isinstance(name, str) and (value is None or isinstance(value, str | bool | int) or _finite(value))
        for name, value in raw.items()
    )
    if not plain:
        raise BadValue(f"region {number} has attributes of names and single values; found {str(raw)[:80]}", task=task)
    return tuple(sorted(raw.items()))


def _finite(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _order(region: Region) -> tuple[Any, ...]:
    frame = -1 if region.frame is None else region.frame
    return (frame, region.kind, region.label, region.numbers, region.cuts, str(region.attributes))


def _place(region: Region) -> tuple[Any, ...]:
    return (region.frame, region.kind, region.numbers, region.cuts)


def _mask_bounds(numbers: Sequence[Number]) -> tuple[int, int, int, int]:
    """From the run lengths, without unpacking them."""
    height = int(numbers[0])
    left = right = top = bottom = -1
    at = 0
    for i, count in enumerate(map(int, numbers[2:])):
        if i % 2 and count:
            first, last = at, at + count - 1
            left = first // height if left < 0 else left
            right = last // height
            spans_columns = first // height != last // height
            low, high = (0, height - 1) if spans_columns else (first % height, last % height)
            top = low if top < 0 else min(top, low)
            bottom = max(bottom, high)
        at += count
    return (left, top, right - left + 1, bottom - top + 1) if left >= 0 else (0, 0, 0, 0)
