"""Logistic regression finds the same minimum as scikit-learn's, and does what scikit-learn's cannot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from handloom.core.arrays import Features
from handloom.tasks.descent import minimise
from handloom.tasks.linear import Linear
from handloom.tasks.sparse import restrict, right_singular_vectors, unit_rows, used_columns

RNG = np.random.default_rng


def data(rows: int = 200, classes: int = 3) -> tuple[Features, np.ndarray]:
    rng = RNG(0)
    target = rng.integers(classes, size=rows)
    matrix = (rng.standard_normal((classes, 20))[target] + rng.standard_normal((rows, 20))).astype(np.float32)
    return Features(matrix, matrix), target


def test_probabilities_are_those_of_scikit_learn() -> None:
    features, target = data()
    mine = Linear(strength=1.0, balance=0.0, rounds=500)
    mine.fit(features, np.eye(3)[target], weights=None, rng=RNG(0))
    oracle = LogisticRegression(C=1.0, max_iter=500).fit(features.matrix, target)
    assert np.abs(mine.predict(features) - oracle.predict_proba(features.matrix)).max() < 0.01


def test_labels_that_are_shares_count_as_shares() -> None:
    features, target = data()
    half = np.eye(3)[target] * 0.5 + np.eye(3)[(target + 1) % 3] * 0.5
    twice = Features(np.concatenate((features.matrix, features.matrix)), np.concatenate((features.vectors,) * 2))
    both = np.concatenate((np.eye(3)[target], np.eye(3)[(target + 1) % 3]))
    soft, hard = Linear(balance=0.0), Linear(balance=0.0, strength=15.0)
    soft.fit(features, half, weights=None, rng=RNG(0))
    hard.fit(twice, both, weights=None, rng=RNG(0))
    assert np.abs(soft.predict(features) - hard.predict(features)).max() < 0.03


def test_a_row_of_weight_two_counts_like_two_rows() -> None:
    features, target = data(60)
    weights = np.ones(60)
    weights[:20] = 2
    twice = np.concatenate((np.arange(60), np.arange(20)))
    one, other = Linear(balance=0.0), Linear(balance=0.0)
    one.fit(features, np.eye(3)[target], weights=weights, rng=RNG(0))
    other.fit(features.take(twice), np.eye(3)[target[twice]], weights=None, rng=RNG(0))
    assert np.abs(one.predict(features) - other.predict(features)).max() < 0.01


def test_balance_lifts_rare_classes() -> None:
    rng = RNG(1)
    target = (rng.random(400) < 0.08).astype(int)
    matrix = (target[:, None] * 1.0 + rng.standard_normal((400, 5))).astype(np.float32)
    shares = []
    for balance in (0.0, 0.5, 1.0):
        learner = Linear(balance=balance)
        learner.fit(Features(matrix, matrix), np.eye(2)[target], weights=None, rng=rng)
        shares.append(learner.predict(Features(matrix, matrix))[:, 1].mean())
    assert shares[0] == pytest.approx(target.mean(), abs=0.01)
    assert shares[0] < shares[1] < shares[2]


def test_nothing_is_pickled(tmp_path: Path) -> None:
    features, target = data(40)
    learner = Linear()
    learner.fit(features, np.eye(3)[target], weights=None, rng=RNG(0))
    learner.save(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["learner.json", "learner.npz"]
    with np.load(tmp_path / "learner.npz", allow_pickle=False) as stored:
        assert stored["weights"].shape == (20, 3)
    assert json.loads((tmp_path / "learner.json").read_text())["name"] == "linear@1"


@given(st.integers(1, 12), st.integers(0, 50))
def test_descent_finds_the_minimum_of_a_quadratic(size: int, seed: int) -> None:
    rng = RNG(seed)
    root = rng.standard_normal((size, size))
    curve = (root @ root.T + np.eye(size)).astype(np.float32)
    goal = rng.standard_normal(size).astype(np.float32)

    def function(point: np.ndarray) -> tuple[float, np.ndarray]:
        gap = point - goal
        return float(0.5 * gap @ curve @ gap), curve @ gap

    found = minimise(function, np.zeros(size, dtype=np.float32), rounds=500, flat=1e-4, gain=0.0)
    assert np.abs(found - goal).max() < 0.02


def test_descent_stops_at_the_start_when_that_is_the_minimum() -> None:
    start = np.zeros(3, dtype=np.float32)
    assert minimise(lambda p: (0.0, np.zeros_like(p)), start, rounds=9, flat=1e-4, gain=1e-6) is start


@given(st.integers(0, 30))
def test_restrict_is_column_indexing(seed: int) -> None:
    matrix = sparse.random(9, 40, density=0.2, random_state=seed, format="csr", dtype=np.float32)
    used = used_columns(matrix, 10)
    assert used.size <= 10
    assert (restrict(matrix, used).toarray() == matrix.toarray()[:, used]).all()


def test_singular_vectors_span_the_leading_space() -> None:
    rng = RNG(0)
    matrix = (rng.standard_normal((80, 4)) @ rng.standard_normal((4, 60))).astype(np.float32)
    found = right_singular_vectors(matrix, 4, rng)
    assert np.allclose(found.T @ found, np.eye(4), atol=1e-3)
    assert np.allclose(matrix @ found @ found.T, matrix, atol=1e-2)


def test_a_zero_row_gets_a_direction() -> None:
    rows = unit_rows(np.array([[0, 0], [3, 4]], dtype=np.float32))
    assert rows.tolist() == [[1, 0], [pytest.approx(0.6), pytest.approx(0.8)]]
