"""Files of any format, looked at before they are imported."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from ...operations import files
from ..replies import Json
from ..responses.files import Preview
from ..security import Acting
from .frame import OneTask, ProjectRef, router

routes = router("files")

_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file, or the beginning of a text file.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@routes.post("/projects/{project}/preview", response_model=Preview, openapi_extra=_FILE)
async def preview(
    project: ProjectRef,
    request: Request,
    session: Acting,
    name: Annotated[
        str, Query(min_length=1, max_length=200, description="name of the file; its ending tells the format")
    ],
    task: OneTask = None,
    encoding: Annotated[str | None, Query(max_length=40, description="of a text file that is not UTF-8")] = None,
    reader: Annotated[
        str | None, Query(max_length=40, description="the format, when it is not to be found out")
    ] = None,
) -> Response:
    """What a file is taken for: format, encoding, columns, first rows and items. Nothing is stored."""
    body = await request.body()
    wanted = {"encoding": encoding, "reader": reader}
    return Json(await run_in_threadpool(files.preview, session, project, name, body, task, wanted))
