"""Items: in by the thousand, out by the page; their media; exports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import File, Form, Header, Query, Request, Response, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from ...core.errors import EmptyInput, Malformed
from ...core.strict import loads
from ...operations import blobs, export, imports, items
from .. import responses as r
from ..lines import chunks
from ..replies import Json
from ..requests import ItemLine
from ..security import Acting
from .frame import Cursor, Id, Limit, OneTask, ProjectRef, router

routes = router("items")

_NDJSON = {
    "requestBody": {
        "required": True,
        "description": "One JSON object per line, each as x-line describes.",
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": '{"key": "m-17", "data": {"text": "you won a prize"}, "labels": {"mail": "spam"}}\n',
            }
        },
    },
    "x-line": ItemLine.model_json_schema(),
}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The bytes", "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "Unchanged"},
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, streamed",
        "content": {
            media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for media_type in export.FORMATS.values()
        },
    }
}


@routes.post("/projects/{project}/items", response_model=r.Imported, openapi_extra=_NDJSON)
async def add_items(project: ProjectRef, request: Request, session: Acting) -> Response:
    """Add items, one JSON object per line. Streamed: a line that is refused is reported, and the others go on."""
    importer = await run_in_threadpool(imports.Importer, session, project)
    empty = True
    async for part in chunks(request.stream()):
        empty = False
        await run_in_threadpool(importer.feed, part)
    if empty:
        raise EmptyInput("there are no items in this import; send one JSON object per line")
    return Json(await run_in_threadpool(importer.done))


@routes.post("/projects/{project}/media", response_model=r.Imported)
def add_media(
    project: ProjectRef,
    session: Acting,
    files: Annotated[list[UploadFile], File(description="images")],
    labels: Annotated[str | None, Form(description='JSON: {"file name": "label"}')] = None,
    task: Annotated[str | None, Form(max_length=200)] = None,
) -> Response:
    """Add one item per image. The same image twice is one item."""
    by_name = None
    if labels:
        try:
            by_name = loads(labels.encode())
        except json.JSONDecodeError as error:
            raise Malformed(f"labels is JSON, file name to label; {error.msg}", field="labels") from error
    contents = ((file.filename or f"file {n}", file.file.read()) for n, file in enumerate(files, 1))
    return Json(imports.add_media(session, project, contents, by_name, task))


@routes.get("/projects/{project}/items", response_model=r.Items)
def list_items(
    project: ProjectRef,
    session: Acting,
    cursor: Cursor = None,
    limit: Limit = None,
    task: OneTask = None,
    search: Annotated[str | None, Query(max_length=200, description="part of the key or of a text")] = None,
    label: Annotated[str | None, Query(max_length=200)] = None,
    state: Annotated[Literal["unlabelled", "labelled", "asked", "test"] | None, Query()] = None,
    slice: Annotated[str | None, Query(max_length=200, description="name of a slice in the settings")] = None,
) -> Response:
    """Items in the order they came. A search looks at some thousand rows per page and goes on with `next`."""
    filters = {"search": search, "label": label, "state": state, "slice": slice}
    return Json(items.items(session, project, cursor, limit, task, **filters))


@routes.get("/items/{item}", response_model=r.ItemDetail)
def item(item: Id, session: Acting) -> Response:
    """An item with its labels, predictions, questions and answers."""
    return Json(items.item(session, item))


@routes.get("/blobs/{digest}", response_class=Response, responses=_BYTES)
def blob(
    digest: Id,
    session: Acting,
    size: Annotated[int | None, Query(ge=16, le=1024, description="longest side of a thumbnail, in pixels")] = None,
    if_none_match: Annotated[str | None, Header(max_length=2000)] = None,
) -> Response:
    """Bytes by their digest. They never change, so a browser may keep them."""
    tag = f'"{digest}{f"-{size}" if size else ""}"'
    headers = {"cache-control": "private, max-age=31536000, immutable", "etag": tag}
    found = blobs.blob(session, digest, size)
    if if_none_match is not None and tag in (part.strip().removeprefix("W/") for part in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    content, media_type = found
    return Response(content, media_type=media_type, headers=headers)


@routes.get("/projects/{project}/export", response_class=StreamingResponse, responses=_FILE)
def export_file(
    project: ProjectRef,
    session: Acting,
    what: Annotated[Literal["labels", "answers", "items"], Query()] = "labels",
    format: Annotated[Literal["jsonl", "csv", "parquet"], Query()] = "jsonl",
    task: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Labels, answers or items as a file, streamed."""
    pieces: Iterator[bytes] = export.export(session, project, what, format, task)
    name = export.file_name(session.case(project), what, format)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type=export.FORMATS[format], headers=headers)
