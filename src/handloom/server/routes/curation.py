"""What people do to a whole dataset at once: rename, merge and split labels, replace them, freeze, erase."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Response
from pydantic import ConfigDict, Field

from ...operations import correcting, erasing, freezing, labels, replacing
from ..replies import Json
from ..requests import Name, Sent
from ..responses.curation import (
    Corrections,
    CorrectionsMade,
    ErasePreview,
    Erasing,
    Erasures,
    Freezes,
    FreezeShown,
    LabelMigrations,
    MigrationMade,
    MigrationPreview,
    Replaced,
)
from ..security import Acting
from .frame import Cursor, Id, Limit, ProjectRef, TaskRef, router

routes = router("curation")


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields})


Reason = Annotated[str, Field(max_length=2000)]


class MigrationRequest(Sent):
    """What to do to which labels, and why. preview: only show what it would change."""

    model_config = _example(kind="merge", labels=["spam", "scam"], into=["junk"], reason="the new guidelines")
    kind: Literal["rename", "merge", "split"]
    labels: list[Name]
    into: list[Name]
    reason: Reason = ""
    preview: bool = False


class UndoMigrationRequest(Sent):
    """Why a label migration is taken back. preview: only show what that would change."""

    model_config = _example(reason="they were not the same after all")
    reason: Reason = ""
    preview: bool = False


@routes.get("/projects/{project}/tasks/{task}/migrations", response_model=LabelMigrations)
def list_migrations(project: ProjectRef, task: TaskRef, session: Acting) -> Response:
    """What was done to the labels of a task, newest first."""
    return Json(labels.migrations(session, project, task))


@routes.post(
    "/projects/{project}/tasks/{task}/migrations",
    status_code=201,
    response_model=MigrationMade,
    responses={200: {"model": MigrationPreview, "description": "What it would change"}},
)
def relabel_task(project: ProjectRef, task: TaskRef, body: MigrationRequest, session: Acting) -> Response:
    """Rename, merge or split labels. Answers stay as they were given; what a split leaves without a label is asked again."""
    made = labels.relabel_task(session, project, task, **body.model_dump())
    return Json(made, 200 if body.preview else 201)


@routes.post(
    "/projects/{project}/tasks/{task}/migrations/{migration}/undo",
    status_code=201,
    response_model=MigrationMade,
    responses={200: {"model": MigrationPreview, "description": "What it would change"}},
)
def undo_migration(
    project: ProjectRef, task: TaskRef, migration: Id, body: UndoMigrationRequest, session: Acting
) -> Response:
    """Take the newest label migration that stands back, by its reverse."""
    made = labels.undo_migration(session, project, task, migration, **body.model_dump())
    return Json(made, 200 if body.preview else 201)


class ReplaceRequest(Sent):
    """Which rows of a branch get which label: all that is given must fit. preview: only show what would change."""

    model_config = _example(label="spam", search="invoice", to="ham", branch="fix", message="invoices are wanted")
    to: Any
    task: Name | None = None
    label: Name | None = None
    search: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    where: Annotated[str, Field(min_length=1, max_length=5000)] | None = None
    answered_by: Name | None = None
    disagrees: bool = False
    branch: Name = "main"
    message: Reason = ""
    preview: bool = False


class FreezeRequest(Sent):
    """What to freeze, and why. name: of a branch, or the predicate of a slice."""

    model_config = _example(what="branch", name="main", reason="the paper quotes it")
    what: Literal["project", "task", "branch", "slice"]
    reason: Reason
    task: Name | None = None
    name: Annotated[str, Field(min_length=1, max_length=1000)] | None = None


class ThawRequest(Sent):
    """Why it may change again."""

    model_config = _example(reason="the paper is out")
    reason: Reason


@routes.post(
    "/projects/{project}/replace",
    status_code=201,
    response_model=Replaced,
    responses={200: {"model": Replaced, "description": "What would change"}},
)
def replace_labels(project: ProjectRef, body: ReplaceRequest, session: Acting) -> Response:
    """Give the rows of a branch that fit another label, as one version. Answers stay what people said."""
    made = replacing.replace_labels(session, project, **body.model_dump())
    return Json(made, 200 if body.preview else 201)


@routes.get("/projects/{project}/freezes", response_model=Freezes)
def list_freezes(project: ProjectRef, session: Acting, cursor: Cursor = None, limit: Limit = None) -> Response:
    """What is or was frozen, newest first."""
    return Json(freezing.freezes(session, project, cursor, limit))


@routes.post("/projects/{project}/freezes", status_code=201, response_model=FreezeShown)
def freeze(project: ProjectRef, body: FreezeRequest, session: Acting) -> Response:
    """Freeze a project, a task, a branch or a slice: it refuses changes until it is thawed."""
    return Json(freezing.freeze(session, project, **body.model_dump()), 201)


@routes.post("/projects/{project}/freezes/{freeze}/thaw", response_model=FreezeShown)
def thaw(project: ProjectRef, freeze: Id, body: ThawRequest, session: Acting) -> Response:
    """Let it change again."""
    return Json(freezing.thaw(session, project, freeze, **body.model_dump()))


class EraseRequest(Sent):
    """Which items, and why. preview: only say how many."""

    model_config = _example(keys=["mail-17"], reason="asked to be forgotten")
    reason: Reason = ""
    items: list[Name] = Field(default_factory=list)
    keys: list[Name] = Field(default_factory=list)
    search: Annotated[str, Field(min_length=3, max_length=1000)] | None = None
    where: Annotated[str, Field(min_length=1, max_length=5000)] | None = None
    preview: bool = False


@routes.get("/projects/{project}/erasures", response_model=Erasures)
def list_erasures(project: ProjectRef, session: Acting, cursor: Cursor = None, limit: Limit = None) -> Response:
    """What was erased and what is being erased, newest first."""
    return Json(erasing.erasures(session, project, cursor, limit))


@routes.post(
    "/projects/{project}/erasures",
    status_code=202,
    response_model=Erasing,
    responses={200: {"model": ErasePreview, "description": "What would be erased"}},
)
def erase(project: ProjectRef, body: EraseRequest, session: Acting) -> Response:
    """Blank the content of items wherever this workspace holds it. For owners; there is no undo."""
    return Json(erasing.erase(session, project, **body.model_dump()), 200 if body.preview else 202)


@routes.post("/projects/{project}/erasures/resume", status_code=202, response_model=Erasing)
def resume_erasing(project: ProjectRef, session: Acting) -> Response:
    """Go on with what is not erased everywhere yet."""
    return Json(erasing.resume_erasing(session, project), 202)


class CorrectionsRequest(Sent):
    """Rows of a log of corrections, and the columns that together name a document: its item's key, joined by ``/``."""

    model_config = _example(
        branch="mended",
        message="as published",
        document=["fold", "doc"],
        rows=[{"fold": "dev", "doc": 2, "old_begin": 1, "old_end": 4, "old_type": "LOC", "error_type": "Wrong"}],
    )
    rows: list[dict[str, Any]]
    branch: Name
    message: Reason
    document: list[Name] = Field(default_factory=lambda: ["doc"])
    task: Name | None = None


@routes.post("/projects/{project}/corrections", status_code=201, response_model=CorrectionsMade)
def import_corrections(project: ProjectRef, body: CorrectionsRequest, session: Acting) -> Response:
    """Mend the values of a branch as a log of corrections tells, as one version; each correction keeps its kind."""
    return Json(correcting.import_corrections(session, project, **body.model_dump()), 201)


@routes.get("/commits/{commit}/corrections", response_model=Corrections)
def list_corrections(commit: Id, session: Acting, cursor: Cursor = None, limit: Limit = None) -> Response:
    """What a version mended, part by part."""
    return Json(correcting.list_corrections(session, commit, cursor, limit))
