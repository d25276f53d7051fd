"""What the loop knows about people, as the pure steps see it: skills, votes, rules of who may be asked what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Skill:
    """How good one actor is at one task.

    accuracy: share of right answers, with its interval low to high. n: answers behind it. checks, matched: answers
    compared with gold, and how many agreed. follows: share of shown suggestions taken over because they are shown.
    """

    accuracy: float
    low: float
    high: float
    n: float
    checks: int = 0
    matched: int = 0
    follows: float = 0.0


@dataclass(frozen=True, slots=True)
class Vote:
    """A standing answer of one item. accuracy: measured, n answers behind it; None: nothing is known of the actor yet.

    shown: the value that was suggested on screen, None when nothing was.
    """

    answer: str
    actor: int
    kind: str
    value: Any
    accuracy: float | None = None
    n: float = 0.0
    follows: float = 0.0
    shown: Any = None


@dataclass(frozen=True, slots=True)
class Check:
    """One answer compared with gold. seq: its place in the log."""

    seq: int
    right: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """An assignment rule: which items it is about, how many answers they want, and who may give them.

    field, equals: items whose meta (or data) has this value; field None: every item. tags: what a person needs to
    have, all of them. skill: the least lower bound of measured accuracy, 0 for anybody.
    """

    name: str
    field: str | None = None
    equals: Any = None
    needs: int | None = None
    tags: tuple[str, ...] = ()
    skill: float = 0.0

    @property
    def narrows(self) -> bool:
        """Whether it keeps anybody away."""
        return bool(self.tags) or self.skill > 0

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Rule:
        """From the checked setting ``assign``."""
        where = raw.get("where") or {}
        return cls(
            raw["name"],
            where.get("field"),
            where.get("is"),
            raw.get("needs"),
            tuple(raw.get("tags") or ()),
            float(raw.get("skill") or 0.0),
        )
