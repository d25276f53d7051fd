"""Intervals hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom import evaluate


def test_wilson_gives_the_published_value() -> None:
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
    assert evaluate.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_holds_its_share_and_stays_in_range(n: int, share: float) -> None:
    hits = round(share * n)
    low, high = evaluate.wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1
    assert low < high


def test_wilson_covers_95_times_in_100() -> None:
    rng = np.random.default_rng(0)
    drawn = rng.binomial(60, 0.85, size=4000)
    inside = [low <= 0.85 <= high for low, high in (evaluate.wilson(int(k), 60) for k in drawn)]
    assert 0.93 <= np.mean(inside) <= 0.98


def test_bootstrap_of_macro_f1_covers_about_95_times_in_100() -> None:
    rng = np.random.default_rng(0)
    chance = np.array([[0.45, 0.05, 0.0], [0.06, 0.24, 0.0], [0.02, 0.03, 0.15]])
    f1 = 2 * chance.diagonal() / (chance.sum(0) + chance.sum(1))
    inside = []
    for _ in range(200):
        cell = rng.choice(9, size=150, p=chance.ravel())
        found = evaluate.macro_f1(cell // 3, cell % 3, rng=rng)
        inside.append(found["low"] <= f1.mean() <= found["high"])
    assert 0.90 <= np.mean(inside) <= 0.99


def test_the_same_seed_gives_the_same_interval() -> None:
    truth, guess = np.random.default_rng(0).integers(3, size=(2, 80))
    first, second = (evaluate.macro_f1(truth, guess, rng=np.random.default_rng(4)) for _ in range(2))
    assert first == second


def test_one_item_says_nothing() -> None:
    assert evaluate.macro_f1([1], [1], rng=np.random.default_rng(0)) == {"value": 1.0, "low": 0.0, "high": 1.0, "n": 1}


def test_weights_undo_what_picking_distorted() -> None:
    rng = np.random.default_rng(0)
    right = rng.random(20_000) < 0.9
    chance = np.where(right, 0.02, 0.2)
    drawn = rng.random(20_000) < chance
    assert right[drawn].mean() < 0.6
    found = evaluate.weighted_proportion(right[drawn], chance[drawn])
    assert found["low"] <= 0.9 <= found["high"]
    assert found["value"] == pytest.approx(0.9, abs=0.03)
    assert found["effective"] < found["n"]


def test_picks_on_purpose_do_not_count() -> None:
    found = evaluate.weighted_proportion([1, 0, 0, 1], [0.5, 0.0, 0.0, 0.5])
    assert (found["value"], found["n"]) == (1.0, 2)
    assert evaluate.weighted_proportion([1], [0.0])["value"] is None


def test_equal_weights_are_a_plain_proportion() -> None:
    right = [1, 1, 0, 1, 0, 1, 1]
    found = evaluate.weighted_proportion(right, [0.3] * 7)
    plain = evaluate.proportion(5, 7)
    assert [found[k] for k in ("value", "low", "high", "n")] == pytest.approx(
        [plain[k] for k in ("value", "low", "high", "n")]
    )
