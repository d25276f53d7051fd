"""What changed inside one value: spans of a text, regions of an image, tags of tokens, matched with each other.

Kinds of a changed part, after the error types of Reiss et al. (2020) for CoNLL-2003:

tag          the same place, another label
boundary     the same label, another place that overlaps
both         another label and another place that overlaps
missing      only after the change: it had been overlooked
wrong        only before the change: it should not have been there
attributes   the same place and label, something else about it differs
token        the tokens themselves differ, so tags cannot be compared one by one

The typed values of `handloom.core.shapes` tell the same kinds of values that a task has checked. Here values are plain
JSON of any origin: ``{"spans": [{"start", "end", "label"}]}``, ``{"regions": [...]}`` as `RegionsShape` writes them or
with a ``box`` [x, y, width, height] or ``points``, and ``{"tags": ["O", "B-PER"]}``. Thousands of regions are matched
at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.ids import canonical
from ..core.later import later
from ..core.shapes.change import ATTRIBUTES, BOTH, BOUNDARY, MISSING, TAG, WRONG
from ..core.shapes.regions import Region

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

PLACED = ("spans", "regions")
"""Keys of a value whose parts have a place and a label."""


@dataclass(frozen=True, slots=True)
class Part:
    """One changed part of a value. before, after: the span, region or tag, or None where it was not there."""

    kind: str
    before: Any
    after: Any


def parts(before: Any, after: Any) -> tuple[Part, ...]:
    """The parts that differ between two values of one row; empty for values without parts."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return ()
    found: list[Part] = []
    for key in PLACED:
        old, new = _list(before, key), _list(after, key)
        if old is not None or new is not None:
            found += placed(old or (), new or ())
    old, new = _list(before, "tags"), _list(after, "tags")
    if old is not None and new is not None:
        found += _tags(old, new)
    return tuple(found)


def placed(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Match spans or regions with each other: the same place first, then the largest overlap, the same label preferred."""
    old, new = _only(before, after), _only(after, before)
    found: list[Part] = []
    at: dict[str, list[Mapping[str, Any]]] = {}
    for part in new:
        at.setdefault(_place(part), []).append(part)
    moved = []
    for part in old:
        here = at.get(_place(part))
        if not here:
            moved.append(part)
            continue
        same = next((other for other in here if other.get("label") == part.get("label")), here[0])
        here.remove(same)
        found.append(Part(ATTRIBUTES if same.get("label") == part.get("label") else TAG, part, same))
    return found + _overlapping(moved, [part for parts in at.values() for part in parts])


def labels(value: Any) -> tuple[str, ...]:
    """The labels in a value, in its order; one word for a value of another form."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Mapping):
        if isinstance(value.get("labels"), list | tuple):
            return tuple(map(str, value["labels"]))
        found = [str(p.get("label")) for key in PLACED for p in _list(value, key) or () if isinstance(p, Mapping)]
        if found or any(key in value for key in PLACED):
            return tuple(found)
        if isinstance(value.get("tags"), list | tuple):
            return tuple(str(tag) for tag in value["tags"] if tag != "O")
    return (canonical(value),)


def _list(value: Any, key: str) -> Sequence[Any] | None:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, list | tuple) else None


def _only(these: Sequence[Mapping[str, Any]], those: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Parts of the first list that the second does not have, counted with their repetitions."""
    there = Counter(map(canonical, those))
    left = []
    for part in these:
        name = canonical(part)
        if there[name]:
            there[name] -= 1
        else:
            left.append(part)
    return left


def _place(part: Mapping[str, Any]) -> str:
    """Where a part is: all that it says but for its label and what is said of it besides."""
    return canonical({key: value for key, value in part.items() if key not in ("label", "attributes", "score")})


def _overlapping(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[Part]:
    taken_old, taken_new = set[int](), set[int]()
    found = []
    for i, j in _pairs(old, new):
        if i not in taken_old and j not in taken_new:
            taken_old.add(i)
            taken_new.add(j)
            same = old[i].get("label") == new[j].get("label")
            found.append(Part(BOUNDARY if same else BOTH, old[i], new[j]))
    found += [Part(WRONG, part, None) for i, part in enumerate(old) if i not in taken_old]
    return found + [Part(MISSING, None, part) for j, part in enumerate(new) if j not in taken_new]


def _pairs(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Pairs that overlap, the best first: the same label, then the larger intersection over union, then the earlier."""
    if not old or not new:
        return
    a, b = np.array([_box(p) for p in old]), np.array([_box(p) for p in new])
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    union = (a[:, 2:] - a[:, :2]).prod(axis=1)[:, None] + (b[:, 2:] - b[:, :2]).prod(axis=1)[None] - shared
    ratio = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    names = np.array([str(p.get("label")) for p in old]), np.array([str(p.get("label")) for p in new])
    same = names[0][:, None] == names[1][None]
    i, j = np.nonzero(ratio > 0)
    order = np.lexsort((j, i, -ratio[i, j], ~same[i, j]))
    yield from zip(i[order].tolist(), j[order].tolist(), strict=True)


def _box(part: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom; a span is a box of height 1. A part without a known place overlaps nothing."""
    if "start" in part:
        return float(part["start"]), 0.0, float(part.get("end", part["start"])), 1.0
    if "counts" in part:
        x, y, width, height = Region("mask", "", (*part["size"], *part["counts"])).bounds()
    elif "box" in part:
        x, y, width, height = part["box"]
    elif "width" in part:
        x, y, width, height = (part[name] for name in ("x", "y", "width", "height"))
    else:
        rings = part.get("rings") or [part.get("points") or [(0.0, 0.0)]]
        points = np.array([point for ring in rings for point in ring], dtype=float).reshape(-1, 2)
        (x, y), (width, height) = points.min(axis=0).tolist(), np.ptp(points, axis=0).tolist()
    return float(x), float(y), float(x) + float(width), float(y) + float(height)


def _tags(before: Sequence[Any], after: Sequence[Any]) -> list[Part]:
    if len(before) != len(after):
        return [Part("token", list(before), list(after))]
    pairs = enumerate(zip(before, after, strict=True))
    return [Part(TAG, {"token": k, "label": a}, {"token": k, "label": b}) for k, (a, b) in pairs if a != b]
