"""``handloom backup create|list|restore``: copies of a workspace, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ..core.clock import iso
from ..core.errors import WrongState
from ..store import Store, backups
from ..store.migrations import known
from .options import HERE, AsJson, Folder
from .output import Output, verb

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Keep copies of a workspace, and bring one back.")


@app.command()
@verb
def create(
    to: Annotated[
        Path | None,
        typer.Option(
            help="A new folder for a copy of everything; without it, the database is copied into the workspace."
        ),
    ] = None,
    workspace: Folder = Path(HERE),
    as_json: AsJson = False,
) -> None:
    """Copy the database, or with --to the whole workspace, while others go on working."""
    out = Output(as_json)
    with Store.open(workspace) as store, out.progress() as bar:
        bar.add_task("copying", total=None, note="")
        database = _database(store)
        if to is None:
            made = backups.copy(database, store.folder / backups.FOLDER, "by-hand")
        else:
            backups.whole(store.folder, database, made := to)
    out.result({"backup": str(made)}, f"{made}")


@app.command("list")
@verb
def list_(workspace: Folder = Path(HERE), as_json: AsJson = False) -> None:
    """Show the copies that the workspace keeps, newest first."""
    found = backups.listed(workspace / backups.FOLDER)
    table = Table("file", "why", "schema", "made", "bytes", box=None)
    for one in found:
        table.add_row(str(one.path), one.why, one.schema, iso(one.made), f"{one.bytes:,}")
    rows = [
        {"file": str(one.path), "why": one.why, "schema": one.schema, "made": iso(one.made), "bytes": one.bytes}
        for one in found
    ]
    Output(as_json).result({"backups": rows}, table if rows else "no copies yet")


@app.command()
@verb
def restore(
    file: Annotated[Path, typer.Argument(help="A copy that handloom made of the database.")],
    workspace: Folder = Path(HERE),
    as_json: AsJson = False,
) -> None:
    """Put a copy in the place of the database. What was there is kept as a copy too. Stop the server before."""
    with Store.open(workspace, serving=True) as store:
        database = _database(store)
        kept = backups.restore(database, file, known())
    Store.open(workspace).close()  # a copy of an older schema moves forward now
    Output(as_json).result(
        {"restored": str(file), "kept": str(kept)}, f"{file} is the workspace now; before it was: {kept}"
    )


def _database(store: Store) -> Path:
    if not store.url.startswith("sqlite"):
        raise WrongState(
            f"this workspace is on PostgreSQL, which has tools of its own: {backups.dump_command(store.url)}. "
            "Keep the folder of the workspace with it: it holds the blobs"
        )
    return Path(store.url.removeprefix("sqlite:///"))
