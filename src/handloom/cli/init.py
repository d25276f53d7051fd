"""``handloom init``: a new workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..workspace import Workspace
from .options import HERE, AsJson, Folder
from .output import Output, verb

app = typer.Typer(add_completion=False)


@app.command()
@verb
def init(
    workspace: Folder = Path(HERE),
    store: Annotated[
        str | None,
        typer.Option(help="postgresql://user:password@host/database; without it, SQLite in the folder.", metavar="URL"),
    ] = None,
    checkouts: Annotated[
        str | None,
        typer.Option(
            help="Object store for checkouts of versions, as s3://bucket/folder; without it, the folder.", metavar="URL"
        ),
    ] = None,
    owner: Annotated[str, typer.Option(help="Name of the first actor, who may do everything.")] = "owner",
    as_json: AsJson = False,
) -> None:
    """Make a workspace in a new or empty folder, and its owner. The owner's token is shown this once."""
    made, token = Workspace.create(workspace, store, owner, checkouts=checkouts)
    with made:
        value = {"workspace": str(workspace.resolve()), "owner": made.me()["id"], "token": token}
    shown = (
        f"Workspace {value['workspace']}\nowner     {owner} ({value['owner']})\ntoken     {token}\n"
        f"next      handloom project add NAME --kind text_class@1 --labels a,b --workspace {workspace}"
    )
    Output(as_json).result(value, shown)
