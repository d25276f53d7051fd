"""One writer: every write of a process goes through one connection, and all that wait are committed together.

A person's answer is on disk before it is acknowledged (SQLite ``synchronous=FULL``), and one flush pays for all
answers that arrived meanwhile. Other processes on the same SQLite file (a worker, the command line) take the write
lock in turn; waiting for it is a short poll here, because SQLite's own back-off reaches 100 ms.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from ..core.clock import Clock
from ..core.errors import DiskFull, HandloomError, ReadOnly, Unavailable
from ..core.protocols import Estimate
from . import schema
from .prepared import Prepared
from .upsert import upsert

T = TypeVar("T")
log = logging.getLogger("handloom.store")

GROUP = 256
"""Units committed together at most."""
LOCK_PATIENCE = 60.0
"""Seconds to wait for another process's write."""
_EVENT_LOCK = 0x68616E64  # any constant: orders event numbers between PostgreSQL writers


@dataclass(slots=True)
class Hooks:
    """What the layers above do when answers arrive; the store itself knows no step.

    estimate: standing answers (id, actor kind, value) of one item and task -> what they are worth.
    decide: (tx, question id, verdict, actor id), the effect of a decision, in the same transaction.
    weigh: (connection, task, item, newest skill to use or None) -> the same estimate by measured skill, and that skill.
    follow: what an answer means for people: checks, conflicts, whether to ask again (`handloom.store.answers.Followed`).
    """

    estimate: Callable[[Sequence[tuple[str, str, Any]]], Estimate | None] | None = None
    decide: Callable[[Tx, int, dict[str, Any], int], None] | None = None
    weigh: Callable[[sa.Connection, int, int, int | None], tuple[Estimate | None, int | None]] | None = None
    follow: Callable[[Tx, Any], tuple[Any, Mapping[str, Any] | None]] | None = None


@dataclass(slots=True)
class Tx:
    """One unit of work inside the writer's transaction. Units may be run again after a fault, so they keep no state."""

    connection: sa.Connection
    now: float
    dialect: str
    hooks: Hooks
    events: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[tuple[int, str], int] = field(default_factory=dict)
    after: list[Callable[[], None]] = field(default_factory=list)

    def execute(self, statement: Any, params: Any = None) -> sa.CursorResult[Any]:
        """Run one SQLAlchemy statement, or many with a list of parameters."""
        return self.connection.execute(statement, params)

    def emit(
        self,
        kind: str,
        *,
        project: int | None = None,
        actor: int | None = None,
        subject: str | None = None,
        body: Any = None,
    ) -> None:
        """Add an event to the log, in the order of the calls, when this transaction commits."""
        self.events.append(
            {"kind": kind, "project_id": project, "actor_id": actor, "subject": subject, "body": body, "at": self.now}
        )

    def count(self, project: int, name: str, by: int) -> None:
        """Move a counter of the project."""
        key = (project, name)
        self.counts[key] = self.counts.get(key, 0) + by


@dataclass(slots=True)
class _Unit(Generic[T]):
    run: Callable[[Tx], T]
    future: Future[T]
    result: Any = None
    error: BaseException | None = None


class Writer(threading.Thread):
    """The thread that owns the writing connection of this process."""

    def __init__(self, engine: sa.Engine, clock: Clock, hooks: Hooks, on_commit: list[Callable[[], None]]) -> None:
        super().__init__(name="handloom-writer", daemon=True)
        self._engine = engine
        self._clock = clock
        self._hooks = hooks
        self._on_commit = on_commit
        self._waiting: queue.SimpleQueue[_Unit[Any] | None] = queue.SimpleQueue()
        self._closed = False

    def submit(self, run: Callable[[Tx], T]) -> Future[T]:
        """Queue a unit; the future holds its result once it is on disk."""
        future: Future[T] = Future()
        if self._closed:
            future.set_exception(Unavailable("the workspace is closing; try again in a moment"))
        else:
            self._waiting.put(_Unit(run, future))
        return future

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._closed = True
        self._waiting.put(None)
        if self.is_alive():
            self.join()

    def run(self) -> None:
        connection: sa.Connection | None = None
        stop = False
        while not stop:
            first = self._waiting.get()
            group: list[_Unit[Any]] = []
            if first is None:
                stop = True
            else:
                group.append(first)
            while len(group) < GROUP:
                try:
                    unit = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if unit is None:
                    stop = True
                else:
                    group.append(unit)
            if not group:
                continue
            try:
                connection = connection or self._engine.connect()
                self._commit_group(connection, group)
            except BaseException as error:  # the thread must survive: a dead writer would lose every later answer
                for unit in group:
                    unit.error = unit.error or explain(error)
                if connection is not None:
                    connection.invalidate()
                    connection.close()
                    connection = None
            _settle(group)
        if connection is not None:
            connection.close()

    def _commit_group(self, connection: sa.Connection, group: Sequence[_Unit[Any]]) -> None:
        try:
            self._commit(connection, group, savepoints=len(group) > 1)
        except DBAPIError as error:
            connection.rollback()
            if len(group) == 1:
                group[0].error = explain(error)
                return
            # A fault of the whole transaction (lock, disk): each unit gets its own chance, so that one cannot take
            # the others with it.
            for unit in group:
                unit.error = None
                self._commit_group(connection, [unit])

    def _commit(self, connection: sa.Connection, group: Sequence[_Unit[Any]], *, savepoints: bool) -> None:
        _begin(connection)
        now, dialect = self._clock(), connection.dialect.name
        whole = Tx(connection, now, dialect, self._hooks)
        for unit in group:
            tx = Tx(connection, now, dialect, self._hooks)
            if savepoints:
                connection.exec_driver_sql("SAVEPOINT unit")
            try:
                unit.result = unit.run(tx)
            except DBAPIError:
                raise
            except BaseException as error:
                unit.error = error
                if savepoints:
                    connection.exec_driver_sql("ROLLBACK TO SAVEPOINT unit")
                    connection.exec_driver_sql("RELEASE SAVEPOINT unit")
                    continue
                connection.rollback()
                return
            if savepoints:
                connection.exec_driver_sql("RELEASE SAVEPOINT unit")
            _merge(whole, tx)
        _flush(whole)
        connection.commit()
        for call in whole.after:
            call()
        if whole.events:
            for call in self._on_commit:
                call()


def _begin(connection: sa.Connection) -> None:
    """Open the transaction with the write lock held (SQLite: BEGIN IMMEDIATE)."""
    give_up = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            connection.begin()
            connection.exec_driver_sql("SELECT 1") if connection.dialect.name != "sqlite" else None
            return
        except OperationalError as error:
            connection.rollback()
            if "locked" not in str(error.orig) or time.monotonic() > give_up:
                raise
            time.sleep(0.002)


def _merge(whole: Tx, tx: Tx) -> None:
    whole.events.extend(tx.events)
    whole.after.extend(tx.after)
    for key, by in tx.counts.items():
        whole.counts[key] = whole.counts.get(key, 0) + by


def _flush(tx: Tx) -> None:
    """Write counters and events. PostgreSQL writers take turns here, so event numbers appear in commit order."""
    counts = [
        {"project_id": project, "name": name, "value": by} for (project, name), by in sorted(tx.counts.items()) if by
    ]
    if not (counts or tx.events):
        return
    if tx.dialect == "postgresql":
        tx.connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_EVENT_LOCK})")
    if counts:
        _ADD_COUNTS.many(tx.connection, counts)
    if tx.events:
        _INSERT_EVENT.many(tx.connection, tx.events)


_ADD_COUNTS = Prepared(
    lambda dialect: upsert(dialect, schema.counter, add=("value",)), columns=("project_id", "name", "value")
)
_INSERT_EVENT = Prepared(sa.insert(schema.event), columns=("kind", "project_id", "actor_id", "subject", "body", "at"))


def _settle(group: Sequence[_Unit[Any]]) -> None:
    for unit in group:
        if unit.future.cancelled():
            continue
        if unit.error is not None:
            unit.future.set_exception(unit.error)
        else:
            unit.future.set_result(unit.result)


def explain(error: BaseException) -> BaseException:
    """A database fault as one of our errors; what we do not know stays as it is."""
    if isinstance(error, HandloomError) or not isinstance(error, DBAPIError):
        return error
    text = str(error.orig).lower()
    if "disk is full" in text or "no space left" in text or getattr(error.orig, "sqlstate", None) == "53100":
        return DiskFull("the disk is full; nothing of this request was stored. Free some space and send it again")
    if "readonly database" in text or "read-only" in text:
        return ReadOnly("the workspace is read-only; nothing of this request was stored")
    if "disk i/o error" in text:
        return Unavailable("the disk reported an error; nothing of this request was stored", reason=text[:200])
    if error.connection_invalidated or (isinstance(error, OperationalError) and "connection" in text):
        return Unavailable("the database cannot be reached right now; send it again in a moment")
    if "locked" in text:
        return Unavailable("another process holds the workspace; nothing of this request was stored. Send it again")
    return error
