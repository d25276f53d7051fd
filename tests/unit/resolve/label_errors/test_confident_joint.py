"""Confident learning against the rule written out row by row, and against what cleanlab 2.9 found on the same numbers."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handloom.resolve.label_errors import confident_joint


def noisy(n: int, classes: int, seed: int, share: float = 0.1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels with moved ones, probabilities around the truth, and which labels were moved."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    chances = rng.standard_normal((n, classes)) + 3.0 * (np.arange(classes) == truth[:, None])
    chances = np.exp(chances) / np.exp(chances).sum(axis=1, keepdims=True)
    labels = truth.copy()
    moved = rng.random(n) < share
    labels[moved] = (truth[moved] + rng.integers(1, classes, int(moved.sum()))) % classes
    return labels, chances, labels != truth


def raw_counts(labels: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """The joint before scaling, one row at a time."""
    classes = chances.shape[1]
    reach = np.array([chances[labels == k, k].mean() if (labels == k).any() else 2.0 for k in range(classes)]) - 1e-6
    counts = np.zeros((classes, classes))
    for label, row in zip(labels, chances, strict=True):
        over = np.flatnonzero(row >= reach)
        if over.size:
            counts[label, over[0] if over.size == 1 else row.argmax()] += 1
    return counts


def test_counts_follow_the_rule_row_by_row() -> None:
    labels, chances, _ = noisy(400, 4, seed=1)
    raw = raw_counts(labels, chances)
    sizes = np.bincount(labels, minlength=4)
    expected = raw / raw.sum(axis=1, keepdims=True) * sizes[:, None]
    joint = confident_joint(labels, chances)
    assert (joint.counts.sum(axis=1) == sizes).all()
    assert np.abs(joint.counts - expected).max() < 1


def test_moved_labels_are_flagged_and_few_others() -> None:
    labels, chances, wrong = noisy(3000, 5, seed=2)
    flagged = confident_joint(labels, chances).flagged
    assert wrong[flagged].mean() > 0.8
    assert flagged[wrong].mean() > 0.8


def test_set_is_the_one_that_cleanlab_found() -> None:
    """Rows that `cleanlab.filter.find_label_issues` 2.9.0 gave for the same arrays."""
    labels, chances, _ = noisy(60, 3, seed=7, share=0.2)
    assert np.flatnonzero(confident_joint(labels, chances).flagged).tolist() == CLEANLAB


@given(st.integers(0, 1000), st.integers(2, 6), st.sampled_from((np.float32, np.float64)))
@settings(max_examples=30)
def test_order_of_rows_does_not_matter_and_agreeing_rows_are_never_flagged(seed: int, classes: int, kind: type) -> None:
    labels, chances, _ = noisy(80, classes, seed)
    chances = chances.astype(kind)
    flagged = confident_joint(labels, chances).flagged
    order = np.random.default_rng(seed).permutation(80)
    assert (confident_joint(labels[order], chances[order]).flagged == flagged[order]).all()
    assert not flagged[labels == chances.argmax(axis=1)].any()


def test_rows_without_a_label_are_left_out() -> None:
    labels, chances, _ = noisy(500, 3, seed=3)
    alone = confident_joint(labels, chances).flagged
    more = np.concatenate((labels, np.full(50, -1)))
    both = confident_joint(more, np.concatenate((chances, chances[:50]))).flagged
    assert (both[:500] == alone).all()
    assert not both[500:].any()


@pytest.mark.parametrize("labels", [[0], [0, 0, 0], [0, 1], [1, 1, 2]])
def test_hardly_any_rows(labels: list[int]) -> None:
    chances = np.full((len(labels), 3), 1 / 3)
    joint = confident_joint(np.array(labels), chances)
    assert joint.flagged.shape == (len(labels),)
    assert not joint.flagged.any()


def test_small_pieces_give_the_same_set(monkeypatch: pytest.MonkeyPatch) -> None:
    labels, chances, _ = noisy(600, 4, seed=5)
    whole = confident_joint(labels, chances)
    # The package exports the function under the name of its module.
    monkeypatch.setattr(sys.modules[confident_joint.__module__], "CHUNK", 40)
    parts = confident_joint(labels, chances)
    assert (parts.flagged == whole.flagged).all()
    assert (parts.counts == whole.counts).all()


CLEANLAB = [5, 8, 21, 22, 31, 33, 43, 47, 49, 50, 51, 52, 58]
