"""CSV, TSV and relatives: the delimiter is found, a bad row is reported and reading goes on."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ..core.errors import EmptyInput, HandloomError, Malformed, RaggedRow, Refused, TooLarge
from ..core.protocols import Bad, Record
from . import exported
from .lines import Lines, plain_suffix
from .mapping import Row

MAX_FIELD = 10_000_000
"""Characters of one cell. Python's own default of 131,072 would refuse long documents."""

DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 50


class DelimitedReader:
    """Tables as text with a header. Options: those of `Columns`, ``delimiter``, ``encoding``."""

    name = "csv"
    general = True

    def matches(self, path: Path) -> bool:
        return plain_suffix(path) in (".csv", ".tsv", ".tab") and not path.is_dir()

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `EmptyInput`, `BadEncoding` (in the header), `Malformed` (no usable header)."""
        return exported.read(self.rows(path, options), options)

    def rows(self, path: Path, options: Mapping[str, Any]) -> Iterator[Row | Bad]:
        """Rows as cells by column name, before any mapping."""
        delimiter = options.get("delimiter") or find_delimiter(path, options.get("encoding"))
        csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD))
        lines = Lines(path, options.get("encoding"))
        try:
            table = csv.reader(lines, delimiter=delimiter, strict=False)
            header = _header(table, path)
            yield from exported.unfolded(_rows(table, lines, header, delimiter))
        finally:
            lines.close()


def find_delimiter(path: Path, encoding: str | None = None) -> str:
    """The delimiter that splits most of the first lines as the header; at a tie the earlier of `DELIMITERS`."""
    lines = Lines(path, encoding)
    try:
        sample = list(_readable(lines))
    finally:
        lines.close()
    ranked = DELIMITERS if plain_suffix(path) == ".csv" else ("\t", *(d for d in DELIMITERS if d != "\t"))
    return max(ranked, key=lambda d: _fit(sample, d))


def _readable(lines: Lines) -> Iterator[str]:
    for _ in range(_SAMPLE_LINES):
        try:
            yield next(lines)
        except StopIteration:
            return
        except Refused:
            continue


def _fit(sample: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Share of rows as wide as the header, and that width; (0, 1) when the header is not split at all."""
    try:
        rows = [row for row in islice(csv.reader(sample, delimiter=delimiter), _SAMPLE_LINES) if row]
    except csv.Error:
        return (0.0, 1)
    if not rows or len(rows[0]) < 2:
        return (0.0, 1)
    width = len(rows[0])
    return (sum(len(row) == width for row in rows) / len(rows), width)


def _header(table: Iterator[list[str]], path: Path) -> list[str]:
    try:
        cells = next((row for row in table if any(cell.strip() for cell in row)), None)
    except csv.Error as error:
        raise Malformed(f"the header of {path.name} cannot be read as a row: {error}", line=1) from error
    if cells is None:
        raise EmptyInput(f"{path.name} holds nothing but blank lines")
    names = [cell.strip() or f"column {i}" for i, cell in enumerate(cells, 1)]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        shown = ", ".join(map(repr, twice))
        raise Malformed(f"the header of {path.name} names {shown} twice; each column needs its own name")
    return names


def _rows(table: Any, lines: Lines, header: list[str], delimiter: str) -> Iterator[Row | Bad]:
    width = len(header)
    before = lines.number
    found = False
    while True:
        line = before + 1
        try:
            cells = next(table)
        except StopIteration:
            break
        except HandloomError as error:
            found, before = True, lines.number
            yield Bad(lines.number, error)
            continue
        except csv.Error as error:
            found, before = True, lines.number
            yield Bad(line, _broken(line, error))
            continue
        before = lines.number
        if len(cells) == width:
            found = True
            yield line, dict(zip(header, cells, strict=True))
        elif cells:
            found = True
            yield Bad(line, _ragged(line, len(cells), header, delimiter))
    if not found:
        raise EmptyInput(f"there is a header ({', '.join(header)[:200]}) but no row below it")


def _ragged(line: int, found: int, header: list[str], delimiter: str) -> RaggedRow:
    shown = {"\t": "tab"}.get(delimiter, repr(delimiter))
    return RaggedRow(
        f"line {line} has {found} cells, the header has {len(header)} ({', '.join(header)[:200]}); "
        f"put a cell that holds the delimiter ({shown}) in quotes",
        line=line,
        found=found,
        expected=len(header),
    )


def _broken(line: int, error: csv.Error) -> HandloomError:
    if "field limit" in str(error):
        return TooLarge(
            f"a cell that begins at line {line} is longer than {MAX_FIELD:,} characters; is a quote not closed?",
            line=line,
        )
    return Malformed(f"line {line} cannot be read as a row: {error}", line=line)
