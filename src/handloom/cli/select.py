"""``handloom select``: which rows of a file to ask about next. Needs no project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table as Shown

from .. import select, train
from ..core import registry
from ..core.arrays import Features, Indices
from ..core.errors import Malformed
from ..core.protocols import Pick, Pool, Strategy
from ..jobs import extras
from . import table
from .output import Output, save, verb, writable

app = typer.Typer(add_completion=False)
PROBABILITIES = "p_*"
EMBEDDINGS = "e_*"
SHOWN = 20


@app.command("select")
@verb
def select_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSON Lines, Parquet, Arrow; folder or zip of class folders.")],
    n: Annotated[int, typer.Option("--n", min=1, help="Rows to pick.")] = 20,
    strategy: Annotated[str, typer.Option(help="How to pick; docs/strategies has a page about each.")] = "auto",
    probabilities: Annotated[
        str | None, typer.Option(help="Columns of a model's probabilities, or a .npy file; p_* when there are any.")
    ] = None,
    embeddings: Annotated[
        str | None,
        typer.Option(help="Columns of numbers, one column of lists, or a .npy file; e_* when there are any."),
    ] = None,
    text: Annotated[str | None, typer.Option(help="Column of the text: embeddings are made of it.")] = None,
    image: Annotated[
        str | None, typer.Option(help="Column of image paths or bytes: embeddings are made of it.")
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(help="Column of the labels there are: not picked; with text or image they teach a model."),
    ] = None,
    committee: Annotated[
        list[str] | None, typer.Option(help="Columns of one model's probabilities; once for each member.")
    ] = None,
    seconds: Annotated[str | None, typer.Option(help="Column of the seconds that answers took.")] = None,
    balance: Annotated[
        str | None, typer.Option(help="Column of which no value gets more than its even part of the picks.")
    ] = None,
    random_share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share drawn at random; only from it can quality be measured.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="Chance that can be repeated.")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all picks here.", metavar="FILE")] = None,
) -> None:
    """Pick the rows of a file that are worth asking about next, each with a score, a probability and a reason."""
    out = Output(as_json=False)
    writable(json_file)
    plugin: Strategy = registry.find("strategies", strategy)
    rng = np.random.default_rng(seed)
    if text and image:
        raise Malformed("give a text column or an image column, not both")
    with out.progress() as bar:
        step = bar.add_task(f"reading {file.name}", total=None, note="")
        rows = table.read(file)
        bar.update(step, description="looking at the rows")
        pool = _pool(rows, probabilities, embeddings, label)
        if text or image:
            pool = _of_content(rows, pool, text, image, getattr(plugin, "needs", ()), rng)
        pool = _with_columns(rows, pool, committee, seconds)
        _complain(strategy, plugin, pool)
        bar.update(step, description="picking")
        picks = _picked(plugin, pool, n, random_share, _groups(rows, balance), rng)
    report = {
        "rows": len(rows),
        "labelled": int(pool.labelled.size),
        "broken": rows.broken,
        "strategy": strategy,
        "picks": [_line(pick) for pick in picks],
    }
    save(report, json_file)
    out.result(report, _shown(report))


def _line(pick: Pick) -> dict[str, Any]:
    return {
        "row": pick.index,  # as `handloom errors` calls it
        "index": pick.index,  # as the functions do
        "score": pick.score,
        "probability": pick.probability,
        "strategy": pick.strategy,
        "reason": pick.reason,
    }


def _pool(rows: table.Table, probabilities: str | None, embeddings: str | None, label: str | None) -> Pool:
    """What the columns hold; labelled rows cannot be picked."""
    given = [None] * len(rows) if label is None else [None if v is None else str(v) for v in rows.column(label)]
    known = np.array([value is not None for value in given], dtype=bool)
    chances, named = _optional(rows, probabilities, PROBABILITIES)
    if chances is not None:
        table.in_range(chances)
    vectors, _ = _optional(rows, embeddings, EMBEDDINGS)
    classes = _classes(named) if named else sorted({value for value in given if value is not None})
    place = {name: number for number, name in enumerate(classes)}
    return Pool(
        features=None if vectors is None else _features(vectors),
        probabilities=chances,
        labelled=np.flatnonzero(known),
        targets=np.array([place.get(value, -1) for value in given if value is not None], dtype=np.int64),
        candidates=np.flatnonzero(~known & np.array(rows.there(), dtype=bool)),
        classes=tuple(classes) if classes and (chances is None or len(classes) == chances.shape[1]) else None,
    )


def _classes(names: list[str]) -> list[str]:
    """``p_ham`` and ``p_spam`` are of ham and spam: what follows the beginning that all columns share."""
    low, high = min(names), max(names)  # what these two share, all share
    same = next((k for k, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), 0)
    start = low.rfind("_", 0, same) + 1
    return [name[start:] for name in names] if len(names) > 1 else names


def _optional(rows: table.Table, named: str | None, usual: str) -> tuple[np.ndarray | None, list[str]]:
    """The numbers of these columns and their names; without either, where nothing was named, of the usual ones."""
    if named is None:
        if not any(name.startswith(usual.rstrip("*")) for name in rows.columns):
            return None, []
        named = usual
    return _numbers(rows, named), [] if named.endswith(".npy") else rows.matching(named)


def _numbers(rows: table.Table, named: str) -> np.ndarray:
    """(rows, columns) float32 of columns of numbers, of one column of lists, or of a .npy file; nan where there is none."""
    if named.endswith(".npy"):
        try:
            found = np.load(named, mmap_mode="r", allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise Malformed(f"{named} cannot be read as an array of numbers: {error}") from error
        if found.dtype.kind not in "fiub" or found.ndim != 2 or len(found) != len(rows) or not found.shape[1]:
            wanted = f"numbers in the shape ({len(rows)}, columns) are wanted"
            raise Malformed(f"{named} holds an array of {found.dtype} of shape {found.shape}; {wanted}")
        return found if found.dtype == np.float32 else found.astype(np.float32)
    names = rows.matching(named)
    cells = [rows.column(name) for name in names]
    try:
        if len(cells) == 1 and any(isinstance(value, list) for value in cells[0]):
            width = max(len(value) for value in cells[0] if value is not None)
            lists = [[np.nan] * width if value is None else value for value in cells[0]]
            return np.array(lists, dtype=np.float32).reshape(len(rows), width)
        columns = [np.array([np.nan if v is None else float(v) for v in column], dtype=np.float32) for column in cells]
    except (TypeError, ValueError) as error:
        raise Malformed(f"{named!r} names columns that do not hold numbers only: {error}") from error
    return np.stack(columns, axis=1)


def _features(vectors: np.ndarray) -> Features:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(length > 0, length, 1)
    return Features(vectors, unit.astype(np.float32))


def _of_content(
    rows: table.Table, pool: Pool, text: str | None, image: str | None, needs: tuple[str, ...], rng: np.random.Generator
) -> Pool:
    """Embeddings of the content, and with labels of two classes what the task's own learner makes of them."""
    contents = table.texts(rows, text) if text else table.pictures(rows, image or "")
    there = np.array([content is not None for content in contents], dtype=bool)
    kind = "text_class" if text else "image_class"
    task = registry.find("tasks", max(k for k in registry.names("tasks") if k.partition("@")[0] == kind))
    encoder = task.encoder({})
    items = [content for content in contents if content is not None]
    encoder.fit(items)
    features = encoder.encode(items)
    full = np.flatnonzero(there)
    vectors = np.full((len(rows), features.vectors.shape[1]), np.nan, dtype=np.float32)
    vectors[full] = features.vectors
    place = np.searchsorted(full, pool.labelled)
    taught = there[pool.labelled] & (pool.targets >= 0)
    classes = pool.classes or ()
    pool = replace(pool, features=Features(None, vectors))
    extra = "committee" in needs or "noisy" in needs
    if (pool.probabilities is not None and not extra) or len(np.unique(pool.targets[taught])) < 2:
        return pool
    mine = place[taught]
    targets = np.eye(len(classes), dtype=np.float32)[pool.targets[taught]]

    def learner() -> Any:
        return task.learner({"labels": list(classes)})

    fitted = learner()
    fitted.fit(features.take(mine), targets, weights=None, rng=rng)
    chances = train.predict(fitted, features, lambda _done, _total: None).astype(np.float32)
    pool = replace(pool, probabilities=_spread(chances, full, len(rows)))
    some = extras.draws_for(np.searchsorted(full, pool.candidates[there[pool.candidates]]), rng)
    if "committee" in needs:
        members = extras.committee(learner, features, mine, targets, some, rng)
        pool = replace(pool, committee=np.stack([_spread(one, full, len(rows)) for one in members]))
    if "noisy" in needs:
        drawn = extras.noisy(fitted, features, len(classes), some, rng)
        pool = replace(pool, noisy=np.stack([_spread(one, full, len(rows)) for one in drawn]))
    return pool


def _with_columns(rows: table.Table, pool: Pool, committee: list[str] | None, seconds: str | None) -> Pool:
    """What columns say beside, which goes before what a model of ours would say."""
    if committee:
        draws = np.stack([_numbers(rows, one) for one in committee])
        pool = replace(pool, committee=draws, classes=tuple(_classes(rows.matching(committee[0]))))
    return replace(pool, seconds=_seconds(rows, pool, seconds)) if seconds else pool


def _spread(values: np.ndarray, at: Indices, total: int) -> np.ndarray:
    """The values at their rows, nan elsewhere."""
    out = np.full((total, values.shape[1]), np.nan, dtype=np.float32)
    out[at] = values
    return out


def _seconds(rows: table.Table, pool: Pool, named: str) -> np.ndarray:
    """Expected seconds of every row, learned from those that were measured."""
    if pool.features is None:
        raise Malformed("--seconds needs embeddings, a text or an image column to tell what makes an answer slow")
    measured = _numbers(rows, named)[:, 0]
    known = np.flatnonzero(np.isfinite(measured))
    return select.expected_seconds(pool.features.vectors, known, measured[known])


_HOW = {
    "probabilities": "--probabilities 'p_*', or --text with --label",
    "features": "--embeddings 'e_*', --text or --image",
    "committee": "--committee for each member, or --text with --label",
    "noisy": "--text or --image with --label",
    "seconds": "--seconds with --embeddings or --text",
}


def _complain(name: str, plugin: Strategy, pool: Pool) -> None:
    for need in getattr(plugin, "needs", ()):
        if getattr(pool, need) is None:
            raise Malformed(f"strategy {name} needs {need}; give {_HOW.get(need, 'them')}", strategy=name, needs=need)


def _groups(rows: table.Table, balance: str | None) -> tuple[Indices | None, int]:
    """The number of each row's value of that column, below 0 where it has none, and how many values there are."""
    if balance is None:
        return None, 0
    values = rows.column(balance)
    place = {value: number for number, value in enumerate(sorted({str(v) for v in values if v is not None}))}
    return np.array([-1 if v is None else place[str(v)] for v in values], dtype=np.int64), len(place)


def _picked(
    plugin: Strategy,
    pool: Pool,
    n: int,
    random_share: float,
    groups: tuple[Indices | None, int],
    rng: np.random.Generator,
) -> list[Pick]:
    numbers, kinds = groups

    def choose(candidates: Indices, count: int) -> list[Pick]:
        return plugin.pick(replace(pool, candidates=candidates), count, rng=rng)

    def by_strategy(candidates: Indices, count: int) -> list[Pick]:
        if numbers is None or not kinds:
            return choose(candidates, count)
        return select.settle(choose, candidates, count, groups=numbers, most=-(-n // kinds))

    if random_share == 0:
        return by_strategy(pool.candidates, n)
    return select.mix(by_strategy, pool.candidates, n, random_share=random_share, rng=rng)


def _shown(report: dict[str, Any]) -> Shown:
    picks = report["picks"]
    shown = Shown("row", "score", "because", title=f"{len(picks)} of {report['rows'] - report['labelled']} rows")
    for pick in picks[:SHOWN]:
        shown.add_row(str(pick["row"]), f"{pick['score']:.3f}", pick["reason"])
    if len(picks) > SHOWN:
        shown.add_row("...", "", f"{len(picks) - SHOWN} more; --json FILE writes all")
    return shown
