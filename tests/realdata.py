"""Where the real data of the tests lies. It is not part of the package; without it the tests that need it are skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def folder() -> Path:
    """``$HANDLOOM_DATA``, or ``shared/data`` beside the repository."""
    given = os.environ.get("HANDLOOM_DATA")
    return Path(given) if given else REPOSITORY.parent / "shared" / "data"


def path(name: str) -> Path:
    """The file of that name, for example ``text/snips_intents_slots.parquet``; skips the test when it is not there."""
    found = folder() / name
    if not found.exists():
        pytest.skip(f"real data {name} is not in {folder()}; set HANDLOOM_DATA to its folder")
    return found
