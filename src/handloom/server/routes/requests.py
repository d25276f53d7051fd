"""Merge requests: list, propose, look, discuss, decide, close."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import ConfigDict, Field

from ...operations import requests
from ..replies import Json
from ..requests import Name, Ref, Sent
from ..responses.requests import ProposalComment, ProposalDetail, Proposals
from ..security import Acting
from .frame import Cursor, Id, Limit, OneTask, ProjectRef, router

routes = router("requests")
Text = Annotated[str, Field(min_length=1, max_length=20_000)]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields})


class ProposalRequest(Sent):
    """Which branch to merge into which, and why."""

    model_config = _example(source="typos", into="main", title="the receipts that were taken for spam")
    source: Name
    title: Annotated[str, Field(min_length=1, max_length=500)]
    task: Name | None = None
    into: Name = "main"


class CommentRequest(Sent):
    """What to say, and about which row."""

    model_config = _example(text="is this one not ham as well?", item="i3")
    text: Text
    item: Ref | None = None


class VerdictRequest(Sent):
    """What is decided, and why."""

    model_config = _example(decision="approve", reason="looked at all twelve rows")
    decision: Literal["approve", "reject", "defer"]
    reason: Text


class ReasonRequest(Sent):
    """Why it is taken back."""

    model_config = _example(reason="the guidelines changed")
    reason: Text


@routes.get("/projects/{project}/requests", response_model=Proposals)
def list_requests(
    project: ProjectRef,
    session: Acting,
    task: OneTask = None,
    state: Annotated[Literal["open", "all"], Query()] = "open",
    cursor: Cursor = None,
    limit: Limit = None,
) -> Response:
    """Merge requests of a task, newest first: those that wait, or all."""
    return Json(requests.list_requests(session, project, task, state, cursor, limit))


@routes.post("/projects/{project}/requests", status_code=201, response_model=ProposalDetail)
def open_request(project: ProjectRef, body: ProposalRequest, session: Acting) -> Response:
    """Propose to merge a branch. Its data tests run, then people are asked."""
    return Json(requests.open_request(session, project, **body.model_dump()), 201)


@routes.get("/requests/{request}", response_model=ProposalDetail)
def merge_request(request: Id, session: Acting) -> Response:
    """One merge request with its change, tests, conflicts, verdicts and discussion."""
    return Json(requests.detail(session, request))


@routes.post("/requests/{request}/comments", status_code=201, response_model=ProposalComment)
def comment_request(request: Id, body: CommentRequest, session: Acting) -> Response:
    """Say something about a request, or about one of its rows."""
    return Json(requests.comment_request(session, request, **body.model_dump()), 201)


@routes.post("/requests/{request}/decide", response_model=ProposalDetail)
def decide_request(request: Id, body: VerdictRequest, session: Acting) -> Response:
    """Approve or reject. The merge follows when enough have approved and nothing holds it up."""
    return Json(requests.decide_request(session, request, **body.model_dump()))


@routes.post("/requests/{request}/close", response_model=ProposalDetail)
def close_request(request: Id, body: ReasonRequest, session: Acting) -> Response:
    """Take a request back; nothing is merged, the branch stays."""
    return Json(requests.close_request(session, request, **body.model_dump()))


@routes.post("/requests/{request}/test", response_model=ProposalDetail)
def retest_request(request: Id, session: Acting) -> Response:
    """Run the data tests again, against what the target holds now."""
    return Json(requests.test_request(session, request))
