"""Models, trainings, releases, jobs, predictions, decisions, lineage: what happens around the labels."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Response

from ...operations import asking, decisions, jobs, lineage, models, overview, predictions, suspects
from .. import requests as q
from .. import responses as r
from ..replies import Json
from ..security import Acting
from .frame import Cursor, Id, Limit, OneTask, ProjectRef, router

routes = router("models")


@routes.get("/projects/{project}/overview", response_model=r.Overview)
def project_overview(project: ProjectRef, session: Acting, task: OneTask = None) -> Response:
    """The nine steps with their counts, the learning curve, what changed, what waits for whom."""
    return Json(overview.overview(session, project, task))


@routes.post("/projects/{project}/ask", status_code=201, response_model=r.Asked)
def ask(project: ProjectRef, body: q.AskRequest, session: Acting) -> Response:
    """A batch of questions now; the loop does the same by itself."""
    return Json(asking.ask(session, project, **body.model_dump()), 201)


@routes.post("/projects/{project}/suspects", status_code=202, response_model=r.Job)
def find_suspects(project: ProjectRef, body: q.SuspectsRequest, session: Acting) -> Response:
    """Look in a worker for labels that are likely wrong, and ask for a verdict on the worst."""
    return Json(suspects.find_suspects(session, project, **body.model_dump()), 202)


@routes.get("/projects/{project}/suspects", response_model=r.Suspects)
def list_suspects(
    project: ProjectRef, session: Acting, task: OneTask = None, cursor: Cursor = None, limit: Limit = None
) -> Response:
    """Labels in question with the verdicts on them, newest first, and what to expect of the rest."""
    return Json(suspects.suspects(session, project, task, cursor, limit))


@routes.post("/projects/{project}/advance", response_model=r.Advanced)
def advance(project: ProjectRef, session: Acting) -> Response:
    """Let the loop look at the project now."""
    return Json(asking.advance(session, project))


@routes.get("/projects/{project}/decisions", response_model=r.Decisions)
def list_decisions(
    project: ProjectRef,
    session: Acting,
    state: Annotated[Literal["open", "all"], Query()] = "open",
    cursor: Cursor = None,
    limit: Limit = None,
) -> Response:
    """Decisions, newest first. Looking does not claim; to decide, claim the question and answer it."""
    return Json(decisions.decisions(session, project, state, cursor, limit))


@routes.get("/projects/{project}/models", response_model=r.Models)
def list_models(
    project: ProjectRef, session: Acting, task: OneTask = None, cursor: Cursor = None, limit: Limit = None
) -> Response:
    """Models of a task, newest first."""
    return Json(models.models(session, project, task, cursor, limit))


@routes.get("/models/{model}", response_model=r.ModelDetail)
def model(model: Id, session: Acting) -> Response:
    """A model with its evaluation in full."""
    return Json(models.model(session, model))


@routes.post("/projects/{project}/train", status_code=202, response_model=r.Job)
def train(project: ProjectRef, body: q.TrainRequest, session: Acting) -> Response:
    """Train a model in a worker; the running job when there is one already."""
    return Json(models.train(session, project, body.task), 202)


@routes.get("/projects/{project}/jobs", response_model=r.Jobs)
def list_jobs(project: ProjectRef, session: Acting, cursor: Cursor = None, limit: Limit = None) -> Response:
    """Jobs, newest first."""
    return Json(jobs.jobs(session, project, cursor, limit))


@routes.get("/jobs/{job}", response_model=r.Job)
def job(job: Id, session: Acting) -> Response:
    """How far a job is."""
    return Json(jobs.job(session, job))


@routes.post("/jobs/{job}/cancel", response_model=r.Job)
def cancel(job: Id, session: Acting) -> Response:
    """Ask a job to stop."""
    return Json(jobs.cancel(session, job))


@routes.get("/projects/{project}/releases", response_model=r.Releases)
def list_releases(
    project: ProjectRef, session: Acting, task: OneTask = None, cursor: Cursor = None, limit: Limit = None
) -> Response:
    """Releases of a task, newest first; the first one serves."""
    return Json(models.releases(session, project, task, cursor, limit))


@routes.post("/projects/{project}/rollback", response_model=r.Release)
def rollback(project: ProjectRef, body: q.RollbackRequest, session: Acting) -> Response:
    """Serve the release before this one again, at once."""
    return Json(models.rollback(session, project, body.reason, body.task))


@routes.post("/projects/{project}/predict", response_model=r.PredictedAll)
def predict(project: ProjectRef, body: q.PredictRequest, session: Acting) -> Response:
    """What the current release says. Every answer is logged under an id of its own, for feedback and lineage."""
    items = [item.model_dump() for item in body.items]
    return Json(predictions.predict(session, project, items, body.task))


@routes.get("/projects/{project}/predictions", response_model=r.Predictions)
def list_predictions(project: ProjectRef, session: Acting, cursor: Cursor = None, limit: Limit = None) -> Response:
    """The log of predictions, newest first."""
    return Json(predictions.predictions(session, project, cursor, limit))


@routes.post("/predictions/{prediction}/feedback", response_model=r.FeedbackTaken)
def feedback(prediction: Id, body: q.FeedbackRequest, session: Acting) -> Response:
    """Say what was right about a prediction; a wrong one becomes a question."""
    return Json(predictions.feedback(session, prediction, body.value, body.correct, body.note))


@routes.get("/lineage/{id}", response_model=r.Lineage)
def get_lineage(id: Id, session: Acting) -> Response:
    """What is behind a prediction, release, model, run, commit or item: stored ids, always exact."""
    return Json(lineage.lineage(session, id))
