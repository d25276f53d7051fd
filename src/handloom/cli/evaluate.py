"""``handloom evaluate``: what the models of a task are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from ..core.errors import Malformed, NotEnoughLabels
from ..core.ids import parse
from ..jobs import judge
from ..workspace import Workspace
from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened, task_of
from .output import Output, verb

app = typer.Typer(add_completion=False)


@app.command()
@verb
def evaluate(
    model: Annotated[str | None, typer.Argument(help="Id of a model, as m3; without it, the newest.")] = None,
    heuristic: Annotated[
        str | None, typer.Option(help="Compare with a Python function, package.module:function.", metavar="FUNCTION")
    ] = None,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Show a model on the living test set: accuracy and macro-F1 with interval and n, per label, against the release."""
    with opened(workspace) as site:
        if model is None:
            handle = chosen(site, project)
            found = handle.models(str(task_of(handle, task)["id"]), limit=1)["models"]
            if not found:
                raise NotEnoughLabels("there is no model yet; label some items and run: handloom train")
            model = str(found[0]["id"])
        value = site.model(model)
        if heuristic is not None:
            if not isinstance(site, Workspace):
                raise Malformed("a function runs on this machine: name the folder of the workspace with --workspace")
            value = {**value, "evaluation": judge.beside(site.store, parse("model", model), heuristic)}
    Output(as_json).result(value, _shown(value))


def _shown(value: Mapping[str, Any]) -> Group | str:
    head = f"model {value['number']} ({value['id']}), {value['labels']:,} labels"
    evaluation = value["evaluation"]
    if evaluation is None:
        return f"{head}: not evaluated, since no item of the living test set has a label yet"
    scores = Table("", "accuracy", "macro-F1", title=head)
    for name in ("candidate", "current", "heuristic", "majority"):
        if evaluation.get(name):
            row = evaluation[name]
            scores.add_row(name, *(_number(row.get(metric)) for metric in ("accuracy", "macro_f1")))
    gap = evaluation.get("difference")
    if gap and gap["value"] is not None:
        scores.add_row(f"difference to {evaluation['against']}", _number(gap), "")
    labels = Table("label", "n", "precision", "recall", "F1")
    for row in evaluation.get("per_class", ()):
        labels.add_row(row["label"], str(row["n"]), *(_share(row[m]) for m in ("precision", "recall", "f1")))
    return Group(scores, labels)


def _number(value: Mapping[str, Any] | None) -> str:
    if not value:
        return ""
    return f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f}, n {value['n']})"


def _share(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("value")
    return "" if value is None else f"{value:.3f}"
