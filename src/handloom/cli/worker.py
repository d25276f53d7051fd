"""``handloom worker``: one more process that runs jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..flow import work
from .options import HERE, AsJson, Folder, TrustPython, trust
from .output import Output, verb

app = typer.Typer(add_completion=False)


@app.command()
@verb
def worker(
    workspace: Folder = Path(HERE),
    idle: Annotated[
        float | None, typer.Option(min=0.0, help="End after this many seconds without a job; otherwise on SIGTERM.")
    ] = None,
    trust_python: TrustPython = False,
    as_json: AsJson = False,
) -> None:
    """Run waiting jobs (train, evaluate, embed) until told to stop. Several workers may serve one workspace."""
    trust(trust_python)
    done = work(workspace, idle_seconds=idle)
    Output(as_json).result({"jobs": done}, f"{done} jobs done")
