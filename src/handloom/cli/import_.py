"""``handloom import``: a file or folder into a project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from .. import collect
from ..collect.mapping import Columns, Guess
from ..core.errors import HandloomError, Malformed
from ..core.protocols import Bad, Record
from ..jobs.intake import RecordLines
from ..operations.imports import CHUNK, CHUNK_BYTES, Importer
from ..workspace import Workspace
from .options import HERE, AsJson, Folder, ProjectName, TaskName, chosen, opened_folder, task_of
from .output import FAILED, Output, verb
from .preview import show_preview

app = typer.Typer(add_completion=False)
_MANY = 20
"""Duplicates from which on it is worth saying that most rows are some."""
_SHOWN = 10


@app.command()
@verb
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, JSON Lines, Parquet, Excel, COCO, CoNLL ...; folder or zip.")],
    project: ProjectName = None,
    task: TaskName = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            help="Item field and its column: text=title, or text=title,body to join several. May be repeated."
        ),
    ] = None,
    label: Annotated[str | None, typer.Option(help="Column of the label; 'none' to leave labels out.")] = None,
    key: Annotated[str | None, typer.Option(help="Column of a unique key.")] = None,
    split: Annotated[
        str | None, typer.Option(help="Column of the split; test rows become the living test set.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a text file, when it is not UTF-8.")] = None,
    reader: Annotated[str | None, typer.Option("--from", help="Format to read; without it, it is found out.")] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show the first rows as items, and store nothing.")
    ] = False,
    workspace: Folder = Path(HERE),
    as_json: AsJson = False,
) -> None:
    """Add items, showing first what the columns are taken for. Bad lines are reported and the others are added."""
    out = Output(as_json)
    with opened_folder(workspace) as site, collect.laid_out(file) as found:
        handle = chosen(site, project)
        wanted = task_of(handle, task)
        options: dict[str, Any] = {"task": wanted["name"], "encoding": encoding, "reader": reader}
        fields = named_fields(field)
        if preview:
            named = {"label": label, "key": key, "split": split}
            show_preview(look_at(found, options, wanted["kind"], fields, named), out)
            return
        guess = collect.preview(found, options, wanted["kind"], fields)
        if guess:
            columns = chosen_columns(guess, fields, {"label": label, "key": key, "split": split})
            options |= as_options(columns)
            out.say(_shown(columns, guess))
        done = _feed(site, handle.id, found, options, out)
    _report(done, out)


def look_at(
    file: Path,
    options: Mapping[str, Any],
    kind: str | None,
    fields: Mapping[str, tuple[str, ...]],
    named: Mapping[str, str | None],
) -> collect.Look:
    """A look by the columns that were named; the others are guessed."""
    first = collect.look(file, options, kind, fields)
    if first.guess is None:
        return first
    columns = chosen_columns(first.guess, fields, named)
    again = collect.look(file, {**options, **columns.options()}, kind, fields)
    return replace(again, guess=Guess(columns, first.guess.reasons))


def named_fields(fields: list[str] | None) -> dict[str, tuple[str, ...]]:
    """``text=title,body`` is the field text from two columns."""
    return dict(map(_field, fields or ()))


def chosen_columns(guess: Guess, fields: Mapping[str, tuple[str, ...]], named: Mapping[str, str | None]) -> Columns:
    """The guess with what the user named instead. A guessed split stays meta: only a named one makes a test set."""
    wanted = {name: None if column == "none" else column for name, column in named.items() if column is not None}
    taken = {*wanted.values(), *(c for sources in fields.values() for c in sources)}
    # A column that was named for one thing is no longer guessed to be another.
    guessed = {name: getattr(guess.columns, name) for name in ("label", "key")}
    kept = {name: None if column in taken else column for name, column in guessed.items()}
    return replace(guess.columns, fields=fields or guess.columns.fields, **{"split": None, **kept, **wanted})


def as_options(columns: Columns) -> dict[str, Any]:
    """Reader options that say these columns."""
    return columns.options()


def _field(text: str) -> tuple[str, tuple[str, ...]]:
    name, equals, columns = text.partition("=")
    sources = tuple(c for c in columns.split(",") if c) if equals else (name,)
    if not name or not sources:
        raise Malformed(f"a field is given as field=column or field=column,column; found {text!r}")
    return name, sources


def _feed(site: Workspace, project: str, file: Path, options: Mapping[str, Any], out: Output) -> dict[str, Any]:
    importer = Importer(site.session, project)
    lines = RecordLines(site.session.case(project).tasks)
    records = collect.read(file, options)
    with out.progress() as bar:
        task = bar.add_task(f"importing {file.name}", total=None, note="")
        for part in _parts(records, site, lines):
            importer.feed(part)
            tally = importer.tally
            bar.update(task, advance=len(part), note=f"{tally.added:,} new, {tally.rejected_total:,} rejected")
    for words in lines.notes():
        out.say(words)
    return {**importer.done(), "notes": lines.notes()}


def _parts(records: Iterator[Record | Bad], site: Workspace, lines: RecordLines) -> Iterator[list[tuple[int, Any]]]:
    """Chunks of lines of bounded count and size, with their media stored beforehand."""
    part: list[tuple[int, Any]] = []
    size = 0
    for record in records:
        if isinstance(record, Bad):
            error = record.error
            part.append((record.line, error if isinstance(error, HandloomError) else Malformed(str(error))))
        else:
            for content in (record.media or {}).values():
                site.store.blobs.put(content)
            part.append((record.line, lines.line(record)))
            size += sum(len(v) for v in record.data.values() if isinstance(v, str))
        if len(part) >= CHUNK or size >= CHUNK_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _shown(columns: Columns, guess: Guess) -> Table:
    table = Table("what", "column", "because", title="columns (change them with --field --label --key --split)")
    for name, sources in columns.fields.items():
        same = guess.columns.fields.get(name) == sources
        table.add_row(f"field {name}", ", ".join(sources), guess.reasons.get(name, "") if same else "you named it")
    for name in ("label", "key", "split"):
        column = getattr(columns, name)
        same = column == getattr(guess.columns, name)
        table.add_row(name, column or "-", guess.reasons.get(name, "") if same else "you named it" if column else "")
    return table


def _report(done: dict[str, Any], out: Output) -> None:
    for bad in islice(done["rejected"], _SHOWN):
        out.say(f"line {bad['line']}: {bad['code']} {bad['message']}")
    if done["rejected_total"] > _SHOWN:
        out.say(f"and {done['rejected_total'] - _SHOWN:,} more rejected lines")
    if done["duplicates"] >= max(_MANY, done["added"]):
        out.say("most rows are duplicates: their fields are those of an item that is there; see --preview, and --field")
    shown = f"{done['added']:,} added, {done['duplicates']:,} duplicates, {done['rejected_total']:,} rejected"
    out.result(done, shown)
    if done["rejected_total"] and not done["added"] and not done["duplicates"]:
        raise typer.Exit(FAILED)
