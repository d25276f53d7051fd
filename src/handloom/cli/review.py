"""``handloom review``: look at a random sample of somebody's work, and accept or reject all of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened
from .output import Output, verb
from .team import actor_id

app = typer.Typer(
    help="Draw a random sample of somebody's work, look at it, and accept or reject all of the work.",
    no_args_is_help=True,
    add_completion=False,
)

_Review = Annotated[str, typer.Argument(help="Id of the review, as `open` and `list` show it.")]


@app.command("open")
@verb
def open_(
    name: Annotated[str, typer.Argument(help="Name or id of whose work to look at.")],
    sample: Annotated[int, typer.Option(min=1, max=200, help="Answers to draw.")] = 10,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Draw a random sample of what somebody answered since their last review."""
    with opened(workspace) as site:
        place = chosen(site, project)
        found = place.open_review(actor_id(place, name), task, sample)
    _tell(Output(as_json), found)


@app.command()
@verb
def show(review: _Review, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """The answers of a sample, beside the labels that their items have now."""
    with opened(workspace) as site:
        found = site.review(review)
    _tell(Output(as_json), found)


@app.command("list")
@verb
def listing(
    cursor: Annotated[str | None, typer.Option(help="Where the page before ended.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Reviews at most.")] = 50,
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Reviews of the project, newest first."""
    with opened(workspace) as site:
        found = chosen(site, project).reviews(cursor, limit)
    table = Table("id", "whose", "by", "state", "answers", "sample", "reason")
    for one in found["reviews"]:
        counts = (f"{one['size']:,}", str(one["sample"]))
        table.add_row(one["id"], one["actor"]["name"], one["by"]["name"], one["state"], *counts, one["reason"] or "")
    Output(as_json).result(found, table)


@app.command()
@verb
def accept(
    review: _Review,
    reason: Annotated[str | None, typer.Option(help="What the person is told.")] = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """All of the work stays."""
    with opened(workspace) as site:
        found = site.close_review(review, True, reason)
    Output(as_json).result(found, f"the {found['size']:,} answers of {found['actor']['name']} are accepted")


@app.command()
@verb
def reject(
    review: _Review,
    reason: Annotated[str, typer.Option(help="What the person is told.")],
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """None of the work counts any more; what it answered is asked again."""
    with opened(workspace) as site:
        found = site.close_review(review, False, reason)
    words = f"the {found['size']:,} answers of {found['actor']['name']} are rejected, {found['asked_again']:,} are asked again"
    Output(as_json).result(found, words)


def _tell(out: Output, found: dict[str, Any]) -> None:
    table = Table("item", "said", "label now", "seconds", "note")
    for one in found["answers"]:
        label = one["label"]["value"] if one["label"] and "value" in one["label"] else one["label"]
        said = _words(one["value"]) or one["outcome"]
        table.add_row(one["item"]["key"], said, _words(label), f"{one['seconds']:.1f}", one["note"] or "")
    out.say(
        f"{found['id']}: {found['sample']} of {found['size']:,} answers of {found['actor']['name']}, {found['state']}"
        + ("" if found["state"] != "open" else f"; `handloom review accept {found['id']}` or `reject`")
    )
    out.result(found, table)


def _words(value: Any) -> str:
    if not value:
        return ""
    return ", ".join(value["labels"]) if "labels" in value else str(value)
