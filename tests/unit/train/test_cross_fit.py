"""Cross-fitting: nobody is judged by a model that saw the same item."""

from __future__ import annotations

import numpy as np
import pytest

from handloom.core.arrays import Features, Probs
from handloom.core.errors import NotEnoughLabels
from handloom.train import cross_fit
from handloom.train.cross_fit import folds


class Remembers:
    """A learner that gives 1 to the label it saw for exactly this item, and 0 to everything else."""

    name = "remembers"

    def fit(self, features: Features, targets: np.ndarray, *, weights: object, rng: np.random.Generator) -> None:
        self.seen = {float(x): t for x, t in zip(features.vectors[:, 0], targets, strict=True)}
        self.classes = targets.shape[1]

    def predict(self, features: Features) -> Probs:
        nothing = np.zeros(self.classes, dtype=np.float32)
        return np.array([self.seen.get(float(x), nothing) for x in features.vectors[:, 0]], dtype=np.float32)


def features(values: list[float]) -> Features:
    vectors = np.array(values, dtype=np.float32)[:, None]
    return Features(vectors, vectors)


def one_hot(classes: list[int]) -> np.ndarray:
    return np.eye(max(classes) + 1, dtype=np.float32)[classes]


def test_no_row_is_seen_before_it_is_judged() -> None:
    rng = np.random.default_rng(0)
    found = cross_fit(Remembers, features(list(range(20))), one_hot([0, 1] * 10), rng=rng)  # type: ignore[arg-type]
    assert found.sum() == 0


def test_identical_items_are_held_out_together() -> None:
    rng = np.random.default_rng(0)
    same = np.arange(20) // 2
    found = cross_fit(  # type: ignore[call-arg]
        Remembers, features(same.astype(float).tolist()), one_hot([0, 0, 1, 1] * 5), groups=same, rng=rng  # type: ignore[arg-type]
    )  # fmt: skip
    assert found.sum() == 0


def test_only_item_of_a_class_stays_in_training() -> None:
    rng = np.random.default_rng(0)
    found = cross_fit(Remembers, features(list(range(11))), one_hot([0, 1] * 5 + [2]), rng=rng)  # type: ignore[arg-type]
    assert found[10] == pytest.approx([0, 0, 1])
    assert found[:10].sum() == 0


def test_every_class_is_spread_over_all_folds() -> None:
    classes = np.repeat([0, 1, 2], [50, 10, 5])
    place = folds(classes, None, 5, rng=np.random.default_rng(3))
    counts = np.array([np.bincount(place[classes == k], minlength=5) for k in range(3)])
    assert (counts == [[10] * 5, [2] * 5, [1] * 5]).all()


def test_one_class_is_too_few() -> None:
    with pytest.raises(NotEnoughLabels):
        cross_fit(Remembers, features([1.0, 2.0]), np.eye(2, dtype=np.float32)[[0, 0]], rng=np.random.default_rng(0))  # type: ignore[arg-type]
