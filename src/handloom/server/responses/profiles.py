"""What the server says about what is in the data."""

from __future__ import annotations

from typing import Any, Literal

from .base import Shown, Time
from .loop import Job


class Histogram(Shown):
    """Bars over what is not far out. ``edges`` has one more than ``counts``; ``below``, ``above``: values beyond them."""

    edges: list[float]
    counts: list[int]
    below: int
    above: int


class Spread(Shown):
    """How values are spread."""

    mean: float
    min: float
    p05: float
    p25: float
    median: float
    p75: float
    p95: float
    max: float
    histogram: Histogram


class Outliers(Shown):
    """Values far outside the middle half of their field, and the first items that have one."""

    count: int
    items: list[str]


class Common(Shown):
    """A value that occurs often."""

    value: str
    rows: int


class FieldProfile(Shown):
    """One field. A number has ``spread`` and ``outliers``, a text ``characters`` and ``words``, a category ``common``."""

    kind: Literal["number", "category", "text", "other"]
    missing: int
    different: int | None = None
    spread: Spread | None = None
    outliers: Outliers | None = None
    characters: Spread | None = None
    words: Spread | None = None
    common: list[Common] | None = None


class ClassRows(Shown):
    """How many rows are of a class."""

    label: str
    rows: int


class Balance(Shown):
    """Rows by class, the largest first. ``missing``: rows without a label. ``evenness``: 1 where all are equal."""

    classes: list[ClassRows]
    missing: int
    evenness: float


class SliceRows(Shown):
    """Rows of a slice, and of each class in it, in the order of ``labels``."""

    name: str
    predicate: str
    rows: int
    by_label: list[int]


class Heat(Shown):
    """How classes fall into slices."""

    labels: list[str]
    slices: list[SliceRows]


class ProfileFound(Shown):
    """Everything that was counted, by name of the field."""

    rows: int
    labels: Balance | None = None
    fields: dict[str, FieldProfile] | None = None
    images: dict[str, Any] | None = None
    slices: Heat | None = None


class Profile(Shown):
    """The newest profile of the items (``commit`` null) or of a version. ``fresh``: nothing has changed since, as far as
    counts tell. ``job``: one that makes a profile now."""

    commit: str | None
    made: Time | None
    fresh: bool
    profile: ProfileFound | None
    job: Job | None
