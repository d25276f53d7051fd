"""Long work in short pieces: how large a piece may be, how to give way, and whose leftovers nobody comes back for."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
TURN_SECONDS = 0.005
"""How long a piece may keep the writer from somebody's answer; pieces shrink or grow towards it."""
GAP_SECONDS = 0.003
"""Between two pieces, so that another process finds the database free: it looks every 2 ms."""
STALE_SECONDS = 120.0
"""After so long without a piece, what another host began is taken for that of a process that is gone."""
PROCESS = uuid.uuid4().hex
"""Tells this process from an earlier one of the same number, as the first one of a container is each time."""


def breathe() -> None:
    """Give way to other processes."""
    time.sleep(GAP_SECONDS)


@dataclass(slots=True)
class Pace:
    """size: rows of the next piece. least, most: rows of any piece."""

    size: int
    least: int
    most: int

    def keep(self, rows: int, put: Callable[[], T]) -> T:
        """Put so many rows, and let the next piece be as large as fits a turn."""
        began = time.thread_time()  # by the clock, a busy machine would cut pieces ever smaller, and cost ever more
        result = put()
        took = max(time.thread_time() - began, 1e-6)
        self.size = int(min(self.most, 2 * self.size, max(self.least, rows * TURN_SECONDS / took)))
        return result


def trace() -> dict[str, Any]:
    """What tells others whose pieces these are."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "process": PROCESS}


def forsaken(trace: Mapping[str, Any], last: float, now: float) -> bool:
    """Whether the process that left this `trace` is gone. last: time of its last piece; now: of the same clock, in seconds."""
    if trace["host"] != socket.gethostname():
        return now - last > STALE_SECONDS
    if trace["pid"] == os.getpid():
        return trace["process"] != PROCESS
    try:
        os.kill(trace["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
