"""What holds for a whole batch: no doubles, fair shares, always as many as asked."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.arrays import Indices
from handloom.core.protocols import Pick
from handloom.select import settle
from handloom.select.picks import make


def first(rest: Indices, n: int) -> list[Pick]:
    """A strategy that takes the first rows."""
    return make(rest[:n], np.ones(min(n, len(rest))), "first", lambda _: "it stands first")


def test_copies_are_replaced_and_come_back_when_nothing_else_is_left() -> None:
    vectors = np.eye(6, dtype=np.float32)[[0, 0, 0, 1, 2, 3, 4, 5]]
    everyone = np.arange(8)
    assert [p.index for p in settle(first, everyone, 4, vectors=vectors)] == [0, 3, 4, 5]
    assert [p.index for p in settle(first, everyone, 4, vectors=vectors, asked=np.array([4]))] == [0, 3, 5, 6]
    assert {p.index for p in settle(first, everyone, 8, vectors=vectors)} == set(range(8))


def test_no_class_gets_more_than_its_share() -> None:
    groups = np.array([0] * 20 + [1] * 5 + [2] * 5)
    picks = settle(first, np.arange(30), 9, groups=groups, most=3)
    assert np.bincount(groups[[p.index for p in picks]]).tolist() == [3, 3, 3]


def test_rows_of_no_group_are_free() -> None:
    groups = np.array([-1] * 10 + [0] * 10)
    assert [p.index for p in settle(first, np.arange(20), 6, groups=groups, most=1)] == list(range(6))


@given(st.integers(0, 30), st.integers(0, 40), st.integers(1, 4), st.integers(0, 9))
def test_a_settled_batch_has_n_distinct_candidates(rows: int, n: int, most: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = np.eye(4, dtype=np.float32)[rng.integers(4, size=100 + rows)]
    groups = rng.integers(-1, 3, size=100 + rows)
    candidates = np.arange(100, 100 + rows)
    picks = settle(first, candidates, n, vectors=vectors, asked=np.arange(3), groups=groups, most=most)
    indices = [p.index for p in picks]
    assert len(indices) == len(set(indices)) == min(n, rows)
    assert set(indices) <= set(candidates.tolist())
