"""The event log as a stream."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from ...operations import events
from .. import responses as r
from ..security import Acting
from ..sse import stream
from .frame import router

routes = router("events")
MAX_SEQ = 2**53
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events; the data of each is an Event.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@routes.get(
    "/events",
    response_class=StreamingResponse,
    responses=_STREAM,
    openapi_extra={"x-event": r.Event.model_json_schema()},
)
async def event_stream(
    request: Request,
    session: Acting,
    since: Annotated[int | None, Query(ge=0, lt=MAX_SEQ, description="number of the last event seen")] = None,
    follow: Annotated[bool, Query(description="false: end when everything there is was sent")] = True,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> Response:
    """Events after ``since`` (or the header Last-Event-ID, which a browser sends when it comes back), as they happen."""
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
        since = int(last_event_id)
    if since is None:
        since = await run_in_threadpool(events.newest, session) if follow else 0
    frames = stream(request, session, min(since, MAX_SEQ), follow)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(frames, media_type="text/event-stream", headers=headers)
