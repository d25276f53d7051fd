"""``handloom simulate``: what a strategy saves on data whose labels are known."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from .. import collect
from ..core import registry
from ..core.errors import Malformed, UnknownKind
from ..testing.simulation import Arm, Team, examples, simulate
from ..testing.workspace import temporary_workspace
from . import picture, terminal
from .import_ import as_options, chosen_columns, named_fields
from .output import Output, verb

app = typer.Typer(add_completion=False)
_ENDINGS = (".svg", ".html", ".png")


@app.command("simulate")
@verb
def simulate_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSON Lines, Parquet, Arrow; folder or zip of class folders.")],
    task: Annotated[str, typer.Option(help="Kind of task: text_class, image_class.")] = "text_class",
    field: Annotated[
        list[str] | None, typer.Option(help="Column of the content, or text=title,body to join columns.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="Column of the true label.")] = None,
    split: Annotated[
        str | None, typer.Option(help="Column of the split; without it, a stratified 30 % is held out.")
    ] = None,
    strategy: Annotated[str, typer.Option(help="Strategies to compare, with commas.")] = "auto,random,margin",
    batch: Annotated[int, typer.Option(min=1, help="Labels between two trainings.")] = 20,
    budget: Annotated[int, typer.Option(min=1, help="Labels of one run.")] = 800,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each strategy.")] = 5,
    annotators: Annotated[int, typer.Option(min=1, help="Simulated people.")] = 1,
    accuracy: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of their answers that is right.")] = 1.0,
    seconds: Annotated[float, typer.Option(min=0.01, help="Their median seconds per answer.")] = 2.0,
    overlap: Annotated[int, typer.Option(min=1, help="Answers wanted per item.")] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all curves here.", metavar="FILE")] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the curves here: .svg, .html or .png.", metavar="FILE")
    ] = None,
) -> None:
    """Run the real loop on labelled data with simulated people, once per strategy and seed, and compare."""
    out = Output(as_json=False)
    if plot and plot.suffix.lower() not in _ENDINGS:
        raise Malformed(f"a picture is written as {', '.join(_ENDINGS)}; found {plot.name!r}")
    if overlap > annotators:
        raise Malformed(f"{overlap} answers per item need as many annotators; found {annotators}")
    kind = _kind(task)
    arms = [Arm(_known(name), seed, batch, budget) for name in strategy.split(",") for seed in range(seeds)]
    options = _options(file, kind, field, {"label": label, "split": split})
    with temporary_workspace() as site, out.progress() as bar:
        reading = bar.add_task(f"reading {file.name}", total=None, note="")
        data = examples(collect.read(file, options), site.store)
        bar.remove_task(reading)
        out.say(f"{len(data.lines):,} items, {len(data.labels)} labels, {len(data.tests):,} held out to measure")
        watch = _Watch(bar, arms)
        result = simulate(site, data, kind, arms, Team(annotators, accuracy, seconds, overlap), watch)
    if json_file:
        json_file.write_text(json.dumps(result, indent=1, allow_nan=False) + "\n", "utf-8")
    out.result(result, _table(result))
    chart = _chart(result, file.name)
    out.result(result, terminal.draw(chart))
    if plot:
        picture.save(chart, plot)


class _Watch:
    """Moves the bars: one for all runs, one for the run at hand."""

    def __init__(self, bar: Any, arms: Sequence[Arm]) -> None:
        self._bar = bar
        self._all = bar.add_task("all runs", total=len(arms) + 1, note="")
        self._one = bar.add_task("", total=1, note="labels")
        self._name = ""

    def __call__(self, name: str, done: int, total: int) -> None:
        if self._name and name != self._name:
            self._bar.advance(self._all)
        self._name = name
        self._bar.update(self._one, description=name, completed=done, total=total)


def _kind(task: str) -> str:
    """``text_class`` is the newest ``text_class@n``."""
    known = registry.names("tasks")
    found = [k for k in known if k == task or k.partition("@")[0] == task]
    if not found:
        raise UnknownKind("task", task, known)
    return max(found, key=lambda k: int(k.partition("@")[2] or 0))


def _known(strategy: str) -> str:
    known = sorted({"auto", *registry.names("strategies")})
    if strategy not in known:
        raise UnknownKind("strategy", strategy, known)
    return strategy


def _options(file: Path, kind: str, field: list[str] | None, named: Mapping[str, str | None]) -> dict[str, Any]:
    """Reader options: what was named, the rest guessed. A field may be named by its column alone."""
    options = {"task": "task"}
    name = next(iter(registry.find("tasks", kind).fields))
    fields = named_fields([f if "=" in f else f"{name}={f}" for f in field or ()])
    guess = collect.preview(file, options, kind, fields)
    if guess is None:
        return options
    columns = chosen_columns(guess, fields, named)
    if not fields:
        columns = collect.Columns(
            {name: next(iter(columns.fields.values()))}, columns.label, None, columns.split, "task"
        )
    return as_options(columns)


def _table(result: Mapping[str, Any]) -> Table:
    full = result["full"]
    table = Table(
        "strategy", "labels to 95 %", "seconds to 95 %", "last accuracy", "last macro-F1",
        title=f"all labels: accuracy {full['accuracy']:.3f}, macro-F1 {full['macro_f1']:.3f}",
    )  # fmt: skip
    for name, arms in _by_strategy(result).items():
        last = [arm["curve"][-1] for arm in arms if arm["curve"]]
        table.add_row(
            name,
            _spread([arm["labels_to_95"] for arm in arms]),
            _spread([arm["seconds_to_95"] for arm in arms]),
            _spread([p["accuracy"] for p in last], 3),
            _spread([p["macro_f1"] for p in last], 3),
        )
    return table


def _by_strategy(result: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for arm in result["arms"]:
        found.setdefault(arm["strategy"], []).append(arm)
    return found


def _spread(values: Sequence[float | None], digits: int = 0) -> str:
    """Mean and range over the seeds; how many of them got there when not all did."""
    there = [v for v in values if v is not None]
    if not there:
        return "not reached"
    few = f", {len(there)} of {len(values)} runs" if len(there) < len(values) else ""
    return f"{statistics.fmean(there):.{digits}f} ({min(there):.{digits}f} to {max(there):.{digits}f}{few})"


def _chart(result: Mapping[str, Any], source: str) -> picture.Chart:
    lines = []
    for name, arms in _by_strategy(result).items():
        by_labels: dict[int, list[float]] = {}
        for arm in arms:
            for point in arm["curve"]:
                by_labels.setdefault(point["labels"], []).append(point["accuracy"])
        # Where only some of the runs have a point, their mean would jump.
        common = sorted(x for x, ys in by_labels.items() if len(ys) == len(arms)) or sorted(by_labels)
        lines.append(
            picture.Line(
                name,
                [(float(x), statistics.fmean(by_labels[x])) for x in common],
                [min(by_labels[x]) for x in common],
                [max(by_labels[x]) for x in common],
            )
        )
    level = 0.95 * result["full"]["accuracy"]
    title = f"{source}: accuracy against labels, mean and range of the seeds"
    return picture.Chart(title, "labels", "accuracy", lines, (level, "95 % of the score with all labels"))
