"""What the server says about files that people send."""

from __future__ import annotations

from typing import Literal

from .base import Shown, Time
from .files import Preview
from .items import Rejected


class LabelInFile(Shown):
    """A label among the first thousand records. ``known``: whether the task has it."""

    label: str
    rows: int
    known: bool


class Upload(Shown):
    """A file that was sent, and what would be made of it."""

    id: str
    name: str
    bytes: int
    task: str
    preview: Preview
    labels: list[LabelInFile]


class Removed(Shown):
    """A file that was forgotten."""

    id: str
    removed: bool


class ImportReport(Shown):
    """What became of an import. ``rejected``: the first thousand refused lines; all of them are in the CSV."""

    job: str
    file: str
    state: Literal["done", "failed", "cancelled"]
    finished: Time | None
    added: int
    duplicates: int
    rejected: list[Rejected]
    rejected_total: int
    notes: list[str]


class LossShown(Shown):
    """What the format has no place for, how often, and the first lines."""

    reason: str
    count: int
    lines: list[int]


class ExportReport(Shown):
    """A file that was written. ``digest``: of the content and labels of all records."""

    job: str
    finished: Time | None
    file: str
    bytes: int
    format: str
    records: int
    losses: list[LossShown]
    more_losses: int
    digest: str


class Writes(Shown):
    """A format that can be written. ``suffix`` is empty where it is a folder."""

    format: str
    suffix: str


class Formats(Shown):
    """What can be written and read."""

    writers: list[Writes]
    readers: list[str]
