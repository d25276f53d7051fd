"""Durable jobs: runs them in this process on DBOS, remembers which steps are done, and takes over from dead workers.

The job table is the queue and the truth; DBOS keeps the results of finished steps in a database of its own, so that a
job that was cut off goes on with the step it was at. What it is used for are the few calls in `Engine`.

A worker says every ten seconds that it lives. Jobs of a worker that was silent for a minute are taken over in one
transaction; the new execution is a new attempt, and every write of the older one is refused (`handloom.store.jobs`).
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import loop
from .jobs.courier import Courier
from .jobs.work import State, Step, heartbeat, worker_name
from .store import Store, Tx, jobs
from .store.jobs import Job

log = logging.getLogger("handloom.flow")

APPLICATION_VERSION = "1"
"""Ours, not a digest of the sources: else every upgrade would strand the jobs that wait. Raise it when steps change meaning."""
SCHEMA = "handloom_flow"
_POLL = (0.05, 0.25)
"""Seconds between two looks for work: at first, and after a while without any."""
_SWEEP = 15.0
BEHIND = 10
"""How far a worker beside a server steps back: people's answers come before its training when both want a processor."""


class Engine:
    """What is used of DBOS. One per process, because DBOS is."""

    def __init__(self, store: Store, worker: str, ended: Callable[[int], None]) -> None:
        from dbos import DBOS, DBOSConfig, SetWorkflowID  # half a second; only workers need it

        self._store, self._worker, self._tell = store, worker, ended
        self._dbos, self._set_id = DBOS, SetWorkflowID
        self._ended: dict[int, threading.Event] = {}
        config: DBOSConfig = {
            "name": "handloom",
            "system_database_url": _address(store),
            "dbos_system_schema": SCHEMA,
            "executor_id": worker,
            "application_version": APPLICATION_VERSION,
            "log_level": "ERROR",
            "enable_otlp": False,
        }
        DBOS(config=config)
        self._workflow: Callable[[int], str] = DBOS.workflow(name="job")(lambda job_id: self._job(job_id))
        DBOS.launch()

    def run(self, job: Job, stop: threading.Event) -> None:
        """Run a job to its end: a new one from its first step, one that was cut off from the step it was at.

        Told to stop, it lets the job go, so that the next worker need not wait for a minute of silence.
        """
        name = f"job-{job.id}"
        ended = self._ended.setdefault(job.id, threading.Event())
        known = self._dbos.get_workflow_status(name)
        if known is not None and known.status not in ("PENDING", "ENQUEUED", "DELAYED"):
            self._close(job, known.status)
            return
        if known is not None:
            self._dbos.resume_workflow(name)
        else:
            with self._set_id(name):
                self._dbos.start_workflow(self._workflow, job.id)
        while not ended.wait(0.25):
            if stop.is_set():
                self._store.write(lambda tx: jobs.let_go(tx, job.id, self._worker))
                break
            if _over(self._store, job.id, self._worker):
                break
        self._ended.pop(job.id, None)

    def close(self) -> None:
        """Stop DBOS's threads."""
        self._dbos.destroy(workflow_completion_timeout_sec=0)

    def _job(self, job_id: int) -> str:
        # An execution that is overtaken leaves by `Stopped`, which is no Exception: DBOS then writes down no end for a
        # workflow that goes on elsewhere.
        try:
            state = loop.run_job(self._store, job_id, worker=self._worker, run=self._step)
            self._tell(job_id)
            return state
        finally:
            if job_id in self._ended:
                self._ended[job_id].set()

    def _step(self, step: Step, call: Callable[[], State]) -> State:
        return self._dbos.run_step({"name": step.name}, call)

    def _close(self, job: Job, status: str) -> None:
        """Its steps are done, but the process died before the row said so."""
        error = {"code": "HL000", "message": f"the job ended as {status} without a result; start it again"}
        mine = self._store.write(lambda tx: jobs.begin(tx, job.id, self._worker))
        if mine is not None:
            self._store.write(lambda tx: jobs.end(tx, mine, "failed", message=error["message"], error=error))


def _over(store: Store, job_id: int, worker: str) -> bool:
    """Whether a job is no longer this worker's business."""
    with store.read() as connection:
        job = jobs.get(connection, job_id)
    return job.state not in jobs.LIVE or job.worker != worker


def _address(store: Store) -> str:
    """SQLite: a file of its own, since DBOS does not use WAL there. PostgreSQL: the same database, a schema of its own."""
    if store.dialect == "sqlite":
        return f"sqlite:///{store.folder.resolve() / 'workflows.sqlite'}"
    return store.url


def work(folder: Path, idle_seconds: float | None = None, *, on_job: Callable[[Job], Any] | None = None) -> int:
    """Run jobs until told to stop (SIGTERM, SIGINT) or idle for so long; how many were run.

    ``on_job`` is called with every job that ended, for whoever wants to show it.
    """
    stop = threading.Event()
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in _signals()}
    try:
        with Store.open(Path(folder)) as store:
            loop.wire(store)
            return Worker(store, stop, on_job).run(idle_seconds)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _signals() -> tuple[signal.Signals, ...]:
    """Only the main thread may set handlers."""
    return (signal.SIGTERM, signal.SIGINT) if threading.current_thread() is threading.main_thread() else ()


class Worker:
    """Looks for jobs, runs one at a time, and takes the next step of the loop after each."""

    def __init__(self, store: Store, stop: threading.Event, on_job: Callable[[Job], Any] | None) -> None:
        self._store, self._stop, self._on_job = store, stop, on_job
        self._name = worker_name()
        self._engine: Engine | None = None

    def run(self, idle_seconds: float | None) -> int:
        """Until stopped, or idle for ``idle_seconds``."""
        self._store.write(lambda tx: jobs.join(tx, self._name))
        done, quiet_since, swept, pause = 0, time.monotonic(), 0.0, _POLL[0]
        try:
            with heartbeat(self._store, self._name, []), Courier(self._store):
                while not self._stop.is_set():
                    now = time.monotonic()
                    found = self._next(sweep=now - swept > _SWEEP)
                    swept = now if now - swept > _SWEEP else swept
                    if found is not None:
                        self._run(found)
                        done, quiet_since, pause = done + 1, time.monotonic(), _POLL[0]
                        continue
                    if idle_seconds is not None and now - quiet_since > idle_seconds:
                        break
                    self._stop.wait(pause)
                    pause = min(_POLL[1], pause * 1.5)
        finally:
            if self._engine is not None:
                self._engine.close()
            self._store.write(lambda tx: jobs.leave(tx, self._name))
        return done

    def _next(self, *, sweep: bool) -> Job | None:
        with self._store.read() as connection:
            states = {job.state for job in jobs.live(connection)}
        if not ("queued" in states or (sweep and "running" in states)):
            return None
        return self._store.write(lambda tx: self._reserve(tx, sweep=sweep))

    def _reserve(self, tx: Tx, *, sweep: bool) -> Job | None:
        lost = jobs.orphans(tx, self._name, most=1) if sweep else []
        return lost[0] if lost else jobs.take(tx, self._name)

    def _run(self, job: Job) -> None:
        if self._engine is None:
            self._engine = Engine(self._store, self._name, self._ended)
        log.info("job %s (%s) starts", job.id, job.kind)
        self._engine.run(job, self._stop)

    def _ended(self, job_id: int) -> None:
        """Called by whichever execution ended a job: show it, and take the next step of the loop."""
        with self._store.read() as connection:
            job = jobs.get(connection, job_id)
        log.info("job %s is %s: %s", job.id, job.state, job.message)
        if self._on_job is not None:
            self._on_job(job)
        try:
            loop.advance(self._store, job.project_id)
        except Exception:
            log.exception("the loop could not go on in project %s; the next event tries again", job.project_id)


def main(arguments: list[str]) -> int:
    """``python -m handloom.flow FOLDER [IDLE_SECONDS]``: what the server starts on demand."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if hasattr(os, "nice"):
        os.nice(BEHIND)
    work(Path(arguments[0]), float(arguments[1]) if len(arguments) > 1 else None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
