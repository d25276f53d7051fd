"""Starts a worker process when jobs wait and none lives. Imports nothing heavy: the server calls it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from .store import Store, jobs, webhooks, workforces

ALIVE = 45.0
"""A worker heard of this many seconds ago lives; it says so every fifteen."""
IDLE_SECONDS = 600.0
"""A worker that was started on demand ends after this long without a job."""


class Workers:
    """Keeps one worker process for a workspace while there is work. Safe to call from several threads."""

    def __init__(self, store: Store, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._store = store
        self._idle_seconds = idle_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ensure(self) -> bool:
        """Start a worker unless nothing waits, one of ours runs, or one elsewhere lives. Whether it was started."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return False
            now = self._store.clock()
            with self._store.read() as connection:
                if not _anything(connection, now) or jobs.workers(connection, since=now - ALIVE):
                    return False
            self._process = start(self._store.folder, idle_seconds=self._idle_seconds)
            return True

    def stop(self, patience: float = 10.0) -> None:
        """End the worker that was started here; what it was doing is resumed by the next one."""
        with self._lock:
            process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _anything(connection: Any, now: float) -> bool:
    """Whether a job waits, or a message to the outside."""
    if jobs.waiting(connection) or workforces.due(connection, now):
        return True
    return any(webhooks.anything(connection, one) for one in webhooks.due(connection, now))


def start(folder: Path, *, idle_seconds: float) -> subprocess.Popen[bytes]:
    """A worker process for the workspace in this folder; what it prints goes to ``worker.log`` there."""
    log = (folder / "worker.log").open("ab")
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "handloom.flow", str(folder), str(idle_seconds)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")},
            start_new_session=True,
        )
    finally:
        log.close()
