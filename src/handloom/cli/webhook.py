"""``handloom webhook``: addresses that are told what happens in a project."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from .options import HERE, AsJson, Place, ProjectName, chosen, opened
from .output import FAILED, Output, verb

app = typer.Typer(
    help="Tell addresses what happens in a project: add, list, remove, test them.",
    no_args_is_help=True,
    add_completion=False,
)
_Id = Annotated[str, typer.Argument(help="Id of the webhook, as the list shows it.")]


@app.command()
@verb
def add(
    address: Annotated[str, typer.Argument(help="http:// or https:// address that takes a POST.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(
            help="question.resolved, decision.needed or label.changed; may be given several times. All by default."
        ),
    ] = None,
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Tell an address what happens from now on. Its secret is shown this once."""
    with opened(workspace) as site:
        made = chosen(site, project).webhooks.add(address, kind)
    Output(as_json).result(made, f"webhook {made['id']}; messages are signed with {made['secret']}")


@app.command("list")
@verb
def listing(project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """Every address with how far it is and what is wrong."""
    with opened(workspace) as site:
        found = chosen(site, project).webhooks.list()
    table = Table("id", "address", "kinds", "state", "delivered", "tries", "error")
    for one in found["webhooks"]:
        numbers = (f"{one['delivered']:,}", str(one["tries"]))
        table.add_row(one["id"], one["address"], ", ".join(one["kinds"]), one["state"], *numbers, one["error"] or "")
    Output(as_json).result(found, table)


@app.command()
@verb
def remove(webhook: _Id, project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """Tell an address nothing any more."""
    with opened(workspace) as site:
        found = chosen(site, project).webhooks.remove(webhook)
    Output(as_json).result(found, f"webhook {webhook} is removed")


@app.command()
@verb
def change(
    webhook: _Id,
    state: Annotated[str, typer.Argument(help="active (also after it died) or paused.")],
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Pause an address, or let it go on where it stopped."""
    with opened(workspace) as site:
        found = chosen(site, project).webhooks.change(webhook, state)
    Output(as_json).result(found, f"webhook {webhook} is {found['state']}")


@app.command("test")
@verb
def send_test(webhook: _Id, project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """Send a message now; exit code 1 when it is not taken."""
    with opened(workspace) as site:
        found = chosen(site, project).webhooks.test(webhook)
    Output(as_json).result(found, "taken" if found["ok"] else f"not taken: {found['error']}")
    if not found["ok"]:
        raise typer.Exit(FAILED)
