"""``handloom convert``: a file or folder of one format into another, with an account of what was lost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .. import collect
from ..collect.convert import Account
from ..core import registry
from ..core.errors import Malformed
from .import_ import named_fields
from .options import AsJson
from .output import FAILED, Output, verb

app = typer.Typer(add_completion=False)
_SHOWN = 10


@app.command(epilog="Example: handloom convert VOC2012.zip coco/ --to coco")
@verb
def convert(
    source: Annotated[Path, typer.Argument(help="File or folder to read.")],
    target: Annotated[Path, typer.Argument(help="File or folder to make.")],
    to: Annotated[str | None, typer.Option(help="Format to write; without it, by the ending of TARGET.")] = None,
    reader: Annotated[str | None, typer.Option("--from", help="Format to read; without it, it is found out.")] = None,
    field: Annotated[
        list[str] | None, typer.Option(help="Item field and its column, as text=title. May be repeated.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="Column of the label.")] = None,
    key: Annotated[str | None, typer.Option(help="Column of a unique key.")] = None,
    split: Annotated[str | None, typer.Option(help="Column of the split.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a text file, when it is not UTF-8.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("-o", "--option", help="Option of the reader or writer, as scheme=BIOES.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Convert, and list what could not be read and what the new format has no place for. Needs no workspace."""
    out = Output(as_json)
    options: dict[str, Any] = {"reader": reader, "encoding": encoding, **dict(map(_option, option or ()))}
    fields = named_fields(field)
    name = to or _by_ending(target)
    with collect.laid_out(source) as found, out.progress() as bar:
        if fields or label or key or split:
            options |= _columns(found, options, fields, {"label": label, "key": key, "split": split})
        row = bar.add_task(f"converting {source.name}", total=None, note="")

        def tick(account: Account) -> None:
            if account.records % 100 == 0:
                bar.update(row, completed=account.records, note=f"{account.rejected_total:,} rejected")

        account = collect.write(collect.read(found, options), target, name, options, tick)
    _report(account, target, name, out)


def _columns(
    source: Path, options: dict[str, Any], fields: dict[str, tuple[str, ...]], named: dict[str, str | None]
) -> dict[str, Any]:
    """Reader options of the columns that were named; the others are guessed."""
    guess = collect.preview(source, options, None, fields)
    if guess is None:
        raise Malformed(f"{source.name} has no columns to choose from; leave out --field, --label, --key and --split")
    columns = guess.columns
    made = {
        "fields": {name: list(sources) for name, sources in (fields or columns.fields).items()},
        "label": columns.label,
        "key": columns.key,
        "split": columns.split,
        "also": dict(columns.also),
        "tags": columns.tags,
    }
    return made | {name: column for name, column in named.items() if column is not None}


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise Malformed(f"an option is given as name=value; found {text!r}")
    return name, value


def _by_ending(target: Path) -> str:
    """The writer of files with this ending. Raises `Malformed` where none or several are."""
    known = {name: registry.find("writers", name).suffix for name in registry.names("writers")}
    found = [name for name, suffix in known.items() if suffix and suffix == target.suffix.lower()]
    plain = next((name for name in found if f".{name}" == target.suffix.lower()), None)
    if plain or len(found) == 1:
        return plain or found[0]
    raise Malformed(f"name the format of {target.name} with --to; known are {', '.join(known)}")


def _report(account: Account, target: Path, name: str, out: Output) -> None:
    shown = account.shown()
    for bad in shown["rejected"][:_SHOWN]:
        out.say(f"line {bad['line']}: {bad['code']} {bad['message']}")
    for loss in shown["losses"][:_SHOWN]:
        out.say(f"lost {loss['count']:,} times: {loss['reason']} (first at {loss['lines'][0]})")
    hidden = max(0, len(shown["losses"]) - _SHOWN) + account.more_losses
    if hidden:
        out.say(f"and {hidden:,} more kinds of loss; --json lists them")
    done = {"file": str(target), "format": name, **shown}
    out.result(done, f"{target}: {account.records:,} records as {name}, {account.rejected_total:,} lines rejected")
    if account.rejected_total and not account.records:
        raise typer.Exit(FAILED)
