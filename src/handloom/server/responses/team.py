"""Members, invitations, gold, skills, reviews."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

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


class ClassSkill(Measured):
    """Share right among the items of one class; n: the items that this amounts to."""

    label: str


class TrendPoint(Measured):
    """Accuracy at a time."""

    at: Time


class Spent(Shown):
    """Answers of any outcome, and the seconds they took."""

    answers: int
    seconds: float


class Load(Spent):
    """What somebody gave to the task so far; recent: in the seven days before it was measured."""

    recent: Spent


class MemberWithSkill(Member):
    """Somebody in a project, with their skill in the task.

    classes: skill by class; periods: accuracy in successive parts of their answers; load: null before the first
    measurement; held: questions they hold now.
    """

    skill: SkillShown | None
    classes: list[ClassSkill]
    periods: list[TrendPoint]
    load: Load | None
    held: int


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
    """One's own page. role, can: in this project; trend: skill as it was measured, periods: of parts of the answers."""

    task: str
    role: str
    can: list[str]
    state: str
    reason: str | None
    answers: int
    median_seconds: float | None
    skill: SkillShown | None
    trend: list[TrendPoint]
    classes: list[ClassSkill]
    periods: list[TrendPoint]
    load: Load | None
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


class AgreementPoint(Measured):
    """Alpha of the items answered last before a time."""

    at: Time


class LabelAgreement(Measured):
    """Alpha of one label against all others."""

    label: str


class PairAgreement(Measured):
    """Share of equal answers of two people; n: answers compared."""

    a: Who
    b: Who


class MixedUp(Measured):
    """Two labels that people mix up: of the pairs of answers that name only these, the share that names one each.

    items: items' worth of such pairs; n: of all of them.
    """

    labels: list[str]
    items: float


class AgreementShown(Shown):
    """How far people agree (Krippendorff's alpha, nominal), over time, by label and by pair, and what they mix up."""

    alpha: Measured
    percent: Measured
    over_time: list[AgreementPoint]
    by_label: list[LabelAgreement]
    pairs: list[PairAgreement]
    confusions: list[MixedUp]


class Suggested(Shown):
    """Of the last suggestions, those with at least this confidence (up to the next part's): the share that was right, by
    what people say, of n."""

    model_config = ConfigDict(
        populate_by_name=True, json_schema_extra={"example": {"from": 0.9, "right": 0.97, "n": 80}}
    )
    from_: float = Field(alias="from")
    right: float
    n: int


class Quality(Shown):
    """How good the labels of a task are and what they cost, as of the last measurement.

    behind: answers of the project since. minutes, money: of everybody so far; money is null while nobody has said what
    an hour costs.
    """

    task: str
    as_of: Time | None
    behind: int
    people: int
    labels: int
    answers: int
    confidence: float | None
    answers_per_label: float | None
    seconds_per_label: float | None
    minutes: float
    hour_costs: float | None
    money: float | None
    money_per_label: float | None
    gold: GoldCount
    conflicts: ConflictCount
    agreement: AgreementShown | None
    suggestions: list[Suggested]
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
