"""What is in the data: class balance, fields, lengths, outlying values, slices."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from pydantic import ConfigDict

from ...operations import profiles
from .. import responses as r
from ..replies import Json
from ..requests import Name, Ref, Sent
from ..responses.profiles import Profile
from ..security import Acting
from .frame import OneTask, ProjectRef, router

routes = router("profiles")


class ProfileRequest(Sent):
    """What to describe: a branch, tag or commit; the items as they stand without one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"at": "main"}})
    task: Name | None = None
    at: Ref | None = None


@routes.post("/projects/{project}/profile", status_code=202, response_model=r.Job)
def make_profile(project: ProjectRef, body: ProfileRequest, session: Acting) -> Response:
    """Describe the data in a worker; the job."""
    return Json(profiles.make_profile(session, project, **body.model_dump()), 202)


@routes.get("/projects/{project}/profile", response_model=Profile)
def profile(
    project: ProjectRef,
    session: Acting,
    task: OneTask = None,
    at: Annotated[
        str | None, Query(max_length=200, description="a branch, tag or commit; the items as they stand without one")
    ] = None,
) -> Response:
    """The newest profile that was made, and whether it is still true."""
    return Json(profiles.profile(session, project, task, at))
