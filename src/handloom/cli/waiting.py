"""Waiting for a job that somebody else does."""

from __future__ import annotations

import time
from typing import Any

from ..core.errors import HandloomError, Unavailable
from ..handle import Handle

LIVE = ("queued", "running")
_LOOK = 0.2


def finished(workspace: Handle, job: dict[str, Any]) -> dict[str, Any]:
    """The job when it has ended well. In process it has when this is called; of a server, asked five times a second.

    Raises `Unavailable` with the job's own words for one that failed or was cancelled.
    """
    while job["state"] in LIVE:
        time.sleep(_LOOK)
        job = workspace.job(job["id"])
    if job["state"] != "done":
        said = job["error"]["message"] if job["error"] else job["state"]
        code = job["error"]["code"] if job["error"] else Unavailable.code
        error = HandloomError(f"job {job['id']} did not finish: {said}")
        error.code = code  # type: ignore[misc]  # the code of what stopped it
        raise error
    return job
