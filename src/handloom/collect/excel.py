"""Excel workbooks: one sheet as a table, row by row."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import EmptyInput, Malformed, NotFound
from ..core.protocols import Bad, Record
from .columns import Row
from .mapping import records
from .table_writers import excel

MAX_UNPACKED = 2 * 1024**3
"""Bytes that the sheets of a workbook may have unpacked: it is a zip of strangers."""

_BROKEN = (OSError, EOFError, LookupError, ValueError, TypeError, AttributeError, SyntaxError, zipfile.BadZipFile)
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
    if not path.exists():
        raise NotFound("file", path)
    if path.stat().st_size == 0:
        raise EmptyInput(f"{path.name} is empty (0 bytes)")
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(info.file_size for info in packed.infolist())
    except zipfile.BadZipFile as error:
        raise Malformed(f"{path.name} is no Excel workbook (.xlsx is a zip file): {error}") from error
    if size > MAX_UNPACKED:
        raise Malformed(f"{path.name} would unpack to {size:,} bytes; at most {MAX_UNPACKED:,} are read")
