"""Items, imports, labels."""

from __future__ import annotations

from typing import Literal

from .base import Shown, Time, Who, example
from .projects import Task
from .questions import ChoiceValue, DecisionValue, QuestionItem


class Rejected(Shown):
    """A line that was not taken, and why."""

    line: int
    code: str
    message: str


class Imported(Shown):
    """What became of an import. ``rejected`` holds the first 1,000."""

    model_config = example(
        added=998,
        duplicates=1,
        rejected=[{"line": 17, "code": "HL021", "message": "label 'Spam' is not in task mail. Did you mean 'spam'?"}],
        rejected_total=1,
    )
    added: int
    duplicates: int
    rejected: list[Rejected]
    rejected_total: int


class LabelShown(Shown):
    """The best current value. n: people behind it; automatic: none, but a policy that somebody signed."""

    value: ChoiceValue
    confidence: float
    n: int
    automatic: bool


class GuessShown(Shown):
    """What a model said."""

    label: str
    probability: float
    model: str


class Item(QuestionItem):
    """One thing to learn from. test: in the living test set, never trained on."""

    test: bool


class ListedItem(Item):
    """An item in a list."""

    label: LabelShown | None
    prediction: GuessShown | None


class Items(Shown):
    """A page of items. scanned: rows looked at; with a search a page may be empty and still have a next one."""

    items: list[ListedItem]
    next: str | None
    scanned: int


class ItemWithTime(Item):
    """An item and when it came."""

    created: Time


class AnswerShown(Shown):
    """An answer and who gave it."""

    id: str
    actor: Who
    outcome: Literal["answered", "skip", "unsure", "flag", "retracted"]
    value: ChoiceValue | DecisionValue | None
    seconds: float
    suggestion_shown: bool
    note: str | None
    created: Time
    late: bool
    superseded: bool


class QuestionOfItem(Shown):
    """A question about an item, with its answers."""

    id: str
    lane: Literal["label", "decide", "expert", "grid", "gold", "practice"]
    state: str
    strategy: str
    probability: float
    reason: str
    created: Time
    answers: list[AnswerShown]


class LabelWithAnswers(LabelShown):
    """A label and the answers it was estimated from."""

    answers: list[str]


class NumberedGuess(GuessShown):
    """What one of the last models said."""

    number: int


class TaskOfItem(Shown):
    """What is known about an item in one task. imported: answers that came with it."""

    task: Task
    label: LabelWithAnswers | None
    predictions: list[NumberedGuess]
    questions: list[QuestionOfItem]
    imported: list[AnswerShown]


class ItemDetail(Shown):
    """Everything about one item."""

    item: ItemWithTime
    tasks: list[TaskOfItem]
