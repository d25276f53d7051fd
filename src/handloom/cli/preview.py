"""``handloom import --preview``: what a file looks like, before anything of it is stored."""

from __future__ import annotations

import json
from typing import Any

from rich.table import Table

from .. import collect
from ..operations.files import shown
from .output import Output

_WIDE = 60
_COLUMNS = 8


def show_preview(look: collect.Look, out: Output) -> None:
    """On a terminal two tables, of the rows and of what is made of them; with ``--json`` the same as one object."""
    told = shown(look)
    if out.as_json:
        out.result(told)
        return
    encoding = look.encoding
    named = f", {encoding.name}{' with a byte-order mark' if encoding.mark else ''}" if encoding else ""
    split = f", cells split by {look.delimiter!r}" if look.delimiter else ""
    out.result(told, f"format {look.format}{named}{split}")
    for words in filter(None, (encoding.advice if encoding else None, look.problem)):
        out.say(words)
    if look.rows:
        out.result(told, _rows(look))
    if look.guess:
        out.result(told, _guess(look.guess))
    out.result(told, _items(told["records"]))
    for bad in told["bad"]:
        out.say(f"line {bad['line']}: {bad['code']} {bad['message']}")


def _rows(look: collect.Look) -> Table:
    names = look.columns[:_COLUMNS]
    more = len(look.columns) - len(names)
    table = Table(*names, title="rows" + (f" ({more} more columns)" if more > 0 else ""))
    for row in look.rows[:5]:
        table.add_row(*(_short(row.get(name)) for name in names))
    return table


def _guess(guess: collect.Guess) -> Table:
    table = Table("what", "column", "because", title="columns (change them with --field --label --key --split)")
    for name, sources in guess.columns.fields.items():
        table.add_row(f"field {name}", ", ".join(sources), guess.reasons.get(name, ""))
    for name in ("label", "key", "split", "tags"):
        table.add_row(name, getattr(guess.columns, name) or "-", guess.reasons.get(name, ""))
    for task, column in guess.columns.also.items():
        table.add_row(f"labels {task}", column, guess.reasons.get(task, ""))
    return table


def _items(records: list[dict[str, Any]]) -> Table:
    table = Table("line", "key", "data", "labels", "meta", title="the first items")
    for one in records[:5]:
        cells = (one["data"], one["labels"], one["meta"])
        table.add_row(str(one["line"]), one["key"] or "", *(_short(json.dumps(c, ensure_ascii=False)) for c in cells))
    return table


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _WIDE else text[: _WIDE - 3] + "..."
