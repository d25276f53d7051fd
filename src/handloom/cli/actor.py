"""``handloom actor``: who is there, and how they get in."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from ..core.errors import NotFound
from ..core.ids import parse
from ..handle import Handle
from .options import HERE, AsJson, Place, opened
from .output import Output, verb

app = typer.Typer(
    help="Add and list people, models and rules; give them tokens and login addresses.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
@verb
def add(
    name: Annotated[str, typer.Argument(help="Name, unique in the workspace.")],
    role: Annotated[str, typer.Option(help="annotator, reviewer, expert, engineer or owner.")] = "annotator",
    kind: Annotated[str, typer.Option(help="person, model or rule; only answers of persons count.")] = "person",
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Add an actor. Its token is shown this once."""
    with opened(workspace) as site:
        made = site.add_actor(name, role, kind)
    shown = f"{role} {name} ({made['actor']['id']})\ntoken {made['token']}"
    Output(as_json).result({"actor": made["actor"]["id"], "token": made["token"]}, shown)


@app.command("list")
@verb
def listing(workspace: Place = HERE, as_json: AsJson = False) -> None:
    """Everybody, with how much they have answered and how fast."""
    with opened(workspace) as site:
        found = _everybody(site)
    table = Table("id", "name", "role", "kind", "state", "answers", "median s")
    for a in found:
        pace = "" if a["median_seconds"] is None else f"{a['median_seconds']:.1f}"
        table.add_row(a["id"], a["name"], a["role"], a["kind"], a["state"], f"{a['answers']:,}", pace)
    Output(as_json).result({"actors": found}, table)


@app.command()
@verb
def login(
    name: Annotated[str, typer.Argument(help="Name or id of the actor.")],
    address: Annotated[str, typer.Option(help="Where the server is reached.")] = "http://127.0.0.1:8765",
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """A one-time login address for a browser, good for 15 minutes."""
    with opened(workspace) as site:
        made = site.login_address(_id_of(site, name))
    url = address.rstrip("/") + made["path"]
    Output(as_json).result({"url": url, "path": made["path"], "expires": made["expires"]}, url)


@app.command()
@verb
def token(
    name: Annotated[str, typer.Argument(help="Name or id of the actor.")],
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """A new token; the old one is void."""
    with opened(workspace) as site:
        found = _id_of(site, name)
        made = site.new_token(found)
    Output(as_json).result({"actor": found, "token": made["token"]}, made["token"])


@app.command()
@verb
def change(
    name: Annotated[str, typer.Argument(help="Name or id of the actor.")],
    role: Annotated[str | None, typer.Option(help="annotator, reviewer, expert, engineer or owner.")] = None,
    state: Annotated[str | None, typer.Option(help="active, paused or removed.")] = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Another role or state."""
    with opened(workspace) as site:
        actor = site.change_actor(_id_of(site, name), role, state)
    Output(as_json).result(actor, f"{actor['name']} ({actor['id']}) is {actor['role']}, {actor['state']}")


def _everybody(site: Handle) -> list[dict[str, Any]]:
    page = site.actors(limit=200)
    found = list(page["actors"])
    while page["next"]:
        page = site.actors(cursor=page["next"], limit=200)
        found += page["actors"]
    return found


def _id_of(site: Handle, name: str) -> str:
    for actor in _everybody(site):
        if name in (actor["name"], actor["id"]):
            return str(actor["id"])
    parse("actor", name)
    raise NotFound("actor", name)
