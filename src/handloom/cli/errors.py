"""``handloom errors``: rows of a file whose label is likely wrong. Needs no project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table as Shown

from .. import train
from ..core import registry
from ..core.errors import BadValue, EmptyInput, Malformed, NotEnoughLabels
from ..core.ids import digest
from ..resolve import label_errors
from ..resolve.label_errors import Answers, Found
from ..train.cross_fit import FOLDS
from . import table
from .output import Output, save, verb, writable

app = typer.Typer(add_completion=False)
MOST = 100_000
OFF = 0.05
"""How far the probabilities of a row may be from a sum of 1 before it is said; many files keep two decimals."""
AROUND_AT_MOST = 50_000
"""Rows up to which neighbours are looked at too: their cost grows with the square."""
VERDICTS = {
    **dict.fromkeys(("keep", "right", "ok", "correct", "false", "0"), False),
    **dict.fromkeys(("change", "wrong", "error", "true", "1"), True),
}
UNSURE = ("unsure", "skip", "flag")
WHOLE = re.compile(r"\d+\.0+")
"""Class numbers of a column with gaps, which many tools keep as 1.0."""
Labels = tuple[str, ...]


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
    separator: Annotated[
        str | None, typer.Option(help="Mark between several labels of one cell; cells that are lists need none.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts for cross-fitting.")] = FOLDS,
    limit: Annotated[int, typer.Option(min=1, help="Suspects to write.")] = MOST,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all suspects here.", metavar="FILE")] = None,
) -> None:
    """Put the rows of a file in order of how likely their label is wrong, worst first, with a proposal and reasons."""
    out = Output(as_json=False)
    writable(json_file)
    if probabilities and (text or image):
        raise Malformed("give probabilities, or a text or image column to fit a model on, not both")
    with out.progress() as bar:
        step = bar.add_task(f"reading {file.name}", total=None, note="")
        rows = table.read(file)
        bar.update(step, description="looking at the labels")
        asked = _Asked(rows, *_labels(rows.column(label), separator), actors, verdicts)
        if asked.several and actors:
            raise Malformed("--actors is for one label per row; here a row may have several")
        if probabilities:
            judged = _by_columns(asked, probabilities)
        elif text or image or not actors:
            judged = _by_content(asked, *_content(rows, text, image), folds)
        else:
            judged = _found(asked, _known(asked.labels), _labelled(asked.labels))
    report = _report(asked, judged, limit)
    save(report, json_file)
    for note in judged.notes:
        out.say(note)
    out.result(report, _shown(report))
    out.result(report, _words(report))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rows, the label of each as it is written (several: its labels), and the columns of people and verdicts."""

    rows: table.Table
    labels: Sequence[str | Labels | None]
    several: bool
    actors: str | None
    verdicts: str | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was found among the rows of these numbers. notes: what was done about odd input, in sentences."""

    found: Found
    numbers: np.ndarray
    notes: tuple[str, ...] = ()


def _labels(column: Sequence[Any], separator: str | None) -> tuple[Sequence[str | Labels | None], bool]:
    """The labels of each row, and whether a row may have several."""
    if separator is not None:
        if not separator:
            raise Malformed("--separator is the mark between several labels of one cell, as ';'")
        column = [v if v is None or isinstance(v, list) else str(v).split(separator) for v in column]
    if any(isinstance(value, list) for value in column):
        cells = [v if v is None or isinstance(v, list) else [v] for v in column]
        return [None if v is None else tuple(str(one).strip() for one in v if str(one).strip()) for v in cells], True
    labels = [None if value is None else str(value) for value in column]
    if all(label is None or WHOLE.fullmatch(label) for label in labels):
        labels = [None if label is None else label.partition(".")[0] for label in labels]
    return labels, False


def _each(labels: Sequence[str | Labels | None]) -> Iterator[str]:
    for label in labels:
        yield from label if isinstance(label, tuple) else () if label is None else (label,)


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
    table.in_range(chances)
    usable, labelled = np.isfinite(chances).all(axis=1), _labelled(asked.labels)
    held = usable & labelled
    if not held.any():
        raise EmptyInput(f"no row has a label and a number in each of the columns {', '.join(names)[:200]}")
    notes = []
    if (out := int((labelled & ~usable).sum())) > 0:
        notes.append(
            f"{out:,} rows with a label have no number in one of the columns of probabilities; they are left out"
        )
    total = chances[held].sum(axis=1)
    off = np.flatnonzero(np.abs(total - 1) > OFF)
    if off.size and not asked.several:
        notes.append(
            f"the probabilities of {off.size:,} rows do not sum to 1 (row {np.flatnonzero(held)[off[0]]}: {total[off[0]]:.2f}); "
            f"they are taken as they are. Are {', '.join(names)[:200]} one column per class?"
        )
    return _found(asked, classes, held, probabilities=chances[held], notes=notes)


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
    task = registry.find("tasks", max(k for k in registry.names("tasks") if k.partition("@")[0] == kind))
    encoder = task.encoder({})
    encoder.fit(items)
    features = encoder.encode(items)
    keys = [digest(dict(item.data)) for item in items]
    given = [{"labels": list(_each([asked.labels[row]]))} for row in np.flatnonzero(held).tolist()]
    chances = train.cross_fit(
        lambda: task.learner({"labels": classes, "multi": asked.several}),
        features,
        train.targets(given, classes),
        n=folds,
        multi=asked.several,
        groups=np.unique(np.array(keys), return_inverse=True)[1],
        rng=np.random.default_rng(0),
    )
    near = {"vectors": features.vectors} if len(items) <= AROUND_AT_MOST and not asked.several else {}
    return _found(asked, classes, held, probabilities=chances, keys=keys, **near)


def _known(labels: Sequence[str | Labels | None]) -> list[str]:
    classes = sorted(set(_each(labels)), key=_in_order)
    if len(classes) < 2:
        raise NotEnoughLabels(f"the labels hold {len(classes)} different value; at least two are needed to compare")
    return classes


def _classes(names: Sequence[str], pattern: str, labels: Sequence[str | Labels | None]) -> list[str]:
    """Which class each column of probabilities is of: by what differs in the names, or class numbers in their order."""
    before, star, after = pattern.partition("*")
    if not star or "," in pattern:
        before, after = _shared(names), _shared([name[::-1] for name in names])[::-1]
    parts = [name[len(before) : len(name) - len(after)] for name in names]
    known = set(_each(labels))
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


def _labelled(labels: Sequence[str | Labels | None]) -> np.ndarray:
    held = np.array([value is not None for value in labels], dtype=bool)
    if not held.any():
        raise NotEnoughLabels("no row has a label; name the column with --label")
    return held


def _found(
    asked: _Asked, classes: Sequence[str], held: np.ndarray, *, notes: Sequence[str] = (), **evidence: Any
) -> _Judged:
    """Look at the rows that can be judged."""
    numbers = np.flatnonzero(held)
    if asked.verdicts:
        evidence["verdicts"] = _verdicts(asked.rows.column(asked.verdicts), numbers)
    if asked.several:
        sets = [tuple(_each([asked.labels[row]])) for row in numbers.tolist()]
        return _Judged(label_errors.find_several(sets, classes=classes, **evidence), numbers, tuple(notes))
    given = list(_each([asked.labels[row] for row in numbers.tolist()]))
    if asked.actors:
        evidence["answers"] = _answers(asked.rows, asked.actors, classes, numbers, given)
    found = label_errors.find(np.array(given, dtype=object), classes=classes, **evidence)
    return _Judged(found, numbers, tuple(notes))


def _answers(
    rows: table.Table, pattern: str, classes: Sequence[str], numbers: np.ndarray, given: Sequence[str]
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
    return Answers(by, who[by], np.array([place[given[row]] for row in by.tolist()], dtype=np.int64))


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
        "notes": list(judged.notes),
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
            _named(suspect["given"]),
            _named(suspect["proposed"]),
            because,
        )
    return shown


def _named(label: str | list[str] | None) -> str:
    return "" if label is None else label if isinstance(label, str) else ", ".join(label) or "(none)"


def _words(report: dict[str, Any]) -> str:
    share = report["expected_precision"]
    if share["value"] is None:
        return f"no label of {report['labelled']:,} is worth a look"
    if not share["verdicts"]:
        know = "nobody has looked yet, so how many of them are wrong is not known; review some and give --verdicts"
        return f"{report['worth']:,} of {report['labelled']:,} labels are worth a look; {know}"
    much = f"{share['value']:.0%} ({share['low']:.0%} to {share['high']:.0%})"
    return f"{report['worth']:,} labels are still worth a look, {much} of them wrong; {report['why']}"
