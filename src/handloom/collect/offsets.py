"""Places in a text as JavaScript counts them, where a letter beyond U+FFFF (an emoji) is two, and as we do: one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..core.errors import BadValue, Malformed

Place = Callable[[int], int]
WAYS = ("utf16", "characters")


def to_units(text: str) -> Place:
    """From characters to JavaScript's units."""
    if not _wide(text):
        return _same
    return lambda at: at + sum(letter > "\uffff" for letter in text[:at])


def from_units(text: str) -> Place:
    """From JavaScript's units to characters. The function raises `BadValue` for a place inside an emoji."""
    if not _wide(text):
        return _same
    places: dict[int, int] = {}
    unit = 0
    for at, letter in enumerate(text):
        places[unit] = at
        unit += 2 if letter > "\uffff" else 1
    places[unit] = len(text)

    def place(at: int) -> int:
        if at not in places:
            raise BadValue(f"{at} is inside an emoji or beyond the text; are the places counted in characters?")
        return places[at]

    return place


def way(options: Mapping[str, Any], default: str) -> str:
    """The option ``offsets``. Raises `Malformed`."""
    given = str(options.get("offsets") or default)
    if given not in WAYS:
        raise Malformed(f"offsets is one of {', '.join(WAYS)}; found {given[:40]!r}")
    return given


def _wide(text: str) -> bool:
    return not text.isascii() and max(text) > "\uffff"


def _same(at: int) -> int:
    return at
