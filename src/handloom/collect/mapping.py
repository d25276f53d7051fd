"""Rows of a table as records: by columns that the user named, or by a guess from the first rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from ..core.errors import Refused
from ..core.protocols import Bad, Record
from .columns import Columns, Row, label_text, plain
from .guessing import CHECK_NAMES, SPLIT_NAMES, TEST_NAMES, Guess, guess

__all__ = [
    "CHECK_NAMES",
    "SPLIT_NAMES",
    "TEST_NAMES",
    "Columns",
    "Guess",
    "Row",
    "guess",
    "label_text",
    "plain",
    "records",
]

_ROWS_LOOKED_AT = 200


def records(rows: Iterator[Row | Bad], options: Mapping[str, Any]) -> Iterator[Record | Bad]:
    """Rows of a table as records; without ``fields`` in the options, the columns are guessed from the first rows."""
    first = list(itertools.islice(rows, _ROWS_LOOKED_AT))
    seen = [row[1] for row in first if not isinstance(row, Bad)]
    columns = Columns.parse(options)
    if seen:
        columns = columns or guess(seen, str(options.get("task") or "label"), options.get("kind")).columns
        columns.check(list(dict.fromkeys(itertools.chain.from_iterable(seen))))
    for row in itertools.chain(first, rows):
        if isinstance(row, Bad):
            yield row
            continue
        if columns is None:
            columns = guess([row[1]], str(options.get("task") or "label"), options.get("kind")).columns
        try:
            yield columns.record(*row)
        except Refused as error:
            yield Bad(row[0], error)
