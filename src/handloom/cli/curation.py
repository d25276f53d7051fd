"""``handloom dataset replace|corrections|freeze|thaw|freezes``: what is done to many rows at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ..core.errors import Malformed
from . import tables
from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened
from .output import Output, verb

Reason = Annotated[str, typer.Option("--reason", "-m", help="Why; it stays in the log.")]
Message = Annotated[str, typer.Option("--message", "-m", help="Why.")]
Preview = Annotated[bool, typer.Option("--preview", help="Show what it would change, and do nothing.")]


def mount(app: typer.Typer) -> None:
    """Add the sub-commands to the group of `handloom dataset`."""
    for command in (replace, corrections, freeze, thaw, freezes):
        app.command(command.__name__)(verb(command))  # type: ignore[arg-type]  # each has options of its own


def replace(
    to: Annotated[str, typer.Argument(help="The label that the rows get.")],
    label: Annotated[str | None, typer.Option(help="Rows with this label; others of the row stay.")] = None,
    search: Annotated[str | None, typer.Option(help="Rows with this text in any field.")] = None,
    where: Annotated[str | None, typer.Option(help="Rows that fit, as 'length(text) > 200'.")] = None,
    answered_by: Annotated[str | None, typer.Option(help="Rows that this actor answered.")] = None,
    disagrees: Annotated[bool, typer.Option("--disagrees", help="Rows where the newest model says otherwise.")] = False,
    branch: Annotated[str, typer.Option(help="The branch; a new one begins at main.")] = "main",
    message: Message = "",
    preview: Preview = False,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Give the rows of a branch that fit another label, as one version. Answers stay what people said."""
    which: dict[str, Any] = {"label": label, "search": search, "where": where, "answered_by": answered_by}
    with opened(workspace) as site:
        place = chosen(site, project).curation
        found = place.replace(to, message, branch=branch, preview=preview, task=task, disagrees=disagrees, **which)
    table = Table("item", "before", "after", box=None, min_width=70)
    for one in found["sample"]:
        table.add_row(one["item"], _words(one["before"]), _words(one["after"]))
    done = f"changed in {found['commit']}" if found["commit"] else "would change; leave --preview out to do it"
    table.caption = f"{found['count']:,} rows of {found['branch']} {done}"
    Output(as_json).result(found, table)


def corrections(
    file: Annotated[Path, typer.Argument(help="A table with old_begin old_end old_type error_type new_begin ...")],
    branch: Annotated[str, typer.Option(help="The branch that is mended; a new one begins at main.")],
    message: Message,
    document: Annotated[
        list[str] | None, typer.Option(help="Column that names a document; several are joined by '/' to an item's key.")
    ] = None,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Mend the spans of a branch as a published log of corrections tells; each keeps its kind."""
    log = tables.read(file, file.name).columns
    rows = [dict(zip(log, cells, strict=True)) for cells in zip(*log.values(), strict=True)]
    if not rows:
        raise Malformed(f"{file.name} has no corrections")
    with opened(workspace) as site:
        place = chosen(site, project).curation
        found = place.correct(rows, branch, message, document or ("doc",), task=task)
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in found["kinds"].items())
    lost = f"; {len(found['unmatched']):,} old parts were not there" if found["unmatched"] else ""
    words = (
        f"{found['commit']}: {found['corrections']:,} corrections of {found['rows']:,} rows on {branch}: {kinds}{lost}"
    )
    Output(as_json).result(found, words)


def freeze(
    what: Annotated[str, typer.Argument(help="project, task, branch or slice.")],
    reason: Reason,
    name: Annotated[str | None, typer.Argument(help="Of the branch, or the predicate of the slice.")] = None,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Refuse changes from now on, with who froze it and why, until it is thawed."""
    with opened(workspace) as site:
        found = chosen(site, project).curation.freeze(what, reason, name, None if what == "project" else task)
    Output(as_json).result(found, f"{found['id']}: {_frozen(found)} is frozen")


def thaw(
    freeze: Annotated[str, typer.Argument(help="Its id, as in: handloom dataset freezes.")],
    reason: Reason,
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Let what was frozen change again."""
    with opened(workspace) as site:
        found = chosen(site, project).curation.thaw(freeze, reason)
    Output(as_json).result(found, f"{found['id']}: {_frozen(found)} may change again")


def freezes(project: ProjectName = None, workspace: Place = HERE, as_json: AsJson = False) -> None:
    """List what is or was frozen, newest first."""
    with opened(workspace) as site:
        found = chosen(site, project).curation.freezes()
    table = Table("id", "what", "by", "since", "reason", "thawed", box=None)
    for one in found["freezes"]:
        thawed = f"{one['thawed']}: {one['thaw_reason']}" if one["thawed"] else ""
        cells = (one["id"], _frozen(one), one["actor"]["name"], one["created"], one["reason"], thawed)
        table.add_row(*cells)
    Output(as_json).result(found, table)


def _frozen(one: dict[str, Any]) -> str:
    of = f" of task {one['task']}" if one["task"] and one["what"] != "task" else ""
    name = one["task"] if one["what"] == "task" else one["name"]
    return f"{one['what']}{f' {name}' if name else ''}{of}"


def _words(value: Any) -> str:
    return ", ".join(value["labels"]) if isinstance(value, dict) and "labels" in value else str(value)
