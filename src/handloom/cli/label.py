"""``handloom label``: rename, merge and split the labels of a running task."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened, task_of
from .output import Output, verb

app = typer.Typer(
    help="Rename, merge and split the labels of a running task.", no_args_is_help=True, add_completion=False
)
Reason = Annotated[str, typer.Option("--reason", "-m", help="Why; it stays in the log.")]
Preview = Annotated[bool, typer.Option("--preview", help="Show what it would change, and do nothing.")]


@app.command()
@verb
def rename(
    label: Annotated[str, typer.Argument(help="The label.")],
    to: Annotated[str, typer.Argument(help="What it is called from now on.")],
    reason: Reason = "",
    preview: Preview = False,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Give a label another name. Answers stay as they were given and are read under the new one."""
    _change(workspace, project, task, as_json, lambda p, t: p.labels.rename(label, to, reason, t, preview))


@app.command()
@verb
def merge(
    labels: Annotated[list[str], typer.Argument(help="The labels.")],
    into: Annotated[str, typer.Option(help="The one they become: one of the task's labels, or a new one.")],
    reason: Reason = "",
    preview: Preview = False,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Make several labels one."""
    _change(workspace, project, task, as_json, lambda p, t: p.labels.merge(labels, into, reason, t, preview))


@app.command()
@verb
def split(
    label: Annotated[str, typer.Argument(help="The label.")],
    into: Annotated[list[str], typer.Option(help="A new label; give it twice or more.")],
    reason: Reason = "",
    preview: Preview = False,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Put several labels in the place of one. Nothing is guessed: its items become questions again."""
    _change(workspace, project, task, as_json, lambda p, t: p.labels.split(label, into, reason, t, preview))


@app.command()
@verb
def undo(
    migration: Annotated[str, typer.Argument(help="Its id, as in: handloom label log.")],
    reason: Reason = "",
    preview: Preview = False,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Take the newest change of labels that stands back."""
    _change(workspace, project, task, as_json, lambda p, t: p.labels.undo(migration, reason, t, preview))


@app.command()
@verb
def log(project: ProjectName = None, task: TaskName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """Show what was done to the labels of a task, newest first."""
    with opened(workspace) as site:
        place = chosen(site, project)
        found = place.labels.log(task_of(place, task)["name"])
    table = Table("id", "what", "labels", "into", "items", "author", "reason", box=None)
    for one in found["migrations"]:
        what = one["kind"] if one["standing"] else f"{one['kind']} (taken back)"
        cells = (one["id"], what, ", ".join(one["labels"]), ", ".join(one["into"]), f"{one['counts']['labels']:,}")
        table.add_row(*cells, one["actor"]["name"], one["reason"])
    Output(as_json).result(found, table)


def _change(workspace: str, project: str | None, task: str | None, as_json: bool, change: Any) -> None:
    with opened(workspace) as site:
        place = chosen(site, project)
        found = change(place, task_of(place, task)["name"])
    Output(as_json).result(found, _shown(found))


def _shown(found: dict[str, Any]) -> Group:
    counts = found["counts"]
    rows = ", ".join(f"{n:,} on {name}" for name, n in counts["rows"].items()) or "none"
    done = "id" in found
    lines = [
        f"{found['id'] + ': ' if done else ''}{found['kind']} {', '.join(found['labels'])} to {', '.join(found['into'])}",
        f"{counts['answers']:,} answers {'are' if done else 'would be'} read anew, {counts['labels']:,} labels, "
        f"{counts['gold']:,} of gold; rows of versions: {rows}",
    ]
    if counts["asked"]:
        lines.append(f"{counts['asked']:,} items {'are' if done else 'would be'} questions again")
    for one in found["slices"]:
        now = one["after"] or "stays as it is: look at it, it names a label that is another now"
        lines.append(f"slice {one['name']}: {one['before']} → {now}")
    stale = [one for one in found["models"] if one["stale"]]
    lines += [f"model {one['number']} cannot tell {', '.join(one['stale'])} any more" for one in stale]
    lines += [] if done else ["nothing was done; leave --preview out, and give a --reason, to do it"]
    return Group(*lines)
