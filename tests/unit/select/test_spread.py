"""Strategies that look at distances: they find groups, avoid doubles, and stay small."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from handloom.core.arrays import Features, Vectors
from handloom.core.protocols import Pool
from handloom.select import auto, typiclust
from handloom.select.clusters import centres, nearest


def groups(counts: list[int], spread: float = 0.05, seed: int = 0) -> tuple[Vectors, np.ndarray]:
    """Unit vectors in groups of these sizes around axes, and the group of each."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(counts)), counts)
    vectors = (np.eye(len(counts), 16)[owner] + spread * rng.standard_normal((owner.size, 16))).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), owner


def test_typiclust_takes_one_of_every_group() -> None:
    vectors, owner = groups([60, 50, 40, 30])
    picks = typiclust(vectors, 4, rng=np.random.default_rng(0))
    assert {int(owner[p.index]) for p in picks} == {0, 1, 2, 3}
    assert all("no label yet" in p.reason for p in picks)


def test_typiclust_leaves_groups_that_have_a_label() -> None:
    vectors, owner = groups([60, 50, 40, 30])
    known = [0, 60, 61]
    picks = typiclust(vectors, 1, labelled=known, rng=np.random.default_rng(0))
    assert int(owner[picks[0].index]) in (2, 3)


def test_typiclust_takes_the_middle_of_a_group_and_not_its_rim() -> None:
    vectors, _ = groups([300], spread=0.3)
    middle = vectors.mean(axis=0)
    pick = typiclust(vectors, 1, rng=np.random.default_rng(0))[0]
    closeness = vectors @ middle
    assert closeness[pick.index] > np.quantile(closeness, 0.7)


def test_k_means_finds_separate_groups() -> None:
    vectors, owner = groups([40, 40, 40, 40, 40])
    found, gap = nearest(vectors, centres(vectors, 5, rng=np.random.default_rng(1)))
    assert all(len(set(found[owner == g].tolist())) == 1 for g in range(5))
    assert gap.max() < 0.3


def test_k_means_with_more_centres_than_rows_and_with_doubles() -> None:
    same = np.tile(np.float32([[1, 0]]), (7, 1))
    assert centres(same, 20, rng=np.random.default_rng(0)).shape == (7, 2)
    assert nearest(same, centres(same, 3, rng=np.random.default_rng(0)))[1].max() == pytest.approx(0, abs=1e-6)


def pool_of(vectors: Vectors, chances: np.ndarray | None, known: list[int], targets: list[int]) -> Pool:
    rest = np.setdiff1d(np.arange(len(vectors)), known)
    return Pool(Features(vectors, vectors), chances, np.array(known), np.array(targets), rest, ("a", "b", "c"))


def test_auto_covers_the_pool_before_the_model_knows_two_classes() -> None:
    vectors, owner = groups([50, 50, 50])
    for chances in (None, np.tile(np.float32([[1, 0, 0]]), (150, 1))):
        picks = auto(pool_of(vectors, chances, [0], [0]), 2, rng=np.random.default_rng(0))
        assert {int(owner[p.index]) for p in picks} == {1, 2}


def test_auto_asks_where_the_model_is_unsure_and_spreads() -> None:
    vectors, owner = groups([50, 50, 50])
    chances = np.tile(np.float32([[0.98, 0.01, 0.01]]), (150, 1))
    chances[owner != 0] = (0.02, 0.5, 0.48)
    picks = auto(pool_of(vectors, chances, [0, 1], [0, 1]), 2, rng=np.random.default_rng(0))
    assert {int(owner[p.index]) for p in picks} == {1, 2}
    assert picks[0].reason.startswith("torn between b and c (0.50 against 0.48); stands for ")


def test_auto_comes_closer_to_pure_margin_as_the_model_becomes_sure() -> None:
    rng = np.random.default_rng(0)
    vectors, _ = groups([500, 500])
    unsure = rng.permutation(1000)[:30]
    chances = np.tile(np.float32([[0.999, 0.001, 0]]), (1000, 1))
    chances[unsure] = (0.5, 0.5, 0)
    picks = auto(pool_of(vectors, chances, [], [0, 1][:0]), 10, rng=rng)
    assert len(picks) == 10
    known = pool_of(vectors, chances, [int(i) for i in np.setdiff1d(np.arange(1000), unsure)[:2]], [0, 1])
    assert {p.index for p in auto(known, 10, rng=rng)} <= set(unsure.tolist())


@pytest.mark.slow
def test_typiclust_needs_little_memory() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((50_000, 64), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tracemalloc.start()
    picks = typiclust(vectors, 200, rng=rng)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(picks) == 200
    assert peak < 64 * 2**20
