"""What the server says about merge requests and the results of data tests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from .base import Shown, Time, Who


class DataFinding(Shown):
    """What a data test has to say. ``items``: the first it is about; a test may tell more beside these."""

    model_config = ConfigDict(defer_build=True, extra="allow")
    check: str
    severity: Literal["info", "warning", "error"]
    message: str
    side: str
    items: list[str]


class DataTest(Shown):
    """What one test finds in a version. ``into``: as merged into that one; ``blocks``: it is required and fails."""

    test: str
    into: str | None
    required: bool
    blocks: bool
    severity: Literal["info", "warning", "error"] | None
    count: int
    findings: list[DataFinding]
    created: Time


class ProposalVerdict(Shown):
    """What somebody decided about what is proposed now."""

    actor: Who
    decision: str
    reason: str
    at: Time


class ProposalComment(Shown):
    """What somebody says about a request. ``item``: the row it is about."""

    id: int
    item: str | None
    author: Who
    text: str
    created: Time


class OpenConflict(Shown):
    """A row that has to be settled before the request can be merged."""

    item: str
    question: str | None


class Proposal(Shown):
    """A proposal to merge a branch. ``head``: what is proposed; ``into``: the version its tests merged it into.

    ``failing``: tests that hold it up; ``unsettled``: conflicts that do; ``auto``: it merges by itself when nothing does.
    """

    id: str
    task: str
    kind: Literal["corrections", "answers", "verdicts"]
    title: str
    source: str
    target: str
    state: Literal["open", "approved", "merged", "rejected", "expired", "closed"]
    auto: bool
    head: str
    into: str | None
    tests: int
    failing: list[str]
    unsettled: int
    question: str | None
    approvals: int
    needs: int
    comments: int
    author: Who
    by: Who | None
    reason: str | None
    overridden: bool
    merge: str | None
    created: Time
    expires: Time
    ended: Time | None


class Proposals(Shown):
    """A page of merge requests."""

    requests: list[Proposal]
    next: str | None


class DatasetRow(Shown):
    """What a version holds of an item."""

    value: Any
    confidence: float | None
    split: str
    weight: float


class RowChange(Shown):
    """One row that differs."""

    item: str
    key: str
    data: dict[str, Any]
    kinds: list[str]
    before: DatasetRow | None
    after: DatasetRow | None


class LabelChange(Shown):
    """How often one label became another; null where there was none."""

    before: str | None
    after: str | None
    count: int


class DatasetChange(Shown):
    """What differs, counted and with the first rows."""

    rows: int
    kinds: dict[str, int]
    labels: list[LabelChange]
    changes: list[RowChange]


class ProposalDetail(Proposal):
    """A merge request with all that is known of it."""

    results: list[DataTest]
    conflicts: list[OpenConflict]
    verdicts: list[ProposalVerdict]
    discussion: list[ProposalComment]
    change: DatasetChange
    may_decide: bool
    may_approve: bool
