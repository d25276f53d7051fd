"""Margin and least confidence against the definition, written out naively."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from handloom.select import least_confidence, margin
from handloom.select.uncertainty import doubts, is_multi, margins

CHANCES = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 30), st.integers(2, 20)),
    elements=st.floats(0.015625, 1, width=32),
).map(lambda a: (a / a.sum(axis=1, keepdims=True)).astype(np.float32))


@given(CHANCES)
def test_margin_score_is_one_minus_the_gap_of_the_two_likeliest(chances: np.ndarray) -> None:
    two = np.sort(chances, axis=1)[:, -2:]
    assert np.allclose(margins(chances), 1 - (two[:, 1] - two[:, 0]), atol=1e-6)


@given(CHANCES)
def test_doubt_is_one_minus_the_likeliest(chances: np.ndarray) -> None:
    assert np.allclose(doubts(chances), 1 - chances.max(axis=1), atol=1e-6)


@given(CHANCES, st.integers(0, 40), st.integers(0, 5))
def test_margin_picks_are_the_n_largest_scores_best_first(chances: np.ndarray, n: int, seed: int) -> None:
    picks = margin(chances, n, rng=np.random.default_rng(seed), multi=False)
    wanted = np.sort(margins(chances, multi=False))[::-1][:n]
    assert np.allclose([p.score for p in picks], wanted, atol=1e-6)


@given(CHANCES, st.data())
def test_only_candidates_are_picked_and_scores_belong_to_their_rows(chances: np.ndarray, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(chances) - 1), unique=True))
    for function, score in ((margin, margins), (least_confidence, doubts)):
        picks = function(chances, 5, candidates=rows, rng=np.random.default_rng(0), multi=False)
        assert {p.index for p in picks} <= set(rows)
        assert len(picks) == min(5, len(rows))
        assert all(p.score == pytest.approx(score(chances, multi=False)[p.index], abs=1e-6) for p in picks)


def test_the_reason_names_the_two_classes() -> None:
    chances = np.float32([[0.9, 0.05, 0.05], [0.07, 0.48, 0.45]])
    pick = margin(chances, 1, rng=np.random.default_rng(0), classes=["1", "3", "5"])[0]
    assert (pick.index, pick.reason, pick.probability) == (1, "torn between 3 and 5 (0.48 against 0.45)", 0.0)


def test_multi_label_looks_at_the_label_nearest_to_even() -> None:
    chances = np.float32([[0.9, 0.95], [0.1, 0.55], [0.02, 0.9]])
    assert is_multi(chances)
    pick = margin(chances, 1, rng=np.random.default_rng(0), classes=["urgent", "angry"])[0]
    assert (pick.index, pick.reason) == (1, "unsure whether angry applies (0.55)")
    doubtful = least_confidence(chances, 1, rng=np.random.default_rng(0))[0]
    assert doubtful.index == 1
    assert doubtful.score == pytest.approx(1 - 0.9 * 0.55, abs=1e-6)


def test_single_label_rows_are_not_taken_for_multi_label() -> None:
    assert not is_multi(np.random.default_rng(0).dirichlet(np.ones(7), 50).astype(np.float32))


def test_ties_fall_evenly() -> None:
    even = np.full((40, 2), 0.5, dtype=np.float32)
    rng = np.random.default_rng(0)
    seen = np.bincount([p.index for _ in range(400) for p in margin(even, 4, rng=rng)], minlength=40)
    assert seen.min() > 15
    assert seen.max() < 75


@pytest.mark.slow
def test_a_million_rows_take_less_than_20_mb() -> None:
    chances = np.random.default_rng(0).random((1_000_000, 10), dtype=np.float32)
    chances /= chances.sum(axis=1, keepdims=True)
    tracemalloc.start()
    margin(chances, 1000, rng=np.random.default_rng(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 2**20
