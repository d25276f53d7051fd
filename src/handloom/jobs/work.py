"""One execution of a job: how its steps write, report and stop.

A job is a list of named steps. A step takes the execution and what earlier steps left (a small JSON object), and leaves
more. It may run again after a crash, from its start, so running it twice must have the effect of running it once.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from ..core.errors import HandloomError
from ..store import Store, Tx, jobs
from ..store.jobs import Job, Stopped

T = TypeVar("T")
log = logging.getLogger("handloom.jobs")
State = dict[str, Any]
BEAT = 10.0
"""Seconds between heartbeats."""
MOST_ATTEMPTS = 10
"""Executions of one job after which it counts as failed: what kills its worker each time must not go on for ever."""
_REPORT = 0.25
"""Seconds between two reports of progress at least."""


@dataclass(slots=True)
class Work:
    """One attempt at a job. Every write goes through `write`, which refuses an attempt that was overtaken."""

    store: Store
    job: Job
    reported: float = field(default=0.0)

    def write(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit of the writer, in one transaction with the check that this attempt may still write."""

        def fenced(tx: Tx) -> T:
            jobs.fence(tx, self.job.id, self.job.attempt)
            return unit(tx)

        return self.store.write(fenced)

    def report(self, message: str, done: int = 0, total: int | None = None) -> None:
        """Say what goes on, a few times per second at most; raises `Stopped` when the job was cancelled."""
        now = time.monotonic()
        if now - self.reported < _REPORT and done != total:
            return
        self.reported = now
        self.store.write(lambda tx: jobs.progress(tx, self.job, done=done, total=total, message=message))


@dataclass(frozen=True, slots=True)
class Step:
    """A named part of a job."""

    name: str
    words: str
    run: Callable[[Work, State], State]


Runner = Callable[[Step, Callable[[], State]], State]
"""Runs one step; a durable runner returns the stored result of a step that is done already."""


def at_once(_step: Step, call: Callable[[], State]) -> State:
    """The runner of this process: nothing is remembered."""
    return call()


def execute(store: Store, job_id: int, steps: Sequence[Step], *, worker: str, run: Runner = at_once) -> str:
    """Run a reserved job to its end and return its state; ``outrun`` when another worker has it now.

    A step that fails ends the job as failed, with the error's code and sentence; nothing is raised for it.
    """
    job = store.write(lambda tx: jobs.begin(tx, job_id, worker))
    if job is None:
        return "outrun"
    work = Work(store, job)
    if job.attempt > MOST_ATTEMPTS:
        message = (
            f"{job.attempt - 1} executions of this job ended without a result, each with its worker; see worker.log"
        )
        return _end(work, "failed", message, error={"code": "HL000", "message": message})
    state: State = {}
    with heartbeat(store, worker, [job_id]), one_thread():
        for place, step in enumerate(steps):
            result = run(step, partial(_guarded, step, work, state, place, len(steps)))
            if "stopped" in result:
                return result["stopped"]
            if "error" in result:
                return _end(work, "failed", result["error"]["message"], error=result["error"])
            state = state | result
            if state.get("enough"):
                break
        return _end(work, "done", state.get("words", "done"), result=state)


def _guarded(step: Step, work: Work, state: State, place: int, total: int) -> State:
    """A step's outcome as plain data, so that no exception has to survive in the queue's store.

    Only being overtaken passes through: the attempt that overtook must find this step not done.
    """
    try:
        work.store.write(lambda tx: jobs.progress(tx, work.job, done=place, total=total, message=step.words))
        return step.run(work, state)
    except Stopped as stopped:
        if stopped.why == "outrun":
            raise
        return {"stopped": stopped.why}
    except HandloomError as error:
        return {"error": {"code": error.code, "message": error.message}}
    except Exception as error:
        log.error("job %s, step %s failed:\n%s", work.job.id, step.name, traceback.format_exc())
        message = f"the step {step.name} failed: {type(error).__name__}: {error}"
        return {"error": {"code": "HL000", "message": message[:2000]}}


def _end(work: Work, state: str, message: str, *, result: Mapping[str, Any] | None = None, error: Any = None) -> str:
    try:
        work.store.write(lambda tx: jobs.end(tx, work.job, state, message=message, result=result, error=error))  # type: ignore[arg-type]
    except Stopped as stopped:
        return stopped.why
    return state


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread: the server and other workers want the other cores, and on small matrices the threads
    of BLAS mostly wait for each other (digits: fit 0.44 s on two busy cores, 0.02 s on one thread). Setting
    ``OMP_NUM_THREADS`` says otherwise."""
    if os.environ.get("OMP_NUM_THREADS"):
        yield
        return
    from threadpoolctl import threadpool_limits  # comes with scikit-learn; only whoever computes needs it

    with threadpool_limits(1):
        yield


@contextlib.contextmanager
def heartbeat(store: Store, worker: str, running: Sequence[int]) -> Iterator[None]:
    """Tell every ten seconds that the worker and its jobs live."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT):
            try:
                store.write(lambda tx: jobs.beat(tx, worker, running))
            except Exception:
                log.warning("a heartbeat could not be stored:\n%s", traceback.format_exc())

    thread = threading.Thread(target=beat, name="handloom-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def worker_name() -> str:
    """A name no other execution has: host, process and time of day in milliseconds."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{int(time.time() * 1000) % 86_400_000}"
