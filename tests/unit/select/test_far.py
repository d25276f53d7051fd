"""k_center and badge against their definitions, written out naively with every distance."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handloom.select import badge, k_center
from handloom.select.greedy import Gradients


def unit(rows: int, d: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    vectors = (rng.standard_normal((6, d))[rng.integers(6, size=rows)] + 0.4 * rng.standard_normal((rows, d))).astype(
        "f4"
    )
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def naive_farthest(vectors: np.ndarray, chosen: list[int], n: int) -> list[int]:
    """One row after the other, each with the largest distance to all chosen ones."""
    wide = vectors.astype(np.float64)
    for _ in range(n):
        gap = np.min([((wide - wide[c]) ** 2).sum(axis=1) for c in chosen], axis=0)
        chosen = [*chosen, int(gap.argmax())]
    return chosen


@settings(max_examples=20, deadline=None)
@given(st.integers(30, 3000), st.integers(2, 24), st.integers(1, 90), st.integers(0, 99))
def test_k_center_picks_exactly_the_farthest(rows: int, d: int, n: int, seed: int) -> None:
    vectors = unit(rows, d, seed)
    n = min(n, rows - 2)
    known = [0, rows - 1]
    picks = k_center(vectors, n, labelled=known, rng=np.random.default_rng(0))
    wide = vectors.astype(np.float64)
    gap = np.min([((wide - wide[c]) ** 2).sum(axis=1) for c in known], axis=0)
    for pick in picks:
        assert pick.score == pytest.approx(gap.max() ** 0.5, abs=2e-3)
        gap = np.minimum(gap, ((wide - wide[pick.index]) ** 2).sum(axis=1))


def test_k_center_without_labels_begins_in_the_middle() -> None:
    vectors = unit(500, 8, 3)
    picks = k_center(vectors, 5, rng=np.random.default_rng(0))
    middle = vectors.mean(axis=0)
    assert picks[0].index == int(((vectors - middle) ** 2).sum(axis=1).argmin())
    assert [p.index for p in picks] == naive_farthest(vectors, [picks[0].index], 4)


def test_k_center_of_few_candidates_is_that_of_the_candidates_alone() -> None:
    vectors = unit(900, 8, 4)
    some = np.arange(100, 300)
    picks = k_center(vectors, 7, labelled=[5], candidates=some, rng=np.random.default_rng(0))
    alone = k_center(np.concatenate((vectors[some], vectors[5:6])), 7, labelled=[200], rng=np.random.default_rng(0))
    assert [p.index for p in picks] == [100 + p.index for p in alone]


def test_copies_of_what_is_asked_come_after_everything_else() -> None:
    vectors = np.concatenate((unit(40, 6, 1), np.repeat(unit(1, 6, 2), 60, axis=0)))
    picks = k_center(vectors, 41, rng=np.random.default_rng(0))
    assert len({p.index for p in picks}) == 41
    assert sum(p.index >= 40 for p in picks) == 1


def test_a_gradient_is_the_outer_product_of_error_and_vector() -> None:
    rng = np.random.default_rng(0)
    vectors, chances = unit(50, 7, 0), rng.dirichlet(np.ones(4), 50).astype(np.float32)
    error = chances.copy()
    error[np.arange(50), chances.argmax(axis=1)] -= 1
    full = np.einsum("ij,ik->ijk", error, vectors).reshape(50, -1)
    space = Gradients(vectors, chances, multi=False)
    assert np.allclose(space.square, (full**2).sum(axis=1), atol=1e-5)
    some = np.array([3, 9])
    assert np.allclose(space.inner(space.take(some), slice(0, 50)), full[some] @ full.T, atol=1e-5)


def test_badge_draws_the_second_row_by_its_squared_distance_to_the_first() -> None:
    rng = np.random.default_rng(0)
    vectors, chances = unit(12, 5, 0), rng.dirichlet(np.ones(3), 12).astype(np.float32)
    error = chances.copy()
    error[np.arange(12), chances.argmax(axis=1)] -= 1
    full = np.einsum("ij,ik->ijk", error, vectors).reshape(12, -1)
    picks = [badge(vectors, chances, 3, rng=np.random.default_rng(seed)) for seed in range(3000)]
    first = {p[0].index for p in picks}
    assert first == {int((full**2).sum(axis=1).argmax())}
    gap = ((full - full[first.pop()]) ** 2).sum(axis=1)
    seen = np.bincount([p[1].index for p in picks], minlength=12) / len(picks)
    assert seen == pytest.approx(gap / gap.sum(), abs=0.03)
    # The third is drawn by bounds and refusals, before any new pass over all rows: its chances have to be exact as well.
    second = int(np.bincount([p[1].index for p in picks]).argmax())
    third = [p[2].index for p in picks if p[1].index == second]
    rest = np.minimum(gap, ((full - full[second]) ** 2).sum(axis=1))
    seen = np.bincount(third, minlength=12) / len(third)
    assert seen == pytest.approx(rest / rest.sum(), abs=0.07)


def test_badge_prefers_what_the_model_is_unsure_about() -> None:
    vectors = unit(400, 8, 0)
    chances = np.tile(np.float32([[0.99, 0.005, 0.005]]), (400, 1))
    unsure = np.arange(0, 400, 8)
    chances[unsure] = (0.4, 0.35, 0.25)
    picks = badge(vectors, chances, 20, rng=np.random.default_rng(0))
    assert np.isin([p.index for p in picks], unsure).mean() > 0.9


@pytest.mark.slow
def test_many_of_twenty_thousand_take_little_memory() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((20_000, 64), dtype=np.float32)
    chances = rng.dirichlet(np.ones(10), 20_000).astype(np.float32)
    for pick in (
        lambda: k_center(vectors, 300, rng=np.random.default_rng(0)),
        lambda: badge(vectors, chances, 300, rng=np.random.default_rng(0)),
    ):
        tracemalloc.start()
        assert len(pick()) == 300
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 24 * 2**20
