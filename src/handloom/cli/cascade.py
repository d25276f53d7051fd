"""``handloom cascade``: label one class at a time, by people and by thresholds that somebody signs."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened
from .output import Output, verb

app = typer.Typer(
    help="Label one class at a time: random grids for people, signed thresholds for the rest.",
    no_args_is_help=True,
    add_completion=False,
)
Reason = Annotated[str, typer.Option(help="Why; it is kept.")]


@app.command()
@verb
def start(
    label: Annotated[str, typer.Argument(help="The class.")],
    precision: Annotated[float, typer.Option(help="Share of the automatic labels that is to be right.")] = 0.95,
    recall: Annotated[float, typer.Option(help="Share of the class that is not to be left out.")] = 0.95,
    batch: Annotated[int, typer.Option(help="Items drawn at random in a round.")] = 200,
    audit: Annotated[int, typer.Option(help="Automatic labels of a split that people check.")] = 30,
    rounds: Annotated[int, typer.Option(help="Rounds with a split, at most.")] = 3,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Begin with a class: the first random batch is asked in the grid."""
    with opened(workspace) as site:
        wanted = {"precision": precision, "recall": recall, "batch": batch, "audit": audit, "rounds": rounds}
        made = chosen(site, project).cascades.start(label, task, **wanted)
    Output(as_json).result(made, _words(made))


@app.command("list")
@verb
def listing(
    project: ProjectName = None, task: TaskName = None, workspace: Place = HERE, as_json: AsJson = False
) -> None:
    """Every class that was begun: what people answered, what policies labelled, and what that is worth."""
    with opened(workspace) as site:
        found = chosen(site, project).cascades.list(task, limit=200)
    table = Table(
        "id", "class", "state", "answered by people", "split", "state", "labels", "precision", "recall", "audit"
    )
    for made in found["cascades"]:
        human = f"{made['answered']:,} of {made['pool']:,}"
        first = (made["id"], made["label"], made["state"], human)
        for split in made["splits"] or [None]:
            table.add_row(*first, *(_split(split) if split else ("", "", "", "", "", "")))
            first = ("", "", "", "")
    Output(as_json).result(found, table)


def _split(split: dict[str, Any]) -> tuple[str, ...]:
    worth = split["evidence"] or {}
    shares = (_share(worth.get("precision")), _share(worth.get("recall")), _share(split["audit"]))
    return (split["id"], split["state"], f"{split['standing']:,} of {split['labelled'] or 0:,}", *shares)


def _share(of: dict[str, Any] | None) -> str:
    if of is None or of["value"] is None:
        return ""
    return f"{of['value']:.2f} ({of['low']:.2f} to {of['high']:.2f}, n {of['n']})"


@app.command()
@verb
def stop(
    cascade: Annotated[str, typer.Argument(help="Its id, as k1.")],
    reason: Reason = "stopped",
    workspace: Place = HERE,
    project: ProjectName = None,
    as_json: AsJson = False,
) -> None:
    """Ask nothing more about a class; what was signed stands."""
    with opened(workspace) as site:
        made = chosen(site, project).cascades.stop(cascade, reason)
    Output(as_json).result(made, _words(made))


@app.command()
@verb
def revoke(
    split: Annotated[str, typer.Argument(help="Its id, as s1.")],
    reason: Reason,
    workspace: Place = HERE,
    project: ProjectName = None,
    as_json: AsJson = False,
) -> None:
    """All labels that a split gave count no more."""
    with opened(workspace) as site:
        made = chosen(site, project).cascades.revoke(split, reason)
    Output(as_json).result(made, _words(made))


@app.command()
@verb
def restore(
    split: Annotated[str, typer.Argument(help="Its id, as s1.")],
    reason: Reason,
    workspace: Place = HERE,
    project: ProjectName = None,
    as_json: AsJson = False,
) -> None:
    """The labels of a revoked split count again."""
    with opened(workspace) as site:
        made = chosen(site, project).cascades.restore(split, reason)
    Output(as_json).result(made, _words(made))


def _words(made: dict[str, Any]) -> str:
    waiting = sum(one["open"] for one in made["rounds"])
    about = f"{waiting:,} items in the grid, {made['automatic']:,} automatic labels"
    return f"{made['label']} ({made['id']}): {made['state']}; {about}"
