"""Carries messages to the outside beside the jobs of a worker, so that a long training delays none, and none a training."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from ..core.later import later
from ..store import Store
from . import hooks, posting

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

log = logging.getLogger("handloom.outside")
PAUSE_SECONDS = 1.0
CLOSE_SECONDS = 5.0


class Courier:
    """Two threads, so that a slow service of people delays no webhook. Use as a context manager."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._closed = threading.Event()
        self._rng = np.random.default_rng()
        self._threads = [
            threading.Thread(target=self._run, args=(step,), name=f"handloom-{name}", daemon=True)
            for name, step in (("posts", self._posts), ("hooks", self._hooks))
        ]

    def __enter__(self) -> Courier:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._closed.set()
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)  # a message that is on its way then is sent again by the next worker

    def _posts(self) -> int:
        return posting.deliver(self._store, self._rng)

    def _hooks(self) -> int:
        return hooks.deliver(self._store)

    def _run(self, step: Callable[[], int]) -> None:
        while not self._closed.is_set():
            try:
                done = step()
            except Exception:
                log.exception("messages to the outside could not be sent; they are tried again")
                done = 0
            if not done:
                self._closed.wait(PAUSE_SECONDS)
