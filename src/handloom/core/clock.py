"""Time as an argument: seconds since 1970 in UTC, as a float."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
system: Clock = time.time


def iso(seconds: float | None) -> str | None:
    """``2026-11-21T05:14:35.120Z``, or None for None."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
