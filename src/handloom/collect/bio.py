"""Spans as one tag per token: IO, BIO (IOB1 and IOB2) and BIOES (BILOU is the same with other letters)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..core.shapes import Span

SCHEMES = ("BIO", "BIOES", "IO")
TAG = re.compile(r"O|[BIESLUM]-.+", re.DOTALL)
_BEGIN, _ALONE, _LAST = frozenset("BSU"), frozenset("SU"), frozenset("EL")
Bounds = Sequence[tuple[int, int]]
"""Start and end of each token in the text."""


def joined(tokens: Sequence[str], separator: str = " ") -> tuple[str, Bounds]:
    """The text of tokens with blanks between them, and where each one lies."""
    bounds, at = [], 0
    for token in tokens:
        bounds.append((at, at + len(token)))
        at += len(token) + len(separator)
    return separator.join(tokens), bounds


def decode(tags: Sequence[str], bounds: Bounds) -> list[dict[str, Any]]:
    """Spans of tags in any scheme: an inside tag that follows no span of its label begins one, as conlleval has it."""
    spans: list[dict[str, Any]] = []
    going: dict[str, Any] | None = None
    for tag, (start, end) in zip(tags, bounds, strict=True):
        if tag == "O" or not tag:
            going = None
            continue
        letter, dash, label = tag.partition("-")
        if not dash or letter not in "BIESLUM" or len(letter) != 1:
            letter, label = "I", tag
        if going is None or going["label"] != label or letter in _BEGIN:
            going = {"start": start, "end": end, "label": label}
            spans.append(going)
        going["end"] = end
        if letter in _ALONE or letter in _LAST:
            going = None
    return spans


def encode(spans: Iterable[Span], bounds: Bounds, scheme: str = "BIO") -> tuple[list[str], list[tuple[Span, str]]]:
    """Tags of tokens, and the spans that have no place with the reason. Of spans that overlap, the longest is kept."""
    tags = ["O"] * len(bounds)
    lost: list[tuple[Span, str]] = []
    begins = {start: i for i, (start, _) in enumerate(bounds)}
    ends = {end: i for i, (_, end) in enumerate(bounds)}
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
        first, last = begins.get(span.start), ends.get(span.end)
        if first is None or last is None or first > last:
            lost.append((span, "it does not begin and end with a token"))
        elif any(tag != "O" for tag in tags[first : last + 1]):
            lost.append((span, "it overlaps a longer one"))
        else:
            tags[first : last + 1] = _tagged(last - first + 1, span.label, scheme)
    if scheme == "IO":
        lost += _merged(spans, bounds, tags)
    return tags, lost


def _tagged(count: int, label: str, scheme: str) -> list[str]:
    if scheme == "IO":
        return [f"I-{label}"] * count
    letters = "B" + "I" * (count - 1)
    if scheme == "BIOES":
        letters = "S" if count == 1 else "B" + "I" * (count - 2) + "E"
    return [f"{letter}-{label}" for letter in letters]


def _merged(spans: Iterable[Span], bounds: Bounds, tags: Sequence[str]) -> list[tuple[Span, str]]:
    """Neighbours with one label, which without B- read as one span."""
    inside = {start: tags[i] for i, (start, _) in enumerate(bounds)}
    before = {start: tags[i - 1] if i else "O" for i, (start, _) in enumerate(bounds)}
    return [
        (span, "it grows together with its neighbour, as IO has no tag for a beginning")
        for span in spans
        if inside.get(span.start) == f"I-{span.label}" == before.get(span.start)
    ]
