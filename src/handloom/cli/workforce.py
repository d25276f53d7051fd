"""``handloom workforce``: services of outside people that answer questions."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened
from .output import Output, verb

app = typer.Typer(
    help="Connect services of outside people that answer questions: add, list, change, remove them.",
    no_args_is_help=True,
    add_completion=False,
)
_Name = Annotated[str, typer.Argument(help="Name of the workforce.")]


@app.command()
@verb
def add(
    name: Annotated[str, typer.Argument(help="a-z, 0-9, - and _; part of the address that takes its answers.")],
    address: Annotated[str, typer.Argument(help="http:// or https:// address that takes questions.")],
    deadline: Annotated[float, typer.Option(help="Hours until the own team is asked what was not answered.")] = 24.0,
    most: Annotated[int, typer.Option(help="Questions outside at a time.")] = 100,
    keep: Annotated[int, typer.Option(help="Open questions that are left to the own team.")] = 10,
    kind: Annotated[str, typer.Option(help="The plug-in that speaks with it.")] = "http",
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Connect a service. Its secret is shown this once."""
    with opened(workspace) as site:
        made = chosen(site, project).workforces.add(
            name, address, task, kind=kind, deadline=deadline * 3600, most=most, keep=keep
        )
    Output(as_json).result(made, f"{name} sends answers to {made['answers']}; both sides sign with {made['secret']}")


@app.command("list")
@verb
def listing(project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """Every service with what is out, what came back, and what is wrong."""
    with opened(workspace) as site:
        found = chosen(site, project).workforces.list()
    table = Table("name", "address", "state", "out", "answered", "given back", "people", "error")
    for one in found["workforces"]:
        numbers = (f"{one[key]:,}" for key in ("out", "answered", "given_back", "people"))
        table.add_row(one["name"], one["address"], one["state"], *numbers, one["error"] or "")
    Output(as_json).result(found, table)


@app.command()
@verb
def change(
    name: _Name,
    state: Annotated[str, typer.Argument(help="active or paused.")],
    secret: Annotated[bool, typer.Option("--new-secret", help="Make a new secret; the old one is void.")] = False,
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Pause a service (its questions come back at once), let it go on, or give it a new secret."""
    with opened(workspace) as site:
        found = chosen(site, project).workforces.change(name, state, secret)
    Output(as_json).result(found, f"{name} is {found['state']}" + (f"; {found['secret']}" if secret else ""))


@app.command()
@verb
def remove(name: _Name, project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """Disconnect a service; its questions come back to the own team."""
    with opened(workspace) as site:
        found = chosen(site, project).workforces.remove(name)
    Output(as_json).result(found, f"{name} is removed")
