"""Neighbours and places: the same as brute force where that can be told, deterministic, and near where near."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from handloom.select import map as plane
from handloom.select.map import layout, nearest


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    found: Any = load_digits()
    return unit(found.data + 0.1), found.target


def brute(queries: np.ndarray, base: np.ndarray, k: int) -> np.ndarray:
    """(queries, k) distances to the k nearest rows."""
    gaps = np.linalg.norm(queries[:, None, :].astype(np.float64) - base[None].astype(np.float64), axis=2)
    return np.sort(gaps, axis=1)[:, :k]


@given(st.integers(2, 60), st.integers(1, 8), st.integers(1, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_neighbours_of_few_rows_are_exact(n: int, d: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, d)).astype(np.float32)
    found = plane.graph(rows, k, rng=rng)
    assert found.shape == (n, min(k, n - 1))
    assert all(row not in found[row] for row in range(n))
    assert all(len(set(one)) == len(one) for one in found.tolist())
    gaps = np.linalg.norm(rows[found] - rows[:, None, :], axis=2)
    assert (np.diff(gaps, axis=1) >= -1e-4).all()
    assert np.allclose(gaps, brute(rows, rows, found.shape[1] + 1)[:, 1:], atol=1e-3)


def test_identical_rows_are_each_others_neighbours() -> None:
    rows = np.ones((9, 4), dtype=np.float32)
    found = plane.graph(rows, 3, rng=np.random.default_rng(0))
    assert all(row not in found[row] and len(set(found[row])) == 3 for row in range(9))


def test_by_cells_nearly_all_neighbours_are_found(digits: tuple[np.ndarray, np.ndarray], monkeypatch) -> None:
    vectors = digits[0]
    monkeypatch.setattr(nearest, "EXACT", 100)
    found = plane.graph(vectors, 10, rng=np.random.default_rng(0))
    gaps = np.linalg.norm(vectors[found] - vectors[:, None, :], axis=2)
    some = np.arange(0, len(vectors), 9)
    farthest = brute(vectors[some], vectors, 11)[:, -1:]
    assert (gaps[some] <= farthest + 1e-5).mean() > 0.95


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7])
def test_few_rows_have_places_too(n: int) -> None:
    rng = np.random.default_rng(1)
    vectors = unit(rng.standard_normal((n, 5)) + 0.01)
    near = plane.graph(vectors, 4, rng=rng)
    places, landmarks = plane.lay_out(vectors, near, rng=rng)
    assert places.shape == (n, 2)
    assert np.isfinite(places).all()
    assert landmarks.tolist() == list(range(n))


def test_the_same_seed_gives_the_same_map(digits: tuple[np.ndarray, np.ndarray]) -> None:
    vectors = digits[0][:300]

    def drawn(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return plane.lay_out(vectors, plane.graph(vectors, 15, rng=rng), rng=rng)[0]

    assert np.array_equal(drawn(3), drawn(3))
    assert not np.array_equal(drawn(3), drawn(4))


def agree(places: np.ndarray, truth: np.ndarray, k: int = 5) -> float:
    """Share of points whose k nearest points on the plane mostly show the same digit."""
    gaps = np.linalg.norm(places[:, None, :] - places[None], axis=2)
    np.fill_diagonal(gaps, np.inf)
    near = np.argsort(gaps, axis=1)[:, :k]
    return float(np.mean([np.bincount(truth[row], minlength=10).argmax() == truth[i] for i, row in enumerate(near)]))


def test_alike_lies_together(digits: tuple[np.ndarray, np.ndarray]) -> None:
    vectors, truth = digits
    rng = np.random.default_rng(0)
    places, _ = plane.lay_out(vectors, plane.graph(vectors, 15, rng=rng), rng=rng)
    principal = (vectors - vectors.mean(axis=0)) @ np.linalg.svd(vectors - vectors.mean(axis=0))[2][:2].T
    assert agree(places, truth) > 0.94 > agree(principal, truth) + 0.2


def test_landmarks_first_is_nearly_as_good_and_new_rows_come_between_them(
    digits: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "LANDMARKS", 400)
    vectors, truth = digits
    rng = np.random.default_rng(0)
    old, new = np.arange(1500), np.arange(1500, len(vectors))
    places, landmarks = plane.lay_out(vectors[old], plane.graph(vectors[old], 15, rng=rng), rng=rng)
    assert len(landmarks) == 400
    assert agree(places, truth[old]) > 0.92
    added = plane.place(vectors[new], vectors[landmarks], places[landmarks], rng=rng)
    both = np.concatenate([places, added])
    gaps = np.linalg.norm(added[:, None, :] - places[None], axis=2)
    near = np.argsort(gaps, axis=1)[:, :5]
    same = [np.bincount(truth[row], minlength=10).argmax() == truth[k] for k, row in zip(new, near, strict=True)]
    assert np.mean(same) > 0.85
    assert np.isfinite(both).all()


def test_whole_numbers_keep_the_places() -> None:
    places = np.array([[-3.0, 1.0], [5.0, 2.0], [0.0, -6.0]], dtype=np.float32)
    found, frame = plane.as_uint16(places)
    left, bottom, side = frame
    back = found / 65_535 * side + np.array([left, bottom])
    assert np.allclose(back, places, atol=side / 65_535)
    again, same = plane.as_uint16(places[:2], frame)
    assert same == frame
    assert np.array_equal(again, found[:2])
    outside, _ = plane.as_uint16(np.array([[100.0, -100.0]], dtype=np.float32), frame)
    assert outside.tolist() == [[65_535, 0]]
