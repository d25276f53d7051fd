"""Comparison, baselines, curves and the evidence of a decision."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom import evaluate
from handloom.core.errors import BadTask, UnknownLabel
from handloom.evaluate import Contender

CLASSES = ["ham", "spam"]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=50))
def test_the_difference_of_accuracies_is_the_difference(rows: list[tuple[int, int, int]]) -> None:
    truth, mine, theirs = np.array(rows).T
    found = evaluate.accuracy_difference(truth, mine, theirs)
    assert found["value"] == pytest.approx((mine == truth).mean() - (theirs == truth).mean())
    assert -1 <= found["low"] <= found["value"] <= found["high"] <= 1
    turned = evaluate.accuracy_difference(truth, theirs, mine)
    assert turned["low"] == pytest.approx(-found["high"])


def test_the_paired_interval_covers_about_95_times_in_100_and_is_narrow() -> None:
    chance = rng()
    inside, widths = [], []
    for _ in range(2000):
        hard = chance.random(200)
        mine, theirs = hard < 0.88, hard < 0.84
        noise = chance.random(200) < 0.02
        found = evaluate.accuracy_difference(np.ones(200), mine ^ noise, theirs)
        inside.append(found["low"] <= 0.04 - 0.02 * 0.76 <= found["high"])
        widths.append(found["high"] - found["low"])
    assert 0.93 <= np.mean(inside) <= 0.99
    assert np.mean(widths) < 0.09


def test_macro_f1_difference_of_equal_models_is_zero() -> None:
    truth, guess = rng().integers(3, size=(2, 100))
    assert evaluate.macro_f1_difference(truth, guess, guess, rng=rng())["value"] == 0


def test_majority_is_the_commonest_class() -> None:
    assert evaluate.majority([2, 1, 2], 4, classes=3).tolist() == [2, 2, 2, 2]
    assert evaluate.majority([], 2, classes=3).tolist() == [0, 0]
    assert evaluate.majority([[1, 0], [1, 1], [1, 0]], 2, classes=2).tolist() == [[1, 0], [1, 0]]


TABLE = {
    "rules": [{"pattern": r"free|prize", "label": "spam"}, {"pattern": r"\d{5,}", "label": "spam"}],
    "default": "ham",
}


def test_rules_give_the_first_label_found_or_the_default() -> None:
    checked = evaluate.rules(TABLE, CLASSES)
    items = [{"text": "A FREE prize"}, {"text": "see you"}, {"text": "call 0800123"}]
    assert evaluate.heuristic_predictions(checked, items, CLASSES).tolist() == [1, 0, 1]


def test_a_function_of_the_user_may_say_nothing() -> None:
    guess = evaluate.heuristic_predictions(
        lambda d: "spam" if "!" in d["text"] else None, [{"text": "a!"}, {"text": "b"}], CLASSES
    )
    assert guess.tolist() == [1, -1]
    assert evaluate.accuracy([1, 0], guess)["value"] == 0.5
    assert evaluate.macro_f1([1, 0], guess, rng=rng())["value"] == 0.5


def test_several_labels_from_several_rules() -> None:
    table = {"rules": [{"pattern": "late", "label": "ham"}, {"pattern": "rude", "label": "spam"}]}
    guess = evaluate.heuristic_predictions(
        evaluate.rules(table, CLASSES), [{"t": "late and rude"}, {"t": "-"}], CLASSES, multi=True
    )
    assert guess.tolist() == [[1, 1], [0, 0]]


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a|a)*b",
        r"(ab|b|a)*c",
        r"(aa?)*b",
        r"(.*)*x",
        r"(a)\1",
        "a*b*c*d",
        "x" * 600,
        "(",
        r"(?:a{1,200}){5}",
    ],
)
def test_patterns_that_could_run_away_are_refused(pattern: str) -> None:
    with pytest.raises(BadTask):
        evaluate.rules({"rules": [{"pattern": pattern, "label": "spam"}]}, CLASSES)


@pytest.mark.parametrize(
    "pattern", [r"\bwin\b", r"free.*prize", r"(call|text) \d+ now", r"[A-Z]{3}\d{2}", r"(?:https?://)?www\."]
)
def test_ordinary_patterns_pass(pattern: str) -> None:
    assert evaluate.rules({"rules": [{"pattern": pattern, "label": "spam"}]}, CLASSES).patterns


def test_the_worst_pattern_allowed_ends() -> None:
    checked = evaluate.rules({"rules": [{"pattern": "a.*b", "label": "spam"}]}, CLASSES)
    started = time.process_time()
    checked({"text": "a" * 1_000_000})
    assert time.process_time() - started < 2


def test_unknown_labels_of_a_heuristic_are_named() -> None:
    with pytest.raises(UnknownLabel, match="spam"):
        evaluate.rules({"rules": [], "default": "spma"}, CLASSES)
    with pytest.raises(UnknownLabel):
        evaluate.heuristic_predictions(lambda _: "eggs", [{}], CLASSES)


def test_labels_to_is_the_first_measured_point() -> None:
    curve = [(10, 0.5), (20, 0.8), (30, 0.79), (40, 0.9)]
    assert evaluate.labels_to(curve, 0.8) == 20
    assert evaluate.labels_to(curve, 0.95) is None
    assert evaluate.labels_to([], 0.5) is None


def test_area_is_the_mean_height() -> None:
    assert evaluate.area_under([(0, 0.0), (10, 1.0)]) == pytest.approx(0.5)
    assert evaluate.area_under([(0, 1.0), (10, 1.0)], upto=40) == pytest.approx(1.0)
    assert evaluate.area_under([(5, 1.0)]) is None


def test_the_evidence_holds_what_a_decision_needs() -> None:
    truth = np.array([0, 0, 0, 1, 1, 1] * 30)
    good, bad = truth.copy(), truth.copy()
    good[:5] = 1 - good[:5]
    bad[:60] = 1 - bad[:60]
    found = evaluate.report(
        truth,
        CLASSES,
        Contender(good, {"model": "m2", "number": 2, "labels": 50}),
        {"current": Contender(bad, {"model": "m1", "number": 1}), "majority": Contender(np.zeros(180, dtype=np.int64))},
        rng=rng(),
    )
    json.dumps(found, allow_nan=False)
    assert found["candidate"]["model"] == "m2"
    assert found["candidate"]["accuracy"]["value"] == pytest.approx(175 / 180)
    assert found["against"] == "current"
    assert found["difference"]["low"] > 0
    assert found["heuristic"] is None
    assert found["flipped"] == 55
    assert found["findings"] == []
    assert [row["n"] for row in found["per_class"]] == [90, 90]


def test_findings_say_what_is_wrong() -> None:
    truth = np.array([0] * 20)
    wrong = Contender(np.ones(20, dtype=np.int64))
    same = Contender(np.zeros(20, dtype=np.int64))
    found = evaluate.report(truth, CLASSES, wrong, {"current": same, "majority": same}, rng=rng())
    checks = [(f["check"], f["severity"]) for f in found["findings"]]
    assert ("beats_majority", "error") in checks
    assert ("difference", "error") in checks
    assert ("unseen_labels", "warning") in checks
    assert ("test_set", "warning") in checks
    assert [s for _, s in checks] == sorted((s for _, s in checks), key=["error", "warning", "info"].index)


def test_multi_label_evidence() -> None:
    truth = np.array([[1, 0], [1, 1], [0, 1], [0, 0]])
    found = evaluate.report(truth, CLASSES, Contender(truth), {"majority": Contender(np.zeros_like(truth))}, rng=rng())
    json.dumps(found, allow_nan=False)
    assert found["candidate"]["macro_f1"]["value"] == 1
    assert found["confusion"] is None
    assert found["against"] == "majority"
