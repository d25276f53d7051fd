"""The label that most people gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.protocols import Estimate
from . import automatic

HUMAN = frozenset(("person", "import"))
"""Kinds of actor whose answers count; what a model or a rule said is kept and shown, and never counted by default."""


class Majority:
    """Majority vote over the standing answers of people.

    One label per item: the most frequent one; of equally frequent ones the first in alphabetical order, so that the
    result does not depend on who answered first. Several labels per item: each label that more than half gave, and on
    an even split not. Confidence: the share of answers that agree with the value (multi-label: the smallest such share
    over the labels anybody gave), so a tie of two reads 0.5.

    A verdict (shape ``verdict``) was given with the answers before it in view: where there is one, verdicts alone count.
    "It is none of these" (`Choice.among`) names no label, and counts against the one it denies: a label that more people
    deny than give does not stand. Where no person gives one, a signed policy's label stands unless a person denies it.
    """

    name = "majority"

    def estimate(self, answers: Sequence[tuple[str, str, Any]]) -> Estimate | None:
        """(answer id, kind of actor, ``{"labels": [...]}``) -> estimate; None when no person has answered."""
        counted = [(answer, value) for answer, kind, value in answers if kind in HUMAN and isinstance(value, Mapping)]
        denied = automatic.denials(value for _, value in counted)
        if denied:
            counted = _undenied([one for one in counted if automatic.says(one[1])], denied)
        if not counted:
            return automatic.estimate(((answer, value) for answer, kind, value in answers if kind == "rule"), denied)
        judged = [(answer, value) for answer, value in counted if "verdict" in value]
        counted = judged or counted
        n, ids = len(counted), tuple(answer for answer, _ in counted)
        sets = [tuple(value["labels"]) for _, value in counted]
        if len(set(sets)) == 1:
            against = max((denied.get(label, 0) for label in sets[0]), default=0) if not judged else 0
            return Estimate({"labels": list(sets[0])}, n / (n + against), n, ids)
        if all(len(labels) == 1 for labels in sets):
            value, confidence = _one(Counter(labels[0] for labels in sets), n)
        else:
            value, confidence = _many(Counter(label for labels in sets for label in labels), n)
        return Estimate({"labels": value}, confidence, n, ids)


def _undenied(counted: list[tuple[str, Any]], denied: Counter[str]) -> list[tuple[str, Any]]:
    """Without answers whose only label more people deny than give. Verdicts know all that was said, so they stay."""
    given = Counter(label for _, value in counted for label in value["labels"])
    gone = {label for label, count in denied.items() if count > given[label]}
    return [one for one in counted if "verdict" in one[1] or not gone.intersection(one[1]["labels"])]


def _one(votes: Counter[str], n: int) -> tuple[list[str], float]:
    most = max(votes.values())
    return [min(label for label, count in votes.items() if count == most)], most / n


def _many(votes: Counter[str], n: int) -> tuple[list[str], float]:
    order = sorted(votes)
    chosen = [label for label in order if 2 * votes[label] > n]
    agreeing = [votes[label] if 2 * votes[label] > n else n - votes[label] for label in order]
    return chosen, min(agreeing, default=n) / n
