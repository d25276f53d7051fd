"""JSON of strangers, one value at a time: what could be read and never be written again is refused in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from ..core.errors import BadItem

_HALVES = re.compile(r"\\u[dD][89a-fA-F]")


def decoder(tell: Callable[[str], None]) -> json.JSONDecoder:
    """A decoder that tells of NaN, Infinity and numbers beyond all floats, which Python's takes; ``tell`` may raise."""

    def constant(name: str) -> None:
        tell(f"{name} is not allowed in JSON")

    def finite(text: str) -> float:
        value = float(text)
        if value - value != 0.0:
            tell(f"{text[:40]} is larger than any number that can be stored")
        return value

    return json.JSONDecoder(parse_constant=constant, parse_float=finite)


def parse(text: str) -> Any:
    """The value of a JSON text. Raises `ValueError` in words, also for what is nested too deeply, for NaN and Infinity,
    and for half of a surrogate pair, which no UTF-8 file or database can hold."""
    try:
        value = _decode(text)
    except (RecursionError, ValueError) as error:
        raise ValueError(reason(error)) from error
    if why := halves(value, text):
        raise ValueError(why)
    return value


def reason(error: Exception) -> str:
    """Why a decoder refused a text, in words that do not speak of Python."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = str(error)
    return "it holds a number of thousands of digits" if "integer string conversion" in said else said


def halves(value: Any, text: str, start: int = 0, end: int | None = None) -> str | None:
    """Why the value that was decoded from this part of a text cannot be stored, when it holds half of a surrogate pair."""
    end = len(text) if end is None else end
    if text.find("\\u", start, end) < 0 or _HALVES.search(text, start, end) is None:
        return None
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "it holds half of a surrogate pair (as \\ud83d alone), which is no character"
    return None


def mappings(value: Any, name: str) -> list[Mapping[str, Any]]:
    """A list of objects; empty for None and "". Raises `BadItem` for anything else, naming it."""
    if value is None or value == "":
        return []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise BadItem(f'"{name}" is a list of objects; found {str(value)[:80]!r}')
    return value


def places(rows: list[Mapping[str, Any]], name: str) -> dict[str | int, int]:
    """Place of each row by what it has under this name, where that is a text or a whole number."""
    return {one[name]: i for i, one in enumerate(rows) if isinstance(one.get(name), str | int)}


def place_of(known: Mapping[str | int, int], name: Any) -> int | None:
    """The place of a name in `places`; None for what names nothing."""
    return known.get(name) if isinstance(name, str | int) else None


def _refuse(why: str) -> NoReturn:
    raise ValueError(why)


_decode = decoder(_refuse).decode
