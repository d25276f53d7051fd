"""Server-sent events: the event log as it grows, resumable, cut to what the actor may see."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from ..core.errors import HandloomError
from ..operations import events
from ..operations.session import Session
from ..store import Store
from .replies import encode
from .security import Guard

HEARTBEAT_SECONDS = 15.0
POLL_SECONDS = 0.5
"""How soon events written by other processes (workers) are noticed."""
GATHER_SECONDS = 0.05
"""Many commits in a moment are one reason to read, not many."""


class Bell:
    """Wakes the streams when there are new events, whoever wrote them."""

    def __init__(self, store: Store, stopping: threading.Event) -> None:
        self._store = store
        self._stopping = stopping
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self._poll: asyncio.Task[None] | None = None
        store.on_commit.append(self._rung)

    def join(self) -> asyncio.Event:
        """A flag that is set at every new event, until `leave`."""
        self._loop = asyncio.get_running_loop()
        flag = asyncio.Event()
        self._waiting.add(flag)
        if self._poll is None or self._poll.done():
            self._poll = asyncio.create_task(self._watch())
        return flag

    def leave(self, flag: asyncio.Event) -> None:
        """A stream has ended."""
        self._waiting.discard(flag)

    def _rung(self) -> None:
        """Called by the writer's thread."""
        loop = self._loop
        if loop is not None and self._waiting and not loop.is_closed():
            loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        for flag in self._waiting:
            flag.set()

    async def _watch(self) -> None:
        """While anybody listens: look for events of other processes, and for the end of this one."""
        seen = -1
        while self._waiting:
            newest = await run_in_threadpool(self._store.newest)
            if newest != seen or self._stopping.is_set():
                seen = newest
                self._ring()
            await asyncio.sleep(POLL_SECONDS)


async def stream(request: Request, session: Session, since: int, follow: bool) -> AsyncIterator[bytes]:
    """Frames from the one after ``since``. Ends when the actor is no longer let in, or the server stops."""
    guard: Guard = request.app.state.guard
    bell: Bell = request.app.state.bell
    flag = bell.join()
    try:
        yield b"retry: 2000\n\n"
        while not request.app.state.stopping.is_set():
            flag.clear()
            actor, _ = await guard.who(request)
            session = Session(session.site, actor)
            found, position = await run_in_threadpool(events.events, session, since)
            if found:
                yield b"".join(_frame(event) for event in found)
            looked, since = position - since, position
            if looked:
                continue
            if not follow:
                return
            try:
                await asyncio.wait_for(flag.wait(), HEARTBEAT_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            except TimeoutError:
                # An id without data moves the place to resume from, past events that this actor does not see.
                yield f"id: {since}\n: still here\n\n".encode()
    except HandloomError:
        return
    finally:
        bell.leave(flag)


def _frame(event: dict[str, Any]) -> bytes:
    return f"id: {event['seq']}\nevent: {event['kind']}\ndata: {encode(event)}\n\n".encode()
