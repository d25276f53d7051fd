"""Ids inside JSON: rewritten where the product writes them, left alone where people do."""

from __future__ import annotations

import json
from array import array
from typing import Any

import pytest

from handloom.core.errors import BadBundle
from handloom.store.bundle.numbers import Column, Numbers

OLD = array("q", (3, 5, 9))


@pytest.fixture
def numbers() -> Numbers:
    """3, 5 and 9 of every table become 11, 12 and 13."""
    tables = ("question", "actor", "model", "item", "task", "answer", "commit_", "split")
    return Numbers({table: Column(OLD, base=11) for table in tables})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"question": 3, "held": True}, {"question": 11, "held": True}),
        ({"questions": [3, 9], "until": 5.5}, {"questions": [11, 13], "until": 5.5}),
        ({"turns": [[3, 5], [9, 9]]}, {"turns": [[11, 12], [13, 13]]}),
        ({"subject": {"model": "m5"}}, {"subject": {"model": "m12"}}),
        ({"findings": [{"items": ["i3", "i9"]}]}, {"findings": [{"items": ["i11", "i13"]}]}),
        ({"commit": [3, 5]}, {"commit": [11, 12]}),
        ({"position": 6}, {"position": 12}),
        ({"position": 2}, {"position": 0}),
        ({"model": "m4"}, {"model": "m0"}),
    ],
)
def test_ids_of_the_product_get_their_new_numbers(numbers: Numbers, before: Any, after: Any) -> None:
    assert numbers.told(before) == after


@pytest.mark.parametrize(
    "said",
    [
        {"items": 9, "questions": 3},  # counts
        {"counts": {"question": 3}},
        {"item": "i3 is odd", "name": "m5"},
        {"value": {"labels": ["m3"], "relations": [{"from": "s3", "to": "s5"}]}},
        {"examples": [{"item": "none", "from": "m3", "to": "m5"}]},  # labels called m3 and m5
        {"reason": "see q3", "note": "q5", "text": "i9"},
        {"settings": {"model": "m3"}},
    ],
)
def test_what_people_said_stays_as_it_is(numbers: Numbers, said: Any) -> None:
    assert numbers.told(said) == said
    text = json.dumps(said, separators=(",", ":"))
    assert numbers.text(text) is text


def test_number_that_is_not_there_is_refused(numbers: Numbers) -> None:
    assert [numbers.new("item", old) for old in (3, 4, 9, 10)] == [11, None, 13, None]
    with pytest.raises(BadBundle, match="refers to commit 4, which is not in the bundle"):
        numbers.needed("tag", "commit_", 4)


def test_mark_is_the_newest_that_was_there(numbers: Numbers) -> None:
    assert [numbers.columns["answer"].mark(old) for old in (0, 2, 3, 8, 9, 1000)] == [0, 0, 11, 12, 13, 13]
