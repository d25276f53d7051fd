"""Questions and answers: the product's hottest addresses, so they wait for the writer without a thread of their own."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import Query, Response

from ...core.later import ahead
from ...core.questions import State
from ...operations import answers, questions
from .. import requests as q
from .. import responses as r
from ..replies import Json
from ..security import Acting
from .frame import Cursor, Id, Limit, ProjectRef, router

routes = router("questions")
WEIGHING = ("handloom.resolve.redundancy", "handloom.resolve.weighed", "handloom.resolve.skills")
"""What the answer to a checked question is weighed with: 0.2 s to read, which the first such answer must not wait for."""


@routes.post("/projects/{project}/claim", response_model=r.Claimed)
async def claim(project: ProjectRef, body: q.ClaimRequest, session: Acting) -> Response:
    """Lease up to n open questions, best first. Never one that the actor has answered."""
    unit = questions.claiming(session, project, body.lane, body.n, body.task)
    claimed = await asyncio.wrap_future(session.store.submit(unit))
    ahead(*WEIGHING)
    return Json(claimed)


@routes.post("/answers", status_code=201, response_model=r.Answered, responses={200: {"model": r.Answered}})
async def answer(body: q.AnswerRequest, session: Acting) -> Response:
    """Give an answer: 201, or 200 when this very answer is here already. It is on disk when this returns."""
    unit = answers.answering(session, {name: getattr(body, name) for name in body.model_fields_set})
    shown, repeated, project_id = await asyncio.wrap_future(session.store.submit(unit))
    answers.settle(session, project_id)
    return Json(shown, 200 if repeated else 201)


HOT = (claim, answer)
"""One of these comes with every answer of every person, so they are called directly (`server.direct`)."""


@routes.post("/claims/release", response_model=r.Released)
def release_claims(body: q.ReleaseClaimsRequest, session: Acting) -> Response:
    """Give leases back, so that others get those questions at once."""
    return Json(questions.release_claims(session, body.questions))


@routes.get("/projects/{project}/questions", response_model=r.Questions)
def list_questions(
    project: ProjectRef,
    session: Acting,
    lane: Annotated[Literal["label", "decide", "expert", "grid"] | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Response:
    """Questions of a project, newest first."""
    return Json(questions.questions(session, project, lane, state, cursor, limit))


@routes.get("/questions/{question}", response_model=r.ListedQuestion)
def question(question: Id, session: Acting) -> Response:
    """One question."""
    return Json(questions.question(session, question))


@routes.post("/questions/{question}/claim", response_model=r.Question)
def claim_question(question: Id, session: Acting) -> Response:
    """Lease this very question, or renew the lease."""
    return Json(questions.claim_question(session, question))
