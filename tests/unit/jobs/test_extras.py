"""Strategies that want a committee, noise, seconds or rounds get them from the loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from handloom import loop
from handloom.jobs import extras, models
from tests.workshop import Workshop, text_workshop
from tests.workspaces import new_store


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with new_store(tmp_path / "w") as store:
        found = text_workshop(store, 150, settings={"batch": 15, "retrain_after": 15, "random_share": 0.1})
        found.rounds(2, 15)
        yield found


WORDS = {
    "committee": "models vote",
    "bald": "models differ",
    "noise_stability": "a little noise moves",
    "gain_per_second": " s",
}


def test_the_loop_makes_what_a_strategy_needs(shop: Workshop) -> None:
    for strategy, words in WORDS.items():
        shop.change(strategy=strategy)
        shop.rounds(1, 15)
        picked = [q for q in shop.questions() if q.strategy == strategy]
        assert len(picked) >= 10
        assert all(words in q.reason for q in picked)


def test_the_bandit_learns_from_the_test_set_what_its_arms_gained(shop: Workshop) -> None:
    shop.change(strategy="bandit")
    shop.rounds(4, 15)
    found = extras.rounds(shop.store, shop.task)
    assert len(found) >= 4
    assert {r.strategy for r in found} <= {"auto", "badge", "margin", "typiclust"}
    assert sum(r.reward is not None for r in found) >= 2
    assert any("drawn with chance" in q.reason for q in shop.questions())


def test_a_request_fits_no_models_and_says_so(shop: Workshop) -> None:
    asked = loop.ask(shop.store, shop.task, loop.Wish(n=5, strategy="committee"))
    assert asked.strategy == "margin"
    reasons = [shop.question(q).reason for q in asked.questions]
    assert all("committee needs more than one model" in r for r in reasons if "drawn at random" not in r)


def test_before_the_first_model_what_needs_one_is_replaced(tmp_path: Path) -> None:
    with new_store(tmp_path / "w") as store:
        found = text_workshop(store, 60, settings={"strategy": "bald"})
        found.advance()
        assert all("bald needs a model" in q.reason for q in found.questions())


def test_a_balanced_batch_holds_an_even_part_of_each_predicted_label(shop: Workshop) -> None:
    shop.change(balance=True, random_share=0.0, test_share=0.0)
    asked = loop.ask(shop.store, shop.task, loop.Wish(n=12, strategy="margin"))
    scores = models.get_scores(shop.store, shop.models()[0], 3)
    assert scores is not None
    place, known = scores.at(np.array([shop.item_of(q) for q in asked.questions]))
    assert known.all()
    assert np.bincount(scores.probabilities[place].argmax(axis=1), minlength=3).tolist() == [4, 4, 4]


def test_noise_keeps_the_form_and_changes_the_values() -> None:
    rng = np.random.default_rng(0)
    words = sparse.random(50, 40, density=0.3, format="csr", random_state=0, dtype=np.float32)
    noisy = extras.with_noise(words, rng)
    assert noisy.shape == words.shape
    assert 0.05 < (noisy.data == 0).mean() < 0.25
    dense = rng.standard_normal((50, 8)).astype(np.float32)
    moved = extras.with_noise(dense, rng)
    assert moved.dtype == np.float32
    assert np.abs(moved - dense).mean() == pytest.approx(0.15 * 0.8, rel=0.15)


def test_draws_are_made_for_a_bounded_number_of_candidates() -> None:
    assert extras.draws_for(np.arange(10), np.random.default_rng(0)).tolist() == list(range(10))
    many = extras.draws_for(np.arange(extras.MOST + 5), np.random.default_rng(0))
    assert many.size == extras.MOST
    assert np.all(np.diff(many) > 0)
