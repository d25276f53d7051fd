"""Who may be asked what: assignment rules by language, skill or slice, and pairs of people who do not follow each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..core.people import Rule

FOLLOWER = 0.3
SHOWN_TO_FOLLOWERS = 5


def rule_of(item: Mapping[str, Any], rules: Sequence[Rule]) -> Rule | None:
    """The first rule that is about this item. item: its meta laid over its data."""
    for rule in rules:
        if rule.field is None or (rule.field in item and item[rule.field] == rule.equals):
            return rule
    return None


def open_to(rules: Sequence[Rule], tags: Collection[str], low: float) -> tuple[str, ...]:
    """Names of the rules whose questions this person may have. low: lower bound of their measured accuracy."""
    return tuple(rule.name for rule in rules if set(rule.tags) <= set(tags) and low >= rule.skill)


def hides(question: int, actor: int, follows: float) -> bool:
    """Whether a suggestion stays hidden from somebody who takes over the share ``follows`` of those that are shown.

    From `FOLLOWER` on, all but every fifth: their own judgement is worth more than an echo of the model, and the few that are
    still shown tell when they stop following. By number, so that asking twice shows the same.
    """
    return follows >= FOLLOWER and (question * 31 + actor) % SHOWN_TO_FOLLOWERS != 0


def not_after(pairs: Sequence[Sequence[str]], actor: str) -> tuple[str, ...]:
    """Whose items this actor never gets, from pairs (A, B): A never after B."""
    return tuple(sorted({before for after, before in pairs if after == actor}))


def not_beside(pairs: Sequence[Sequence[str]], actor: str) -> tuple[str, ...]:
    """Who must not hold an item at the same moment, or they might answer after this actor."""
    return tuple(sorted({after for after, before in pairs if before == actor}))
