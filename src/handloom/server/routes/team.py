"""The team of a project: members, invitations, gold, skills, reviews."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response
from starlette.concurrency import run_in_threadpool

from ...core.ids import show
from ...operations import access, golds, present, reviewing, team, worth
from .. import requests as q
from ..replies import Json
from ..responses import team as r
from ..responses.loop import Job
from ..security import COOKIE, Acting
from .frame import Cursor, Id, Limit, OneTask, ProjectRef, router

routes = router("team")
_Link = Annotated[str, Path(min_length=16, max_length=16, pattern="^[0-9a-f]{16}$", description="id of an invitation")]


@routes.get("/projects/{project}/team", response_model=r.TeamShown)
def show_team(project: ProjectRef, session: Acting, task: OneTask = None) -> Response:
    """Everybody who may see the project, with role, state, tags, pace and measured skill."""
    return Json(team.team(session, project, task))


@routes.patch("/projects/{project}/team/{actor}", response_model=r.Member)
def change_member(project: ProjectRef, actor: Id, body: q.MemberChange, request: Request, session: Acting) -> Response:
    """Add somebody to the project, or change their role, state or tags there."""
    shown = team.change_member(session, project, actor, body.role, body.state, body.tags, body.reason)
    request.app.state.guard.forget()
    return Json(shown)


@routes.get("/projects/{project}/invitations", response_model=r.Invitations)
def invitations(project: ProjectRef, session: Acting) -> Response:
    """Links that still let somebody in, newest first."""
    return Json(team.invitations(session, project))


@routes.post("/projects/{project}/invitations", status_code=201, response_model=r.NewInvitation)
def invite(project: ProjectRef, body: q.InvitationRequest, session: Acting) -> Response:
    """A link that lets people in; its code is shown this once."""
    return Json(team.invite(session, project, body.role, body.tags, body.uses, body.hours), 201)


@routes.delete("/projects/{project}/invitations/{invitation}", response_model=r.Revoked)
def revoke_invitation(project: ProjectRef, invitation: _Link, session: Acting) -> Response:
    """A link lets nobody in any more."""
    return Json(team.revoke_invitation(session, project, invitation))


@routes.post("/join", status_code=201, response_model=r.Joined)
async def join(body: q.JoinRequest, request: Request) -> Response:
    """Join a project as somebody new, by a link. Needs no log-in; starts a browser session."""
    store = request.app.state.guard.site.store
    actor, token, project_id = await run_in_threadpool(team.join, store, body.code, body.name)
    request.app.state.guard.site.forget()
    code = await run_in_threadpool(access.login_path, store, actor.id)
    _, cookie, csrf = await run_in_threadpool(access.log_in, store, code["path"].partition("#")[2])
    shown = {"actor": present.actor(actor), "token": token, "csrf": csrf, "project": show("project", project_id)}
    answer = Json(shown, 201)
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=int(access.SESSION_SECONDS),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@routes.post("/me/join", response_model=r.Accepted)
def accept(body: q.AcceptRequest, session: Acting) -> Response:
    """Join a project, by a link, as who one is already."""
    return Json(team.accept(session, body.code))


@routes.get("/projects/{project}/mine", response_model=r.Mine)
def mine(project: ProjectRef, session: Acting, task: OneTask = None) -> Response:
    """One's own skill over time, practice, and what experts and reviewers said."""
    return Json(worth.mine(session, project, task))


@routes.get("/projects/{project}/quality", response_model=r.Quality)
def quality(project: ProjectRef, session: Acting, task: OneTask = None) -> Response:
    """How good the labels are and what they cost; whether people follow suggestions because they are there."""
    return Json(worth.quality(session, project, task))


@routes.post("/projects/{project}/measure", status_code=202, response_model=Job)
def measure(project: ProjectRef, body: q.MeasureRequest, session: Acting) -> Response:
    """Measure people and labels now, instead of when enough answers have come."""
    return Json(worth.measure(session, project, body.task), 202)


@routes.get("/projects/{project}/gold", response_model=r.Golds)
def list_gold(
    project: ProjectRef, session: Acting, task: OneTask = None, cursor: Cursor = None, limit: Limit = None
) -> Response:
    """Items whose label is trusted."""
    return Json(golds.golds(session, project, task, cursor, limit))


@routes.post("/projects/{project}/gold", status_code=201, response_model=r.GoldAdded)
def add_gold(project: ProjectRef, body: q.GoldRequest, session: Acting) -> Response:
    """Trust the labels of some items, and check people with them."""
    return Json(golds.add_gold(session, project, **body.model_dump()), 201)


@routes.delete("/projects/{project}/gold/{item}", response_model=r.GoldRemoved)
def remove_gold(project: ProjectRef, item: Id, session: Acting, task: OneTask = None) -> Response:
    """The item's label is an estimate again."""
    return Json(golds.remove_gold(session, project, item, task))


@routes.get("/projects/{project}/reviews", response_model=r.Reviews)
def list_reviews(project: ProjectRef, session: Acting, cursor: Cursor = None, limit: Limit = None) -> Response:
    """Reviews of a project, newest first."""
    return Json(reviewing.list_reviews(session, project, cursor, limit))


@routes.post("/projects/{project}/reviews", status_code=201, response_model=r.ReviewInFull)
def open_review(project: ProjectRef, body: q.ReviewRequest, session: Acting) -> Response:
    """Draw a random sample of somebody's work since their last review."""
    return Json(reviewing.open_review(session, project, body.actor, body.task, body.sample), 201)


@routes.get("/reviews/{review}", response_model=r.ReviewInFull)
def review(review: Id, session: Acting) -> Response:
    """One review with the answers in its sample."""
    return Json(reviewing.review(session, review))


@routes.post("/reviews/{review}", response_model=r.ReviewClosed)
def close_review(review: Id, body: q.ReviewVerdict, session: Acting) -> Response:
    """Accept or reject all of the work; rejected work is asked again."""
    return Json(reviewing.close_review(session, review, body.accept, body.reason))
