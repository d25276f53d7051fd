"""The map of a project's items, what is like what, and one label for many items."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Query, Response
from pydantic import ConfigDict, Field

from ...operations import bulk as together
from ...operations import maps
from .. import responses as r
from ..replies import Json
from ..requests import Name, Ref, Seconds, Sent, Value
from ..responses.maps import BulkActions, Labelled, MapState, Neighbours, SomeItems, Undone
from ..security import Acting
from .frame import Cursor, Id, Limit, OneTask, ProjectRef, router

routes = router("map")
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Arrays, little-endian",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "Unchanged"},
}
Known = Annotated[str | None, Header(max_length=2000)]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields})


class MapRequest(Sent):
    """Draw, or draw anew."""

    model_config = _example(fresh=False)
    task: Name | None = None
    fresh: bool = False
    seed: Annotated[int, Field(ge=0, lt=maps.MAX_SEED)] = 0


class BulkRequest(Sent):
    """One label for many items. seconds: for all of them; labelled: also items that others have labelled; shown: a
    model's guesses were in view."""

    model_config = _example(id="0192f7a0-7b1c-7def-8a00-0123456789ab", items=["i3", "i7"], value={"labels": ["spam"]})
    items: Annotated[list[Ref], Field(max_length=together.MAX_BULK)]
    value: Value
    task: Name | None = None
    id: Ref | None = None
    seconds: Seconds = 0.0
    labelled: bool = False
    shown: bool = False


class UndoBulkRequest(Sent):
    """Nothing more is to be said."""

    model_config = _example()


@routes.post("/projects/{project}/map", status_code=202, response_model=r.Job)
def draw_map(project: ProjectRef, body: MapRequest, session: Acting) -> Response:
    """Draw the map in a worker, or place what is new on it; the job."""
    return Json(maps.draw_map(session, project, **body.model_dump()), 202)


@routes.get("/projects/{project}/map", response_model=MapState)
def map_state(project: ProjectRef, session: Acting, task: OneTask = None) -> Response:
    """What there is of a map."""
    return Json(maps.map_state(session, project, task))


@routes.get("/projects/{project}/map/points", response_class=Response, responses=_BYTES)
def map_points(project: ProjectRef, session: Acting, task: OneTask = None, if_none_match: Known = None) -> Response:
    """Where every item lies: "HLM1", n (uint32), first id (uint64), ids less the first (n uint32), n pairs x, y (uint16)."""
    tag, content = maps.map_points(session, project, task)
    return _tagged(tag, content, if_none_match)


@routes.get("/projects/{project}/map/colours", response_class=Response, responses=_BYTES)
def map_colours(project: ProjectRef, session: Acting, task: OneTask = None, if_none_match: Known = None) -> Response:
    """What points are coloured by: "HLC1", n (uint32), then n each of: label number from 1 and predicted one (uint16),
    uncertainty and flags (uint8)."""
    known = _tags(if_none_match)
    tag, content = maps.map_colours(session, project, task, known[0] if len(known) == 1 else None)
    return _tagged(tag, content, if_none_match)


@routes.get("/projects/{project}/map/items", response_model=SomeItems)
def items_by_id(
    project: ProjectRef,
    session: Acting,
    items: Annotated[str, Query(max_length=4000, description="ids of at most 100 items, with commas")],
    task: OneTask = None,
) -> Response:
    """Some items with their labels and predictions, in the order named."""
    return Json(maps.items_by_id(session, project, items, task))


@routes.get("/items/{item}/neighbours", response_model=Neighbours)
def neighbours(
    item: Id,
    session: Acting,
    n: Annotated[int, Query(ge=1, le=maps.MOST_NEIGHBOURS)] = 30,
    task: OneTask = None,
) -> Response:
    """The items most like this one, nearest first."""
    return Json(maps.neighbours(session, item, n, task))


@routes.post("/projects/{project}/bulk", response_model=Labelled)
def label_in_bulk(project: ProjectRef, body: BulkRequest, session: Acting) -> Response:
    """One label for many items: each an answer of this person, marked as given in bulk. Never for the living test set,
    never twice by the same person. Sent again with the same id, nothing changes."""
    return Json(together.label_in_bulk(session, project, **body.model_dump()))


@routes.get("/projects/{project}/bulk", response_model=BulkActions)
def bulk_actions(project: ProjectRef, session: Acting, cursor: Cursor = None, limit: Limit = None) -> Response:
    """Bulk actions, newest first, with how many of their answers stand."""
    return Json(together.bulk_actions(session, project, cursor, limit))


@routes.post("/bulk/{bulk}/undo", response_model=Undone)
def undo_bulk(bulk: Id, body: UndoBulkRequest, session: Acting) -> Response:
    """Take back all answers of one's own bulk action that stand."""
    return Json(together.undo_bulk(session, bulk))


def _tags(header: str | None) -> list[str]:
    return [part.strip().removeprefix("W/").strip('"') for part in (header or "").split(",") if part.strip()]


def _tagged(tag: str, content: bytes, header: str | None) -> Response:
    headers = {"etag": f'"{tag}"', "cache-control": "private, no-cache"}
    if tag in _tags(header):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/octet-stream", headers=headers)
