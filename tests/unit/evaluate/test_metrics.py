"""Metrics against scikit-learn and against their definitions."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from handloom import evaluate

CLASSES = ["a", "b", "c", "d"]
PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@given(PAIRS)
def test_accuracy_and_macro_f1_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    truth, guess = np.array(pairs).T
    found = evaluate.macro_f1(truth, guess, rng=rng())
    assert found["value"] == pytest.approx(oracle.f1_score(truth, guess, average="macro", zero_division=0))
    assert found["low"] <= found["value"] <= found["high"]
    assert evaluate.accuracy(truth, guess)["value"] == pytest.approx(oracle.accuracy_score(truth, guess))


@given(PAIRS)
def test_per_class_and_confusion_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    truth, guess = np.array(pairs).T
    p, r, f, n = oracle.precision_recall_fscore_support(truth, guess, labels=range(4), zero_division=0)
    for k, row in enumerate(evaluate.per_class(truth, guess, CLASSES)):
        assert (row["label"], row["n"]) == (CLASSES[k], n[k])
        assert (row["precision"] or 0, row["recall"] or 0, row["f1"] or 0) == pytest.approx((p[k], r[k], f[k]))
    shown = evaluate.confusion(truth, guess, CLASSES)
    assert shown["matrix"] == oracle.confusion_matrix(truth, guess, labels=range(4)).tolist()


@given(st.lists(st.tuples(*[st.integers(0, 1)] * 6), min_size=1, max_size=30))
@settings(max_examples=50)
def test_multi_label_f1_is_that_of_scikit_learn(rows: list[tuple[int, ...]]) -> None:
    both = np.array(rows)
    truth, guess = both[:, :3], both[:, 3:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        micro = oracle.f1_score(truth, guess, average="micro", zero_division=0)
        each = oracle.f1_score(truth, guess, average=None, zero_division=0)
    seen = (truth.sum(axis=0) + guess.sum(axis=0)) > 0
    assert evaluate.micro_f1(truth, guess, rng=rng())["value"] == pytest.approx(micro)
    macro = evaluate.label_macro_f1(truth, guess, rng=rng())["value"]
    assert macro == pytest.approx(each[seen].mean() if seen.any() else 0)


def test_all_metrics_are_json_even_on_an_empty_test_set() -> None:
    for truth in (np.zeros(0, dtype=int), np.zeros((0, 4), dtype=int)):
        found = evaluate.choice_metrics(truth, np.zeros((0, 4), dtype=np.float32), CLASSES, rng=rng())
        json.dumps(found, allow_nan=False)
        assert found["accuracy"] == {"value": None, "low": 0.0, "high": 1.0, "n": 0}


def test_exact_sets_count_for_multi_label_accuracy() -> None:
    truth = np.array([[1, 0], [1, 1], [0, 0]])
    chances = np.float32([[0.9, 0.1], [0.9, 0.2], [0.4, 0.1]])
    found = evaluate.choice_metrics(truth, chances, ["x", "y"], rng=rng())
    assert found["accuracy"]["value"] == pytest.approx(2 / 3)
    assert found["label_accuracy"]["value"] == pytest.approx(5 / 6)
    assert found["confusion"] is None


def test_calibration_error_is_near_zero_for_true_probabilities_and_large_for_boasting() -> None:
    drawn = rng()
    chance = drawn.uniform(0.5, 1, 20_000)
    truth = (drawn.random(20_000) > chance).astype(int)
    honest = np.stack((chance, 1 - chance), axis=1).astype(np.float32)
    assert evaluate.calibration_error(truth, honest, rng=rng())["value"] < 0.03
    boast = np.tile(np.float32([[1, 0]]), (20_000, 1))
    found = evaluate.calibration_error(truth, boast, rng=rng())
    assert found["low"] < 0.25 < found["high"]


def test_confusion_of_many_classes_shows_those_with_errors() -> None:
    names = [f"k{i}" for i in range(300)]
    truth = np.arange(300)
    guess = truth.copy()
    guess[250] = 7
    shown = evaluate.confusion(truth, guess, names)
    assert len(shown["labels"]) == 200
    assert {"k250", "k7"} <= set(shown["labels"])
