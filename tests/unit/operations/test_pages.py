"""Cursors lead to the next row of their own list and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.errors import BadCursor, Malformed
from handloom.operations import pages


@given(st.sampled_from(["items", "projects"]), st.integers(0, 10**17))
def test_a_cursor_leads_back_to_its_row(noun: str, row: int) -> None:
    assert pages.after(noun, pages.cursor(noun, row)) == row


@given(st.text(max_size=40))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        found = pages.after("items", text)
    except BadCursor:
        return
    assert found is not None
    assert pages.cursor("items", found) == text.rstrip("=")


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadCursor):
        pages.after("items", pages.cursor("models", 3))


@pytest.mark.parametrize("limit", [0, 201, -1, True, 1.5, "3"])
def test_a_page_has_1_to_200_rows(limit: object) -> None:
    with pytest.raises(Malformed):
        pages.size(limit)  # type: ignore[arg-type]


@given(st.lists(st.integers(1, 1000), unique=True, max_size=30).map(sorted), st.integers(1, 7))
def test_pages_give_every_row_once(rows: list[int], limit: int) -> None:
    seen: list[int] = []
    after = 0
    while True:
        ready = [row for row in rows if row > after][: limit + 1]
        page = pages.page("items", ready, limit, lambda row: row, lambda row: {"n": row})
        seen += [row["n"] for row in page["items"]]
        if page["next"] is None:
            break
        after = pages.after("items", page["next"]) or 0
    assert seen == rows
