"""Tables as CSV, TSV, Excel, Parquet and Arrow: a column per field, label and entry of meta."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import MissingExtra
from ..core.protocols import Loss, Record
from .tables import Rows, as_text

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 1000
_SHEET_ROWS = 1_048_576
_CELL = 32_767
"""Characters that a cell of Excel holds."""


class CsvWriter:
    """UTF-8 without a mark, cells in quotes where needed. Options: ``delimiter`` (default a comma)."""

    name = "csv"
    suffix = ".csv"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        with Rows() as rows:
            yield from rows.fill(records, "CSV", images=False)
            yield from _typed(rows, "CSV")
            with path.open("w", encoding="utf-8", newline="") as out:
                table = csv.writer(out, delimiter=options.get("delimiter") or ",", lineterminator="\n")
                table.writerow(rows.columns)
                table.writerows(map(as_text(rows.columns), rows))


class ExcelWriter:
    """One sheet; needs the extra ``excel``. Longer cells and more rows than Excel can hold are losses."""

    name = "excel"
    suffix = ".xlsx"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        openpyxl = excel()
        with Rows() as rows:
            yield from rows.fill(records, "Excel", images=False)
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet("items")
            sheet.append(list(rows.columns))
            text = as_text(rows.columns)
            for number, (line, row) in enumerate(rows.numbered(), 1):
                if number >= _SHEET_ROWS:
                    yield Loss(line, f"Excel holds {_SHEET_ROWS - 1:,} rows; the record is left out")
                    continue
                cells = []
                for (name, kind), cell in zip(rows.columns.items(), text(row), strict=True):
                    plain = row.get(name) if kind in ("whole", "number", "flag") else cell or None
                    if isinstance(plain, str):
                        kept = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", plain)[:_CELL]
                        if kept != plain:
                            yield Loss(line, f"Excel cuts {name!r} at {_CELL:,} characters, without control characters")
                        plain = openpyxl.cell.WriteOnlyCell(sheet, kept)
                        plain.data_type = "s"  # never a formula
                    cells.append(plain)
                sheet.append(cells)
            book.save(path)


class ParquetWriter:
    """Typed columns; images as ``{"bytes", "path"}``, as Hugging Face has them."""

    name = "parquet"
    suffix = ".parquet"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        import pyarrow.parquet as pq

        with Rows() as rows:
            yield from rows.fill(records, "Parquet", images=True)
            schema = arrow_schema(rows.columns)
            with pq.ParquetWriter(path, schema, compression="zstd") as out:
                for batch in batches(rows, rows.columns, schema):
                    out.write_batch(batch)


class ArrowWriter:
    """The same columns as an Arrow file (Feather version 2)."""

    name = "arrow"
    suffix = ".arrow"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        import pyarrow as pa

        with Rows() as rows:
            yield from rows.fill(records, "Arrow", images=True)
            schema = arrow_schema(rows.columns)
            with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as out:
                for batch in batches(rows, rows.columns, schema):
                    out.write_batch(batch)


def excel() -> Any:
    """The library for Excel. Raises `MissingExtra`."""
    try:
        import openpyxl
        import openpyxl.cell.cell
    except ImportError as error:
        raise MissingExtra("openpyxl", "excel") from error
    return openpyxl


def arrow_schema(columns: Mapping[str, str]) -> pa.Schema:
    """Arrow types of the kinds of `Rows.columns`."""
    import pyarrow as pa

    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    types = {
        "flag": pa.bool_(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "words": pa.list_(pa.string()),
        "image": image,
    }
    return pa.schema([(name, types.get(kind, pa.string())) for name, kind in columns.items()])


def batches(rows: Iterable[Mapping[str, Any]], kinds: Mapping[str, str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Rows with the types of their columns, a thousand at a time."""
    import pyarrow as pa

    waiting = iter(rows)
    while group := list(islice(waiting, _BATCH)):
        columns = []
        for name, kind in kinds.items():
            values = [_fitting(row.get(name), kind) for row in group]
            columns.append(pa.array(values, schema.field(name).type))
        yield pa.record_batch(columns, schema=schema)


def _fitting(value: Any, kind: str) -> Any:
    if value is None or kind in ("flag", "whole", "number"):
        return value
    if kind == "words":
        return [value] if isinstance(value, str) else value
    if kind == "image":
        return {"bytes": value.get("bytes"), "path": value.get("path") or value.get("url") or value.get("blob")}
    return as_text({"": kind})({"": value})[0]


def _typed(rows: Rows, name: str) -> Iterator[Loss]:
    """What loses its type in a format of text alone."""
    words = {"whole": "whole numbers", "number": "numbers", "flag": "yes or no", "words": "lists"}
    for column, kind in rows.columns.items():
        if kind in words:
            yield Loss(0, f"{column!r} holds {words[kind]}, which {name} writes as text")
