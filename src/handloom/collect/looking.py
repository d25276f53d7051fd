"""What a file looks like before anything of it is stored: its format, encoding, columns, first rows, and a guess."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ..core.errors import HandloomError, Refused
from ..core.protocols import Bad, Reader, Record
from .columns import Columns
from .delimited import DelimitedReader, find_delimiter
from .guessing import Guess, guess
from .lines import MARKS
from .sources import find_reader, read

ROWS = 10
"""Rows that are shown."""
_LOOKED_AT = 200
_HEAD = 1 << 20
_TEXT_READERS = frozenset(("csv", "jsonl", "conll", "doccano", "prodigy"))
_WINDOWS_HOLES = frozenset(b"\x81\x8d\x8f\x90\x9d")
"""Bytes that stand for nothing in cp1252."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """name: of the encoding that the first MiB is in. mark: whether a byte-order mark says so.

    advice: what to do, in words, where reading it as UTF-8 would fail; else None.
    """

    name: str
    mark: bool
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """format: name of the reader. encoding, delimiter: of texts, else None. columns: names of a table's columns.

    rows: its first rows as they stand. guess: what the columns are taken for, None where there are none to choose from
    or nothing fits (then ``problem`` says why). records: the first rows as items. bad: rows among them that are none.
    """

    format: str
    encoding: Encoding | None
    delimiter: str | None
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    guess: Guess | None
    problem: str | None
    records: tuple[Record, ...]
    bad: tuple[Bad, ...] = field(default=())


def look(
    path: Path,
    options: Mapping[str, Any],
    kind: str | None = None,
    fields: Mapping[str, Sequence[str]] | None = None,
) -> Look:
    """Read the first rows and store nothing. options: of the reader. kind, fields: as of `guess`.

    Raises `NotFound`, `EmptyInput`, and `Malformed` for what no reader knows.
    """
    reader = find_reader(path, options.get("reader"))
    encoding = find_encoding(path) if reader.name in _TEXT_READERS else None
    rows, bad = _rows(reader, path, options)
    found, problem = None, None
    table = bool(rows) and not all(isinstance(row.get("data"), Mapping) for row in rows)
    if table:
        try:
            found = _named(rows, options) or guess(rows, str(options.get("task") or "label"), kind, fields)
        except Refused as error:
            problem = error.message
    mapped = options if "fields" in options or found is None else {**options, **found.columns.options()}
    records: list[Record] = []
    if problem is None:
        for one in islice(read(path, {**mapped, "reader": reader.name}), ROWS):
            if isinstance(one, Record):
                records.append(one)
            else:
                bad.append(one)
    return Look(
        format=reader.name,
        encoding=encoding,
        delimiter=_delimiter(reader, path, options),
        columns=tuple(dict.fromkeys(name for row in rows for name in row)) if table else (),
        rows=tuple(rows[:ROWS]) if table else (),
        guess=found,
        problem=problem,
        records=tuple(records),
        bad=tuple({one.line: one for one in bad}.values())[:ROWS],
    )


def _named(rows: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> Guess | None:
    """Columns that were named in the options, which nobody need guess."""
    columns = Columns.parse(options)
    if columns is None:
        return None
    columns.check(list(dict.fromkeys(name for row in rows for name in row)))
    return Guess(columns)


def _rows(reader: Reader, path: Path, options: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Bad]]:
    rows = getattr(reader, "rows", None)
    if rows is None:
        return [], []
    first = list(islice(rows(path, options), _LOOKED_AT))
    return [one[1] for one in first if not isinstance(one, Bad)], [one for one in first if isinstance(one, Bad)]


def _delimiter(reader: Reader, path: Path, options: Mapping[str, Any]) -> str | None:
    if not isinstance(reader, DelimitedReader):
        return None
    return options.get("delimiter") or find_delimiter(path, options.get("encoding"))


def find_encoding(path: Path) -> Encoding:
    """By the byte-order mark, else by what decodes the first MiB. What is not UTF-8 is only guessed, and said so."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rb") as file:
            data = file.read(_HEAD)
    except (OSError, EOFError, HandloomError):
        return Encoding("utf-8", False)
    for mark, name in MARKS:
        if data.startswith(mark):
            return Encoding(name, True)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=len(data) < _HEAD)
    except UnicodeDecodeError as error:
        name = _other(data)
        line = data[: error.start].count(b"\n") + 1
        words = f"line {line} is not UTF-8, but looks like {name}: name it as the encoding (--encoding {name})"
        return Encoding(name, False, words)
    if b"\0" in data[:1000]:
        name = _other(data)
        return Encoding(name, False, f"the file holds zero bytes, as {name} does: name it as the encoding")
    return Encoding("utf-8", False)


def _other(data: bytes) -> str:
    """UTF-16 has zeros at every other place of Latin text; Windows' encoding has holes that Latin-1 has not."""
    pairs = len(data[:2000]) // 2 or 1
    for name, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        if data[first:2000:2].count(0) > pairs * 0.4:
            return name
    return "latin-1" if _WINDOWS_HOLES & set(data) else "cp1252"
