from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handloom import train
from handloom.core.arrays import Features
from handloom.core.errors import NotEnoughLabels

CLASSES = ["a", "b", "c"]


def values(*labels: str) -> list[dict[str, list[str]]]:
    return [{"labels": list(label)} for label in labels]


def test_targets_hold_a_one_per_label() -> None:
    assert train.targets(values("b", "ac", ""), CLASSES).tolist() == [[0, 1, 0], [1, 0, 1], [0, 0, 0]]


def test_class_numbers_are_minus_one_without_a_label() -> None:
    assert train.class_numbers(values("b", "ca", ""), CLASSES).tolist() == [1, 2, -1]


@pytest.mark.parametrize(("given", "words"), [(("a",), "two labelled items"), (("a", "a"), "all 2 labels are 'a'")])
def test_too_few_labels_are_refused_with_a_reason(given: tuple[str, ...], words: str) -> None:
    with pytest.raises(NotEnoughLabels, match=words):
        train.trainable(train.targets(values(*given), CLASSES), CLASSES, multi=False)


def test_multi_label_needs_a_label_that_some_have_and_some_have_not() -> None:
    with pytest.raises(NotEnoughLabels, match="same labels"):
        train.trainable(train.targets(values("ab", "ab"), CLASSES), CLASSES, multi=True)
    train.trainable(train.targets(values("ab", "a"), CLASSES), CLASSES, multi=True)


class Sum:
    """A learner whose prediction shows which rows it was given."""

    name = "sum"

    def fit(self, *_: object, **__: object) -> None: ...

    def predict(self, features: Features) -> np.ndarray:
        return features.matrix.sum(axis=1, keepdims=True) * np.ones((1, 2), dtype=np.float32)

    def save(self, folder: Path) -> None: ...

    def load(self, folder: Path) -> None: ...


def test_a_large_pool_is_predicted_in_parts_that_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handloom.train.fit.CHUNK", 7)
    matrix = np.arange(40, dtype=np.float32).reshape(20, 2)
    told: list[tuple[int, int]] = []
    found = train.predict(Sum(), Features(matrix, matrix), lambda done, n: told.append((done, n)))
    assert found.dtype == np.float16
    assert found[:, 0].tolist() == matrix.sum(axis=1).tolist()
    assert told == [(7, 20), (14, 20), (20, 20)]
