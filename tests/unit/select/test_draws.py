"""Measures on several opinions, against their definitions; and what strategies make of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import entropy as shannon

from handloom.select import bald, committee, gain_per_second, noise_stability
from handloom.select.draws import consensus_entropies, informations, moves, vote_entropies

RNG = np.random.default_rng(0)
DRAWS = RNG.dirichlet(np.ones(4), size=(5, 30)).astype(np.float32)


def test_consensus_and_information_follow_their_formulas() -> None:
    whole = shannon(DRAWS.mean(axis=0), axis=1) / np.log(4)
    own = shannon(DRAWS, axis=2).mean(axis=0) / np.log(4)
    assert np.allclose(consensus_entropies(DRAWS), whole, atol=1e-5)
    assert np.allclose(informations(DRAWS), whole - own, atol=1e-5)


def test_votes_count_members_and_the_mean_decides_between_equals() -> None:
    sure, split = np.float32([0.9, 0.1]), np.float32([0.1, 0.9])
    draws = np.stack([[sure, sure, sure], [sure, split, np.float32([0.4, 0.6])]])
    found = vote_entropies(draws)
    assert found[0] < 0.01
    assert found[1] > 0.99
    assert found[2] > 0.99
    assert found[1] > found[2]


def test_one_member_has_nothing_to_disagree_with() -> None:
    assert informations(DRAWS[:1]).max() == pytest.approx(0, abs=1e-6)


def test_draws_of_several_labels_are_taken_label_by_label() -> None:
    draws = np.float32([[[0.9, 0.9]], [[0.9, 0.1]]])
    assert vote_entropies(draws, multi=True)[0] == pytest.approx(0.5, abs=0.01)
    assert moves(draws[0], draws[1:], multi=True)[0] == pytest.approx(0.4, abs=1e-6)


def test_moves_is_the_mean_total_variation() -> None:
    clean = DRAWS[0]
    wanted = 0.5 * np.abs(DRAWS[1:] - clean).sum(axis=2).mean(axis=0)
    assert np.allclose(moves(clean, DRAWS[1:]), wanted, atol=1e-6)
    some = np.array([7, 3])
    assert np.allclose(moves(clean, DRAWS[1:], some), wanted[some], atol=1e-6)


def test_bald_leaves_out_what_all_members_find_ambiguous() -> None:
    even = np.tile(np.float32([0.5, 0.5]), (4, 1))
    torn = np.float32([[0.99, 0.01], [0.99, 0.01], [0.01, 0.99], [0.01, 0.99]])
    draws = np.stack((even, torn), axis=1)
    assert bald(draws, 1, rng=np.random.default_rng(0))[0].index == 1
    assert committee(draws, 1, rng=np.random.default_rng(0), measure="consensus")[0].score == pytest.approx(1)


def test_the_committee_says_how_it_voted() -> None:
    draws = np.float32([[[0.9, 0.1, 0]], [[0.2, 0.8, 0]], [[0.6, 0.4, 0]]])
    pick = committee(draws, 1, rng=np.random.default_rng(0), classes=["ham", "spam", "other"])[0]
    assert pick.reason == "3 models vote: 2 ham, 1 spam"


def test_noise_stability_takes_what_moves() -> None:
    clean = np.float32([[0.9, 0.1], [0.9, 0.1]])
    noisy = np.float32([[[0.9, 0.1], [0.4, 0.6]]])
    pick = noise_stability(clean, noisy, 1, rng=np.random.default_rng(0))[0]
    assert (pick.index, pick.score) == (1, pytest.approx(0.5))


def test_a_quick_item_goes_before_a_slow_one_of_equal_doubt() -> None:
    chances = np.float32([[0.5, 0.5], [0.5, 0.5], [0.55, 0.45]])
    picks = gain_per_second(chances, np.float32([8, 2, 2]), 3, rng=np.random.default_rng(0))
    assert [p.index for p in picks] == [1, 2, 0]
    assert picks[0].reason.endswith("in about 2.0 s")
