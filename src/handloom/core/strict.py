"""JSON as it may come in: what both databases can hold and every client can read back."""

from __future__ import annotations

import json
import math
from typing import Any


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large for a number")
    return number


_decoder = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def loads(raw: bytes) -> Any:
    """JSON without NaN, Infinity, NUL characters, half surrogate pairs or bottomless nesting; raises `JSONDecodeError`.

    What is refused here could be stored by one database and not by the other, or come out of neither.
    """
    try:
        text = raw.decode().removeprefix("\ufeff")
        value = _value(text)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError(f"byte {error.start} is not UTF-8", "", 0) from error
    except RecursionError as error:
        raise json.JSONDecodeError("nested too deeply", "", 0) from error
    except ValueError as error:
        raise json.JSONDecodeError(str(error).split(";")[0], "", 0) from error
    if "\\u" in text and not _plain(value):
        raise json.JSONDecodeError("a text holds a NUL character or half of a surrogate pair", "", 0)
    return value


def _value(text: str) -> Any:
    """Like ``decode``, whose two searches for blanks around the value cost a third of reading a short line."""
    if text[:1] == "{" and text[-1:] == "}":
        value, end = _decoder.raw_decode(text)
        if end == len(text):
            return value
    return _decoder.decode(text)


def _plain(value: Any) -> bool:
    """Whether no text in it holds what a database refuses."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\0" in one or any("\ud800" <= c <= "\udfff" for c in one):
                return False
        elif isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return True
