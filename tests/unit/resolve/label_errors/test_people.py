"""Answers of people and their skill, with and without a model."""

from __future__ import annotations

import numpy as np
import pytest

from handloom.core.errors import BadValue
from handloom.resolve.label_errors import Answers, people

N, CLASSES = 600, 4


def crowd(accuracies: list[float], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Truth, and (rows, people) answers of people of these accuracies, a fifth of them missing."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, CLASSES, N)
    said = np.empty((N, len(accuracies)), dtype=np.int64)
    for place, accuracy in enumerate(accuracies):
        off = (truth + rng.integers(1, CLASSES, N)) % CLASSES
        said[:, place] = np.where(rng.random(N) < accuracy, truth, off)
    said[rng.random(said.shape) < 0.2] = -1
    return truth, said


def test_skills_come_out_in_the_order_of_the_true_ones_and_near_them() -> None:
    true = [0.95, 0.85, 0.7, 0.5]
    truth, said = crowd(true)
    fused = people(truth, Answers.of_table(said), classes=CLASSES)
    assert fused.skills == pytest.approx(true, abs=0.06)
    assert (np.diff(fused.skills) < 0).all()


def test_wrong_labels_score_above_right_ones() -> None:
    truth, said = crowd([0.9, 0.8, 0.8])
    labels = truth.copy()
    labels[:60] = (labels[:60] + 1) % CLASSES
    wrong = people(labels, Answers.of_table(said), classes=CLASSES).wrong
    assert np.median(wrong[:60]) > 0.9
    assert np.median(wrong[60:]) < 0.1


def test_model_decides_where_nobody_answered() -> None:
    _, said = crowd([0.9])
    chances = np.full((N, CLASSES), 0.1)
    chances[:, 2] = 0.7
    said[0] = -1
    fused = people(np.full(N, 2), Answers.of_table(said), chances)
    assert fused.wrong[0] == pytest.approx(0.3)
    assert fused.likeliest[0] == 2


def test_somebody_with_few_answers_is_near_the_mean_of_all() -> None:
    truth, said = crowd([0.9, 0.9, 0.9])
    said[3:, 2] = -1
    said[:3, 2] = (truth[:3] + 1) % CLASSES
    skills = people(truth, Answers.of_table(said), classes=CLASSES).skills
    assert 0.7 < skills[2] < skills[0]


def test_row_without_a_label_has_no_chance_of_being_wrong() -> None:
    truth, said = crowd([0.9, 0.9])
    truth[5] = -1
    fused = people(truth, Answers.of_table(said), classes=CLASSES)
    assert np.isnan(fused.wrong[5])
    assert np.isfinite(np.delete(fused.wrong, 5)).all()


def test_how_many_classes_must_be_known() -> None:
    with pytest.raises(BadValue, match="how many classes"):
        people(np.array([0]), Answers.of_table(np.array([[0]])))
    with pytest.raises(BadValue, match="table of rows and people"):
        Answers.of_table(np.array([0.5]))
