"""Pairs up the parts of two values, so that a changed part is one change and not a loss and a gain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .change import ATTRIBUTES, BOTH, BOUNDARY, MISSING, TAG, WRONG, Change

Part = TypeVar("Part")


def changes(
    before: Sequence[Part],
    after: Sequence[Part],
    *,
    place: Callable[[Part], Any],
    label: Callable[[Part], str],
    overlap: Callable[[Part, Part], float],
) -> list[Change]:
    """Equal parts are left out; then pairs at the same place, then by falling overlap, the same label first.

    overlap: 0 where two parts do not touch. Greedy, and the same for any order of the parts as long as they are sorted.
    """
    left, right = _unequal(before, after), _unequal(after, before)
    found: list[Change] = []
    for same_label in (True, False):
        _pair(left, right, found, lambda b, a, s=same_label: place(b) == place(a) and (label(b) == label(a)) == s, None)
    for same_label in (True, False):
        _pair(left, right, found, lambda b, a, s=same_label: (label(b) == label(a)) == s, overlap)
    named = [Change(_kind(c.before, c.after, place, label), c.before, c.after) for c in found]
    return [*named, *(Change(WRONG, b, None) for b in left), *(Change(MISSING, None, a) for a in right)]


def _unequal(parts: Sequence[Part], others: Sequence[Part]) -> list[Part]:
    """The parts that the others do not have, each as often as it is more."""
    spare = Counter(others)
    kept = []
    for part in parts:
        if spare[part] > 0:
            spare[part] -= 1
        else:
            kept.append(part)
    return kept


def _pair(
    left: list[Part],
    right: list[Part],
    found: list[Change],
    fits: Callable[[Part, Part], bool],
    overlap: Callable[[Part, Part], float] | None,
) -> None:
    """Move fitting pairs from both sides to ``found``: the greatest overlap first, or in order without one."""
    pairs = [
        (-overlap(b, a) if overlap else 0.0, i, j)
        for i, b in enumerate(left)
        for j, a in enumerate(right)
        if fits(b, a) and (overlap is None or overlap(b, a) > 0)
    ]
    used_left: set[int] = set()
    used_right: set[int] = set()
    for _, i, j in sorted(pairs):
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            found.append(Change("", left[i], right[j]))
    left[:] = [part for i, part in enumerate(left) if i not in used_left]
    right[:] = [part for j, part in enumerate(right) if j not in used_right]


def _kind(before: Any, after: Any, place: Callable[[Any], Any], label: Callable[[Any], str]) -> str:
    same_place, same_label = place(before) == place(after), label(before) == label(after)
    if same_place:
        return ATTRIBUTES if same_label else TAG
    return BOUNDARY if same_label else BOTH
