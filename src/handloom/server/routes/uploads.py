"""Files of any format: sent, looked at, imported by a job, and the report of what was refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from ...operations import sending, uploads
from .. import responses as r
from ..replies import Json
from ..requests import Name, Ref, Sent
from ..responses.uploads import ExportReport, Formats, ImportReport, Removed, Upload
from ..security import Acting
from .frame import Id, OneTask, ProjectRef, router

routes = router("files")

_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the file, as they are.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "The refused lines", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
_FILE_OUT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Column = Annotated[str, Field(max_length=500)]


class ColumnsWanted(Sent):
    """Which column is what, as in the guess; all that is not named becomes meta."""

    fields: dict[Name, list[Column]]
    label: Column | None = None
    key: Column | None = None
    split: Column | None = None
    separator: Annotated[str, Field(max_length=10)] | None = None
    also: dict[Name, Column] | None = None
    tags: Column | None = None


class ReadingRequest(Sent):
    """How to read a file. Without ``columns`` they are guessed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"columns": {"fields": {"text": ["body"]}, "label": "kind"}, "encoding": "cp1252"}
        },
    )
    task: Name | None = None
    encoding: Annotated[str, Field(max_length=40)] | None = None
    reader: Annotated[str, Field(max_length=40)] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: Annotated[str, Field(max_length=200)] | None = None
    columns: ColumnsWanted | None = None


@routes.post("/projects/{project}/uploads", status_code=201, response_model=Upload, openapi_extra=_FILE)
async def upload(
    project: ProjectRef,
    request: Request,
    session: Acting,
    name: Annotated[str, Query(min_length=1, max_length=200, description="name of the file")],
    task: OneTask = None,
) -> Response:
    """Send a file, streamed to disk. What it is is found out by its content; nothing of it is imported yet."""
    with await run_in_threadpool(uploads.receiving, session, project, name) as file:
        async for piece in request.stream():
            await run_in_threadpool(file.write, piece)
        return Json(await run_in_threadpool(uploads.received, session, project, name, file, task), 201)


@routes.post("/projects/{project}/uploads/{upload}/preview", response_model=Upload)
def look_at_upload(project: ProjectRef, upload: Id, body: ReadingRequest, session: Acting) -> Response:
    """The file as it would be imported with these options. Nothing is stored."""
    return Json(uploads.look(session, project, upload, **body.model_dump(exclude_none=True)))


@routes.post("/projects/{project}/uploads/{upload}/import", status_code=202, response_model=r.Job)
def bring_upload(project: ProjectRef, upload: Id, body: ReadingRequest, session: Acting) -> Response:
    """Import the file in a worker; the job, which reports how far it is and can be cancelled."""
    return Json(uploads.bring(session, project, upload, **body.model_dump(exclude_none=True)), 202)


@routes.delete("/projects/{project}/uploads/{upload}", response_model=Removed)
def forget_upload(project: ProjectRef, upload: Id, session: Acting) -> Response:
    """Forget a file that is not imported after all."""
    return Json(uploads.forget(session, project, upload))


@routes.get("/jobs/{job}/report", response_model=ImportReport)
def import_report(job: Id, session: Acting) -> Response:
    """What became of an import: counts, refused lines with the reason, notes."""
    return Json(uploads.report(session, job))


@routes.get("/jobs/{job}/refused", response_class=StreamingResponse, responses=_CSV)
def refused_lines(job: Id, session: Acting) -> Response:
    """All lines that an import refused, as CSV: line, code, message."""
    headers = {"content-disposition": f'attachment; filename="{job}-refused.csv"'}
    return StreamingResponse(uploads.refused(session, job), media_type="text/csv; charset=utf-8", headers=headers)


class ExportRequest(Sent):
    """Which format, and what of the project: labelled items, all items, or a version."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"format": "coco", "what": "items"}})
    format: Name
    what: Literal["labels", "items"] = "labels"
    task: Name | None = None
    at: Ref | None = None


@routes.post("/projects/{project}/exports", status_code=202, response_model=r.Job)
def make_export(project: ProjectRef, body: ExportRequest, session: Acting) -> Response:
    """Write the project as a file of any format, in a worker; the job."""
    return Json(sending.make_export(session, project, **body.model_dump()), 202)


@routes.get("/jobs/{job}/export", response_model=ExportReport)
def export_report(job: Id, session: Acting) -> Response:
    """What was written, and what the format could not hold."""
    return Json(sending.export_report(session, job))


@routes.get("/jobs/{job}/file", response_class=StreamingResponse, responses=_FILE_OUT)
def exported(job: Id, session: Acting) -> Response:
    """The file of an export; a folder comes as a zip."""
    name, pieces = sending.exported(session, job)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)


@routes.get("/formats", response_model=Formats)
def formats(session: Acting) -> Response:
    """Formats that can be written and read here."""
    return Json(sending.formats(session))
