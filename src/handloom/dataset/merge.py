"""Two lines of work on one dataset become one: a three-way merge by row, against the version both came from.

Three things of a row are looked at apart: its label (value with confidence and answers), its split and its weight.
What one side changed is taken; what both changed to the same is taken once; what both changed differently is a
conflict, and so is a row that one side changed and the other removed. Nothing is overwritten silently: a conflict keeps
its row as the base has it until somebody decides, so the order of merging makes no difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic

from .diff import E, Entry, K, equal


@dataclass(frozen=True, slots=True)
class Conflict(Generic[K, E]):
    """One row that both sides changed differently. fields: of ``label``, ``split``, ``weight``, ``row`` (removed here,
    changed there). None: no such row.
    """

    key: K
    base: E | None
    ours: E | None
    theirs: E | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merge(Generic[K, E]):
    """What a merge comes to.

    put: rows that differ from ``ours``, None where the row goes. conflicts: rows that somebody has to decide, and then
    `settle`; none of them is in ``put``.
    """

    put: Mapping[K, E | None]
    conflicts: tuple[Conflict[K, E], ...]


def merge(base: Mapping[K, E], ours: Mapping[K, E], theirs: Mapping[K, E]) -> Merge[K, E]:
    """Merge ``theirs`` into ``ours``. All three may be given without the rows in which neither side differs from base."""
    put: dict[K, E | None] = {}
    conflicts: list[Conflict[K, E]] = []
    for key in dict.fromkeys((*base, *ours, *theirs)):
        old, mine, other = base.get(key), ours.get(key), theirs.get(key)
        row, fields = _row(old, mine, other)
        if fields:
            conflicts.append(Conflict(key, old, mine, other, fields))
        elif not _same(row, mine):
            put[key] = row
    return Merge(put, tuple(conflicts))


def settle(result: Merge[K, E], verdicts: Mapping[K, E | None]) -> Merge[K, E]:
    """The merge with some conflicts decided: by key, the row to keep, None to remove it."""
    put = dict(result.put)
    left = []
    for conflict in result.conflicts:
        if conflict.key not in verdicts:
            left.append(conflict)
            continue
        row = verdicts[conflict.key]
        if not _same(row, conflict.ours):
            put[conflict.key] = row
    return Merge(put, tuple(left))


def merged(ours: Mapping[K, E], result: Merge[K, E]) -> dict[K, E]:
    """All rows after the merge; those in conflict as the base has them, whichever side merges into which."""
    undecided = {conflict.key: conflict.base for conflict in result.conflicts}
    rows = {**ours, **result.put, **undecided}
    return {key: row for key, row in rows.items() if row is not None}


def _row(base: E | None, ours: E | None, theirs: E | None) -> tuple[E | None, tuple[str, ...]]:
    """The merged row and no fields, or the fields in conflict."""
    if _same(ours, theirs) or _same(theirs, base):
        return ours, ()
    if _same(ours, base):
        return theirs, ()
    if ours is None or theirs is None:
        return None, ("row",)
    return _fields(base, ours, theirs)


def _fields(base: E | None, ours: E, theirs: E) -> tuple[E | None, tuple[str, ...]]:
    picked: dict[str, Any] = {}
    fields: list[str] = []
    label = _label(base, ours, theirs)
    if label is None:
        fields.append("label")
    else:
        picked.update(label)
    for name in ("split", "weight"):
        side = _side(getattr(base, name, None), getattr(ours, name), getattr(theirs, name), base is None)
        if side is None:
            fields.append(name)
        elif side == "theirs":
            picked[name] = getattr(theirs, name)
    if fields:
        return None, tuple(fields)
    return replace(ours, **picked) if picked else ours, ()  # type: ignore[type-var]  # an Entry is a frozen dataclass


def _label(base: E | None, ours: E, theirs: E) -> dict[str, Any] | None:
    """Value, confidence and answers to take; None for a conflict."""
    mine, other = _estimate(ours), _estimate(theirs)
    old = _estimate(base) if base is not None else None
    if equal(mine, other) or equal(other, old):
        return {}
    if equal(mine, old):
        return {"value": theirs.value, "confidence": theirs.confidence, "answers": theirs.answers}
    if not equal(ours.value, theirs.value):
        if base is not None and equal(theirs.value, base.value):
            return {}  # they only know better how sure they are of a value that is no longer held
        if base is not None and equal(ours.value, base.value):
            return {"value": theirs.value, "confidence": theirs.confidence, "answers": theirs.answers}
        return None
    # Both found the same value on their own: the answers of both stand behind it.
    sure = [c for c in (ours.confidence, theirs.confidence) if c is not None]
    answers = tuple(sorted({*ours.answers, *theirs.answers}))
    return {"confidence": max(sure) if sure else None, "answers": answers}


def _same(a: Entry | None, b: Entry | None) -> bool:
    return a is b or (a is not None and b is not None and a == b and equal(a.value, b.value))


def _estimate(row: Any) -> list[Any]:
    return [row.value, row.confidence, list(row.answers)]


def _side(old: Any, mine: Any, other: Any, added: bool) -> str | None:
    if mine == other or (other == old and not added):
        return "ours"
    return "theirs" if mine == old and not added else None
