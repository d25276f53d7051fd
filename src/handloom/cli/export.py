"""``handloom export``: labels, answers or items into a file of any format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..core.errors import Malformed
from ..operations.export import FORMATS
from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened
from .output import Output, verb

app = typer.Typer(add_completion=False)
_LOSSES = 10


@app.command()
@verb
def export(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write; its ending gives the format. Without it, to stdout.")
    ] = None,
    what: Annotated[str, typer.Option(help="labels, answers or items.")] = "labels",
    form: Annotated[
        str | None,
        typer.Option("--format", help="jsonl, csv, parquet, or what `handloom convert` writes: coco, voc, conll ..."),
    ] = None,
    at: Annotated[str | None, typer.Option(help="A branch, tag or commit instead of the labels as they stand.")] = None,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Write labels, answers or items as JSON Lines, CSV or Parquet, in constant memory.

    Any other format takes labels or items with their images, and says what it could not hold.
    """
    out = Output(as_json)
    form = form or (file.suffix.lstrip(".") if file and file.suffix else "jsonl")
    if at is not None or form not in FORMATS:
        _as_records(file, what, form, at, (workspace, project, task), out)
        return
    if file is None and as_json:
        raise Malformed("with --json stdout holds the result, so the export needs a file to go to")
    with opened(workspace) as site:
        pieces = chosen(site, project).export(what, form, task)
        if file is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        size = 0
        # Written beside its place and moved there, so that a half export is never taken for a whole one.
        part = file.with_name(file.name + ".part")
        try:
            with part.open("wb") as target, out.progress() as bar:
                row = bar.add_task(f"exporting {what}", total=None, note="")
                for piece in pieces:
                    size += target.write(piece)
                    bar.update(row, note=f"{size / 1e6:.1f} MB")
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    out.result({"file": str(file), "what": what, "format": form, "bytes": size}, f"{file}: {size:,} bytes of {what}")


def _as_records(
    file: Path | None, what: str, form: str, at: str | None, where: tuple[str, str | None, str | None], out: Output
) -> None:
    """By a job, in any format that has a writer."""
    if file is None:
        raise Malformed(f"the format {form} needs a file to go to")
    workspace, project, task = where
    with opened(workspace) as site:
        told = chosen(site, project).files.export_file(file, form, what, task, at)
    for loss in told["losses"][:_LOSSES]:
        out.say(f"{loss['count']:,} x {loss['reason']}")
    if len(told["losses"]) > _LOSSES:
        out.say(f"and {len(told['losses']) - _LOSSES:,} more kinds of loss; --json lists them")
    out.result(told, f"{file}: {told['records']:,} {what} as {form}, content {told['digest'][:12]}")
