"""``handloom train``: a model from the labels there are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import loop
from ..core.ids import show
from ..operations import jobs
from .options import HERE, AsJson, Folder, ProjectName, TaskName, chosen, opened_folder, task_of
from .output import FAILED, Output, verb

app = typer.Typer(add_completion=False)


@app.command()
@verb
def train(
    project: ProjectName = None,
    task: TaskName = None,
    queue: Annotated[bool, typer.Option(help="Only put the job into the queue, for a worker to run.")] = False,
    workspace: Folder = Path(HERE),
    as_json: AsJson = False,
) -> None:
    """Train and evaluate a model now, in this process, and open a decision when it is worth a release."""
    out = Output(as_json)
    with opened_folder(workspace) as site, out.progress() as bar:
        handle = chosen(site, project)
        row = site.site.case(handle.id).task(str(task_of(handle, task)["id"]))
        bar.add_task(f"training {row.name}", total=None, note="")
        executor = loop.durable if queue else loop.inline
        done = loop.train(site.store, row, actor_id=site.actor.id, executor=executor)
        job = jobs.job(site.session, show("job", done.id))
    out.result(job, f"{job['state']}: {job['message']}")
    if job["state"] == "failed":
        raise typer.Exit(FAILED)
