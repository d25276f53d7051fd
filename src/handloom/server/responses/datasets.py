"""What the server says about dataset versions."""

from __future__ import annotations

from typing import Any, Literal

from .base import Shown, Time, Who


class Commit(Shown):
    """A version of a task's dataset. ``parents``: two for a merge."""

    id: str
    task: str
    parents: list[str]
    digest: str
    rows: int
    test_rows: int
    changed: int
    message: str
    author: Who
    created: Time
    tags: list[str]


class Conflict(Shown):
    """A row that a merge left to people. ``settled``: the version that decided it."""

    item: str
    fields: list[Literal["label", "split", "weight", "row"]]
    question: str | None
    settled: str | None


class CommitDetail(Commit):
    """A version with what its merge could not decide."""

    conflicts: list[Conflict]


class Commits(Shown):
    """A page of a log."""

    commits: list[Commit]
    next: str | None


class Branch(Shown):
    """A line of versions. ``base``: where it began; ``head``: where it is."""

    name: str
    base: str | None
    head: str | None
    created: Time


class Branches(Shown):
    """Open branches of a task."""

    branches: list[Branch]


class Tag(Shown):
    """A name for a version."""

    name: str
    commit: str
    message: str
    created: Time


class Tags(Shown):
    """Tags of a task."""

    tags: list[Tag]


class DatasetRow(Shown):
    """What a version holds of an item."""

    value: Any
    confidence: float | None
    split: str
    weight: float


class RowChange(Shown):
    """One row that differs."""

    item: str
    kinds: list[str]
    before: DatasetRow | None
    after: DatasetRow | None


class LabelChange(Shown):
    """How often one label became another; null where there was none."""

    before: str | None
    after: str | None
    count: int


class Diff(Shown):
    """What changed between two versions."""

    before: str
    after: str
    rows: int
    kinds: dict[str, int]
    labels: list[LabelChange]
    changes: list[RowChange]
