"""Work in bulk gives way to people, and goes on all the same."""

from __future__ import annotations

import threading
import time
from typing import Any

from handloom.operations.session import COURTESY_SECONDS, Site


def test_bulk_work_waits_until_nobody_waits() -> None:
    nothing: Any = None
    site = Site(nothing)
    site.waiting = 1
    waited = threading.Thread(target=site.give_way)
    waited.start()
    site.waiting = 0
    waited.join(timeout=10)
    assert not waited.is_alive()


def test_bulk_work_goes_on_however_many_people_are_at_work() -> None:
    nothing: Any = None
    site = Site(nothing)
    site.waiting = 3
    began = time.monotonic()
    site.give_way()
    assert time.monotonic() - began >= COURTESY_SECONDS
    assert site.waiting == 3
