"""Runs the loop beside the server: after something happened in a project, and now and then for all of them."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType

from .. import loop
from ..store import Store, projects
from ..workers import Workers

log = logging.getLogger("handloom.server")

PAUSE_SECONDS = 0.2
"""Many answers in a moment are one reason to look, not many."""
ROUND_SECONDS = 30.0
"""Leases and decisions run out even when nobody does anything."""
_PAGE = 200


class Runner(threading.Thread):
    """One thread; use as a context manager. `nudge` returns at once. Starts a worker process when there is a job."""

    def __init__(self, store: Store) -> None:
        super().__init__(name="handloom-loop", daemon=True)
        self._store = store
        self._workers = Workers(store)
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._waiting: set[int] = set()

    def nudge(self, project_id: int) -> None:
        """Something happened in this project."""
        with self._lock:
            self._waiting.add(project_id)
        self._wake.set()

    def __enter__(self) -> Runner:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._closed.set()
        self._wake.set()
        self.join()
        self._workers.stop()

    def run(self) -> None:
        next_round = 0.0
        while not self._closed.is_set():
            if time.monotonic() >= next_round:
                self._guarded(self._all)
                next_round = time.monotonic() + ROUND_SECONDS
            with self._lock:
                waiting, self._waiting = self._waiting, set()
            for project_id in sorted(waiting):
                self._guarded(loop.advance, self._store, project_id)
            self._guarded(self._workers.ensure)
            self._wake.wait(max(0.0, next_round - time.monotonic()))
            self._closed.wait(PAUSE_SECONDS)
            self._wake.clear()

    def _all(self) -> None:
        after = 0
        while True:
            with self._store.read() as connection:
                page = projects.page(connection, after=after, limit=_PAGE)
            for project in page:
                self._guarded(loop.advance, self._store, project.id)
            if len(page) < _PAGE:
                return
            after = page[-1].id

    def _guarded(self, step: object, *args: object) -> None:
        """A project whose loop fails must not stop the others; the log says what failed."""
        try:
            step(*args)  # type: ignore[operator]
        except Exception:
            log.exception("the loop could not go on")
