"""What kind of values a column holds, and its values as that kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .subject import is_missing

NUMBER, CATEGORY, TEXT, OTHER = "number", "category", "text", "other"
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
    """The values as float64, nan where missing; None when one of them is no number. Truth values are no numbers."""
    out = np.empty(len(values))
    for i, value in enumerate(values):
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            out[i] = value
        elif is_missing(value):
            out[i] = np.nan
        elif isinstance(value, str):
            try:
                out[i] = float(value)
            except ValueError:
                return None
        elif isinstance(value, np.number):
            out[i] = float(value)
        else:
            return None
    out[~np.isfinite(out)] = np.nan
    return out


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
