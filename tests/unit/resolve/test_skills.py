from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from handloom.core import intervals
from handloom.resolve import skills
from handloom.resolve.aggregate import auto, dawid_skene, majority, one_coin, votes

from .crowds import crowd


@pytest.mark.parametrize("method", [dawid_skene, one_coin, auto])
def test_intervals_hold_the_true_skill_about_as_often_as_they_say(method) -> None:
    held = []
    for seed in range(6):
        sim = crowd(seed, items=200, actors=12, per_item=6)
        found = skills.estimate(sim.votes, method(sim.votes))
        right = np.bincount(sim.votes.actors, sim.votes.values == sim.truth[sim.votes.items]) / found.answers
        held.append((found.low <= right) & (right <= found.high))
        assert np.abs(found.accuracy - right).mean() < 0.05
    assert np.mean(held) >= 0.9


@pytest.mark.parametrize("method", [dawid_skene, majority])
def test_answers_looked_at_in_parts_tell_the_same(method, monkeypatch: pytest.MonkeyPatch) -> None:
    sim = crowd(3, items=60, actors=7, per_item=4)
    whole = skills.estimate(sim.votes, method(sim.votes))
    monkeypatch.setattr(skills, "blocks", partial(skills.blocks, cells=17))
    parts = skills.estimate(sim.votes, method(sim.votes))
    for name in ("accuracy", "low", "high", "n", "recall", "recall_n"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), nan_ok=True), name


def test_skill_by_class_is_no_worse_because_the_others_are_unsure() -> None:
    errors, held = [], []
    for seed in range(6):
        sim = crowd(seed, items=400, actors=8, per_item=4)
        found = skills.estimate(sim.votes, dawid_skene(sim.votes))
        truth = sim.truth[sim.votes.items]
        cell = sim.votes.actors * sim.votes.n_classes + truth
        size = found.recall.size
        right = np.bincount(cell, sim.votes.values == truth, size) / np.maximum(np.bincount(cell, None, size), 1)
        errors.append(found.recall.ravel() - right)
        held.append((found.recall_low.ravel() <= right) & (right <= found.recall_high.ravel()))
    assert abs(np.mean(errors)) < 0.02
    assert np.mean(held) >= 0.9


def test_gold_alone_is_counted_exactly() -> None:
    values = [0] * 18 + [1] * 2
    asked = votes([0] * 20, range(20), values, classes=2, gold=[0] * 20)
    found = skills.estimate(asked, dawid_skene(asked))
    assert (found.gold[0], found.gold_right[0], found.n[0]) == (20, 18, 20)
    assert found.accuracy[0] == pytest.approx(18.5 / 21, abs=0.005)
    assert found.recall[0, 0] == pytest.approx(0.9)
    assert (found.recall_low[0, 0], found.recall_high[0, 0]) == pytest.approx(intervals.wilson(18, 20))
    assert np.isnan(found.recall[0, 1])


def test_actor_whom_nobody_checks_gets_no_praise() -> None:
    sim = crowd(items=60, actors=4, per_item=4)
    alone = np.arange(60, 100)
    asked = votes(
        np.append(sim.votes.actors, np.full(40, 4)),
        np.append(sim.votes.items, alone),
        np.append(sim.votes.values, [0] * 40),
    )
    for method in (dawid_skene, majority):
        found = skills.estimate(asked, method(asked))
        assert (found.n[4], found.answers[4]) == (0, 40)
        assert found.high[4] - found.low[4] > 0.9


def test_verdict_of_an_expert_moves_the_skill() -> None:
    sim = crowd(items=80, actors=5, per_item=5)
    before = skills.estimate(sim.votes, dawid_skene(sim.votes))
    mine = sim.votes.actors == 0
    wrong = np.full(80, -1)
    wrong[sim.votes.items[mine][:20]] = (sim.votes.values[mine][:20] + 1) % 3
    judged = replace(sim.votes, gold=wrong)
    after = skills.estimate(judged, dawid_skene(judged))
    assert after.accuracy[0] < before.accuracy[0] - 0.1
    assert (after.gold[0], after.gold_right[0]) == (20, 0)


def test_skill_over_time_falls_where_somebody_tires() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 400)
    rested = np.arange(400) < 200
    tiring = np.where(rng.random(400) < np.where(rested, 0.95, 0.6), truth, 1 - truth)
    steady = [np.where(rng.random(400) < 0.9, truth, 1 - truth) for _ in range(3)]
    asked = votes(np.repeat(np.arange(4), 400), np.tile(np.arange(400), 4), np.concatenate((tiring, *steady)))
    found = skills.over_time(asked, dawid_skene(asked), np.tile(np.arange(400) // 100, 4))
    mine = [row for row in found if row.actor == 0]
    assert [row.period for row in mine] == [0, 1, 2, 3]
    assert mine[0].low > mine[3].high
    assert sum(row.n for row in found) == 1600


def test_shares_have_the_interval_of_wilson() -> None:
    share, low, high = skills.wilson([9, 0, 0], [10, 5, 0])
    assert share[:2].tolist() == [0.9, 0.0]
    assert np.isnan(share[2])
    for k, (hits, n) in enumerate([(9, 10), (0, 5), (0, 0)]):
        assert (low[k], high[k]) == pytest.approx(intervals.wilson(hits, n))
