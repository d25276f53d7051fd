"""Who is there, and how they get in."""

from __future__ import annotations

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from ... import __version__
from ...operations import access, people, present
from .. import requests as q
from .. import responses as r
from ..replies import Json
from ..security import COOKIE, Acting
from .frame import Cursor, Id, Limit, router

routes = router("people")


@routes.get("/health", response_model=r.Health)
async def health() -> Response:
    """Whether the server is up. Needs no log-in."""
    return Json({"status": "ok", "version": __version__})


@routes.post("/login", response_model=r.LoggedIn)
async def login(body: q.LoginRequest, request: Request) -> Response:
    """Use up a one-time code and start a browser session."""
    site = request.app.state.guard.site
    actor, cookie, csrf = await run_in_threadpool(access.log_in, site.store, body.code)
    answer = Json({"actor": present.actor(actor), "csrf": csrf})
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=int(access.SESSION_SECONDS),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@routes.post("/logout", status_code=204, response_class=Response)
async def logout(request: Request, session: Acting) -> Response:
    """End the browser session."""
    cookie = request.cookies.get(COOKIE)
    if cookie is not None:
        await run_in_threadpool(access.log_out, session.store, cookie)
        request.app.state.guard.forget()
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


@routes.get("/me", response_model=r.Me)
def me(request: Request, session: Acting) -> Response:
    """Who is logged in, and what they may do."""
    return Json(people.me(session, request.state.csrf))


@routes.get("/actors", response_model=r.Actors)
def actors(session: Acting, cursor: Cursor = None, limit: Limit = None) -> Response:
    """Everybody, in the order they came."""
    return Json(people.actors(session, cursor, limit))


@routes.post("/actors", status_code=201, response_model=r.NewActor)
def add_actor(body: q.ActorRequest, session: Acting) -> Response:
    """A new actor and its token, which is shown this once."""
    return Json(people.add_actor(session, body.name, body.role, body.kind), 201)


@routes.patch("/actors/{actor}", response_model=r.Actor)
def change_actor(actor: Id, body: q.ActorChange, request: Request, session: Acting) -> Response:
    """Another role or state. Who is paused or removed is let in no more, from this moment on."""
    shown = people.change_actor(session, actor, body.role, body.state)
    request.app.state.guard.forget()
    return Json(shown)


@routes.post("/actors/{actor}/login", response_model=r.LoginPath)
def login_address(actor: Id, session: Acting) -> Response:
    """A one-time login address for an actor."""
    return Json(access.for_actor(session, actor))


@routes.post("/actors/{actor}/token", response_model=r.Token)
def new_token(actor: Id, request: Request, session: Acting) -> Response:
    """A new token; the old one is void."""
    shown = people.new_token(session, actor)
    request.app.state.guard.forget()
    return Json(shown)
