"""Labels renamed, merged and split; labels replaced; what is frozen; what was erased."""

from __future__ import annotations

from typing import Any, Literal

from .base import Shown, Time, Who, example
from .loop import Job

Kind = Literal["rename", "merge", "split"]


class Changed(Shown):
    """What a label migration touches. rows: of each open branch; asked: items that become questions again."""

    answers: int
    labels: int
    gold: int
    questions: int
    asked: int
    rows: dict[str, int]


class ModelBefore(Shown):
    """A model that was trained before. stale: its labels that were split since; the others are read under new names."""

    model: str
    number: int
    released: bool
    stale: list[str]


class Sampled(Shown):
    """An item whose label changes. after None: it becomes a question again."""

    item: str
    key: str
    data: dict[str, Any]
    before: Any
    after: Any


class SliceAfter(Shown):
    """A saved slice that names one of the labels. after: how it reads now; None: it stays, and somebody has to look at it."""

    name: str
    before: str
    after: str | None


class MigrationPreview(Shown):
    """What a label migration would change. after: all labels of the task."""

    kind: Kind
    labels: list[str]
    into: list[str]
    after: list[str]
    counts: Changed
    sample: list[Sampled]
    slices: list[SliceAfter]
    models: list[ModelBefore]


class LabelMigration(Shown):
    """A label migration. version: of the task, which it made; standing: not taken back."""

    model_config = example(
        id="l3", version=4, kind="rename", labels=["spam"], into=["junk"], reason="the new guidelines"
    )
    id: str
    version: int
    kind: Kind
    labels: list[str]
    into: list[str]
    before: list[str]
    after: list[str]
    undoes: str | None
    standing: bool
    counts: Changed
    slices: list[SliceAfter]
    reason: str
    actor: Who
    created: Time


class MigrationMade(LabelMigration):
    """A label migration that was just done, with what the models make of it."""

    models: list[ModelBefore]


class Replaced(Shown):
    """Rows of a branch that fit, with a sample. commit: the version that changed them; None for a preview."""

    count: int
    branch: str
    sample: list[Sampled]
    commit: str | None


class CorrectionsMade(Shown):
    """A version with corrections of a log. unmatched: lines whose old part the branch did not hold, counted from 0."""

    commit: str
    branch: str
    corrections: int
    kinds: dict[str, int]
    rows: int
    unmatched: list[int]


class CorrectionShown(Shown):
    """One corrected part. before None: it was overlooked; after None: it should not have been there."""

    item: str
    key: str
    kind: str
    before: Any
    after: Any
    line: int


class Corrections(Shown):
    """A page of what a version mended, in the order of its log."""

    corrections: list[CorrectionShown]
    next: str | None


class ErasureShown(Shown):
    """What is or was erased. done: items that are blank; counts: what was blanked or removed; left: what people have to
    see to, as backups."""

    model_config = example(
        id="x1", state="done", items=["i3"], count=1, done=1, left=[], reason="asked to be forgotten"
    )
    id: str
    state: Literal["running", "done"]
    items: list[str]
    count: int
    done: int
    counts: dict[str, int]
    left: list[str]
    reason: str
    actor: Who
    created: Time
    finished: Time | None


class Erasing(Shown):
    """An erasure and the job that carries it out."""

    erasure: ErasureShown | None
    job: Job | None


class ErasePreview(Shown):
    """How many items would be erased, and some of them."""

    count: int
    sample: list[str]


class Erasures(Shown):
    """A page of erasures, newest first."""

    erasures: list[ErasureShown]
    next: str | None


class FreezeShown(Shown):
    """What refuses changes, who froze it and why. items: how many a slice has; thawed None: it still is frozen."""

    model_config = example(id="f2", what="branch", task="mail", name="main", reason="the paper quotes it")
    id: str
    what: Literal["project", "task", "branch", "slice"]
    task: str | None
    name: str | None
    items: int | None
    reason: str
    actor: Who
    created: Time
    thawed: Time | None
    thawed_by: Who | None
    thaw_reason: str | None


class Freezes(Shown):
    """A page of what is or was frozen, newest first."""

    freezes: list[FreezeShown]
    next: str | None


class LabelMigrations(Shown):
    """What was done to the labels of a task, newest first."""

    migrations: list[LabelMigration]
