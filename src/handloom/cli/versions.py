"""``handloom dataset log|commit|branch|tag|diff-versions|merge|checkout|restore``: versions of a project's data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened
from .output import Output, verb

At = Annotated[str, typer.Option(help="A branch, a tag or a commit.")]
Message = Annotated[str, typer.Option("--message", "-m", help="Why.")]
Override = Annotated[
    str | None, typer.Option(help="As an owner: why without data tests and request.", metavar="REASON")
]


def mount(app: typer.Typer) -> None:
    """Add the sub-commands to the group of `handloom dataset`."""
    for command in (log, commit, branch, tag, changes, merge, undo, checkout, restore):
        app.command(command.__name__)(verb(command))  # type: ignore[arg-type]  # each has options of its own


def log(
    project: ProjectName = None,
    task: TaskName = None,
    at: At = "main",
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Show what led to a branch, tag or commit, newest first."""
    with opened(workspace) as handle:
        found = chosen(handle, project).dataset.log(task=task, at=at)
    table = Table("commit", "rows", "changed", "tests", "author", "message", "tags", box=None)
    for one in found["commits"]:
        words = one["message"] + (f" (merges {one['parents'][1]})" if len(one["parents"]) > 1 else "")
        cells = (
            one["id"],
            f"{one['rows']:,}",
            f"{one['changed']:,}",
            _tests(one["tests"]),
            one["author"]["name"],
            words,
        )
        table.add_row(*cells, ", ".join(one["tags"]))
    Output(as_json).result(found, table)


def commit(
    message: Message,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Make the labels as they stand a version on main."""
    _made(workspace, project, as_json, lambda p: p.dataset.commit(message, task=task))


def branch(
    name: Annotated[str | None, typer.Argument(help="Name of a new branch; without it, list them.")] = None,
    project: ProjectName = None,
    task: TaskName = None,
    at: At = "main",
    close: Annotated[bool, typer.Option("--close", help="Free the name; its versions stay.")] = False,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Make, close or list branches."""
    with opened(workspace) as handle:
        data = chosen(handle, project).dataset
        if name is None:
            found = data.branches(task=task)
        else:
            found = data.close_branch(name, task=task) if close else data.add_branch(name, task=task, at=at)
    rows = found["branches"] if name is None else [found]
    Output(as_json).result(found, "\n".join(f"{one['name']} at {one['head']}" for one in rows))


def tag(
    name: Annotated[str | None, typer.Argument(help="Name of a new tag; without it, list them.")] = None,
    project: ProjectName = None,
    task: TaskName = None,
    at: At = "main",
    message: Message = "",
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Name a version, or list the names."""
    with opened(workspace) as handle:
        data = chosen(handle, project).dataset
        found = data.tags(task=task) if name is None else data.add_tag(name, task=task, at=at, message=message)
    rows = found["tags"] if name is None else [found]
    Output(as_json).result(found, "\n".join(f"{one['name']} is {one['commit']}" for one in rows))


def changes(
    before: Annotated[str, typer.Argument(help="A branch, a tag or a commit.")],
    after: Annotated[str, typer.Argument(help="Another.")] = "main",
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two versions, by type, with the rows."""
    with opened(workspace) as handle:
        found = chosen(handle, project).dataset.diff(before, after, task=task)
    Output(as_json).result(found, change_table(found))


def change_table(found: dict[str, Any]) -> Table:
    """Rows that differ, side by side."""
    table = Table("item", "what", "before", "after", box=None, min_width=70)
    for one in found["changes"]:
        cells = (one["item"], ", ".join(one["kinds"]), _cell(one["before"]), _cell(one["after"]))
        table.add_row(*cells)
    table.caption = f"{found['rows']:,} rows differ: " + ", ".join(f"{n:,} {k}" for k, n in found["kinds"].items())
    return table


def merge(
    source: Annotated[str, typer.Argument(help="A branch, a tag or a commit.")],
    into: Annotated[str, typer.Option(help="The branch that takes it.")] = "main",
    message: Annotated[str | None, typer.Option("--message", "-m", help="Why.")] = None,
    override: Override = None,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Merge into a branch; what both sides changed differently becomes questions to decide.

    Into main it goes when its data tests are green and the project does not want a request for it.
    """
    _made(
        workspace,
        project,
        as_json,
        lambda p: p.dataset.merge(source, into, task=task, message=message, override=override),
    )


def undo(
    merge: Annotated[str, typer.Argument(help="The merge on main, as c12.")],
    message: Message,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Take back what a merge brought to main; rows that changed since stay as they are."""
    _made(workspace, project, as_json, lambda p: p.dataset.undo_merge(merge, message, task=task))


def checkout(
    file: Annotated[Path, typer.Argument(help="Where to write: .parquet or .jsonl.")],
    at: At = "main",
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the rows of a version to a file."""
    with opened(workspace) as handle:
        data = chosen(handle, project).dataset
        found = data.log(task=task, at=at, limit=1)["commits"][0]
        form = "parquet" if file.suffix == ".parquet" else "jsonl"
        with file.open("wb") as out:
            out.writelines(data.export(found["id"], form))
    Output(as_json).result(found | {"file": str(file)}, f"{found['rows']:,} rows of {found['id']} in {file}")


def restore(
    to: Annotated[str, typer.Argument(help="The branch, tag or commit whose content to bring back.")],
    message: Message,
    branch: Annotated[str, typer.Option(help="The branch that gets it.")] = "main",
    override: Override = None,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Make a new version with the content of an older one."""
    _made(
        workspace,
        project,
        as_json,
        lambda p: p.dataset.restore(to, message, task=task, branch=branch, override=override),
    )


def _made(workspace: str, project: str | None, as_json: bool, make: Any) -> None:
    with opened(workspace) as handle:
        one = make(chosen(handle, project))
    left = f"; {len(one['conflicts'])} rows wait for a decision" if one["conflicts"] else ""
    proposed = one["request"]
    if proposed and proposed["state"] in ("open", "approved"):
        left += f"; proposed for main as {proposed['id']}"
    words = f"{one['id']}: {one['rows']:,} rows, {one['changed']:,} changed, content {one['digest'][:12]}{left}"
    Output(as_json).result(one, words)


def _tests(run: dict[str, int] | None) -> str:
    if run is None:
        return ""
    if run["failing"]:
        return f"{run['failing']} of {run['run']} fail"
    return f"{run['known']} of {run['run']} fail as before" if run["known"] else f"{run['run']} green"


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return "-"
    value = row["value"]
    words = ", ".join(value["labels"]) if isinstance(value, dict) and "labels" in value else str(value)
    extra = [row["split"]] * (row["split"] != "train") + [f"x{row['weight']:g}"] * (row["weight"] != 1)
    return f"{words} ({', '.join(extra)})" if extra else words
