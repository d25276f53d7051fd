"""Agreement on labelled ranges of a text, in any order, overlaps allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from ...core.errors import Malformed
from ...core.intervals import Measured
from ...core.shapes.spans import Span
from ..deferred import most_pairs
from .units import ROUNDS, with_interval

Match = Literal["exact", "overlap", "tolerant", "characters"]


@dataclass(frozen=True, slots=True)
class Matched:
    """How much of two sets of spans is the same: common spans or characters, and those of either side."""

    common: int
    first: int
    second: int

    @property
    def f1(self) -> float:
        """2 common / (first + second); 1 when both sides are empty."""
        both = self.first + self.second
        return 2 * self.common / both if both else 1.0


def matched(first: Sequence[Span], second: Sequence[Span], how: Match = "exact", *, tolerance: int = 2) -> Matched:
    """Compare two people's spans of one text.

    how: ``exact`` same ends and label; ``tolerant`` both ends at most ``tolerance`` characters apart, same label; ``overlap``
    at least one common character, same label; ``characters`` counts labelled characters instead of spans. Spans are paired
    one to one so that as many as possible are (Hopcroft and Karp), so neither order nor overlaps matter.
    """
    if how == "characters":
        one, other = _characters(first), _characters(second)
        return Matched(len(one & other), len(one), len(other))
    if how not in ("exact", "tolerant", "overlap"):
        raise Malformed(f"spans match exact, tolerant, overlap or by characters; found {how!r}")
    fits = [[_fits(a, b, how, tolerance) for b in second] for a in first]
    if not fits or not second:
        return Matched(0, len(first), len(second))
    pairs = most_pairs(np.array(fits, dtype=np.int8))
    return Matched(int(np.count_nonzero(pairs >= 0)), len(first), len(second))


def span_f1(
    documents: Sequence[Sequence[Sequence[Span]]],
    how: Match = "exact",
    *,
    rng: np.random.Generator,
    tolerance: int = 2,
    rounds: int = ROUNDS,
) -> Measured:
    """F1 over all pairs of people of each document, micro-averaged; n counts documents that two people marked.

    documents: for each the spans of every person who looked at it, none being an answer too. The interval draws documents.
    """
    sums = []
    for people in documents:
        if len(people) < 2:
            continue
        found = [matched(a, b, how, tolerance=tolerance) for a, b in combinations(people, 2)]
        # Two people who both mark nothing agree: one common nothing.
        empty = sum(m.first == m.second == 0 for m in found)
        both = sum(m.first + m.second for m in found)
        sums.append((2 * (sum(m.common for m in found) + empty), both + 2 * empty))
    table = np.array(sums, dtype=np.float64).reshape(-1, 2)
    return with_interval(table, lambda s: s[:, 0] / s[:, 1], len(table), rng=rng, rounds=rounds)


def _characters(spans: Sequence[Span]) -> set[tuple[str, str | None, int]]:
    return {(span.label, span.field, place) for span in spans for place in range(span.start, span.end)}


def _fits(one: Span, other: Span, how: Match, tolerance: int) -> bool:
    if one.label != other.label or one.field != other.field:
        return False
    if how == "overlap":
        return min(one.end, other.end) > max(one.start, other.start)
    allowed = tolerance if how == "tolerant" else 0
    return abs(one.start - other.start) <= allowed and abs(one.end - other.end) <= allowed
