"""Dataset versions: log, branches, tags, merges, diffs, checkouts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import ConfigDict, Field
from starlette.responses import StreamingResponse

from ...operations import datasets
from ...operations.checkout import FORMATS, checkout
from ..replies import Json
from ..requests import Name, Ref, Sent, Words
from ..responses.datasets import Branch, Branches, CommitDetail, Commits, Diff, Tag, Tags
from ..security import Acting
from .frame import Cursor, Id, Limit, OneTask, ProjectRef, router

routes = router("datasets")
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FORMATS.values()},
    }
}
Place = Annotated[str, Query(max_length=200, description="a branch, a tag or a commit, as c12")]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields})


class EditedRow(Sent):
    """What becomes of a row; what is not named stays."""

    item: Ref
    value: Any = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    split: Literal["train", "validation", "test"] | None = None
    weight: Annotated[float, Field(ge=0, le=1e6)] | None = None
    remove: bool = False


class CommitRequest(Sent):
    """Labels as they stand, or rows changed by hand on a branch."""

    model_config = _example(
        message="after the second look", branch="typos", rows=[{"item": "i3", "value": {"labels": ["spam"]}}]
    )
    message: Words
    task: Name | None = None
    branch: Name = "main"
    rows: list[EditedRow] | None = None
    override: Words | None = None


class BranchRequest(Sent):
    """A new branch, beginning at a branch, tag or commit."""

    model_config = _example(name="typos", at="main")
    name: Name
    task: Name | None = None
    at: Ref = "main"


class CloseRequest(Sent):
    """Which branch is done with."""

    model_config = _example(name="typos")
    name: Name
    task: Name | None = None


class TagRequest(Sent):
    """A name for a version."""

    model_config = _example(name="v1", at="c12", message="as published")
    name: Name
    task: Name | None = None
    at: Ref = "main"
    message: Words = ""


class MergeRequest(Sent):
    """What to merge into which branch."""

    model_config = _example(source="typos", into="main", message="reviewed by two")
    source: Ref
    task: Name | None = None
    into: Name = "main"
    message: Words | None = None
    override: Words | None = None


class UndoMergeRequest(Sent):
    """Which merge to take back, and why."""

    model_config = _example(merge="c12", message="the receipts were spam after all")
    merge: Ref
    message: Words
    task: Name | None = None


class RestoreRequest(Sent):
    """Which content to bring back, and why."""

    model_config = _example(to="v1", message="the merge was wrong")
    to: Ref
    message: Words
    task: Name | None = None
    branch: Name = "main"
    override: Words | None = None


@routes.get("/projects/{project}/commits", response_model=Commits)
def list_commits(
    project: ProjectRef,
    session: Acting,
    task: OneTask = None,
    at: Place = "main",
    cursor: Cursor = None,
    limit: Limit = None,
) -> Response:
    """What led to a branch, tag or commit, newest first."""
    return Json(datasets.log(session, project, task, at, cursor, limit))


@routes.post("/projects/{project}/commits", status_code=201, response_model=CommitDetail)
def add_commit(project: ProjectRef, body: CommitRequest, session: Acting) -> Response:
    """A version: of the labels as they stand, or of a branch with rows changed by hand."""
    return Json(datasets.add_commit(session, project, **body.model_dump(exclude_unset=True)), 201)


@routes.get("/commits/{commit}", response_model=CommitDetail)
def commit(commit: Id, session: Acting) -> Response:
    """One version, with the conflicts that its merge left to people."""
    return Json(datasets.commit(session, commit))


@routes.get("/commits/{commit}/export", response_class=StreamingResponse, responses=_FILE)
def export_commit(
    commit: Id, session: Acting, format: Annotated[Literal["parquet", "jsonl"], Query()] = "parquet"
) -> Response:
    """The rows of a version as a file."""
    headers = {"content-disposition": f'attachment; filename="{commit}.{format}"'}
    pieces = checkout(session, commit, format)
    return StreamingResponse(pieces, media_type=FORMATS[format], headers=headers)


@routes.get("/projects/{project}/diff", response_model=Diff)
def diff(project: ProjectRef, session: Acting, before: Place, after: Place = "main", task: OneTask = None) -> Response:
    """What changed between two versions: counts by kind and label, and the first 200 rows."""
    return Json(datasets.diff(session, project, before, after, task))


@routes.get("/projects/{project}/branches", response_model=Branches)
def list_branches(project: ProjectRef, session: Acting, task: OneTask = None) -> Response:
    """Open branches with the commit each is at."""
    return Json(datasets.list_branches(session, project, task))


@routes.post("/projects/{project}/branches", status_code=201, response_model=Branch)
def add_branch(project: ProjectRef, body: BranchRequest, session: Acting) -> Response:
    """A branch that begins at a branch, tag or commit."""
    return Json(datasets.add_branch(session, project, **body.model_dump()), 201)


@routes.post("/projects/{project}/branches/close", response_model=Branch)
def close_branch(project: ProjectRef, body: CloseRequest, session: Acting) -> Response:
    """Free the name of a branch; its versions stay."""
    return Json(datasets.close_branch(session, project, **body.model_dump()))


@routes.post("/projects/{project}/merge", status_code=201, response_model=CommitDetail)
def merge(project: ProjectRef, body: MergeRequest, session: Acting) -> Response:
    """Merge into a branch; rows that both sides changed differently become questions to decide.

    Into main when its data tests are green: until a worker has run them, what comes back is the version that is proposed.
    """
    return Json(datasets.merge(session, project, **body.model_dump()), 201)


@routes.post("/projects/{project}/undo", status_code=201, response_model=CommitDetail)
def undo_merge(project: ProjectRef, body: UndoMergeRequest, session: Acting) -> Response:
    """Take back what a merge brought to main; rows that changed since stay as they are."""
    return Json(datasets.undo_merge(session, project, **body.model_dump()), 201)


@routes.post("/projects/{project}/restore", status_code=201, response_model=CommitDetail)
def restore(project: ProjectRef, body: RestoreRequest, session: Acting) -> Response:
    """A new version of a branch with the content of an older one."""
    return Json(datasets.restore(session, project, **body.model_dump()), 201)


@routes.get("/projects/{project}/tags", response_model=Tags)
def list_tags(project: ProjectRef, session: Acting, task: OneTask = None) -> Response:
    """Tags in the order of their commits."""
    return Json(datasets.list_tags(session, project, task))


@routes.post("/projects/{project}/tags", status_code=201, response_model=Tag)
def add_tag(project: ProjectRef, body: TagRequest, session: Acting) -> Response:
    """A name for a version that never moves."""
    return Json(datasets.add_tag(session, project, **body.model_dump()), 201)
