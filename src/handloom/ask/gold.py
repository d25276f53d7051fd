"""Hidden gold: how often whom, mixed in so that nobody can tell; and what the checks say about a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, comb
from typing import TYPE_CHECKING, Any, TypeVar

from ..core.people import Check

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
EARLY = 1 / 3
"""Share of gold for somebody of whom little is known: what they do unchecked has to be asked again if they are no good."""
DOUBT = 0.02
"""How unlikely somebody good enough would be to do as badly, before they are paused."""
LATER = 10
"""How many times less likely it has to be where they did well before: so many moments could have been the last good one."""
LEAST = 5
"""Checks after which pausing is thought of at all."""


def share(checks: int, *, usual: float, first: int) -> float:
    """Chance that the next question of this person is gold: more until they have answered ``first`` of it.

    ``usual`` 0 means that nobody is checked.
    """
    return max(usual, EARLY) if usual > 0 and checks < first else usual


def how_many(n: int, chance: float, rng: np.random.Generator) -> int:
    """Gold questions among n."""
    return int(rng.binomial(n, chance)) if chance > 0 else 0


def supply(n: int, *, usual: float, newcomers: bool) -> int:
    """Gold questions to lie ready beside a batch of n, so that everybody finds some they have not answered.

    Each can be given to many people; what is left over is withdrawn with the next batch.
    """
    return ceil(n * max(2 * usual, EARLY if newcomers else 0.0)) if usual > 0 else 0


def mingle(plain: Sequence[T], hidden: Sequence[T], rng: np.random.Generator) -> list[T]:
    """Both in one list: the order of ``plain`` is kept, what is hidden stands at random places."""
    total = len(plain) + len(hidden)
    places = set(rng.permutation(total)[: len(hidden)].tolist())
    queues = (iter(hidden), iter(plain))
    return [next(queues[0] if place in places else queues[1]) for place in range(total)]


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the checks say. pause: whether to stop asking this person. since: seq of the last check at which all was well
    (0: it never was); what they answered after it is worth asking again. n, right: checks since then."""

    pause: bool
    since: int
    n: int
    right: int


def conduct(checks: Sequence[Check], *, limit: float, doubt: float = DOUBT, least: int = LEAST) -> Conduct:
    """Judge a person by their checks, oldest first.

    The last good point is where the running sum of (right - limit) is highest, the usual estimate of a change point
    (Page 1954): before it the person did better than the limit, after it worse. They are paused when somebody whose true
    accuracy is the limit would be that bad or worse, in that many checks, with a probability below ``doubt`` (exact
    binomial), or below a tenth of it where they had done well before. The checks are looked at again after each one, so
    somebody exactly at the limit is paused sooner or later, and somebody well above it hardly ever. A limit of 0 pauses
    nobody.
    """
    total, best, place = 0.0, 0.0, 0
    for k, check in enumerate(checks, 1):
        total += check.right - limit
        if total >= best:
            best, place = total, k
    after = checks[place:]
    n, right = len(after), sum(check.right for check in after)
    bad = limit > 0 and n >= least and _at_most(right, n, limit) < (doubt / LATER if place else doubt)
    return Conduct(bad, checks[place - 1].seq if place else 0, n, right)


def _at_most(right: int, n: int, p: float) -> float:
    """P(X <= right) for X binomial (n, p)."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(right + 1))


def another(suggestion: Mapping[str, Any], classes: Sequence[str], rng: np.random.Generator) -> dict[str, Any]:
    """The same suggestion with another label, drawn evenly."""
    said = list(suggestion["value"]["labels"])
    others = [name for name in classes if name not in said]
    if not others:
        return dict(suggestion)
    return {**suggestion, "value": {"labels": [others[int(rng.integers(len(others)))]]}}
