"""``handloom errors``: rows of a file whose label is likely wrong. Needs no project."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table as Shown

from .. import train
from ..core import registry
from ..core.errors import BadValue, Malformed, NotEnoughLabels
from ..core.ids import digest
from ..resolve import label_errors
from ..resolve.label_errors import Answers, Found
from ..train.cross_fit import FOLDS
from . import table
from .output import Output, verb

app = typer.Typer(add_completion=False)
MOST = 100_000
AROUND_AT_MOST = 50_000
"""Rows up to which neighbours are looked at too: their cost grows with the square."""
VERDICTS = {
    **dict.fromkeys(("keep", "right", "ok", "correct", "false", "0"), False),
    **dict.fromkeys(("change", "wrong", "error", "true", "1"), True),
}
UNSURE = ("unsure", "skip", "flag")


@app.command("errors")
@verb
def errors(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSON Lines, Parquet, Arrow; folder or zip of class folders.")],
    label: Annotated[str, typer.Option(help="Column of the label that may be wrong.")] = "label",
    probabilities: Annotated[
        str | None,
        typer.Option(help="Columns of a model's probabilities, as 'p_*'; from models that never saw the row."),
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="Column of the text (several with commas): a model is fitted.")
    ] = None,
    image: Annotated[str | None, typer.Option(help="Column of image paths or bytes: a model is fitted.")] = None,
    actors: Annotated[
        str | None,
        typer.Option(
            help="Columns with one person's label each, as 'a_*'; or the one column that names who gave the label."
        ),
    ] = None,
    verdicts: Annotated[
        str | None,
        typer.Option(help="Column with keep or change for rows that were reviewed; the rest is put in order again."),
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts for cross-fitting.")] = FOLDS,
    limit: Annotated[int, typer.Option(min=1, help="Suspects to write.")] = MOST,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all suspects here.", metavar="FILE")] = None,
) -> None:
    """Put the rows of a file in order of how likely their label is wrong, worst first, with a proposal and reasons."""
    out = Output(as_json=False)
    if probabilities and (text or image):
        raise Malformed("give probabilities, or a text or image column to fit a model on, not both")
    with out.progress() as bar:
        step = bar.add_task(f"reading {file.name}", total=None, note="")
        rows = table.read(file)
        bar.update(step, description="looking at the labels")
        asked = _Asked(rows, [None if value is None else str(value) for value in rows.column(label)], actors, verdicts)
        if probabilities:
            judged = _by_columns(asked, probabilities)
        elif text or image or not actors:
            judged = _by_content(asked, *_content(rows, text, image), folds)
        else:
            judged = _found(asked, _known(asked.labels), _labelled(asked.labels))
    report = _report(asked, judged, limit)
    if json_file:
        json_file.write_text(json.dumps(report, allow_nan=False) + "\n", "utf-8")
    out.result(report, _shown(report))
    out.result(report, _words(report))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rows, the label of each as it is written, and the columns of people and verdicts."""

    rows: table.Table
    labels: Sequence[str | None]
    actors: str | None
    verdicts: str | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was found among the rows of these numbers."""

    found: Found
    numbers: np.ndarray


def _by_columns(asked: _Asked, pattern: str) -> _Judged:
    names = asked.rows.matching(pattern)
    if len(names) < 2:
        raise Malformed(f"{pattern!r} fits {len(names)} column; probabilities need one per class, as p_ham and p_spam")
    classes = _classes(names, pattern, asked.labels)
    chances = np.empty((len(asked.rows), len(names)), dtype=np.float32)
    for place, name in enumerate(names):
        try:
            chances[:, place] = [np.nan if value is None else float(value) for value in asked.rows.column(name)]
        except (TypeError, ValueError) as error:
            raise Malformed(f"column {name!r} is not a column of numbers: {error}") from error
    held = np.isfinite(chances).all(axis=1) & _labelled(asked.labels)
    return _found(asked, classes, held, probabilities=chances[held])


def _content(rows: table.Table, text: str | None, image: str | None) -> tuple[str, str]:
    """Kind of task and column: what was named, or the field of that name."""
    if text and image:
        raise Malformed("give a text column or an image column, not both")
    if image or (not text and "image" in rows.columns):
        return "image_class", image or "image"
    if text or "text" in rows.columns:
        return "text_class", text or "text"
    raise Malformed("say what to judge the labels by: --probabilities 'p_*', --text COLUMN, --image COLUMN or --actors")


def _by_content(asked: _Asked, kind: str, column: str, folds: int) -> _Judged:
    """Fit the project's own learner in parts, and predict each part by the others."""
    contents = (table.texts if kind == "text_class" else table.pictures)(asked.rows, column)
    items = [item for item, label in zip(contents, asked.labels, strict=True) if item is not None and label is not None]
    held = _labelled(asked.labels) & np.array([item is not None for item in contents], dtype=bool)
    classes = _known(asked.labels)
    place = {name: number for number, name in enumerate(classes)}
    task = registry.find("tasks", max(k for k in registry.names("tasks") if k.partition("@")[0] == kind))
    encoder = task.encoder({})
    encoder.fit(items)
    features = encoder.encode(items)
    keys = [digest(dict(item.data)) for item in items]
    targets = np.zeros((len(items), len(classes)), dtype=np.float32)
    targets[np.arange(len(items)), [place[asked.labels[row] or ""] for row in np.flatnonzero(held).tolist()]] = 1
    chances = train.cross_fit(
        lambda: task.learner({"labels": classes}),
        features,
        targets,
        n=folds,
        groups=np.unique(np.array(keys), return_inverse=True)[1],
        rng=np.random.default_rng(0),
    )
    near = {"vectors": features.vectors} if len(items) <= AROUND_AT_MOST else {}
    return _found(asked, classes, held, probabilities=chances, keys=keys, **near)


def _known(labels: Sequence[str | None]) -> list[str]:
    classes = sorted({label for label in labels if label is not None}, key=_in_order)
    if len(classes) < 2:
        raise NotEnoughLabels(f"the labels hold {len(classes)} different value; at least two are needed to compare")
    return classes


def _classes(names: Sequence[str], pattern: str, labels: Sequence[str | None]) -> list[str]:
    """Which class each column of probabilities is of: by what differs in the names, or class numbers in their order."""
    before, star, after = pattern.partition("*")
    if not star or "," in pattern:
        before, after = _shared(names), _shared([name[::-1] for name in names])[::-1]
    parts = [name[len(before) : len(name) - len(after)] for name in names]
    known = {label for label in labels if label is not None}
    for candidate in (parts, list(names), [str(k) for k in range(len(names))]):
        if known <= set(candidate):
            return candidate
    raise BadValue(
        f"the labels ({', '.join(sorted(known)[:10])}) are not the classes of the columns ({', '.join(parts[:10])}); "
        "name the columns p_LABEL, or write the labels as class numbers from 0"
    )


def _shared(names: Sequence[str]) -> str:
    low, high = min(names), max(names)
    same = next((k for k, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:same]


def _labelled(labels: Sequence[str | None]) -> np.ndarray:
    held = np.array([value is not None for value in labels], dtype=bool)
    if not held.any():
        raise NotEnoughLabels("no row has a label; name the column with --label")
    return held


def _found(asked: _Asked, classes: Sequence[str], held: np.ndarray, **evidence: Any) -> _Judged:
    """Look at the rows that can be judged."""
    numbers = np.flatnonzero(held)
    given = [asked.labels[row] for row in numbers.tolist()]
    if asked.actors:
        evidence["answers"] = _answers(asked.rows, asked.actors, classes, numbers, given)
    if asked.verdicts:
        evidence["verdicts"] = _verdicts(asked.rows.column(asked.verdicts), numbers)
    return _Judged(label_errors.find(np.array(given, dtype=object), classes=classes, **evidence), numbers)


def _answers(
    rows: table.Table, pattern: str, classes: Sequence[str], numbers: np.ndarray, given: Sequence[str | None]
) -> Answers:
    """Columns of people's labels; or one column that names who gave the label, which is then that person's answer."""
    names = rows.matching(pattern)
    place = {name: number for number, name in enumerate(classes)}
    columns = [
        [None if (v := rows.column(name)[row]) is None else str(v) for row in numbers.tolist()] for name in names
    ]
    if all(value is None or value in place for column in columns for value in column):
        cells = [[-1 if value is None else place[value] for value in column] for column in columns]
        return Answers.of_table(np.array(cells, dtype=np.int64).T)
    if len(names) > 1:
        strange = next(v for column in columns for v in column if v is not None and v not in place)
        raise BadValue(f"{strange!r} in the columns of the actors is none of the labels ({', '.join(classes[:20])})")
    people = {name: number for number, name in enumerate(sorted({v for v in columns[0] if v is not None}))}
    who = np.array([-1 if value is None else people[value] for value in columns[0]], dtype=np.int64)
    by = np.flatnonzero(who >= 0)
    return Answers(by, who[by], np.array([place[given[row] or ""] for row in by.tolist()], dtype=np.int64))


def _verdicts(column: Sequence[Any], numbers: np.ndarray) -> dict[int, bool]:
    known: dict[int, bool] = {}
    for place, row in enumerate(numbers.tolist()):
        word = "" if column[row] is None else str(column[row]).strip().casefold()
        if word in VERDICTS:
            known[place] = VERDICTS[word]
        elif word and word not in UNSURE:
            raise BadValue(f"row {row}: a verdict is keep or change (or unsure); found {word[:80]!r}")
    return known


def _in_order(label: str) -> tuple[int, float, str]:
    return (0, float(label), label) if label.isdecimal() else (1, 0.0, label)


def _report(asked: _Asked, judged: _Judged, limit: int) -> dict[str, Any]:
    found, outlook = judged.found, judged.found.outlook
    return {
        "rows": len(asked.rows),
        "labelled": sum(label is not None for label in asked.labels),
        "broken": asked.rows.broken,
        "suspects": [one.as_dict() | {"row": int(judged.numbers[one.row])} for one in found[:limit]],
        "worth": found.worth,
        "expected_precision": found.expected_precision,
        **({"skills": [round(float(skill), 4) for skill in found.skills]} if found.skills is not None else {}),
        **({"next": outlook.next, "stop": outlook.stop, "why": outlook.why} if outlook else {}),
    }


def _shown(report: dict[str, Any]) -> Shown:
    shown = Shown("row", "score", "given", "proposed", "because", title="most suspect labels")
    for suspect in report["suspects"][:20]:
        because = "; ".join(suspect["reasons"])
        shown.add_row(
            str(suspect["row"]),
            f"{suspect['score']:.3f}",
            str(suspect["given"]),
            str(suspect["proposed"] or ""),
            because,
        )
    return shown


def _words(report: dict[str, Any]) -> str:
    share = report["expected_precision"]
    if share["value"] is None:
        return f"no label of {report['labelled']:,} is worth a look"
    if not share["verdicts"]:
        know = "nobody has looked yet, so how many of them are wrong is not known; review some and give --verdicts"
        return f"{report['worth']:,} of {report['labelled']:,} labels are worth a look; {know}"
    much = f"{share['value']:.0%} ({share['low']:.0%} to {share['high']:.0%})"
    return f"{report['worth']:,} labels are still worth a look, {much} of them wrong; {report['why']}"
