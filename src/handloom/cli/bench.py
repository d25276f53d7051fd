"""``handloom bench``: a declared grid of data sets, strategies and simulated people, as JSON and one HTML report."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ..core.errors import EmptyInput, Malformed, NotFound, UnknownKind
from ..testing import benchmark
from ..testing.benchmark import arms, grid
from ..testing.benchmark.suite import PEOPLE, Suite, look
from .output import Output, verb, writable

app = typer.Typer(add_completion=False)
REPORT, SUMMARY = "report.html", "summary.json"


@app.command("bench")
@verb
def bench(
    suite: Annotated[
        str, typer.Argument(help="Name of a suite (core-1), or a JSON file that declares one.")
    ] = "core-1",
    data: Annotated[
        Path | None, typer.Option(help="Folder of the suite's files; sets whose file is missing are left out.")
    ] = None,
    out_folder: Annotated[
        Path, typer.Option("--out", help="Folder of the results; what is there already is not run again.")
    ] = Path("bench-results"),
    sets: Annotated[str | None, typer.Option(help="Only these sets, with commas.")] = None,
    strategies: Annotated[str | None, typer.Option(help="These arms instead of the suite's, with commas.")] = None,
    people: Annotated[
        str | None, typer.Option(help=f"These simulated people, with commas: {', '.join(PEOPLE)}.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Runs of each arm.")] = None,
    budget: Annotated[int | None, typer.Option(min=2, help="At most this many labels per run.")] = None,
    random_share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Share of every batch drawn at random, for all arms.")
    ] = None,
    peer: Annotated[
        list[str] | None,
        typer.Option(help="Interpreter that has a peer, as modAL=PYTHON; its arms are modAL:margin ..."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at a time.")] = 1,
    declare: Annotated[bool, typer.Option("--declare", help="Print the grid as JSON and run nothing.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the summary here too.", metavar="FILE")
    ] = None,
) -> None:
    """Compare strategies on a declared grid; broken off, the same command goes on where it was."""
    out = Output(as_json=False)
    wanted = _changed(_suite(suite), sets, strategies, people, seeds, budget, random_share)
    if declare:
        print(json.dumps(benchmark.declared(wanted), indent=1))
        return
    _reachable(data, json_file)
    interpreters = _interpreters(peer or [])
    for name in wanted.strategies:
        arms.find(name, interpreters)
    found = look(wanted, data)
    if not found.there:
        missing = ", ".join(s.file for s in found.missing)
        raise EmptyInput(f"none of the suite's files is there ({missing}); say with --data where they are")
    if found.missing:
        out.say(f"left out, file not found: {', '.join(s.name for s in found.missing)}")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    cells = grid.cells(wanted, found.there)
    with out.progress() as bar:
        step = bar.add_task("cells", total=len(cells), note="")

        def report(done: int, total: int, name: str) -> None:
            bar.update(step, completed=done, total=total, note=name)

        results = grid.run(cells, data, out_folder, jobs=jobs, interpreters=interpreters, report=report)
    summary = benchmark.summary(wanted, cells, results, found.missing)
    _write(summary, out_folder, json_file)
    out.result(summary, _table(summary))
    out.say(f"report: {out_folder / REPORT}")


def _reachable(data: Path | None, json_file: Path | None) -> None:
    if data is not None and not data.is_dir():
        raise NotFound("folder", str(data))
    writable(json_file)


def _write(summary: dict[str, Any], folder: Path, json_file: Path | None) -> None:
    text = json.dumps(summary, indent=1, allow_nan=False) + "\n"
    for path in (folder / SUMMARY, json_file):
        if path is not None:
            path.write_text(text, "utf-8")
    (folder / REPORT).write_text(benchmark.page(summary), "utf-8")


def _suite(name: str) -> Suite:
    if name in benchmark.SUITES:
        return benchmark.SUITES[name]
    path = Path(name)
    if path.suffix == ".json":
        return benchmark.read(path)
    raise UnknownKind("suite", name, [*benchmark.SUITES, "FILE.json"])


def _changed(
    suite: Suite,
    sets: str | None,
    strategies: str | None,
    people: str | None,
    seeds: int | None,
    budget: int | None,
    random_share: float | None,
) -> Suite:
    """The suite with what was asked for instead; its name says that it was changed."""
    before = suite
    if sets:
        known = {one.name: one for one in suite.sets}
        suite = replace(suite, sets=tuple(_one_of(known, name, "data set") for name in sets.split(",")))
    if strategies:
        suite = replace(suite, strategies=tuple(strategies.split(",")))
    if people:
        known_people = {**PEOPLE, **{one.name: one for one in suite.people}}
        suite = replace(suite, people=tuple(_one_of(known_people, name, "person") for name in people.split(",")))
    if seeds:
        suite = replace(suite, seeds=seeds)
    if budget:
        suite = replace(suite, sets=tuple(replace(s, budget=min(s.budget, budget)) for s in suite.sets))
    if random_share is not None:
        suite = replace(suite, random_share=random_share)
    if len(set(suite.strategies)) < len(suite.strategies):
        raise Malformed(f"each strategy once; found {', '.join(suite.strategies)}")
    return suite if suite == before else replace(suite, name=f"{suite.name}, changed")


def _one_of(known: Mapping[str, Any], name: str, kind: str) -> Any:
    if name not in known:
        raise UnknownKind(kind, name, sorted(known))
    return known[name]


def _interpreters(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        library, equals, path = one.partition("=")
        if not equals or not Path(path).exists():
            raise Malformed(f"--peer takes LIBRARY=PYTHON, the path of an interpreter; found {one!r}")
        found[library] = path
    return found


def _table(summary: Mapping[str, Any]) -> Table:
    ranks = {one["strategy"]: one["rank"] for one in summary["ranks"]}
    table = Table("set", "person", "strategy", "area", "labels to target", "seconds to target", "mean rank")
    table.columns[2].overflow = "fold"
    for block in summary["blocks"]:
        for arm in block["arms"]:
            labels, seconds = (
                f"{arm[of]['value']:,.0f} [{arm[of]['reached']}/{arm[of]['n']}]" for of in ("labels", "seconds")
            )
            rank = ranks.get(arm["strategy"])
            table.add_row(
                block["set"],
                block["person"],
                arm["strategy"],
                f"{arm['area']['value']:.4f}",
                labels.replace("[", r"\["),
                seconds.replace("[", r"\["),
                "" if rank is None else f"{rank:.2f}",
            )
    return table
