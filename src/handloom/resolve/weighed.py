"""The label of one item from its answers, each weighed by the measured skill of who gave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.people import Vote
from ..core.protocols import Estimate
from . import automatic
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
    """An estimate with what it rests on.

    posterior: (classes,) of a single label; of several labels, (sure, not sure). belief: the same with the backing of a
    model, which has no say in the estimate. label: the place of the estimate's value in both.
    """

    estimate: Estimate
    posterior: np.ndarray
    belief: np.ndarray
    label: int

    @property
    def sure(self) -> float:
        """Probability of the estimate's value by all that is known: whether anybody else need be asked."""
        return float(self.belief[self.label])


@dataclass(frozen=True, slots=True)
class Backing:
    """What a model suggested before anybody answered, and what such suggestions have been worth.

    bands: (least confidence, share that people found right, n) of the last suggestions, rising.
    """

    suggestion: Mapping[str, Any]
    bands: Sequence[Sequence[float]] = ()

    def as_vote(self) -> dict[str, Any]:
        """The suggestion with the confidence that those as sure as it have earned, whatever the model says of itself.

        Pulled toward that of all suggestions, and this toward that of a stranger. Before anything is measured a model is
        believed as it says, up to a stranger.
        """
        said = float(self.suggestion["confidence"])
        n = sum(band[2] for band in self.bands)
        right = sum(band[1] * band[2] for band in self.bands)
        earned = (right + min(said, STRANGER) * TRUST) / (n + TRUST)
        own = [band for band in self.bands if band[0] <= said] or self.bands
        if own:
            earned = (own[-1][1] * own[-1][2] + earned * TRUST) / (own[-1][2] + TRUST)
        return {**self.suggestion, "confidence": earned}


def weigh(
    votes: Sequence[Vote],
    classes: Sequence[str],
    *,
    multi: bool = False,
    model: Mapping[str, Any] | None = None,
    backing: Backing | None = None,
) -> Weighed | None:
    """The posterior under a one-coin model of each answer; None when no person has answered.

    Somebody of accuracy p names the true class with probability p and each other one with (1 - p) / (classes - 1); p is
    pulled toward that of a stranger while little is measured, and is never below guessing, so that a careless person
    counts for nothing and not for the opposite. Where a suggestion was on screen and was taken over, a share
    ``follows`` of the probability goes to "would have said so anyway": whoever always follows adds nothing to it.
    model: a suggestion ``{"value", "confidence"}`` that counts as one more answer; None: models do not count.
    backing: a suggestion that only tells how sure the people's label is, not what it is.
    Verdicts were given with the answers before them in view: where there is one, verdicts alone count. The estimate's
    confidence is the posterior of its value; several labels: the smallest over the labels.
    """
    counted = [vote for vote in votes if vote.kind in HUMAN and isinstance(vote.value, Mapping)]
    counted = [vote for vote in counted if "verdict" in vote.value] or counted
    if not any(automatic.says(vote.value) for vote in counted):
        return _by_policy(votes, counted)
    judge = _several if multi else _single
    scores = judge(counted, classes, model)
    backed = scores if backing is None else scores + judge((), classes, backing.as_vote())
    ids = tuple(vote.answer for vote in counted)
    if multi:
        chances, believed_in = 1 / (1 + np.exp(-scores)), 1 / (1 + np.exp(-backed))
        chosen = chances >= 0.5
        value = [name for name, there in zip(classes, chosen.tolist(), strict=True) if there]
        sure, surer = (float(np.where(chosen, one, 1 - one).min()) for one in (chances, believed_in))
        estimate = Estimate({"labels": value}, round(sure, 6), len(ids), ids)
        return Weighed(estimate, np.array([sure, 1 - sure]), np.array([surer, 1 - surer]), 0)
    posterior = _softmax(scores)
    best = _best(posterior, counted, classes)
    estimate = Estimate({"labels": [classes[best]]}, round(float(posterior[best]), 6), len(ids), ids)
    return Weighed(estimate, posterior, _softmax(backed), best)


def _best(posterior: np.ndarray, votes: Sequence[Vote], classes: Sequence[str]) -> int:
    """The likeliest class; of equal ones what most people said (a follower's answer weighs nothing, and still is one)."""
    rounded = np.round(posterior, 9)
    equal = np.flatnonzero(rounded == rounded.max()).tolist()
    if len(equal) == 1:
        return equal[0]
    said = [vote.value["labels"][0] for vote in votes if vote.value["labels"]]
    return max(equal, key=lambda k: (said.count(classes[k]), -k))


def _softmax(scores: np.ndarray) -> np.ndarray:
    out = np.exp(scores - scores.max())
    return out / out.sum()


def _by_policy(votes: Sequence[Vote], counted: Sequence[Vote]) -> Weighed | None:
    """A signed policy's label, where no person gives one and nobody denies it."""
    rules = ((vote.answer, vote.value) for vote in votes if vote.kind == "rule")
    found = automatic.estimate(rules, automatic.denials(vote.value for vote in counted))
    if found is None:
        return None
    sure = np.array([found.confidence, 1 - found.confidence])
    return Weighed(found, sure, sure, 0)


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
            for label in vote.value.get(automatic.AMONG, ()):  # "not this one" is wrong as often as its giver is
                right = believed(vote, 2)
                scores[place[label]] -= np.log(right / (1 - right))
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
