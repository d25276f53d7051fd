"""A look at a file."""

from __future__ import annotations

from typing import Any

from .base import Shown, example
from .items import Rejected


class FileEncoding(Shown):
    """How a text file is encoded. mark: by its byte-order mark. advice: what to do where UTF-8 fails."""

    name: str
    mark: bool
    advice: str | None


class ColumnGuess(Shown):
    """Which column is what. ``also`` holds columns of further labels by task; ``reasons`` say why, by name."""

    fields: dict[str, list[str]]
    label: str | None
    key: str | None
    split: str | None
    task: str
    separator: str | None
    also: dict[str, str]
    tags: str | None
    reasons: dict[str, str]


class PreviewItem(Shown):
    """One of the first items."""

    line: int
    key: str | None
    data: dict[str, Any]
    labels: dict[str, Any]
    meta: dict[str, Any]
    losses: list[str]


class Preview(Shown):
    """A file before anything of it is stored. ``guess`` is null where there are no columns to choose from."""

    model_config = example(
        format="csv",
        encoding={"name": "utf-8", "mark": True, "advice": None},
        delimiter=";",
        columns=["text", "label"],
        rows=[{"text": "you won a prize", "label": "spam"}],
        guess={
            "fields": {"text": ["text"]},
            "label": "label",
            "key": None,
            "split": None,
            "task": "mail",
            "separator": None,
            "also": {},
            "tags": None,
            "reasons": {"text": "the longest text, 15 characters on average"},
        },
        problem=None,
        records=[
            {
                "line": 2,
                "key": None,
                "data": {"text": "you won a prize"},
                "labels": {"mail": "spam"},
                "meta": {},
                "losses": [],
            }
        ],
        bad=[],
    )
    format: str
    encoding: FileEncoding | None
    delimiter: str | None
    columns: list[str]
    rows: list[dict[str, Any]]
    guess: ColumnGuess | None
    problem: str | None
    records: list[PreviewItem]
    bad: list[Rejected]
