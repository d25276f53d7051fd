"""What an import of a bundle answers."""

from __future__ import annotations

from .base import Shown, example


class BroughtProject(Shown):
    """The project that an import made."""

    id: str
    name: str


class Brought(Shown):
    """What came with a bundle. matched: people of this workspace; added: people who are new here, and paused."""

    model_config = example(
        project={"id": "p2", "name": "mail"},
        rows={"item": 1797, "answer": 512, "commit_": 4},
        blobs=9,
        missing_blobs=[],
        matched=["anna"],
        added=["boris"],
    )
    project: BroughtProject
    rows: dict[str, int]
    blobs: int
    missing_blobs: list[str]
    matched: list[str]
    added: list[str]
