"""Cascade labelling: a split with honest intervals."""

from __future__ import annotations

import numpy as np
import pytest

from handloom.core.errors import BadValue
from handloom.core.intervals import exact
from handloom.resolve.cascade import Aim, propose


def pool(n: int, seed: int, sharp: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Scores in (0, 1) and the truth: a tenth are yes."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.1
    return 1 / (1 + np.exp(-(rng.standard_normal(n) + sharp * (truth - 0.6)))), truth


def test_clear_scores_are_split_and_only_the_middle_is_left() -> None:
    scores, truth = pool(5000, 0, sharp=8.0)
    asked = np.random.default_rng(1).permutation(5000)[:300]
    split = propose(scores, asked, truth[asked])
    assert split.low <= split.high
    assert split.yes + split.ask + split.no == 5000
    assert split.ask < 500
    assert truth[scores >= split.high].mean() > 0.9
    assert (scores[truth] >= split.low).mean() > 0.9
    assert split.precision["n"] == (scores[asked] >= split.high).sum()


def test_intervals_cover_what_is_achieved() -> None:
    covered = []
    for seed in range(150):
        scores, truth = pool(3000, seed)
        asked = np.random.default_rng(seed).permutation(3000)[:200]
        split = propose(scores, asked, truth[asked], Aim(0.9, 0.9))
        for share, achieved in (
            (split.precision, truth[scores >= split.high]),
            (split.recall, scores[truth] >= split.low),
        ):
            if share["n"] and len(achieved):
                covered.append(share["low"] <= achieved.mean() <= share["high"])
    assert len(covered) > 200
    assert np.mean(covered) >= 0.93


def test_higher_aims_leave_more_to_people() -> None:
    scores, truth = pool(4000, 3, sharp=4.0)
    asked = np.random.default_rng(3).permutation(4000)[:400]
    easy, hard = (propose(scores, asked, truth[asked], Aim(p, p)) for p in (0.8, 0.98))
    assert hard.ask > easy.ask
    assert hard.high >= easy.high
    assert hard.low <= easy.low


@pytest.mark.parametrize("said", [False, True])
def test_answers_all_alike_decide_nothing(said: bool) -> None:
    scores, _ = pool(500, 4)
    split = propose(scores, np.arange(50), np.full(50, said))
    assert (split.yes, split.no) == (0, 0)
    assert split.precision == {"value": None, "low": 0.0, "high": 1.0, "n": 0}


def test_scores_that_say_nothing_decide_nothing() -> None:
    rng = np.random.default_rng(5)
    scores, truth = np.full(500, 0.4), rng.random(500) < 0.3
    split = propose(scores, np.arange(100), truth[:100])
    assert split.ask == 500


def test_histogram_counts_every_item_once() -> None:
    scores, truth = pool(1000, 6)
    asked = np.arange(120)
    bins = propose(scores, asked, truth[asked]).histogram
    assert sum(b.items for b in bins) == 1000
    assert sum(b.answers for b in bins) == 120
    assert sum(b.yes for b in bins) == truth[asked].sum()
    assert propose(scores[:0], asked[:0], truth[:0]).histogram == ()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(BadValue, match="one answer per row"):
        propose(np.ones(3), np.arange(3), np.array([True]))
    with pytest.raises(BadValue, match="finite"):
        propose(np.array([np.nan, 1.0]), np.arange(2), np.array([True, False]))


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0.0, 0.30850), (10, 10, 0.69150, 1.0), (3, 10, 0.06674, 0.65245), (97, 100, 0.91482, 0.99377)],
)
def test_exact_interval_is_that_of_clopper_and_pearson(k: int, n: int, low: float, high: float) -> None:
    found = exact(k, n)
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-5)
