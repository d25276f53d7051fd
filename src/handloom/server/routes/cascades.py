"""One class at a time: rounds answered in a grid, splits that somebody signed, automatic labels taken back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Response
from pydantic import ConfigDict, Field

from ...operations import cascades
from ..replies import Json
from ..requests import Name, Ref, Seconds, Sent
from ..responses import cascades as r
from ..security import Acting
from .frame import Cursor, Id, Limit, OneTask, ProjectRef, router

routes = router("cascades")
Aim = Annotated[float, Field(ge=0.5, lt=1)]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": dict(fields)})


class CascadeRequest(Sent):
    """Which class, and what its splits are to reach."""

    model_config = _example(label="spam", precision=0.95, recall=0.95, batch=200)
    label: Name
    task: Ref | None = None
    precision: Aim = 0.95
    recall: Aim = 0.95
    batch: Annotated[int, Field(ge=1, le=10_000)] = 200
    audit: Annotated[int, Field(ge=1, le=10_000)] = 30
    rounds: Annotated[int, Field(ge=1, le=20)] = 3


class StopRequest(Sent):
    """Why."""

    model_config = _example(reason="the classes were changed")
    reason: Annotated[str, Field(min_length=1, max_length=20_000)] = "stopped"


class WhyRequest(Sent):
    """Why; it is kept."""

    model_config = _example(reason="the audit found three wrong ones")
    reason: Annotated[str, Field(min_length=1, max_length=20_000)]


class GridAnswer(Sent):
    """One item of a grid. ``id`` is made by the client, so that sending twice is harmless."""

    id: Annotated[str, Field(max_length=80, json_schema_extra={"format": "uuid"})]
    question: Ref
    chosen: bool = False
    outcome: Literal["answered", "skip", "unsure"] = "answered"
    supersedes: Annotated[str, Field(max_length=80, json_schema_extra={"format": "uuid"})] | None = None


class GridRequest(Sent):
    """All items of a grid, and the seconds they took together."""

    model_config = _example(
        answers=[{"id": "7e2f2f1e-5d5c-4a35-9e0a-0a5f0f6f1f10", "question": "q12", "chosen": True}], seconds=14.2
    )
    answers: Annotated[list[GridAnswer], Field(min_length=1, max_length=200)]
    seconds: Seconds = 0.0


@routes.post("/projects/{project}/cascades", status_code=201, response_model=r.CascadeShown)
def start_cascade(project: ProjectRef, body: CascadeRequest, session: Acting) -> Response:
    """Begin to label one class of a task."""
    return Json(cascades.start_cascade(session, project, **body.model_dump()), 201)


@routes.get("/projects/{project}/cascades", response_model=r.Cascades)
def list_cascades(
    project: ProjectRef, session: Acting, task: OneTask = None, cursor: Cursor = None, limit: Limit = None
) -> Response:
    """Cascades of a task, newest first, with what people and policies labelled of each class."""
    return Json(cascades.list_cascades(session, project, task, cursor, limit))


@routes.get("/cascades/{cascade}", response_model=r.CascadeShown)
def get_cascade(cascade: Id, session: Acting) -> Response:
    """One cascade with its rounds and splits."""
    return Json(cascades.get_cascade(session, cascade))


@routes.post("/cascades/{cascade}/stop", response_model=r.CascadeShown)
def stop_cascade(cascade: Id, body: StopRequest, session: Acting) -> Response:
    """Ask nothing more about a class; what was signed stands."""
    return Json(cascades.stop_cascade(session, cascade, body.reason))


@routes.post("/splits/{split}/revoke", response_model=r.CascadeShown)
def revoke_split(split: Id, body: WhyRequest, session: Acting) -> Response:
    """All labels of a split count no more."""
    return Json(cascades.revoke_split(session, split, body.reason))


@routes.post("/splits/{split}/restore", response_model=r.CascadeShown)
def restore_split(split: Id, body: WhyRequest, session: Acting) -> Response:
    """The labels of a revoked split count again."""
    return Json(cascades.restore_split(session, split, body.reason))


@routes.post("/answers/grid", response_model=r.GridAnswered)
def answer_grid(body: GridRequest, session: Acting) -> Response:
    """Answer a grid: each item is an answer of its own with its share of the seconds. All of them, or none."""
    given = [one.model_dump(exclude_none=True) for one in body.answers]
    return Json(cascades.answer_grid(session, given, body.seconds))
