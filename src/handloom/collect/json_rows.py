"""JSON as one array of objects: the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import EmptyInput, HandloomError, Malformed
from ..core.protocols import Bad, Record
from .columns import Row
from .json_stream import Element, elements, is_array
from .jsonl import item
from .mapping import records


class JsonRowsReader:
    """Options: those of `Columns`. Whole items (``{"data": ...}``) are taken as such, as in JSON Lines."""

    name = "json"
    general = True

    def matches(self, path: Path) -> bool:
        return path.suffix.lower() == ".json" and path.is_file() and is_array(path)

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `EmptyInput`, and `Malformed` for what is no array."""
        rows = self.rows(path, options)
        first = next(rows, None)
        if first is None:
            return
        again = _again(first, rows)
        if not isinstance(first, Bad) and isinstance(first[1].get("data"), Mapping):
            yield from (row if isinstance(row, Bad) else item(*row) for row in again)
        else:
            yield from records(again, options)

    def rows(self, path: Path, options: Mapping[str, Any]) -> Iterator[Row | Bad]:
        """The objects as they stand. A row's line is where it begins, or its number where a line holds several."""
        number = 0
        for element in objects_of(path):
            if isinstance(element, Bad):
                yield element
                continue
            number = max(number + 1, element.line)
            if isinstance(element.value, dict) and element.key == "":
                yield number, element.value
            else:
                words = f"line {element.line} is not an object of an array but {str(element.value)[:80]!r}"
                yield Bad(number, Malformed(words, line=element.line))
        if not number:
            raise EmptyInput(f"the array of {path.name} is empty")


def objects_of(path: Path) -> Iterator[Element | Bad]:
    """Elements; where the document breaks, what was read before is kept and the break is one bad line, the last."""
    found = False
    try:
        for element in elements(path):
            found = True
            if element.problem is None:
                yield element
            else:
                words = f"the value that begins on line {element.line} cannot be taken: {element.problem}"
                yield Bad(element.line, Malformed(words, line=element.line))
    except (HandloomError, RecursionError) as error:
        if not found:
            raise
        line = error.details.get("line", 1) if isinstance(error, HandloomError) else 1
        yield Bad(line, error)


def _again(first: Any, rows: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rows
