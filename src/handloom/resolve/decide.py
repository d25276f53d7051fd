"""Answers in the decide lane become one outcome when enough people in the right roles agree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

DecisionWord = Literal["approve", "modify", "reject"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and whose verdicts (their places in the list) carried it."""

    decision: DecisionWord
    by: tuple[int, ...]


def quorum(verdicts: Sequence[tuple[str, str]], *, roles: Collection[str], needs: int) -> Outcome | None:
    """The outcome of (role, decision) verdicts, or None while it is open.

    One reject by a role that may decide ends it: the safe side needs no majority. Anything else takes effect when
    ``needs`` verdicts name it. Verdicts of other roles, and ``defer``, do not count. Nothing is averaged.
    """
    counted = [(place, word) for place, (role, word) in enumerate(verdicts) if role in roles]
    for word in ("reject", "modify", "approve"):
        by = tuple(place for place, said in counted if said == word)
        if len(by) >= (1 if word == "reject" else needs):
            return Outcome(word, by)
    return None
