"""Members, invitations, gold, skills, reviews."""

from __future__ import annotations

from typing import Any, Literal

from .base import Shown, Time, Who, example
from .loop import Measured
from .people import Actor


class SkillShown(Shown):
    """Measured skill. checks: answers compared with gold; follows: share of suggestions taken over because shown."""

    accuracy: Measured
    checks: int
    checks_right: int
    follows: float


class Member(Actor):
    """Somebody in a project. member: listed in this project; else here because the project is open to the workspace."""

    tags: list[str]
    reason: str | None
    since: Time | None
    member: bool


class MemberWithSkill(Member):
    """Somebody in a project, with their skill in the task."""

    skill: SkillShown | None


class TeamShown(Shown):
    """Everybody in a project."""

    task: str
    members: list[MemberWithSkill]


class InvitationShown(Shown):
    """A link that lets people in. uses: how often it still may."""

    id: str
    role: str
    tags: list[str]
    uses: int
    created: Time
    expires: Time


class NewInvitation(InvitationShown):
    """A new link; its code, in the fragment of the path, is shown this once."""

    path: str


class Invitations(Shown):
    """Links, newest first."""

    invitations: list[InvitationShown]


class Revoked(Shown):
    """How many links were revoked."""

    model_config = example(revoked=1)
    revoked: int


class Joined(Shown):
    """Somebody new, with the token that is shown this once."""

    actor: Actor
    token: str
    csrf: str
    project: str


class Accepted(Shown):
    """Which project, in which role."""

    model_config = example(project="p2", role="annotator")
    project: str
    role: str


class TrendPoint(Measured):
    """Accuracy at a time."""

    at: Time


class PracticeShown(Shown):
    """How a newcomer stands."""

    qualified: bool
    right: int
    of: int
    left: int


class ToldShown(Shown):
    """What an expert or a reviewer said about an answer. verdict: the right value, null for a rejection."""

    item: str
    yours: dict[str, Any] | None
    verdict: dict[str, Any] | None
    reason: str | None
    at: Time


class Mine(Shown):
    """One's own page. role, can: in this project."""

    task: str
    role: str
    can: list[str]
    state: str
    reason: str | None
    answers: int
    median_seconds: float | None
    skill: SkillShown | None
    trend: list[TrendPoint]
    practice: PracticeShown
    feedback: list[ToldShown]


class AnchoringShown(Shown):
    """Agreement with suggestions where they were shown and where they were hidden."""

    shown: Measured | None
    blind: Measured | None
    difference: Measured | None
    wrong: Measured | None
    wrong_blind: Measured | None
    warning: str | None


class ActorAnchoring(AnchoringShown):
    """The same for one actor."""

    actor: Who


class AnchoringReport(Shown):
    """Whether people follow suggestions because they are there."""

    blind_share: float
    all: AnchoringShown | None
    actors: list[ActorAnchoring]


class GoldCount(Shown):
    """Gold items, and answers compared with them."""

    items: int
    checks: int


class ConflictCount(Shown):
    """Conflicts that wait for an expert, and those settled."""

    open: int
    settled: int


class Quality(Shown):
    """How good the labels of a task are and what they cost."""

    task: str
    people: int
    labels: int
    answers: int
    answers_per_label: float | None
    seconds_per_label: float | None
    confidence: float | None
    gold: GoldCount
    conflicts: ConflictCount
    anchoring: AnchoringReport


class GoldShown(Shown):
    """A trusted label. source: known, or an expert's verdict."""

    item: str
    value: dict[str, Any]
    source: Literal["known", "expert"]
    hidden: bool
    note: str | None
    actor: Who
    created: Time


class Golds(Shown):
    """A page of gold."""

    gold: list[GoldShown]
    next: str | None


class GoldAdded(Shown):
    """How many items are gold now."""

    model_config = example(added=50)
    added: int


class GoldRemoved(Shown):
    """Whether it was gold."""

    model_config = example(removed=1)
    removed: int


class ReviewShown(Shown):
    """A look at a random sample of somebody's work. size: answers in the work."""

    id: str
    task: str | None
    actor: Who
    by: Who
    size: int
    sample: int
    state: Literal["open", "accepted", "rejected"]
    reason: str | None
    created: Time
    closed: Time | None


class Reviews(Shown):
    """A page of reviews, newest first."""

    reviews: list[ReviewShown]
    next: str | None


class SampledItem(Shown):
    """An item as the reviewer sees it."""

    id: str
    key: str
    data: dict[str, Any]


class SampledAnswer(Shown):
    """An answer of the sample, beside the label that the item has now."""

    answer: str
    item: SampledItem
    value: dict[str, Any] | None
    outcome: str
    label: dict[str, Any] | None
    seconds: float
    suggestion_shown: bool
    note: str | None
    created: Time


class ReviewInFull(ReviewShown):
    """A review with its sample."""

    answers: list[SampledAnswer]


class ReviewClosed(ReviewInFull):
    """A review that was closed, with how many answers are asked again."""

    asked_again: int
