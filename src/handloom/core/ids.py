"""Ids as people see them: a letter that says what it is and a number, ``q12`` for question 12."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from .errors import Malformed, NotFound

LETTERS = {
    "project": "p",
    "task": "t",
    "item": "i",
    "question": "q",
    "batch": "b",
    "commit": "c",
    "run": "r",
    "model": "m",
    "release": "v",
    "prediction": "y",
    "job": "j",
    "actor": "a",
    "guideline": "g",
    "review": "w",
    "request": "d",
    "cascade": "k",
    "split": "s",
    "migration": "l",
    "freeze": "f",
    "erasure": "x",
}
_NOUNS = {letter: noun for noun, letter in LETTERS.items()}
_ERASED = "erased:"
_NUMBER = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"([a-z])([1-9][0-9]{0,17})")


def show(noun: str, number: int) -> str:
    """``show("question", 12)`` is ``"q12"``."""
    return f"{LETTERS[noun]}{number}"


def parse(noun: str, text: object) -> int:
    """The number in ``q12``; raises `NotFound` for anything that is not an id of this noun."""
    found = _ID.fullmatch(text) if isinstance(text, str) else None
    if found is None or found[1] != LETTERS[noun]:
        raise NotFound(noun, str(text)[:80])
    return int(found[2])


def parse_any(text: str) -> tuple[str, int]:
    """Noun and number of any id; raises `Malformed` when it is none."""
    found = _ID.fullmatch(text)
    if found is None or found[1] not in _NOUNS:
        raise Malformed(f"{text[:80]!r} is not an id; ids look like q12 (question), m3 (model), y7 (prediction)")
    return _NOUNS[found[1]], int(found[2])


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal content gives equal text."""
    return _encode(value)


# Made once: `json.dumps` with other options than the default makes an encoder per call, which an import feels.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def digest(value: Any) -> str:
    """BLAKE2b-160 of bytes, or of the canonical JSON of anything else, in hex (40 characters)."""
    raw = value if isinstance(value, bytes) else canonical(value).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, digest_size=20).hexdigest()


def fingerprint(text: str) -> int:
    """BLAKE2b of a text in 128 bits, as a number: what stands for an item in the content digest of a dataset.

    The text of an erased item begins with the number that stood for it before, see `handloom.core.scrub`.
    """
    if text.startswith(_ERASED) and _NUMBER.fullmatch(text, len(_ERASED), len(_ERASED) + 32):
        return int(text[len(_ERASED) : len(_ERASED) + 32], 16)
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(), "big")
