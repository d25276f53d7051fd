"""What a project is connected with outside: services of people, addresses that are told."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response
from starlette.concurrency import run_in_threadpool

from ...operations import webhooks, workforces
from .. import requests as q
from ..replies import Json
from ..responses import connections as r
from ..security import Acting
from .frame import ProjectRef, router

routes = router("connections")
_Name = Annotated[str, Path(max_length=80, description="name of a workforce", examples=["crowd"])]
_Hook = Annotated[str, Path(max_length=20, description="id of a webhook", examples=["1"])]


@routes.get("/projects/{project}/workforces", response_model=r.Workforces)
def list_workforces(project: ProjectRef, session: Acting) -> Response:
    """The services of outside people of a project."""
    return Json(workforces.list_workforces(session, project))


@routes.post("/projects/{project}/workforces", status_code=201, response_model=r.WorkforceWithSecret)
def add_workforce(project: ProjectRef, body: q.WorkforceRequest, session: Acting) -> Response:
    """Connect a service; its secret is shown this once."""
    return Json(workforces.add_workforce(session, project, **body.model_dump()), 201)


@routes.patch("/projects/{project}/workforces/{name}", response_model=r.WorkforceWithSecret)
def change_workforce(project: ProjectRef, name: _Name, body: q.WorkforceChange, session: Acting) -> Response:
    """Pause a service, let it go on, or give it a new secret."""
    return Json(workforces.change_workforce(session, project, name, body.state, body.secret))


@routes.delete("/projects/{project}/workforces/{name}", response_model=r.Disconnected)
def remove_workforce(project: ProjectRef, name: _Name, session: Acting) -> Response:
    """Disconnect a service; its questions come back to the own team."""
    return Json(workforces.remove_workforce(session, project, name))


@routes.post("/workforce/{name}/answers", response_model=r.AnswersTaken)
async def take_answers(name: _Name, request: Request) -> Response:
    """Answers of a service. Needs no log-in: the body is signed with the service's secret (Standard Webhooks)."""
    body = await request.body()
    site = request.app.state.guard.site
    return Json(await run_in_threadpool(workforces.receive, site, name, dict(request.headers), body))


@routes.get("/projects/{project}/webhooks", response_model=r.Webhooks)
def list_webhooks(project: ProjectRef, session: Acting) -> Response:
    """The addresses that are told what happens in a project."""
    return Json(webhooks.list_webhooks(session, project))


@routes.post("/projects/{project}/webhooks", status_code=201, response_model=r.NewWebhook)
def add_webhook(project: ProjectRef, body: q.WebhookRequest, session: Acting) -> Response:
    """Tell an address what happens from now on; its secret is shown this once."""
    return Json(webhooks.add_webhook(session, project, body.address, body.kinds), 201)


@routes.patch("/projects/{project}/webhooks/{webhook}", response_model=r.WebhookShown)
def change_webhook(project: ProjectRef, webhook: _Hook, body: q.ConnectionState, session: Acting) -> Response:
    """Pause an address, or let it go on where it stopped."""
    return Json(webhooks.change_webhook(session, project, webhook, body.state))


@routes.delete("/projects/{project}/webhooks/{webhook}", response_model=r.Disconnected)
def remove_webhook(project: ProjectRef, webhook: _Hook, session: Acting) -> Response:
    """Tell an address nothing any more."""
    return Json(webhooks.remove_webhook(session, project, webhook))


@routes.post("/projects/{project}/webhooks/{webhook}/test", response_model=r.WebhookTested)
def test_webhook(project: ProjectRef, webhook: _Hook, session: Acting) -> Response:
    """Send a message now, and say whether it was taken."""
    return Json(webhooks.test_webhook(session, project, webhook))
