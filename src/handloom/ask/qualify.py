"""Practice before the first question that counts: gold with feedback, until somebody does well enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Practice:
    """How a newcomer stands. qualified: they may answer what counts. right: of the last ``of`` practice answers.

    left: practice answers wanted at least before they can qualify.
    """

    qualified: bool
    right: int
    of: int
    left: int


def practice(outcomes: Sequence[bool], *, wanted: int, share: float) -> Practice:
    """From practice answers, oldest first: qualified once among any ``wanted`` in a row the ``share`` was right.

    ``wanted`` 0: nobody has to practise. What one learns while practising counts, so only a run at the end has to be
    good, and whoever has qualified stays so.
    """
    if wanted <= 0:
        return Practice(True, 0, 0, 0)
    need = share * wanted - 1e-9
    for end in range(wanted, len(outcomes) + 1):
        right = sum(outcomes[end - wanted : end])
        if right >= need:
            return Practice(True, right, wanted, 0)
    recent = outcomes[-wanted:]
    right = sum(recent)
    left = next(n for n in range(1, wanted + 1) if _could(recent, n, wanted, need))
    return Practice(False, right, len(recent), left)


def _could(recent: Sequence[bool], more: int, wanted: int, need: float) -> bool:
    """Whether ``more`` right answers would be enough."""
    kept = wanted - more
    if kept > len(recent):
        return False
    return sum(recent[len(recent) - kept :]) + more >= need
