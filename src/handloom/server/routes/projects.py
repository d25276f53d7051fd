"""Projects, tasks, settings, guidelines, kinds of task, strategies."""

from __future__ import annotations

from fastapi import Response

from ...operations import asking, projects
from .. import requests as q
from .. import responses as r
from ..replies import Json
from ..security import Acting
from .frame import Cursor, Limit, ProjectRef, TaskRef, router

routes = router("projects")


@routes.get("/projects", response_model=r.Projects)
def list_projects(session: Acting, cursor: Cursor = None, limit: Limit = None) -> Response:
    """All projects, oldest first."""
    return Json(projects.projects(session, cursor, limit))


@routes.post("/projects", status_code=201, response_model=r.Project)
def create_project(body: q.ProjectRequest, session: Acting) -> Response:
    """A new project with at least one task."""
    tasks = [task.model_dump() for task in body.tasks]
    return Json(projects.create_project(session, body.name, tasks, body.settings), 201)


@routes.get("/projects/{project}", response_model=r.Project)
def project(project: ProjectRef, session: Acting) -> Response:
    """One project with its settings, tasks and counts."""
    return Json(projects.project(session, project))


@routes.patch("/projects/{project}", response_model=r.Project)
def change_project(project: ProjectRef, body: q.ProjectChange, session: Acting) -> Response:
    """Change some settings; the others stay."""
    return Json(projects.change_settings(session, project, body.settings))


@routes.post("/projects/{project}/tasks", status_code=201, response_model=r.Task)
def add_task(project: ProjectRef, body: q.TaskRequest, session: Acting) -> Response:
    """One more task for the items of a project."""
    return Json(projects.add_task(session, project, **body.model_dump()), 201)


@routes.patch("/projects/{project}/tasks/{task}", response_model=r.Task)
def change_task(project: ProjectRef, task: TaskRef, body: q.TaskChange, session: Acting) -> Response:
    """The next version of a task: labels may be added, not taken away."""
    return Json(projects.change_task(session, project, task, body.labels))


@routes.get("/projects/{project}/tasks/{task}/guidelines", response_model=r.Guidelines)
def guidelines(project: ProjectRef, task: TaskRef, session: Acting) -> Response:
    """Every version of a task's guidelines, newest first."""
    return Json(projects.guidelines(session, project, task))


@routes.post("/projects/{project}/tasks/{task}/guidelines", status_code=201, response_model=r.Guideline)
def add_guidelines(project: ProjectRef, task: TaskRef, body: q.GuidelinesRequest, session: Acting) -> Response:
    """The next version of a task's guidelines."""
    return Json(projects.add_guidelines(session, project, task, body.text), 201)


@routes.get("/kinds", response_model=r.Kinds)
def kinds(session: Acting) -> Response:
    """The kinds of task that are installed."""
    return Json(projects.kinds(session))


@routes.get("/strategies", response_model=r.Strategies)
def strategies(session: Acting) -> Response:
    """The strategies that are installed."""
    return Json(asking.strategies(session))


@routes.get("/checks", response_model=r.Checks)
def checks(session: Acting) -> Response:
    """The data tests that are installed, which ``data_tests`` and ``merge_tests`` may require."""
    return Json(asking.checks(session))
