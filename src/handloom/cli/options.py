"""Options that several verbs share, and the workspace and project that they name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from ..core.errors import Malformed
from ..handle import Handle, ProjectHandle
from ..jobs.heuristic import TRUST
from ..opening import open as open_workspace
from ..workspace import Workspace

HERE = "handloom-workspace"

Folder = Annotated[
    Path,
    typer.Option("--workspace", "-w", envvar="HANDLOOM_WORKSPACE", help="Folder of the workspace.", metavar="DIR"),
]
Place = Annotated[
    str,
    typer.Option(
        "--workspace",
        "-w",
        envvar="HANDLOOM_WORKSPACE",
        help="Folder of the workspace, or http://host:port of a server (with HANDLOOM_TOKEN).",
        metavar="DIR",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, everything else on stderr.")]
ProjectName = Annotated[
    str | None,
    typer.Option("--project", "-p", help="Name or id of the project; may be left out when there is only one."),
]
TaskName = Annotated[
    str | None,
    typer.Option("--task", "-t", help="Name or id of the task; may be left out when the project has only one."),
]

TrustPython = Annotated[
    bool,
    typer.Option(
        "--trust-python",
        help="Run Python functions that the settings name as a heuristic, with the rights of this process.",
    ),
]


def trust(python: bool) -> None:
    """Allow what `TrustPython` says, in this process and in the workers that it starts."""
    if python:
        os.environ[TRUST] = "1"


@contextmanager
def opened(place: str) -> Iterator[Handle]:
    """The workspace at this folder or address, as its owner or as the actor whose token is set."""
    with open_workspace(place) as workspace:
        yield workspace


@contextmanager
def opened_folder(folder: Path) -> Iterator[Workspace]:
    """The workspace in this folder, in this process."""
    with Workspace.open(folder) as workspace:
        yield workspace


def chosen(workspace: Handle, name: str | None) -> ProjectHandle:
    """The project of that name or id, or the only one there is. Raises `NotFound`, `Malformed`."""
    if name is not None:
        return workspace.project(name)
    found = workspace.projects(limit=2)["projects"]
    if len(found) != 1:
        what = "has no project yet; make one with: handloom project add" if not found else "has several projects"
        raise Malformed(f"the workspace {what}; name one with --project")
    return workspace.project(found[0]["id"])


def task_of(project: ProjectHandle, name: str | None) -> dict[str, Any]:
    """The task of that name or id, or the only one there is. Raises `Malformed`."""
    tasks = project.info["tasks"]
    for task in tasks:
        if name in (task["name"], task["id"]) or (name is None and len(tasks) == 1):
            return task
    names = ", ".join(task["name"] for task in tasks)
    said = f"there is no task {name!r}" if name else "the project has several tasks; name one with --task"
    raise Malformed(f"{said}; tasks of {project.name} are {names}")
