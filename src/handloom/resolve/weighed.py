"""The label of one item from its answers, each weighed by the measured skill of who gave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.people import Vote
from ..core.protocols import Estimate
from .majority import HUMAN

STRANGER = 0.75
"""Accuracy of somebody of whom nothing is known."""
TRUST = 4.0
"""Answers that this assumption counts for, beside what was measured."""
BEST = 0.99
"""Nobody is believed more, however well they did so far."""
IMPORTED = 0.95
"""Accuracy of labels that came with the items, where nobody said that they are gold."""
_MODEL_BEST = 0.95


@dataclass(frozen=True, slots=True)
class Weighed:
    """An estimate with what it rests on. posterior: (classes,) of a single label; of several labels, (sure, not sure)."""

    estimate: Estimate
    posterior: np.ndarray


def weigh(
    votes: Sequence[Vote], classes: Sequence[str], *, multi: bool = False, model: Mapping[str, Any] | None = None
) -> Weighed | None:
    """The posterior under a one-coin model of each answer; None when no person has answered.

    Somebody of accuracy p names the true class with probability p and each other one with (1 - p) / (classes - 1); p is
    pulled toward that of a stranger while little is measured, and is never below guessing, so that a careless person
    counts for nothing and not for the opposite. Where a suggestion was on screen and was taken over, a share
    ``follows`` of the probability goes to "would have said so anyway": whoever always follows adds nothing to it.
    model: a suggestion ``{"value", "confidence"}`` that counts as one more answer; None: models do not count.
    Verdicts were given with the answers before them in view: where there is one, verdicts alone count. The estimate's
    confidence is the posterior of its value; several labels: the smallest over the labels.
    """
    counted = [vote for vote in votes if vote.kind in HUMAN and isinstance(vote.value, Mapping)]
    counted = [vote for vote in counted if "verdict" in vote.value] or counted
    if not counted:
        return None
    scores = _several(counted, classes, model) if multi else _single(counted, classes, model)
    ids = tuple(vote.answer for vote in counted)
    if multi:
        chances = 1 / (1 + np.exp(-scores))
        value = [name for name, chance in zip(classes, chances.tolist(), strict=True) if chance >= 0.5]
        sure = float(np.maximum(chances, 1 - chances).min())
        return Weighed(Estimate({"labels": value}, round(sure, 6), len(ids), ids), np.array([sure, 1 - sure]))
    posterior = np.exp(scores - scores.max())
    posterior /= posterior.sum()
    best = int(np.round(posterior, 9).argmax())
    return Weighed(
        Estimate({"labels": [classes[best]]}, round(float(posterior[best]), 6), len(ids), ids),
        posterior,
    )


def believed(vote: Vote, classes: int) -> float:
    """The accuracy that an answer is weighed by."""
    if vote.kind == "import":
        return IMPORTED
    known, n = (vote.accuracy, vote.n) if vote.accuracy is not None else (STRANGER, 0.0)
    pulled = (known * n + STRANGER * TRUST) / (n + TRUST)
    return min(BEST, max(1 / max(classes, 2), pulled))


def _single(votes: Sequence[Vote], classes: Sequence[str], model: Mapping[str, Any] | None) -> np.ndarray:
    """(classes,) log-posterior up to a constant, all classes being equally likely before anybody answers."""
    place = {name: k for k, name in enumerate(classes)}
    scores, k = np.zeros(len(classes)), len(classes)
    if model is not None and model["value"]["labels"]:
        said = place.get(model["value"]["labels"][0])
        sure = min(_MODEL_BEST, max(1 / k, float(model["confidence"])))
        if said is not None:
            scores[said] += np.log(sure * (k - 1) / (1 - sure))
    for vote in votes:
        said = place.get(vote.value["labels"][0]) if vote.value["labels"] else None
        if said is None:
            continue
        right = believed(vote, k)
        wrong = (1 - right) / (k - 1)
        if vote.shown is not None and vote.shown == vote.value:
            right, wrong = (vote.follows + (1 - vote.follows) * chance for chance in (right, wrong))
        scores[said] += np.log(right / wrong)
    return scores


def _several(votes: Sequence[Vote], classes: Sequence[str], model: Mapping[str, Any] | None) -> np.ndarray:
    """(classes,) log-odds of each label by itself. The error of a vote is taken per label."""
    scores = np.zeros(len(classes))
    if model is not None:
        sure = min(_MODEL_BEST, max(0.5, float(model["confidence"])))
        scores += _signs(model["value"]["labels"], classes) * np.log(sure / (1 - sure))
    for vote in votes:
        right = believed(vote, 2)
        wrong = 1 - right
        if vote.shown is not None and vote.shown == vote.value:
            right, wrong = (vote.follows + (1 - vote.follows) * chance for chance in (right, wrong))
        scores += _signs(vote.value["labels"], classes) * np.log(right / wrong)
    return scores


def _signs(labels: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    chosen = set(labels)
    return np.array([1.0 if name in chosen else -1.0 for name in classes])
