"""From picks to questions: how many, in what order, with which suggestion, and which of them blind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.protocols import Pick

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Draft:
    """A question about to be asked about an item. probability: of being drawn at random, 0 when a strategy picked it.

    suggestion: ``{"value", "confidence", "model"}`` of the latest model, or None; blind: it exists and is not shown.
    """

    item_id: int
    strategy: str
    probability: float
    score: float
    reason: str
    priority: float
    blind: bool
    suggestion: Mapping[str, Any] | None


def wanted(batch: int, people: int, *, spare: bool) -> int:
    """How many open questions a task should have, so that nobody who claims has to wait.

    ``spare``: picking takes its time elsewhere (a worker), so one batch lies ready while the next is being made.
    """
    level = max(batch, 2 * people)
    return 2 * level if spare else level


def test_part(n: int, share: float, free: int, rng: np.random.Generator) -> int:
    """How many of n questions go to the living test set: the share, rounded by chance so that its mean is exact."""
    exact = min(n, free) if share >= 1 else share * n
    return min(free, n, int(exact) + int(rng.random() < exact - int(exact)))


def suggest(chances: np.ndarray, classes: Sequence[str], *, multi: bool, model: str) -> dict[str, Any]:
    """What the model would answer: its likeliest label, or every label with a chance of one half and more.

    confidence: the chance of the label; multi-label: of the least sure yes or no.
    """
    if multi:
        chosen = [label for label, chance in zip(classes, chances, strict=True) if chance >= 0.5]
        sure = min(max(float(chance), 1 - float(chance)) for chance in chances)
        return {"value": {"labels": chosen}, "confidence": round(sure, 4), "model": model}
    best = int(chances.argmax())
    return {"value": {"labels": [classes[best]]}, "confidence": round(float(chances[best]), 4), "model": model}


def compose(
    picks: Sequence[Pick],
    tests: Sequence[Pick],
    *,
    suggestion: Callable[[int], Mapping[str, Any] | None],
    blind_share: float,
    rng: np.random.Generator,
) -> list[Draft]:
    """Questions from picks (their index is the item's id), best first, the test questions spread evenly among them.

    A test question is always blind: a label that the model suggested would flatter that model. The order of the
    strategy is kept; spreading matters because what stays unanswered at the bottom may be withdrawn as stale, and a
    test set made only of what people got round to would not be a uniform draw.
    """
    n = len(picks) + len(tests)
    places = set(rng.permutation(n)[: len(tests)].tolist())
    queues = (iter(tests), iter(picks))
    drafts = []
    for place in range(n):
        is_test = place in places
        pick = next(queues[0] if is_test else queues[1])
        proposed = suggestion(pick.index)
        drafts.append(
            Draft(
                item_id=pick.index,
                strategy=pick.strategy,
                probability=pick.probability,
                score=pick.score,
                reason=pick.reason,
                priority=1.0 - place / n,
                blind=proposed is not None and (is_test or bool(rng.random() < blind_share)),
                suggestion=proposed,
            )
        )
    return drafts
