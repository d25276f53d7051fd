"""Corrected labels may count more, within a cap, and both slices are told what came of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.arrays import Features, Probs
from handloom.train import corrections


@given(st.integers(1, 200), st.integers(0, 200), st.floats(1, 10))
def test_corrected_rows_never_take_more_than_the_cap_unless_they_are_that_many(
    n: int, many: int, weight: float
) -> None:
    corrected = np.arange(n) < many
    found = corrections.weights(corrected, weight)
    assert (found[~corrected] == 1).all()
    assert (found >= 1).all()
    assert found.max() <= weight + 1e-12
    share = found[corrected].sum() / found.sum()
    assert share <= max(corrections.CAP, corrected.mean()) + 1e-9


class Weighted:
    """Says the class of the larger weight, whatever the row."""

    name = "weighted"

    def fit(self, features: Features, targets: np.ndarray, *, weights: np.ndarray, rng: np.random.Generator) -> None:
        self.mass = weights @ targets

    def predict(self, features: Features) -> Probs:
        return np.tile(self.mass / self.mass.sum(), (len(features), 1)).astype(np.float32)


def test_what_a_weight_gains_on_one_slice_it_may_lose_on_the_other() -> None:
    corrected = np.arange(100) < 20
    targets = np.eye(2, dtype=np.float32)[np.where(np.arange(100) < 40, 1, 0)]
    vectors = np.zeros((100, 1), dtype=np.float32)
    low, high = corrections.compare(
        Weighted,  # type: ignore[arg-type]
        Features(vectors, vectors),
        targets,
        corrected,
        tried=(1.0, 10.0),
        rng=np.random.default_rng(0),
    )
    assert (low.used, high.used) == (1.0, pytest.approx(0.3 * 80 / (0.7 * 20)))
    assert (low.old["n"], low.new["n"]) == (80, 20)
    assert low.new["value"] == 0.0
    assert low.old["value"] == pytest.approx(60 / 80)
