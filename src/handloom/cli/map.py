"""``handloom map``: draw the map of a project's items, find what is like an item, label many items at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.table import Table

from ..core.errors import EmptyInput
from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened
from .output import Output, verb

app = typer.Typer(
    help="Draw the map of a project's items, find what is alike, label many items at once.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
@verb
def draw(
    fresh: Annotated[bool, typer.Option("--fresh", help="Lay everything out anew, not only what is new.")] = False,
    seed: Annotated[int, typer.Option(help="The same items and seed give the same map.")] = 0,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Draw the map, or place new items on it. In a folder at once; on a server by its worker."""
    with opened(workspace) as site:
        job = chosen(site, project).map.draw(task, fresh, seed)
    Output(as_json).result(job, job["message"] or f"job {job['id']} is {job['state']}")


@app.command()
@verb
def neighbours(
    item: Annotated[str, typer.Argument(help="Id of an item, as i17.")],
    n: Annotated[int, typer.Option("--n", "-n", help="How many.")] = 10,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """The items most like one, nearest first."""
    with opened(workspace) as site:
        found = chosen(site, project).map.neighbours(item, n, task)
    table = Table("item", "distance")
    for one in found:
        table.add_row(one["item"], f"{one['distance']:.3f}")
    Output(as_json).result({"item": item, "neighbours": found}, table)


@app.command()
@verb
def label(
    value: Annotated[str, typer.Argument(help="The label.")],
    item: Annotated[list[str] | None, typer.Argument(help="Ids of items; - reads them from stdin.")] = None,
    labelled: Annotated[bool, typer.Option("--labelled", help="Also items that others have labelled.")] = False,
    seconds: Annotated[float, typer.Option(help="Seconds that it took to look at all of them.")] = 0.0,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """One label for many items, as answers of yours that are marked as given in bulk."""
    named = [part for one in item or [] for part in (sys.stdin.read().split() if one == "-" else [one])]
    if not named:
        raise EmptyInput("no items are named; give their ids, or - to read them from stdin")
    with opened(workspace) as site:
        done = chosen(site, project).bulk_label(named, value, task=task, labelled=labelled, seconds=seconds)
    left = done["skipped"]
    words = f"{done['answered']:,} items labelled {value}" + (f" ({done['bulk']})" if done["bulk"] else "")
    if sum(left.values()):
        words += (
            f"; left out: {left['test']:,} of the test set, {left['mine']:,} that you answered before, "
            f"{left['labelled']:,} with a label from others"
        )
    Output(as_json).result(done, words)


@app.command()
@verb
def undo(
    bulk: Annotated[str, typer.Argument(help="Id of a bulk action, as b12.")],
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Take all answers of a bulk action of yours back."""
    with opened(workspace) as site:
        done = chosen(site, project).map.undo(bulk)
    Output(as_json).result(done, f"{done['retracted']:,} answers of {bulk} are taken back")


@app.command()
@verb
def actions(project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """The newest bulk actions, who did them, and how many of their answers stand."""
    with opened(workspace) as site:
        page = chosen(site, project).map.actions()
    table = Table("id", "who", "label", "answers", "standing", "when")
    for one in page["actions"]:
        words = ", ".join(one["value"]["labels"])
        numbers = (f"{one['answers']:,}", f"{one['standing']:,}")
        table.add_row(one["id"], one["actor"]["name"], words, *numbers, one["created"])
    Output(as_json).result(page, table)
