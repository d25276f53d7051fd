"""``handloom dataset request open|list|show|comment|approve|reject|close|test``: changes of data that people review."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened
from .output import Output, verb
from .versions import change_table

Request = Annotated[str, typer.Argument(help="A request, as d3.")]
Reason = Annotated[str, typer.Option("--reason", "-m", help="Why.")]
_COLOURS = {"error": "bold red", "warning": "yellow", "info": "dim"}


def mount(app: typer.Typer) -> None:
    """Add the group to that of `handloom dataset`."""
    group = typer.Typer(help="Propose, discuss and decide changes of the data.", no_args_is_help=True)
    for command in (open_, list_, show, comment, approve, reject, close):
        group.command(command.__name__.rstrip("_"))(verb(command))  # type: ignore[arg-type]  # each has options of its own
    group.command("test")(verb(retest))
    app.add_typer(group, name="request")


def open_(
    source: Annotated[str, typer.Argument(help="The branch to merge.")],
    title: Annotated[str, typer.Option("--title", "-m", help="What it changes, and why.")],
    into: Annotated[str, typer.Option(help="The branch that takes it.")] = "main",
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Propose to merge a branch: its data tests run, then people are asked."""
    _done(workspace, project, as_json, lambda found: found.open(source, title, task=task, into=into))


def list_(
    every: Annotated[bool, typer.Option("--all", help="Also those that ended.")] = False,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """List the requests that wait, newest first."""
    with opened(workspace) as handle:
        found = chosen(handle, project).dataset.requests.list(task=task, state="all" if every else "open")
    table = Table("request", "from", "into", "state", "approvals", "comments", "author", "title", box=None)
    for one in found["requests"]:
        approvals = f"{one['approvals']} of {one['needs']}"
        cells = (one["id"], one["source"], one["target"], _state(one), approvals, str(one["comments"]))
        table.add_row(*cells, one["author"]["name"], one["title"])
    Output(as_json).result(found, table if found["requests"] else "no merge requests")


def show(request: Request, project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """Show a request: what it changes, its tests, and what was said."""
    with opened(workspace) as handle:
        found = chosen(handle, project).dataset.requests.show(request)
    Output(as_json).result(found, Group(*_shown(found)))


def comment(
    request: Request,
    text: Annotated[str, typer.Argument(help="What to say.")],
    item: Annotated[str | None, typer.Option(help="The row it is about, as i3.")] = None,
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Say something about a request, or about one of its rows."""
    with opened(workspace) as handle:
        found = chosen(handle, project).dataset.requests.comment(request, text, item)
    Output(as_json).result(found, f"said about {item or request}")


def approve(
    request: Request, reason: Reason, project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False
) -> None:
    """Approve a request; it is merged when enough people have and nothing holds it up."""
    _done(workspace, project, as_json, lambda found: found.decide(request, "approve", reason))


def reject(
    request: Request, reason: Reason, project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False
) -> None:
    """Reject a request."""
    _done(workspace, project, as_json, lambda found: found.decide(request, "reject", reason))


def close(
    request: Request, reason: Reason, project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False
) -> None:
    """Take a request back; its branch stays."""
    _done(workspace, project, as_json, lambda found: found.close(request, reason))


def retest(request: Request, project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """Run the data tests of a request again."""
    _done(workspace, project, as_json, lambda found: found.test(request))


def _done(workspace: str, project: str | None, as_json: bool, act: Callable[[Any], dict[str, Any]]) -> None:
    with opened(workspace) as handle:
        found = act(chosen(handle, project).dataset.requests)
    Output(as_json).result(found, f"{found['id']} is {_state(found)}")


def _state(one: dict[str, Any]) -> str:
    if one["state"] != "open":
        return one["state"] + (f" as {one['merge']}" if one["merge"] else "")
    if one["unsettled"]:
        return f"open, {one['unsettled']} conflicts to settle"
    if one["failing"]:
        return f"open, held up by {', '.join(one['failing'])}"
    return "open, tested" if one["into"] else "open, not tested yet"


def _shown(one: dict[str, Any]) -> Iterator[Any]:
    yield f"{one['id']}: {one['title']}"
    by = f"{one['source']} ({one['head']}) into {one['target']}, by {one['author']['name']}"
    yield f"{by}: {_state(one)}; {one['approvals']} of {one['needs']} approvals"
    if one["results"]:
        table = Table("test", "required", "found", box=None)
        for test in one["results"]:
            words = "; ".join(finding["message"] for finding in test["findings"][:2]) or "nothing"
            colour = _COLOURS["error" if test["blocks"] else test["severity"] or "info"]
            table.add_row(test["test"], "yes" if test["required"] else "", Text(words, colour))
        yield table
    yield change_table(one["change"])
    for said in one["verdicts"]:
        yield f"{said['actor']['name']} would {said['decision']}: {said['reason']}"
    for said in one["discussion"]:
        about = f" about {said['item']}" if said["item"] else ""
        yield f"{said['author']['name']}{about}: {said['text']}"
