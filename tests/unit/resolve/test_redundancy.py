from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.resolve.redundancy import Rule, enough, gain_per_answer


def test_it_stops_when_sure_and_asks_on_while_not() -> None:
    rule = Rule(threshold=0.9, least=2, most=5)
    assert enough([0.95, 0.05], 2, rule).why == "sure"
    assert enough([0.95, 0.05], 1, rule).why == "ask"
    assert enough([0.8, 0.2], 3, rule).why == "ask"
    assert enough([0.5, 0.5], 5, rule).why == "most"


def test_only_the_label_that_stands_makes_it_stop() -> None:
    rule = Rule(threshold=0.9)
    assert enough([0.05, 0.95], 1, rule).enough
    assert not enough([0.05, 0.95], 1, rule, label=0).enough


def test_it_stops_when_the_next_answer_costs_more_than_it_is_worth() -> None:
    dear = enough([0.8, 0.2], 2, Rule(worth=60.0), accuracy=0.8, seconds=30.0)
    cheap = enough([0.8, 0.2], 2, Rule(worth=60.0), accuracy=0.8, seconds=0.5)
    assert (dear.enough, dear.why) == (True, "cost")
    assert (cheap.enough, cheap.why) == (False, "ask")
    assert dear.gain == cheap.gain > 0


def test_gain_of_one_answer_at_even_odds_is_what_it_says_above_chance() -> None:
    assert gain_per_answer([0.5, 0.5], 0.8, ahead=1) == pytest.approx(0.3)
    assert gain_per_answer([0.5, 0.5], 0.5) == pytest.approx(0.0)
    assert gain_per_answer([1.0], 0.8) == 0.0


def test_looking_further_ahead_sees_that_two_answers_can_turn_what_one_cannot() -> None:
    assert gain_per_answer([0.8, 0.2], 0.8, ahead=1) == pytest.approx(0.0)
    assert gain_per_answer([0.8, 0.2], 0.8, ahead=2) > 0.01


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=7), st.floats(0.05, 1.0))
def test_gain_lies_between_nothing_and_what_is_missing(weights: list[float], accuracy: float) -> None:
    posterior = np.array(weights) / np.sum(weights)
    gain = gain_per_answer(posterior, accuracy)
    assert -1e-9 <= gain <= 1 - posterior.max() + 1e-9
    assert gain == pytest.approx(gain_per_answer(posterior[::-1], accuracy))
