"""Random picks and the random share: their probabilities are true."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.arrays import Indices
from handloom.core.protocols import Pick
from handloom.select import mix, random
from handloom.select.picks import make


def first(rest: Indices, n: int) -> list[Pick]:
    """A strategy that takes the first rows."""
    return make(rest[:n], np.ones(n), "first", lambda _: "it stands first")


def test_every_row_is_drawn_as_often_as_its_probability_says() -> None:
    rng = np.random.default_rng(0)
    times = np.zeros(20)
    for _ in range(3000):
        for pick in random(20, 4, rng=rng):
            assert pick.probability == pytest.approx(0.2)
            times[pick.index] += 1
    assert times / 3000 == pytest.approx(np.full(20, 0.2), abs=0.04)


def test_random_of_nothing_is_nothing() -> None:
    rng = np.random.default_rng(0)
    assert random(0, 5, rng=rng) == []
    assert random(5, 0, rng=rng) == []
    assert random(5, 3, candidates=[], rng=rng) == []


@given(st.integers(0, 40), st.integers(0, 30), st.floats(0, 1), st.integers(0, 9))
def test_a_mix_has_n_distinct_candidates(rows: int, n: int, share: float, seed: int) -> None:
    candidates = np.arange(100, 100 + rows)
    picks = mix(first, candidates, n, random_share=share, rng=np.random.default_rng(seed))
    indices = [p.index for p in picks]
    assert len(indices) == len(set(indices)) == min(n, rows)
    assert set(indices) <= set(candidates.tolist())


def test_the_random_share_is_exact_on_average_even_in_batches_of_one() -> None:
    rng = np.random.default_rng(0)
    drawn = np.zeros(10)
    for _ in range(6000):
        for pick in mix(first, np.arange(10), 1, random_share=0.2, rng=rng):
            if pick.strategy == "random":
                assert pick.probability == pytest.approx(0.02)
                drawn[pick.index] += 1
            else:
                assert pick.probability == 0.0
    assert drawn / 6000 == pytest.approx(np.full(10, 0.02), abs=0.008)


def test_the_place_in_the_batch_does_not_tell_what_was_random() -> None:
    rng = np.random.default_rng(0)
    places = [
        place
        for _ in range(600)
        for place, pick in enumerate(mix(first, np.arange(50), 10, random_share=0.2, rng=rng))
        if pick.strategy == "random"
    ]
    assert np.bincount(places, minlength=10) / 600 == pytest.approx(np.full(10, 0.2), abs=0.08)
