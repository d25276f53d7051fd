"""Who sent this: a bearer token, or a session cookie with its CSRF word on everything that changes something."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from ..core.errors import Forbidden
from ..operations import access
from ..operations.session import Session, Site
from ..store.people import Actor

COOKIE = "hl_session"
CSRF_HEADER = "x-handloom-csrf"
FRESH_SECONDS = 1.0
"""How long a revoked token may still work in this process."""
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


@dataclass(slots=True)
class Guard:
    """Looks up who sent a request, and remembers it for a second by the digest of the secret."""

    site: Site
    known: dict[str, tuple[float, Actor, str | None]] = field(default_factory=dict)

    async def who(self, request: Request) -> tuple[Actor, str | None]:
        """The actor, and the CSRF word of its browser session; raises `NotLoggedIn` or `Forbidden`."""
        authorization = request.headers.get("authorization")
        if authorization is not None:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise access.nobody()
            return await self._recall("t", token.strip())
        cookie = request.cookies.get(COOKIE)
        if cookie is None:
            raise access.nobody()
        actor, csrf = await self._recall("s", cookie)
        if request.method not in _SAFE:
            sent = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(sent.encode(), (csrf or "").encode()):
                raise Forbidden("a browser sends the header X-Handloom-CSRF with the word from GET /api/v1/me")
        return actor, csrf

    def forget(self) -> None:
        """Somebody was paused, changed or logged out: look everybody up anew."""
        self.known.clear()

    async def _recall(self, kind: str, secret: str) -> tuple[Actor, str | None]:
        key, now = kind + access.digest(secret), time.monotonic()
        found = self.known.get(key)
        if found is not None and now - found[0] < FRESH_SECONDS:
            return found[1], found[2]
        if len(self.known) > 10_000:
            self.known.clear()
        self.known.pop(key, None)
        actor, csrf = await run_in_threadpool(self._look_up, kind, secret)
        self.known[key] = (now, actor, csrf)
        return actor, csrf

    def _look_up(self, kind: str, secret: str) -> tuple[Actor, str | None]:
        if kind == "t":
            return access.by_token(self.site.store, secret), None
        return access.by_session(self.site.store, secret)


async def acting(request: Request) -> Session:
    """Whoever sent this, at work; raises `NotLoggedIn` or `Forbidden`."""
    guard: Guard = request.app.state.guard
    actor, csrf = await guard.who(request)
    request.state.csrf = csrf
    return Session(guard.site, actor)


Acting = Annotated[Session, Depends(acting)]
"""The first parameter of every route that needs somebody logged in."""
