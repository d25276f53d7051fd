"""Excel workbooks: one sheet as a table, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import EmptyInput, Malformed, TooLarge
from ..core.protocols import Bad, Record
from . import zips
from .columns import Row
from .mapping import records
from .table_writers import excel

MAX_UNPACKED = 2 * 1024**3
"""Bytes that the sheets of a workbook may have unpacked: it is a zip of strangers."""

_RATIO = 200
"""How much larger than itself a workbook may become: sheets stay below 30, a bomb is a thousand and more."""
_FREE = 64 * 1024**2
"""Bytes that a small workbook may become whatever the ratio."""
MAX_SHARED = 256 * 1024**2
"""Bytes of the texts that cells share, which have to be held in memory."""
_BROKEN = (*zips.DAMAGED, LookupError, TypeError, AttributeError, SyntaxError, ArithmeticError, AssertionError)
"""What openpyxl raises on damaged or hostile workbooks; XML that is none is a SyntaxError."""


class ExcelReader:
    """Workbooks (.xlsx, .xlsm) with a header row; needs the extra ``excel``. Options: `Columns`, ``sheet`` (a name)."""

    name = "excel"

    def matches(self, path: Path) -> bool:
        return path.suffix.lower() in (".xlsx", ".xlsm") and path.is_file()

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `MissingExtra`, `EmptyInput`, `Malformed`."""
        return records(self.rows(path, options), options)

    def rows(self, path: Path, options: Mapping[str, Any]) -> Iterator[Row | Bad]:
        """Rows by column name; a row's line is its number in the sheet."""
        openpyxl = excel()
        _check(path)
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except _BROKEN as error:
            raise Malformed(f"{path.name} is no Excel workbook: {str(error)[:200]}") from error
        try:
            yield from _rows(_sheet(book, options.get("sheet")), path)
        except _BROKEN as error:  # its XML is read while the rows are
            raise Malformed(f"{path.name} is damaged: {str(error)[:200]}") from error
        finally:
            book.close()


def _rows(sheet: Any, path: Path) -> Iterator[Row | Bad]:
    header: list[str] | None = None
    found = False
    for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if all(cell is None or cell == "" for cell in cells):
            continue
        if header is None:
            header = _header(cells, path)
            continue
        found = True
        beyond = [cell for cell in cells[len(header) :] if cell not in (None, "")]
        if beyond:
            words = f"line {line} holds {beyond[0]!r} in a column without a name"
            yield Bad(line, Malformed(words[:300], line=line))
            continue
        yield line, {name: _plain(cell) for name, cell in zip(header, cells, strict=False)}
    if not found:
        raise EmptyInput(f"{path.name} has no rows below its header" if header else f"{path.name} is empty")


def _header(cells: tuple[Any, ...], path: Path) -> list[str]:
    while cells and cells[-1] in (None, ""):
        cells = cells[:-1]
    names = [str(cell).strip() if cell not in (None, "") else f"column {i}" for i, cell in enumerate(cells, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        shown = ", ".join(map(repr, twice))
        raise Malformed(f"the header of {path.name} names {shown} twice; each column needs its own name")
    return names


def _sheet(book: Any, name: str | None) -> Any:
    if name is None:
        return book.worksheets[0]
    if name not in book.sheetnames:
        raise Malformed(f"there is no sheet {name!r}; the sheets are {', '.join(book.sheetnames)[:300]}")
    return book[name]


def _plain(cell: Any) -> Any:
    """Whole numbers as such: Excel knows only one kind of number."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    return cell


def _check(path: Path) -> None:
    with zips.opened(path) as packed:
        entries = packed.infolist()
    size = sum(entry.file_size for entry in entries)
    most = min(MAX_UNPACKED, max(_FREE, _RATIO * path.stat().st_size))
    if size > most:
        raise TooLarge(f"{path.name} would unpack to {size:,} bytes; at most {most:,} are read", limit=most)
    shared = sum(entry.file_size for entry in entries if entry.filename.endswith("sharedStrings.xml"))
    if shared > MAX_SHARED:
        words = f"the texts of {path.name} take {shared:,} bytes; at most {MAX_SHARED:,} are read: save it as CSV"
        raise TooLarge(words, limit=MAX_SHARED)
    for entry in entries:
        zips.check(entry)
