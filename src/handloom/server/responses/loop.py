"""What happens around the labels: batches, decisions, models, jobs, releases, predictions, lineage, overview, events."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from .base import Shown, Time, Who, example
from .projects import Project, Task
from .questions import ChoiceValue, Question


class Asked(Shown):
    """A batch. batch is null when no item was left to ask about."""

    model_config = example(batch="b1", questions=20, strategy="margin")
    batch: str | None
    questions: int
    strategy: str


class Did(Shown):
    """A step that the loop took."""

    task: str | None
    action: str
    text: str
    job: str | None


class Advanced(Shown):
    """What the loop did."""

    did: list[Did]


class Outcome(Shown):
    """What was decided. actor is null when time decided."""

    decision: str
    reason: str
    actor: Who | None
    at: Time | None


class Decision(Shown):
    """A decide-question and what became of it."""

    question: Question
    outcome: Outcome | None


class Decisions(Shown):
    """A page of decisions, newest first."""

    decisions: list[Decision]
    next: str | None


class Measured(Shown):
    """A number with its 95 % interval and how many it comes from."""

    model_config = example(value=0.91, low=0.87, high=0.94, n=180)
    value: float | None
    low: float | None
    high: float | None
    n: int


class Metrics(Shown):
    """Of a model on the living test set."""

    accuracy: Measured
    macro_f1: Measured


class Model(Shown):
    """The result of a training."""

    id: str
    number: int
    task: str
    run: str
    commit: str
    created: Time
    labels: int
    metrics: Metrics | None
    released: bool


class Models(Shown):
    """A page of models, newest first."""

    models: list[Model]
    next: str | None


class ModelDetail(Model):
    """A model with its evaluation: the evidence of its gate, in full."""

    evaluation: dict[str, Any] | None
    learner: str
    params: dict[str, Any]
    seconds: float
    human_seconds: float


class JobError(Shown):
    """Why a job failed."""

    code: str
    message: str


class Job(Shown):
    """A long step."""

    id: str
    kind: str
    task: str | None
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int
    total: int | None
    message: str
    created: Time
    started: Time | None
    finished: Time | None
    error: JobError | None


class Jobs(Shown):
    """A page of jobs, newest first."""

    jobs: list[Job]
    next: str | None


class Release(Shown):
    """A model that serves, or did until ``until``."""

    id: str
    model: str
    number: int
    since: Time
    until: Time | None
    by: Who
    reason: str
    decision: str | None


class Releases(Shown):
    """A page of releases, newest first."""

    releases: list[Release]
    next: str | None


class Predicted(Shown):
    """What the release said."""

    model_config = example(
        id="y7",
        value={"labels": ["spam"]},
        probabilities={"ham": 0.1, "spam": 0.9},
        model="m2",
        release="v1",
    )
    id: str
    value: ChoiceValue
    probabilities: dict[str, float]
    model: str
    release: str


class PredictedAll(Shown):
    """One per item, in their order."""

    predictions: list[Predicted]


class LoggedPrediction(Predicted):
    """A prediction in the log. sampled: why it became an item, if it did."""

    task: str | None
    data: dict[str, Any]
    confidence: float
    sampled: str | None
    item: str | None
    feedback: dict[str, Any] | None
    created: Time


class Predictions(Shown):
    """A page of predictions, newest first."""

    predictions: list[LoggedPrediction]
    next: str | None


class FeedbackTaken(Shown):
    """The question that came of the feedback, if one did."""

    model_config = example(id="y7", question="q41")
    id: str
    question: str | None


class Node(Shown):
    """Something in a lineage."""

    id: str
    kind: str
    text: str


class Lineage(Shown):
    """What is behind something: nodes, and edges from what came later to what it came from."""

    model_config = example(
        id="y7",
        kind="prediction",
        nodes=[{"id": "y7", "kind": "prediction", "text": "spam"}, {"id": "v1", "kind": "release", "text": "model 2"}],
        edges=[["y7", "v1"]],
    )
    id: str
    kind: str
    nodes: list[Node]
    edges: list[list[str]]


class StepShown(Shown):
    """One of the nine steps."""

    step: Literal["collect", "select", "ask", "resolve", "commit", "train", "evaluate", "release", "monitor"]
    count: int
    text: str
    state: Literal["idle", "busy", "waiting", "done"]


class CurvePoint(Shown):
    """A model on the learning curve."""

    model: str
    number: int
    labels: int
    seconds: float
    accuracy: float | None
    low: float | None
    high: float | None
    macro_f1: float | None
    n: int
    released: bool


class Flip(Shown):
    """An item whose prediction changed."""

    model_config = ConfigDict(
        populate_by_name=True, json_schema_extra={"example": {"item": "i3", "from": "3", "to": "5"}}
    )
    item: str
    from_: str = Field(alias="from")
    to: str


class ClassChange(Shown):
    """How often a label was predicted, before and after."""

    label: str
    before: int
    after: int
    recall_before: float | None
    recall_after: float | None


class SinceLast(Shown):
    """What changed from one model to the next."""

    from_: str = Field(alias="from")
    to: str
    compared: int
    flipped: int
    examples: list[Flip]
    per_class: list[ClassChange]


class Serving(Shown):
    """What serves now."""

    id: str
    model: str
    number: int | None
    since: Time


class MyPace(Shown):
    """How the acting actor does."""

    answers_today: int
    answers: int
    median_seconds: float | None


class FindingShown(Shown):
    """What a check says about a task as it runs. severity: ``info``, ``warning`` or ``error``."""

    check: str
    severity: str
    message: str


class Forecast(Shown):
    """What another ``answers`` are expected to bring: gain in accuracy with its 95 % interval, and seconds of people's time."""

    model_config = example(answers=100, seconds=720.0, gain=0.004, low=0.001, high=0.007)
    answers: int
    seconds: float
    gain: float
    low: float
    high: float


class Overview(Shown):
    """The project at a glance."""

    project: Project
    task: Task
    steps: list[StepShown]
    lanes: dict[str, dict[str, int]]
    curve: list[CurvePoint]
    forecast: Forecast | None
    since_last: SinceLast | None
    release: Serving | None
    decisions_open: int
    findings: list[FindingShown]
    jobs: list[Job]
    me: MyPace


class Event(Shown):
    """One entry of the log, as the ``data`` of a server-sent event."""

    model_config = example(
        seq=812,
        kind="answer.given",
        project="p1",
        subject="q12",
        actor="a3",
        at="2026-11-21T05:14:35.120Z",
        body={"question": "q12", "outcome": "answered", "state": "resolved"},
    )
    seq: int
    kind: str
    project: str | None
    subject: str | None
    actor: str | None
    at: Time
    body: Any
