"""The forecast of the next answers: right on curves whose law is known, honest about noise, in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.select.stopping import Forecast, advise, agreement, changed, forecast


def law(labels: np.ndarray, top: float, height: float, power: float) -> np.ndarray:
    return top - height * labels**-power


@given(st.floats(0.8, 0.98), st.floats(0.5, 3), st.sampled_from([0.3, 0.5, 0.8, 1.2]), st.integers(20, 300))
def test_without_noise_the_gain_is_that_of_the_law(top: float, height: float, power: float, more: int) -> None:
    labels = np.arange(100.0, 601.0, 50)
    scores = law(labels, top, height, power)
    found = forecast(list(zip(labels, scores, strict=True)), more, seconds_per_answer=2)
    assert found is not None
    wanted = law(np.array([600.0 + more]), top, height, power)[0] - scores[-1]
    assert found.gain == pytest.approx(wanted, abs=0.003)
    assert found.low - 1e-3 <= wanted <= found.high + 1e-3


def test_intervals_hold_what_is_seen_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(40.0, 401.0, 20)
    inside = 0
    for _ in range(200):
        noise = 0.006 * rng.standard_normal(len(labels) + 1)
        scores = law(labels, 0.93, 1.5, 0.6) + noise[:-1]
        found = forecast(list(zip(labels, scores, strict=True)), 100, seconds_per_answer=2)
        assert found is not None
        seen = law(np.array([500.0]), 0.93, 1.5, 0.6)[0] + noise[-1] - scores[-1]
        inside += found.low <= seen <= found.high
    assert 0.88 <= inside / 200 <= 1.0


def test_a_curve_that_flattens_promises_less_and_never_more_than_is_left() -> None:
    labels = np.arange(50.0, 501.0, 50)
    steep = forecast(list(zip(labels, 0.5 + labels / 1200, strict=True)), 100, seconds_per_answer=1)
    flat = forecast(list(zip(labels, 0.9 - 0.3 / labels, strict=True)), 100, seconds_per_answer=1)
    assert steep is not None
    assert flat is not None
    assert steep.gain > 10 * flat.gain
    full = forecast(list(zip(labels, np.minimum(1.0, 0.7 + labels / 1500), strict=True)), 9000, seconds_per_answer=1)
    assert full is not None
    assert full.high <= 1e-9


def test_few_points_say_nothing() -> None:
    assert forecast([(20, 0.5), (40, 0.6), (60, 0.65)], 20, seconds_per_answer=2) is None
    assert forecast([], 20, seconds_per_answer=2) is None
    assert forecast([(20, 0.5)] * 6, 20, seconds_per_answer=2) is None


def test_the_words_are_those_of_the_screen() -> None:
    words = str(Forecast(100, 720, 0.004, 0.001, 0.007))
    assert words == "another 100 answers, about 12 minutes, +0.4 points (0.1 to 0.7)"
    assert "about 40 seconds" in str(Forecast(20, 40, 0, 0, 0))
    assert "about 2.0 hours" in str(Forecast(2000, 7200, 0, 0, 0))


def test_agreement_is_cohens_kappa() -> None:
    from sklearn.metrics import cohen_kappa_score

    rng = np.random.default_rng(0)
    first = rng.integers(4, size=300)
    second = np.where(rng.random(300) < 0.7, first, rng.integers(4, size=300))
    assert agreement(first, second) == pytest.approx(cohen_kappa_score(first, second))
    assert agreement([1, 1], [1, 1]) == 1.0
    assert changed([0, 1, 2, 2], [0, 1, 1, 2]) == 0.25


def test_advice_wants_both_signs() -> None:
    little, much = Forecast(100, 200, 0.0, -0.001, 0.001), Forecast(100, 200, 0.01, 0.0, 0.02)
    assert advise(little, [0.99, 0.995, 0.999]).stop
    assert not advise(little, [0.9, 0.999, 0.999]).stop
    assert not advise(little, [0.999]).stop
    assert not advise(much, [1.0, 1.0, 1.0]).stop
    assert not advise(None, []).stop
    assert "worth asking on" in advise(much, []).why
