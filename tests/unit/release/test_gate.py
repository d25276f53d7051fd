from __future__ import annotations

from typing import Any

import pytest

from handloom.release import ENOUGH, decision_body, judge


def measured(value: float | None, n: int = 100) -> dict[str, Any]:
    low, high = (0.0, 1.0) if value is None else (value - 0.05, value + 0.05)
    return {"value": value, "low": low, "high": high, "n": n}


def report(
    mine: float | None = 0.9,
    n: int = 100,
    current: float | None = None,
    majority: float = 0.5,
    heuristic: float | None = None,
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "candidate": {"accuracy": measured(mine, n)},
        "current": None,
        "heuristic": None if heuristic is None else {"accuracy": measured(heuristic)},
        "majority": {"accuracy": measured(majority, n)},
        "against": "majority",
        "difference": measured((mine or 0) - majority, n),
        "differences": {"majority": measured((mine or 0) - majority, n)},
        "findings": [],
    }
    if heuristic is not None:
        found["differences"]["heuristic"] = measured((mine or 0) - heuristic, n)
    if current is not None:
        gap = measured((mine or 0) - current, n)
        found |= {"current": {"accuracy": measured(current), "number": 1}, "against": "current", "difference": gap}
        found["differences"]["current"] = gap
    return found


def test_a_first_model_that_beats_the_commonest_label_is_put_to_a_person() -> None:
    verdict = judge(report(0.9), margin=0.0, evidence_comes=True)
    assert verdict.word == "ask"
    assert "n" not in verdict.reason.split("accuracy")[0]
    assert "100 test items" in verdict.reason


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mine": 0.5, "majority": 0.5}, "not better than always answering the commonest label"),
        ({"mine": 0.8, "heuristic": 0.85}, "not better than the heuristic"),
        ({"mine": 0.8, "current": 0.8}, "does not beat model 1"),
        ({"mine": 0.8, "current": 0.85}, "difference -0.050 (95 % interval"),
    ],
)
def test_what_is_not_better_is_refused_with_the_numbers(given: dict[str, Any], words: str) -> None:
    verdict = judge(report(**given), margin=0.0, evidence_comes=True)
    assert verdict.word == "refuse"
    assert words in verdict.reason


def test_the_margin_has_to_be_exceeded() -> None:
    assert judge(report(0.85, current=0.8), margin=0.1, evidence_comes=True).word == "refuse"
    assert judge(report(0.95, current=0.8), margin=0.1, evidence_comes=True).word == "ask"


@pytest.mark.parametrize("n", [1, 5, ENOUGH - 1])
def test_on_few_test_items_a_person_is_asked_and_warned(n: int) -> None:
    verdict = judge(report(0.8, n, current=0.8, heuristic=0.82), margin=0.0, evidence_comes=True)
    assert verdict.word == "ask"
    assert [finding["check"] for finding in verdict.findings] == ["few_tests", "few_tests"]
    assert all(finding["severity"] == "warning" for finding in verdict.findings)
    assert f"{n} test items are too few" in verdict.findings[0]["message"]
    body = decision_body(model="m2", number=2, current=1, report=report(), findings=verdict.findings, expires=None)
    assert body["evidence"]["findings"] == list(verdict.findings)


@pytest.mark.parametrize("rival", ["current", "heuristic", "majority"])
def test_what_is_worse_beyond_chance_is_refused_on_any_number_of_items(rival: str) -> None:
    verdict = judge(report(0.6, 8, **{"majority": 0.5, rival: 0.9}), margin=0.0, evidence_comes=True)
    assert verdict.word == "refuse"
    assert "difference -0.300" in verdict.reason


def test_enough_items_are_refused_on_a_tie() -> None:
    assert judge(report(0.8, ENOUGH, current=0.8), margin=0.0, evidence_comes=True).word == "refuse"


def test_without_a_test_label_it_waits_and_without_a_test_set_it_asks() -> None:
    assert judge(report(None, 0), margin=0.0, evidence_comes=True).word == "wait"
    verdict = judge(report(None, 0), margin=0.0, evidence_comes=False)
    assert verdict.word == "ask"
    assert "nothing is known" in verdict.reason


def test_the_question_says_what_approving_does_and_rejects_by_default() -> None:
    body = decision_body(
        model="m7", number=2, current=1, report=report(0.9, current=0.8), expires="2026-12-01T00:00:00Z"
    )
    assert body["title"] == "Release model 2?"
    assert body["subject"] == {"model": "m7"}
    assert body["default"] == "reject"
    assert body["choices"] == ["approve", "reject", "defer"]
    assert "Model 1 serves until then" in body["effect"]
    assert body["evidence"]["difference"]["n"] == 100
