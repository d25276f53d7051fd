"""Bundles: a whole project out as one file, and in again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from ...operations import bundles
from ..replies import Json
from ..requests import BundleRequest
from ..responses.bundles import Brought
from ..security import Acting
from .frame import ProjectRef, router

routes = router("bundles")

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file, streamed", "content": {bundles.MEDIA_TYPE: _BINARY}}
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A bundle, at most 4 GiB.",
        "content": {"application/octet-stream": _BINARY},
    }
}
Name = Annotated[str | None, Query(min_length=1, max_length=200, description="of the new project; else as it was")]


@routes.get("/projects/{project}/bundle", response_class=StreamingResponse, responses=_FILE)
def export_bundle(project: ProjectRef, session: Acting) -> Response:
    """The whole project with its history as one file, for its owners."""
    pieces = bundles.spooled(session, project)
    headers = {"content-disposition": f'attachment; filename="{bundles.file_name(session, project)}"'}
    return StreamingResponse(pieces, media_type=bundles.MEDIA_TYPE, headers=headers)


@routes.post("/bundles", status_code=201, response_model=Brought, openapi_extra=_BODY)
async def import_bundle(request: Request, session: Acting, name: Name = None) -> Response:
    """Import a bundle as a new project, whole or not at all. People whom it brings are paused until an owner lets them in."""
    upload = await run_in_threadpool(bundles.Upload, session)
    try:
        async for piece in request.stream():
            await run_in_threadpool(upload.feed, piece)
        return Json(await run_in_threadpool(upload.bring, name), 201)
    finally:
        await run_in_threadpool(upload.close)


@routes.post("/bundles/path", status_code=201, response_model=Brought)
def import_bundle_from(body: BundleRequest, session: Acting) -> Response:
    """Import a bundle that lies on the server, below a folder that it was started with."""
    return Json(bundles.bring_from(session, **body.model_dump()), 201)
