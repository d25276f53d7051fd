"""What kind of values a column holds, and its values as that kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .table import is_missing

NUMBER, CATEGORY, TEXT, OTHER = "number", "category", "text", "other"
ODD = 0.01
"""Share of a column of numbers that may be something else."""
FEW = 50
"""Different values up to which a column is always a category."""


def kind(values: Sequence[Any]) -> str:
    """``number``, ``category`` (few different values), ``text`` (words), or ``other`` (lists, objects, or nothing)."""
    present = [value for value in values if not is_missing(value)]
    if not present or any(isinstance(value, Mapping | list | tuple | bytes) for value in present[:1000]):
        return OTHER
    if numbers(present) is not None:
        return NUMBER
    words = [str(value) for value in present]
    different = len(set(words))
    if different <= FEW or different <= len(words) // 20:
        return CATEGORY
    return TEXT


def numbers(values: Sequence[Any]) -> np.ndarray | None:
    """The values as float64, nan where missing; None when more than one in a hundred is no number (those few are nan).

    Truth values are no numbers.
    """
    out = np.full(len(values), np.nan)
    others = present = 0
    for i, value in enumerate(values):
        if is_missing(value):
            continue
        present += 1
        if isinstance(value, bool) or not isinstance(value, int | float | str | np.number):
            others += 1
            continue
        try:
            out[i] = float(value)
        except (ValueError, OverflowError):
            others += 1
    out[~np.isfinite(out)] = np.nan
    return None if others > ODD * present else out


def categories(values: Sequence[Any]) -> list[str]:
    """The values as words, a missing one as the empty word."""
    return ["" if is_missing(value) else str(value) for value in values]


def is_identifier(values: Sequence[Any]) -> bool:
    """Whether a column numbers or names its rows: every value differs, and they are whole numbers or single words."""
    present = [value for value in values if not is_missing(value)]
    if len(present) < 20 or len(present) < len(values) or len({str(value) for value in present}) < len(present):
        return False
    found = numbers(present)
    if found is not None:
        return bool(np.all(found == np.floor(found)) and (np.ptp(found) < 4 * len(found)))
    return all(isinstance(value, str) and " " not in value.strip() for value in present)
