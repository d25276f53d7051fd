"""``handloom project``: make, list and show projects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ..core.errors import BadEncoding, Malformed
from .options import HERE, AsJson, Place, chosen, opened
from .output import Output, verb

app = typer.Typer(help="Make, list and show projects.", no_args_is_help=True, add_completion=False)


@app.command()
@verb
def add(
    name: Annotated[str, typer.Argument(help="Name of the project.")],
    labels: Annotated[str, typer.Option(help="Labels, with commas between them; or @FILE with one per line.")],
    kind: Annotated[str, typer.Option(help="Kind of task, as text_class@1 or image_class@1.")] = "text_class@1",
    task: Annotated[str, typer.Option("--task", "-t", help="Name of the task.")] = "label",
    multi: Annotated[bool, typer.Option(help="An item may have several labels, or none.")] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="A setting: --set batch=50. May be repeated.")
    ] = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Make a project with one task."""
    wanted = {"name": task, "kind": kind, "labels": _labels(labels), "multi": multi}
    with opened(workspace) as site:
        made = site.create_project(name, [wanted], dict(map(_setting, settings or ())))
    Output(as_json).result(made.info, f"project {made.name} ({made.id}) with the task {task}: {kind}")


@app.command("list")
@verb
def listing(workspace: Place = HERE, as_json: AsJson = False) -> None:
    """All projects with their counts."""
    with opened(workspace) as site:
        page = site.projects(limit=200)
        found = list(page["projects"])
        while page["next"]:
            page = site.projects(cursor=page["next"], limit=200)
            found += page["projects"]
    table = Table("id", "name", "tasks", "items", "answers", "labels", "open questions")
    for p in found:
        counts = p["counts"]
        tasks = ", ".join(f"{t['name']} ({t['kind']})" for t in p["tasks"])
        table.add_row(p["id"], p["name"], tasks, *(f"{counts[c]:,}" for c in ("items", "answers", "labels", "open")))
    Output(as_json).result({"projects": found}, table)


@app.command()
@verb
def show(
    name: Annotated[str | None, typer.Argument(help="Name or id; may be left out when there is only one.")] = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """One project: where each of the nine steps stands, and its settings."""
    with opened(workspace) as site:
        project = chosen(site, name)
        steps = project.overview()["steps"]
    table = Table("step", "state", "what", title=f"{project.name} ({project.id})")
    for step in steps:
        table.add_row(step["step"], step["state"], step["text"])
    Output(as_json).result({**project.info, "steps": steps}, table)


@app.command("set")
@verb
def change(
    settings: Annotated[list[str], typer.Argument(help="Settings as name=value, for example batch=50 overlap=2.")],
    project: Annotated[str | None, typer.Option("--project", "-p", help="Name or id of the project.")] = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Change settings of a project."""
    with opened(workspace) as site:
        changed = chosen(site, project).change_settings(dict(map(_setting, settings)))
    Output(as_json).result(changed, "\n".join(f"{k} = {json.dumps(v)}" for k, v in changed["settings"].items()))


def _labels(text: str) -> list[str]:
    if text.startswith("@"):
        try:
            lines = Path(text[1:]).read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise BadEncoding(f"{text[1:]}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
        return [line.strip() for line in lines if line.strip()]
    return [label.strip() for label in text.split(",") if label.strip()]


def _setting(text: str) -> tuple[str, Any]:
    """``batch=50`` is ("batch", 50); what is no JSON is taken as a word."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Malformed(f"a setting is given as name=value; found {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
