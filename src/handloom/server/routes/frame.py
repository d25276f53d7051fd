"""What all routes share: strict JSON, ids and pages in addresses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from ..replies import StrictRoute

ProjectRef = Annotated[str, Path(max_length=200, description="id or name of a project", examples=["mail"])]
TaskRef = Annotated[str, Path(max_length=200, description="id or name of a task", examples=["mail"])]
Id = Annotated[str, Path(max_length=80, description="an id, as the server gave it", examples=["q12"])]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
Limit = Annotated[int | None, Query(ge=1, le=200, description="rows per page, 50 unless told")]
OneTask = Annotated[str | None, Query(max_length=200, description="id or name of a task; the first one unless told")]


def router(tag: str) -> APIRouter:
    """A router for one noun."""
    return APIRouter(tags=[tag], route_class=StrictRoute)
