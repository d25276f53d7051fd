"""Cells of a CSV export are those that the csv module writes."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handloom.operations import export

_FIELDS = (export.Field("name", "text"), export.Field("n", "whole"), export.Field("share", "number"))
_TEXTS = st.text(st.sampled_from('ab",\r\n \t|=é;'), max_size=8)
_ROWS = st.lists(
    st.tuples(st.none() | _TEXTS, st.none() | st.integers(-5, 10**12), st.none() | st.floats(allow_nan=False)),
    min_size=1,
    max_size=4,
)


@given(_ROWS)
def test_rows_are_written_as_by_the_csv_module(rows: list[tuple[Any, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([field.name for field in _FIELDS])
    writer.writerows(rows)
    table = list(zip(*rows, strict=True))
    assert b"".join(export._csv(_FIELDS, [table])) == text.getvalue().encode()


def test_labels_with_a_comma_or_a_bar_stay_one_cell() -> None:
    values = ('{"labels": ["a, b"]}', '{"labels": ["a|b", "c"]}', '{"labels": ["a", "b"]}')
    pieces = b"".join(
        export._csv((export.Field("labels", "labels"), export.Field("n", "whole")), [[values, (1, 2, 3)]])
    )
    rows = list(csv.reader(io.StringIO(pieces.decode(), newline="")))
    assert rows == [["labels", "n"], ["a, b", "1"], ['["a|b","c"]', "2"], ["a|b", "3"]]
