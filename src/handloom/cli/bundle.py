"""``handloom bundle export|import|inspect|merge``: a whole project as one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from ..operations import bundles
from ..store.bundle import uniting
from ..workspace import Workspace
from .options import HERE, AsJson, Place, ProjectName, chosen, opened
from .output import Output, verb

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Move a whole project as one file.")
File = Annotated[Path, typer.Argument(help="The bundle.")]


@app.command("export")
@verb
def export_(
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Write a project with all its history into one file. What is there under that name is replaced when it is whole."""
    out = Output(as_json)
    with opened(workspace) as site, out.progress() as bar:
        one = chosen(site, project)
        if isinstance(site, Workspace):
            pieces = bundles.export(site.session, one.id, _watch(bar, "writing"))
        else:
            pieces = site.export_bundle(one.id)
        size = 0
        part = file.with_name(file.name + ".part")
        try:
            with part.open("wb") as target:
                for piece in pieces:
                    size += target.write(piece)
                target.flush()
                os.fsync(target.fileno())
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    found = {"file": str(file), "project": one.name, "bytes": size}
    out.result(found, f"{file}: {size:,} bytes, all of project {one.name}")


@app.command("import")
@verb
def import_(
    file: File,
    name: Annotated[str | None, typer.Option(help="Name of the new project; without it, the one it had.")] = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Bring a project in from its bundle, whole or not at all."""
    out = Output(as_json)
    with opened(workspace) as site, out.progress() as bar:
        if isinstance(site, Workspace):
            found = bundles.bring(site.session, file, name, _watch(bar, "reading"))
        else:
            found = site.import_bundle(file, name)
    rows = found["rows"]
    words = f"project {found['project']['name']} ({found['project']['id']}): {rows.get('item', 0):,} items, "
    words += f"{rows.get('answer', 0):,} answers, {rows.get('commit_', 0):,} versions, {rows.get('model', 0):,} models"
    if found["added"]:
        words += f"\nnew here and paused until you let them in (handloom team): {', '.join(found['added'])}"
    if found["missing_blobs"]:
        words += f"\n{len(found['missing_blobs'])} blobs were missing already when the bundle was made"
    out.result(found, words)


@app.command()
@verb
def inspect(file: File, as_json: AsJson = False) -> None:
    """Show what a bundle says of itself; its rows are not read."""
    found = bundles.inspect(file)
    table = Table("table", "rows", box=None, title=f"{found['project']}, exported {found['exported']}")
    for name, rows in found["rows"].items():
        table.add_row(name.rstrip("_"), f"{rows:,}")
    blobs = found["blobs"]
    table.caption = f"{blobs['count']:,} blobs of {blobs['bytes']:,} bytes; schema {found['schema']}"
    Output(as_json).result(found, table)


@app.command()
@verb
def merge(
    first: Annotated[Path, typer.Argument(help="A bundle of a project.")],
    second: Annotated[Path, typer.Argument(help="Another bundle of the same project.")],
    file: Annotated[Path, typer.Argument(help="Where to write the bundle that holds both.")],
    as_json: AsJson = False,
) -> None:
    """Unite two bundles of one project: every answer of both, in whichever order they are named."""
    out = Output(as_json)
    with out.progress() as bar:
        found = uniting.unite(first, second, file, _watch(bar, "uniting"))
    table = Table("what", "which", "kept", "instead of", box=None, title=f"{len(found.conflicts)} contradictions")
    for one in found.conflicts[:50]:
        table.add_row(one.what, one.which, one.kept, one.instead)
    words = f"{file}: {found.rows.get('item', 0):,} items, {found.rows.get('answer', 0):,} answers; nothing contradicts"
    out.result(found.as_dict() | {"file": str(file)}, table if found.conflicts else words)


def _watch(bar: Progress, what: str) -> bundles.Step:
    row = bar.add_task(what, total=None, note="")

    def step(name: str, done: int, total: int | None) -> None:
        bar.update(row, completed=done, total=total, note=name)

    return step
