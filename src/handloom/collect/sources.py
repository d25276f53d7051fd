"""From a path to its reader and its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ..core import registry
from ..core.errors import Malformed, NotFound
from ..core.protocols import Bad, Reader, Record
from . import tree
from .mapping import Guess, guess

_PREVIEW = 200


def find_reader(path: Path, name: str | None = None) -> Reader:
    """The reader of that name, or the first that knows such a path. Raises `NotFound`, `Malformed`, `UnknownKind`."""
    if not path.exists():
        raise NotFound("file or folder", path)
    if name:
        return registry.find("readers", name)
    for known in registry.names("readers"):
        reader: Reader = registry.find("readers", known)
        if reader.matches(path):
            return reader
    tree.check_not_empty(path)
    what = "folder" if path.is_dir() else "file"
    raise Malformed(
        f"no reader knows the {what} {path.name!r}; known are CSV, TSV, JSON Lines, Parquet, Arrow, "
        "and folders or zip files of class folders with images or .txt files",
        readers=registry.names("readers"),
    )


def read(path: Path, options: Mapping[str, Any] | None = None) -> Iterator[Record | Bad]:
    """Records of any source, in constant memory, broken lines among them as `Bad`. Options are those of its reader."""
    options = options or {}
    return find_reader(path, options.get("reader")).read(path, options)


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
