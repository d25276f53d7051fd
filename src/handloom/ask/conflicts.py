"""What an expert is shown of a conflict: the values that were given, how often, and why; never by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MOST_REASONS = 20


def sides(said: Sequence[tuple[Any, str, str | None]]) -> list[dict[str, Any]]:
    """From (value, outcome, reason in words or None): ``{"value", "outcome", "n", "reasons"}``, the most frequent first.

    Doubts (unsure, flag) are sides of their own, with value None. Of equally frequent ones the first given stands first.
    """
    found: dict[str, dict[str, Any]] = {}
    for value, outcome, reason in said:
        key = f"{outcome}:{value}"
        side = found.setdefault(key, {"value": value, "outcome": outcome, "n": 0, "reasons": []})
        side["n"] += 1
        if reason and len(side["reasons"]) < MOST_REASONS:
            side["reasons"].append(reason)
    return sorted(found.values(), key=lambda side: -side["n"])


def in_words(why: str, found: Sequence[Mapping[str, Any]]) -> str:
    """One sentence about a conflict."""
    parts = [f"{_name(side)} ({side['n']})" for side in found]
    start = {"disagree": "people disagree", "unsure": "somebody was unsure", "flag": "somebody flagged it"}[why]
    return f"{start}: {', '.join(parts)}"


def _name(side: Mapping[str, Any]) -> str:
    if side["outcome"] != "answered":
        return str(side["outcome"])
    value = side["value"]
    labels = value.get("labels") if isinstance(value, Mapping) else None
    return " + ".join(labels) or "none" if isinstance(labels, list) else "a value"
