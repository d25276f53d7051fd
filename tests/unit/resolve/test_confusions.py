"""Which labels people mix up."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.resolve.agreement import confusions


def test_counted_by_hand() -> None:
    # Item 0: a a b (pairs: aa, ab, ab); item 1: a b; item 2: a a; item 3 has one answer.
    found = confusions([0, 0, 0, 1, 1, 2, 2, 3], ["a", "a", "b", "a", "b", "a", "a", "c"])
    assert [(one.first, one.second) for one in found] == [("a", "b")]
    assert found[0].mixed == pytest.approx(2 / 3 + 1)
    assert found[0].n == pytest.approx(3)
    assert found[0].share == pytest.approx(5 / 9)
    assert 0 < found[0].low < found[0].share < found[0].high < 1


def test_the_worst_pair_comes_first_and_no_more_than_wanted() -> None:
    items = np.repeat(np.arange(6), 2)
    values = np.array([0, 1, 0, 1, 0, 2, 1, 2, 0, 1, 2, 2])
    assert [(one.first, one.second, one.mixed) for one in confusions(items, values, most=2)] == [
        (0, 1, 3.0),
        (0, 2, 1.0),
    ]


@pytest.mark.parametrize("items", [[], [1], [1, 2, 3]])
def test_nobody_mixes_up_what_was_answered_once(items: list[int]) -> None:
    assert confusions(items, ["a"] * len(items)) == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=30), st.randoms())
def test_the_order_of_answers_and_the_names_of_items_do_not_matter(
    answers: list[tuple[int, int]], chance: Random
) -> None:
    shuffled = chance.sample(answers, len(answers))
    one = confusions([i for i, _ in answers], [v for _, v in answers])
    two = confusions([9 - i for i, _ in shuffled], [v for _, v in shuffled])
    assert [(c.first, c.second) for c in one] == [(c.first, c.second) for c in two]
    assert [c.mixed for c in one] == pytest.approx([c.mixed for c in two])
    assert sum(c.mixed for c in one) <= len({i for i, _ in answers})
