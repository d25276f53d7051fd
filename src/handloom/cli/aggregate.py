"""``handloom aggregate``: labels from a file of several people's answers. Needs no project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Group
from rich.table import Table

from ..core.errors import Malformed, UnknownKind
from ..resolve.aggregate import METHODS
from ..resolve.tables import Columns, Resolved, resolve_table
from . import table
from .output import Output, verb

app = typer.Typer(add_completion=False)
SHOWN = 15


@app.command("aggregate")
@verb
def aggregate(
    file: Annotated[Path, typer.Argument(help="Answers, one row each: CSV, TSV, JSON Lines, Parquet, Arrow.")],
    actor: Annotated[str, typer.Option(help="Column of who answered.")] = "worker",
    item: Annotated[str, typer.Option(help="Column of what was asked about.")] = "item",
    value: Annotated[str, typer.Option(help="Column of what they said.")] = "answer",
    truth: Annotated[
        str | None, typer.Option(help="Column of the true value where it is known: only measures, never used.")
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option(help="File of items with trusted values, in columns of the same names.", metavar="FILE"),
    ] = None,
    method: Annotated[str, typer.Option(help=f"{', '.join(METHODS)}.")] = "auto",
    seed: Annotated[int, typer.Option(help="Chance of the intervals, that can be repeated.")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything here.", metavar="FILE")] = None,
) -> None:
    """Turn several people's answers into labels with a posterior and a runner-up, and say how good everybody is."""
    out = Output(as_json=False)
    if method not in METHODS:
        raise UnknownKind("aggregation method", method, tuple(METHODS))
    with out.progress() as bar:
        step = bar.add_task(f"reading {file.name}", total=None, note="")
        rows = _read(file)
        trusted = _gold(gold, rows, item, value) if gold else None
        bar.update(step, description="weighing the answers")
        columns = Columns(actor, item, value, truth)
        found = resolve_table(rows.columns, columns, gold=trusted, method=method, rng=np.random.default_rng(seed))
    report = found.as_dict() | {"broken": rows.broken}
    if json_file:
        json_file.write_text(json.dumps(report, allow_nan=False) + "\n", "utf-8")
    out.result(report, _shown(found, report))


def _read(file: Path) -> table.Table:
    rows = table.read(file)
    if rows.broken and rows.broken == len(rows):
        raise Malformed(f"{file.name} has no row that can be read")
    return rows


def _gold(file: Path, answers: table.Table, item: str, value: str) -> Mapping[Any, Any]:
    """Item to value. A file of two columns needs no name for the second; 7 in one file is "7" in the other."""
    rows, said = _read(file), value
    names = list(rows.columns)
    if value not in names and item in names and len(names) == 2:
        value = next(name for name in names if name != item)
    items = {str(one): one for one in answers.column(item)}
    values = {str(one): one for one in answers.column(said)}
    known: dict[Any, Any] = {}
    for one, trusted in zip(rows.column(item), rows.column(value), strict=True):
        if one is None or trusted is None:
            continue
        place, same = items.get(str(one), one), values.get(str(trusted), trusted)
        if known.setdefault(place, same) != same:
            raise Malformed(f"{file.name}: item {one!r} has two values, {known[place]!r} and {trusted!r}")
    if known and not any(str(one) in items for one in known):
        raise Malformed(
            f"{file.name}: none of its {len(known)} items is among those answered, such as {next(iter(items))!r}"
        )
    return known


def _shown(found: Resolved, report: Mapping[str, Any]) -> Group:
    unsure = sorted(report["labels"], key=lambda row: row["posterior"])[:SHOWN]
    labels = Table(
        "item", "label", "posterior", "runner-up", "posterior", "majority", "answers", title="Least sure labels"
    )
    for row in unsure:
        second = row["runner_up"] or {"value": "", "posterior": 0.0}
        labels.add_row(
            str(row["item"]), str(row["value"]), f"{row['posterior']:.3f}", str(second["value"]),
            f"{second['posterior']:.3f}", str(row["majority"]), str(row["n"]),
        )  # fmt: skip
    people = Table("actor", "right", "95 % interval", "checked", "answers", title="People with most answers")
    for row in sorted(report["actors"], key=lambda row: -row["answers"])[:SHOWN]:
        skill = row["accuracy"]
        share = "?" if skill["value"] is None else f"{skill['value']:.3f}"
        interval = f"{skill['low']:.3f} to {skill['high']:.3f}"
        people.add_row(str(row["actor"]), share, interval, f"{skill['n']:,}", f"{row['answers']:,}")
    numbers = Table("what", "value", "95 % interval", "n", title="Agreement, and accuracy where truth is given")
    for name, one in report["agreement"].items():
        value = "?" if one["value"] is None else f"{one['value']:.3f}"
        numbers.add_row(name, value, f"{one['low']:.3f} to {one['high']:.3f}", f"{one['n']:,}")
    for name, share in report["accuracy"].items():
        numbers.add_row(f"accuracy of {name}", f"{share:.4f}", "", f"{report['accuracy_n']:,}")
    said = f"{report['answers']:,} answers, {len(report['labels']):,} items, {len(report['actors']):,} actors"
    left_out = report["skipped"] + report["broken"]
    return Group(f"{said}, {left_out:,} rows left out; by {found.aggregate.method}", labels, people, numbers)
