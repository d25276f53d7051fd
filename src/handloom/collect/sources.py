"""From a path to its reader and its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from ..core import registry
from ..core.errors import Malformed, NotFound, Refused
from ..core.protocols import Bad, Reader, Record
from . import images, tree
from .lines import plain_suffix
from .mapping import Guess, guess
from .media import MediaPolicy, fetch

_PREVIEW = 200
_MAGIC = {
    b"PK\x03\x04": ("a zip file or a workbook", (".zip", ".xlsx", ".xlsm")),
    b"PAR1": ("Parquet", (".parquet", ".pq")),
    b"ARROW1": ("Arrow", (".arrow", ".feather")),
    b"\x1f\x8b": ("gzip", (".gz",)),
    b"%PDF-": ("a PDF", (".pdf",)),
    b"\xd0\xcf\x11\xe0": ("an old Office document (.xls); save it as .xlsx, then", (".xlsx",)),
}
"""What begins with these bytes, and the endings it may have."""
_TEXTS = frozenset((".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson", ".conll", ".conllu", ".iob", ".bio"))


def find_reader(path: Path, name: str | None = None) -> Reader:
    """The reader of that name, or the first that knows such a path. Raises `NotFound`, `Malformed`, `UnknownKind`."""
    if not path.exists():
        raise NotFound("file or folder", path)
    if not path.is_file() and not path.is_dir():
        raise Malformed(f"{path} is neither a file nor a folder; write what it gives to a file first")
    if name:
        return registry.find("readers", name)
    known: list[Reader] = [registry.find("readers", one) for one in registry.names("readers")]
    for reader in sorted(known, key=lambda r: bool(getattr(r, "general", False))):
        if reader.matches(path):
            if getattr(reader, "general", False) or plain_suffix(path) in _TEXTS:
                _check_ending(path)
            return reader
    _check_ending(path)
    tree.check_not_empty(path)
    what = "folder" if path.is_dir() else "file"
    raise Malformed(
        f"no reader knows the {what} {path.name!r}; known are CSV, TSV, JSON Lines, Parquet, Arrow, Excel, COCO, VOC, "
        "YOLO, CoNLL, the exports of other tools, and folders or zip files of class folders with images or .txt files; "
        "name the format with --from where the name of the file does not tell it",
        readers=registry.names("readers"),
    )


def _check_ending(path: Path) -> None:
    """Raise `Malformed` for a file whose first bytes contradict its name: its reader would speak of wrong letters."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        head = file.read(8)
    for magic, (what, endings) in _MAGIC.items():
        if head.startswith(magic) and path.suffix.lower() not in endings:
            wanted = " or ".join(endings)
            raise Malformed(f"{path.name} is {what} by its first bytes; give it a name that ends in {wanted}")


def read(path: Path, options: Mapping[str, Any] | None = None) -> Iterator[Record | Bad]:
    """Records of any source, in constant memory, broken lines among them as `Bad`. Options are those of its reader."""
    options = options or {}
    return map(_with_bytes, find_reader(path, options.get("reader")).read(path, options))


def _with_bytes(record: Record | Bad) -> Record | Bad:
    """Images given as a ``data:`` address as what they are; an address that holds none makes the line a bad one."""
    if isinstance(record, Bad) or not any(_is_data_address(value) for value in record.data.values()):
        return record
    data, media = dict(record.data), dict(record.media or {})
    try:
        for name, value in record.data.items():
            if _is_data_address(value):
                media[name] = fetch({"url": value["url"]}, MediaPolicy())
                data[name] = images.as_field(media[name])
    except Refused as error:
        return Bad(record.line, error)
    return replace(record, data=data, media=media)


def _is_data_address(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("url"), str) and value["url"].startswith("data:")


def preview(
    path: Path,
    options: Mapping[str, Any],
    kind: str | None = None,
    fields: Mapping[str, Sequence[str]] | None = None,
) -> Guess | None:
    """What the columns of a table most likely mean; None where there are no columns to choose from.

    fields: columns that are known already. options: of the reader, with the name of the label's ``task``.
    """
    reader = find_reader(path, options.get("reader"))
    rows = getattr(reader, "rows", None)
    if rows is None:
        return None
    first = [row[1] for row in islice(rows(path, options), _PREVIEW) if not isinstance(row, Bad)]
    if not first or all(isinstance(row.get("data"), Mapping) for row in first):
        return None
    return guess(first, str(options.get("task") or "label"), kind, fields)
