"""What clients send. Unknown fields are refused, so that a misspelt one does not pass unseen."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Role = Literal["annotator", "reviewer", "expert", "engineer", "owner"]
Outcome = Literal["answered", "skip", "unsure", "flag"]
Lane = Literal["label", "decide", "expert", "grid"]
Number = Annotated[float, Field(allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Ref = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=20_000)]
# Judged by the shape of the question, which knows its labels, not by the frame.
Value = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"$ref": "#/components/schemas/ChoiceValue"},
                {"$ref": "#/components/schemas/DecisionValue"},
                {"type": "null"},
            ],
            "description": "labels for a choice, a decision with its reason for a decision; none for other outcomes",
        }
    ),
]


class Sent(BaseModel):
    """Base of all request bodies."""

    model_config = ConfigDict(extra="forbid")


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields})


class LoginRequest(Sent):
    """A one-time code."""

    model_config = _example(code="Vv3n0r4pTq")
    code: Annotated[str, Field(min_length=1, max_length=200)]


class SignInRequest(Sent):
    """Signing in with the provider of identities. invitation: the code of a link, where one brought the browser here."""

    model_config = _example()
    invitation: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class ActorRequest(Sent):
    """A new actor."""

    model_config = _example(name="Ada", role="annotator")
    name: Name
    role: Role = "annotator"
    kind: Literal["person", "model", "rule"] = "person"


class ActorChange(Sent):
    """Another role or state."""

    model_config = _example(state="paused")
    role: Role | None = None
    state: Literal["active", "paused", "removed"] | None = None


class MemberChange(Sent):
    """Role, state or tags in a project; what is not named stays."""

    model_config = _example(role="reviewer", tags=["de"])
    role: Role | None = None
    state: Literal["active", "paused", "removed"] | None = None
    tags: Annotated[list[str], Field(max_length=100)] | None = None
    reason: Annotated[str, Field(max_length=1000)] | None = None


class InvitationRequest(Sent):
    """A link that lets people in."""

    model_config = _example(role="annotator", tags=["de"], uses=5, hours=72)
    role: Literal["annotator", "reviewer", "expert", "engineer"] = "annotator"
    tags: Annotated[list[str], Field(max_length=100)] = []
    uses: Annotated[int, Field(ge=1, le=1000)] = 1
    hours: Annotated[float, Field(gt=0, le=2160, allow_inf_nan=False)] = 72.0


class JoinRequest(Sent):
    """The code of a link, and who one is."""

    model_config = _example(code="Vv3n0r4pTq", name="Ada")
    code: Annotated[str, Field(min_length=1, max_length=200)]
    name: Name


class AcceptRequest(Sent):
    """The code of a link."""

    model_config = _example(code="Vv3n0r4pTq")
    code: Annotated[str, Field(min_length=1, max_length=200)]


class GoldRequest(Sent):
    """Items whose labels are trusted, or ``imported``: all whose label came with them."""

    model_config = _example(task="mail", items=["i3"], value={"labels": ["spam"]}, note="a known campaign")
    task: Ref | None = None
    items: Annotated[list[str], Field(max_length=10_000)] = []
    value: Value = None
    imported: bool = False
    note: Words | None = None
    hidden: bool = True


class MeasureRequest(Sent):
    """Which task to measure, where a project has several."""

    model_config = _example(task="mail")
    task: Ref | None = None


class ReviewRequest(Sent):
    """Whose work to look at, and how much of it."""

    model_config = _example(actor="a3", task="mail", sample=10)
    actor: Ref
    task: Ref | None = None
    sample: Annotated[int, Field(ge=1, le=200)] = 10


class ReviewVerdict(Sent):
    """Whether all of the work is accepted."""

    model_config = _example(accept=False, reason="half of the receipts are marked as spam")
    accept: bool
    reason: Words | None = None


class TaskRequest(Sent):
    """A new task."""

    model_config = _example(name="mail", kind="text_class@1", labels=["ham", "spam"], multi=False, guidelines="...")
    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: Annotated[str, Field(max_length=80)]
    labels: Annotated[list[str], Field(max_length=10_000)]
    multi: bool = False
    guidelines: str | None = None


class TaskChange(Sent):
    """All labels there are to be: the known ones and new ones."""

    model_config = _example(labels=["ham", "spam", "newsletter"])
    labels: Annotated[list[str], Field(max_length=10_000)] | None = None


class ProjectRequest(Sent):
    """A new project."""

    model_config = _example(
        name="mail",
        tasks=[{"name": "mail", "kind": "text_class@1", "labels": ["ham", "spam"]}],
        settings={"overlap": 2},
    )
    name: Annotated[str, Field(min_length=1, max_length=100)]
    tasks: Annotated[list[TaskRequest], Field(min_length=1, max_length=50)]
    settings: dict[str, Any] | None = None


class ProjectChange(Sent):
    """Settings to change; the others stay."""

    model_config = _example(settings={"batch": 40})
    settings: dict[str, Any]


class GuidelinesRequest(Sent):
    """The next version of the guidelines."""

    model_config = _example(text="Advertisements are spam, receipts are ham.")
    text: Annotated[str, Field(min_length=1, max_length=100_000)]


class AskRequest(Sent):
    """A batch of questions, now."""

    model_config = _example(task="mail", n=20, strategy="margin", needs=2)
    task: Ref | None = None
    n: Annotated[int, Field(ge=1, le=10_000)] = 20
    strategy: Annotated[str, Field(max_length=80)] | None = None
    needs: Annotated[int, Field(ge=1, le=25)] | None = None
    lane: Literal["label"] = "label"


class SuspectsRequest(Sent):
    """How many labels to ask for a verdict on."""

    model_config = _example(task="mail", n=20, needs=1)
    task: Ref | None = None
    n: Annotated[int, Field(ge=1, le=10_000)] = 20
    needs: Annotated[int, Field(ge=1, le=25)] = 1


class ClaimRequest(Sent):
    """Questions to answer."""

    model_config = _example(lane="label", n=5)
    lane: Lane = "label"
    n: Annotated[int, Field(ge=1, le=100)] = 5
    task: Ref | None = None


class ReleaseClaimsRequest(Sent):
    """Questions to give back."""

    model_config = _example(questions=["q12", "q13"])
    questions: Annotated[list[str], Field(max_length=1000)]


class AnswerRequest(Sent):
    """An answer. ``id`` is made by the client, so that sending twice is harmless."""

    model_config = _example(
        id="7e2f2f1e-5d5c-4a35-9e0a-0a5f0f6f1f10",
        question="q12",
        outcome="answered",
        value={"labels": ["spam"]},
        seconds=2.1,
        suggestion_shown=True,
        edited=False,
    )
    id: Annotated[str, Field(max_length=80, json_schema_extra={"format": "uuid"})]
    question: Ref
    outcome: Outcome = "answered"
    value: Value = None
    seconds: Seconds = 0.0
    suggestion_shown: bool = False
    edited: bool = False
    supersedes: Annotated[str, Field(max_length=80, json_schema_extra={"format": "uuid"})] | None = None
    note: Words | None = None
    confidence: Share | None = None
    rationale: Words | None = None
    guidelines: Annotated[int, Field(ge=1, lt=2**31)] | None = None


class TrainRequest(Sent):
    """What to train."""

    model_config = _example(task="mail")
    task: Ref | None = None


class RollbackRequest(Sent):
    """Which task, and why."""

    model_config = _example(task="mail", reason="v3 misses newsletters")
    task: Ref | None = None
    reason: Annotated[str, Field(min_length=1, max_length=20_000)]


class PredictItem(Sent):
    """One input, as an item's data."""

    data: dict[str, Any]


class PredictRequest(Sent):
    """Inputs to predict."""

    model_config = _example(items=[{"data": {"text": "you won a prize"}}], task="mail")
    items: Annotated[list[PredictItem], Field(min_length=1, max_length=1000)]
    task: Ref | None = None


class FeedbackRequest(Sent):
    """What was right, or whether it was."""

    model_config = _example(value={"labels": ["spam"]}, note="a known campaign")
    value: Value = None
    correct: bool | None = None
    note: Words | None = None


class BundleRequest(Sent):
    """A bundle on the server, and a name for the project that it becomes."""

    model_config = _example(path="mail.bundle", name="mail")
    path: Annotated[str, Field(min_length=1, max_length=4000)]
    name: Name | None = None


class ItemLine(BaseModel):
    """One line of an import (application/x-ndjson)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"key": "m-17", "data": {"text": "you won a prize"}, "labels": {"mail": "spam"}, "split": "pool"}
        }
    )
    key: str | None = None
    data: dict[str, Any]
    labels: dict[str, Any] | None = None
    meta: dict[str, Any] | None = None
    split: Literal["pool", "test"] | None = None


class WorkforceRequest(Sent):
    """A service of outside people. deadline: seconds; most: questions outside at a time; keep: left to the own team."""

    model_config = _example(name="crowd", address="https://crowd.example.org/questions", deadline=7200)
    name: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
    address: Annotated[str, Field(min_length=1, max_length=2000)]
    task: Ref | None = None
    kind: Ref = "http"
    options: dict[str, Any] | None = None
    deadline: Annotated[float, Field(ge=1, le=30 * 86_400, allow_inf_nan=False)] = 86_400.0
    most: Annotated[int, Field(ge=1, le=10_000)] = 100
    keep: Annotated[int, Field(ge=0, le=10_000)] = 10


class ConnectionState(Sent):
    """Whether it is spoken with."""

    model_config = _example(state="paused")
    state: Literal["active", "paused"]


class WorkforceChange(ConnectionState):
    """secret: make a new one; the old is void."""

    secret: bool = False


class WebhookRequest(Sent):
    """An address that is told what happens. kinds: all unless told."""

    model_config = _example(address="https://example.org/handloom", kinds=["decision.needed"])
    address: Annotated[str, Field(min_length=1, max_length=2000)]
    kinds: Annotated[
        list[Literal["question.resolved", "decision.needed", "label.changed"]] | None, Field(min_length=1, max_length=3)
    ] = None
