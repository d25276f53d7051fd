"""Questions, claims, answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .base import Shown, Time, example


class ChoiceValue(Shown):
    """One or several labels. among: the labels that were asked about, where not all were; automatic: of a policy's answer,
    the precision that was estimated for it."""

    model_config = example(labels=["spam"])
    labels: list[str]
    among: list[str] | None = None
    automatic: float | None = None


class DecisionValue(Shown):
    """What was decided, and why."""

    model_config = example(decision="approve", reason="better on every class")
    decision: str
    reason: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class Suggestion(Shown):
    """A machine's proposal."""

    value: ChoiceValue
    confidence: float
    model: str | None


class QuestionItem(Shown):
    """An item as it is asked."""

    id: str
    key: str
    data: dict[str, Any]
    meta: dict[str, Any] | None


class GuidelineShown(Shown):
    """Which version is in force."""

    version: int


class Question(Shown):
    """One request to one audience about an item or a decision."""

    id: str
    project: str
    task: str | None
    kind: str
    shape: str
    widget: str
    lane: Literal["label", "decide", "expert", "practice", "gold", "grid"]
    items: list[QuestionItem]
    labels: list[str]
    multi: bool
    suggestion: Suggestion | None
    guidelines: GuidelineShown | None
    strategy: str
    reason: str
    needs: int
    state: str
    expires: Time | None
    created: Time
    body: dict[str, Any] | None


class Claimed(Shown):
    """Questions leased to the actor, best first."""

    questions: list[Question]


class ListedQuestion(Question):
    """A question with how many answers it has."""

    answers: int


class Questions(Shown):
    """A page of questions, newest first."""

    questions: list[ListedQuestion]
    next: str | None


class Released(Shown):
    """How many leases were given back."""

    model_config = example(released=2)
    released: int


class PracticeFeedback(Shown):
    """What a newcomer is told about a practice answer. left: practice answers wanted at least before it counts."""

    right: bool
    value: ChoiceValue | None
    note: str | None
    qualified: bool
    left: int


class Answered(Shown):
    """What became of an answer. feedback: in practice only."""

    model_config = example(
        id="7e2f2f1e-5d5c-4a35-9e0a-0a5f0f6f1f10",
        question="q12",
        state="resolved",
        counted=True,
        late=False,
        superseded=None,
    )
    id: str
    question: str
    state: str
    counted: bool
    late: bool
    superseded: str | None
    feedback: PracticeFeedback | None = None
