"""Pages of a list: opaque cursors that say after which row the next page begins."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..core.errors import BadCursor, Malformed

T = TypeVar("T")
DEFAULT = 50
MAX = 200
_FORM = re.compile(r"([a-z]+):(0|[1-9][0-9]{0,17})")


def size(limit: int | None) -> int:
    """The page size asked for; raises `Malformed` when out of range."""
    if limit is None:
        return DEFAULT
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX:
        raise Malformed(f"limit is a whole number from 1 to {MAX}; found {str(limit)[:40]}", field="limit")
    return limit


def cursor(noun: str, after: int) -> str:
    """A cursor of this list."""
    return base64.urlsafe_b64encode(f"{noun}:{after}".encode()).decode().rstrip("=")


def after(noun: str, text: str | None) -> int | None:
    """Where the page begins, None for the first; raises `BadCursor` for anything that `cursor` did not make."""
    if text is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        raw = ""
    found = _FORM.fullmatch(raw)
    if found is None or found[1] != noun:
        raise BadCursor(f"cursor {text[:80]!r} does not belong to this list; start again without one")
    return int(found[2])


def page(
    noun: str, rows: Sequence[T], limit: int, key: Callable[[T], int], show: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """``{"<noun>": [...], "next": cursor or None}`` from up to ``limit`` + 1 rows."""
    shown = rows[:limit]
    more = len(rows) > limit
    return {noun: [show(row) for row in shown], "next": cursor(noun, key(shown[-1])) if more else None}
