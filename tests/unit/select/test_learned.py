"""Strategies that learn: seconds from measured answers, arms from rewards, classes from anchors, cover from radii."""

from __future__ import annotations

import numpy as np
import pytest

from handloom.core.protocols import Round
from handloom.select import anchors, cluster_margin, density, expected_seconds, margin, prob_cover
from handloom.select.bandit import LEAN, Bandit, chances
from handloom.select.cost import measured_rows
from handloom.testing.strategies import example_pool


def groups(sizes: list[int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors in groups of these sizes around axes, and the group of each."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    vectors = (np.eye(8)[owner] + 0.05 * rng.standard_normal((owner.size, 8))).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), owner


def test_seconds_follow_what_makes_answers_slow() -> None:
    rng = np.random.default_rng(0)
    features = rng.standard_normal((400, 5)).astype(np.float32)
    true = np.exp(1 + 0.6 * features[:, 0])
    measured = true * rng.lognormal(0, 0.3, 400)
    rows = np.arange(120)
    found = expected_seconds(features, rows, measured[rows])
    assert np.corrcoef(np.log(found[120:]), np.log(true[120:]))[0, 1] > 0.9
    assert found[120:].mean() == pytest.approx(true[120:].mean(), rel=0.15)


def test_without_enough_answers_or_any_pattern_everything_takes_the_median() -> None:
    features = np.random.default_rng(0).standard_normal((50, 3)).astype(np.float32)
    assert expected_seconds(features, [1, 2], [2.0, 4.0]).tolist() == [3.0] * 50
    assert expected_seconds(features, [], []).tolist() == [1.0] * 50
    noise = np.random.default_rng(1).lognormal(1, 0.5, 40)
    assert np.ptp(expected_seconds(features[:, :1], np.arange(40), noise)) < 3


def test_a_pause_does_not_teach() -> None:
    rng = np.random.default_rng(0)
    features = rng.standard_normal((60, 2)).astype(np.float32)
    seconds = np.exp(1 + 0.5 * features[:, 0])
    seconds[7] = 4000
    assert expected_seconds(features, np.arange(60), seconds).max() < 30


def test_measured_rows_leaves_out_what_is_not_in_the_pool() -> None:
    rows, seconds = measured_rows(np.array([3, 5, 9]), np.array([9, 4, 3]), np.array([1.0, 2.0, 3.0]))
    assert (rows.tolist(), seconds.tolist()) == ([2, 0], [1.0, 3.0])


def played(rewards: dict[str, float], rounds: int, noise: float, seed: int) -> list[str]:
    """Arms drawn when each gives its reward, less and less, with noise."""
    rng = np.random.default_rng(seed)
    names = list(rewards)
    history: list[Round] = []
    for t in range(rounds):
        share = chances(history, names)
        arm = names[int(rng.choice(len(names), p=share))]
        gain = (rewards[arm] + noise * rng.standard_normal()) / (1 + t / 10)
        history.append(Round(arm, gain))
    return [r.strategy for r in history]


def test_the_bandit_comes_to_prefer_the_better_arm_and_leaves_the_worst() -> None:
    later = [arm for seed in range(20) for arm in played({"good": 1.0, "fair": 0.6, "bad": 0.0}, 60, 0.5, seed)[30:]]
    assert later.count("good") > 0.5 * len(later)
    assert later.count("bad") < 0.12 * len(later)


def test_every_arm_keeps_a_chance_and_all_are_even_at_first() -> None:
    assert chances((), ["a", "b"]).tolist() == [0.5, 0.5]
    lost = [Round(name, gain) for _ in range(30) for name, gain in (("a", 1.0), ("b", 0.0))]
    share = chances(lost, ["a", "b", "c", "d"])
    assert share.sum() == pytest.approx(1)
    assert share.min() >= 0.025
    assert chances([Round("gone", 9.0), Round("a", None)], ["a", "b"]).tolist() == [0.5, 0.5]


def test_bandit_picks_say_which_arm_and_with_what_chance() -> None:
    picks = Bandit().pick(example_pool(), 5, rng=np.random.default_rng(0))
    assert len({p.strategy for p in picks}) == 1
    assert picks[0].strategy in Bandit().arms
    share = chances((), list(Bandit().arms), LEAN)[list(Bandit().arms).index(picks[0].strategy)]
    assert f"[{picks[0].strategy}, drawn with chance {share:.2f}]" in picks[0].reason


def test_the_bandit_begins_with_auto_more_often_than_not() -> None:
    share = dict(zip(Bandit().arms, chances((), list(Bandit().arms), LEAN), strict=True))
    assert 0.5 < share["auto"] < 0.7
    assert min(share.values()) > 0.1


def test_anchors_find_a_rare_class_that_margin_passes_over() -> None:
    vectors, owner = groups([900, 60, 12])
    chances_ = np.tile(np.float32([[0.8, 0.1, 0.1]]), (972, 1))
    chances_[:900:10] = (0.5, 0.49, 0.01)
    labelled, targets = np.array([0, 905, 965]), np.array([0, 1, 2])
    rest = np.setdiff1d(np.arange(972), labelled)
    found = {"anchors": 0, "margin": 0}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        for pick in anchors(vectors, chances_, 12, labelled=labelled, targets=targets, rng=rng):
            found["anchors"] += int(owner[pick.index] == 2)
        found["margin"] += sum(int(owner[p.index] == 2) for p in margin(chances_, 12, candidates=rest, rng=rng))
    assert found["margin"] == 0
    assert found["anchors"] >= 10


def test_prob_cover_takes_the_middle_of_the_largest_uncovered_group() -> None:
    vectors, owner = groups([80, 50, 20])
    picks = prob_cover(vectors, 3, rng=np.random.default_rng(0), groups=3)
    assert owner[[p.index for p in picks]].tolist() == [0, 1, 2]
    again = prob_cover(vectors, 1, labelled=[3, 4], rng=np.random.default_rng(0), radius=0.6)
    assert owner[again[0].index] == 1


def test_prob_cover_goes_on_when_all_is_covered() -> None:
    vectors, _ = groups([30, 30])
    assert len({p.index for p in prob_cover(vectors, 60, rng=np.random.default_rng(0), radius=2.0)}) == 60


def test_density_leaves_an_unsure_oddity_alone() -> None:
    vectors, owner = groups([60, 1])
    chances_ = np.full((61, 2), 0.5, dtype=np.float32)
    assert owner[density(vectors, chances_, 1, rng=np.random.default_rng(0))[0].index] == 0


def test_cluster_margin_takes_turns_and_begins_with_the_small_group() -> None:
    vectors, owner = groups([60, 60, 60])
    chances_ = np.tile(np.float32([[0.9, 0.1]]), (180, 1))
    chances_[np.r_[0:20, 60:64, 120:121]] = (0.52, 0.48)
    picks = cluster_margin(vectors, chances_, 3, rng=np.random.default_rng(1))
    assert len(set(owner[[p.index for p in picks]].tolist())) >= 2
