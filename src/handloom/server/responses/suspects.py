"""Labels that are likely wrong, and what people said of them."""

from __future__ import annotations

from .base import Shown, Time, example
from .loop import Measured


class VerdictShown(Shown):
    """What a reviewer said. labels: what the item is labelled with by it."""

    model_config = example(verdict="change", labels=["spam"], error="slip", identical=False)
    verdict: str
    labels: list[str]
    error: str | None
    identical: bool


class SuspectShown(Shown):
    """A label in question. proposed: empty where nothing better is known; identical: items of equal content and label."""

    question: str
    item: str
    key: str
    state: str
    created: Time
    given: list[str]
    proposed: list[str]
    score: float
    reasons: list[str]
    identical: int
    verdict: VerdictShown | None


class ExpectedShown(Measured):
    """Of the labels worth a look, the share that is wrong; verdicts: how many people gave, 0: the interval is 0 to 1."""

    verdicts: int


class WeightTried(Shown):
    """Accuracy of models that did not see the item, on labels as they were and on corrected ones. used: after the cap."""

    weight: float
    used: float
    old: Measured
    new: Measured


class OutlookShown(Shown):
    """What is left to review. worth: labels worth a look; stop: whether the next few most likely are not; why: in words.

    weights: what it would do to weigh corrected labels up, empty before ten are corrected.
    """

    worth: int
    expected_precision: ExpectedShown
    stop: bool
    why: str
    weights: list[WeightTried]


class Suspects(Shown):
    """A page of labels in question, newest first. outlook: of the newest search, null before the first."""

    suspects: list[SuspectShown]
    next: str | None
    outlook: OutlookShown | None
