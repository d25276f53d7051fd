"""Signing in with a provider of identities: off to it, and back with a one-time code of this server's own.

The way back ends at ``/login#CODE``: the page there asks for its session itself, so the session cookie stays one that no
other site can have sent (SameSite=Strict), and the code, in the fragment, reaches no log.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from ...core.errors import Forbidden, HandloomError, NotFound, NotLoggedIn, Unavailable
from ...operations import access, signing_in
from ...outside.oidc import Attempt, Provider, SignIn
from .. import requests as q
from .. import responses as r
from ..replies import Json
from .frame import router

log = logging.getLogger("handloom.server")
routes = router("people")
COOKIE = "hl_oidc"
PATH = "/api/v1/oidc"
MINUTES = 10
MOST_WAITING = 10_000
_Text = Annotated[str | None, Query(max_length=4000)]


@dataclass(slots=True)
class Door:
    """Sign-ins on their way, in memory: nobody is known yet, so nothing of them is written."""

    sign_in: SignIn
    waiting: OrderedDict[str, tuple[float, Attempt, str | None]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    provider: Provider = field(init=False)

    def __post_init__(self) -> None:
        self.provider = Provider(self.sign_in)

    def begin(self, attempt: Attempt, invitation: str | None) -> None:
        """Remember an attempt for ten minutes; when too many wait, the oldest is forgotten."""
        with self.lock:
            if len(self.waiting) >= MOST_WAITING:
                self.waiting.popitem(last=False)
            self.waiting[attempt.state] = (time.monotonic() + 60 * MINUTES, attempt, invitation)

    def end(self, state: str, cookie: str) -> tuple[Attempt, str | None]:
        """The attempt that this browser began, once. Raises `NotLoggedIn`."""
        with self.lock:
            found = self.waiting.pop(state, None)
        same = hmac.compare_digest(state.encode(), cookie.encode())
        if found is None or not same or found[0] < time.monotonic():
            raise NotLoggedIn("this sign-in was not begun here, or more than ten minutes ago; begin again")
        return found[1], found[2]


def _door(request: Request) -> Door:
    door: Door | None = request.app.state.door
    if door is None:
        raise NotFound("provider of identities", "here; log in with a one-time address or a token")
    return door


@routes.get("/login/ways", response_model=r.Ways)
async def ways(request: Request) -> Response:
    """How one may log in besides one-time addresses and tokens. Needs no log-in."""
    door: Door | None = request.app.state.door
    return Json({"provider": None if door is None else {"label": door.sign_in.label}})


@routes.post("/oidc/start", response_model=r.Away)
async def start(body: q.SignInRequest, request: Request) -> Response:
    """Begin to sign in: where the browser is to go. Needs no log-in."""
    door = _door(request)
    base = door.sign_in.address or str(request.base_url)
    attempt = Attempt(f"{base.rstrip('/')}{PATH}/callback")
    address = await run_in_threadpool(door.provider.address, attempt)
    door.begin(attempt, body.invitation)
    answer = Json({"address": address})
    secure = request.url.scheme == "https" or base.startswith("https:")
    answer.set_cookie(
        COOKIE, attempt.state, max_age=60 * MINUTES, path=PATH, httponly=True, samesite="lax", secure=secure
    )
    return answer


@routes.get("/oidc/callback", status_code=303, response_class=RedirectResponse)
async def callback(request: Request, code: _Text = None, state: _Text = None, error: _Text = None) -> Response:
    """Where the provider sends the browser back to; it goes on to the page that logs in, or that says why not."""
    door = _door(request)
    try:
        where = await run_in_threadpool(_entered, request, door, code, state or "", error)
    except HandloomError as problem:
        log.info("a sign-in was refused: %s", problem)
        where = f"/login?problem={quote(_why(problem))}"
    answer = RedirectResponse(where, 303)
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return answer


def _entered(request: Request, door: Door, code: str | None, state: str, error: str | None) -> str:
    attempt, invitation = door.end(state, request.cookies.get(COOKIE, ""))
    if error is not None or not code:
        raise NotLoggedIn("the provider let nobody in")
    site = request.app.state.guard.site
    claims = door.provider.claims(code, attempt, site.store.clock())
    actor = signing_in.enter(site.store, door.sign_in, claims, invitation)
    site.forget()
    request.app.state.guard.forget()
    return access.login_path(site.store, actor.id)["path"]


def _why(problem: HandloomError) -> str:
    match problem:
        case Forbidden():
            return "uninvited"
        case Unavailable():
            return "unreachable"
        case _:
            return "refused"
