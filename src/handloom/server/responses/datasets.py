"""What the server says about dataset versions."""

from __future__ import annotations

from typing import Literal

from .base import Shown, Time, Who
from .requests import DatasetChange, DataTest


class Tested(Shown):
    """How many data tests looked at a version, how many hold up its merge, and how many find an error that was there before."""

    run: int
    failing: int
    known: int


class Proposed(Shown):
    """The merge request that a version is about."""

    id: str
    state: str


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
    tests: Tested | None


class Conflict(Shown):
    """A row that a merge left to people. ``settled``: the version that decided it."""

    item: str
    fields: list[Literal["label", "split", "weight", "row"]]
    question: str | None
    settled: str | None


class CommitDetail(Commit):
    """A version with what its merge could not decide, what its data tests found, and the request it is about."""

    conflicts: list[Conflict]
    results: list[DataTest]
    request: Proposed | None


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


class Diff(DatasetChange):
    """What changed between two versions."""

    before: str
    after: str
