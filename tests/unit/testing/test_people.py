from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import pytest

from handloom.core.errors import Malformed
from handloom.testing import Judge, Oracle, replays, work

LABELS = ["ham", "spam", "news"]


def question(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"q{number}",
        "labels": LABELS,
        "multi": False,
        "items": [{"id": f"i{number}", "key": f"k{number}"}],
        **more,
    }


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def share_right(person: Oracle, n: int = 2000, **more: Any) -> float:
    return sum(person.answer(question(**more), "ham")["value"]["labels"] == ["ham"] for _ in range(n)) / n


def test_an_answer_is_the_body_that_the_server_takes() -> None:
    body = Oracle(rng()).answer(question(7), "spam")
    assert uuid.UUID(body["id"]).version == 4
    assert (body["question"], body["outcome"], body["value"]) == ("q7", "answered", {"labels": ["spam"]})
    assert body["seconds"] > 0
    assert body["suggestion_shown"] is False


def test_the_same_generator_gives_the_same_person() -> None:
    one, other = (Oracle(rng(3), accuracy=0.6) for _ in range(2))
    assert [one.answer(question(i), "ham") for i in range(50)] == [other.answer(question(i), "ham") for i in range(50)]


@pytest.mark.parametrize("accuracy", [0.0, 0.3, 0.9, 1.0])
def test_the_share_of_right_answers_is_the_accuracy(accuracy: float) -> None:
    assert share_right(Oracle(rng(), accuracy=accuracy)) == pytest.approx(accuracy, abs=0.03)


def test_wrong_answers_follow_the_confusion() -> None:
    person = Oracle(rng(), confusion={"ham": {"ham": 0.5, "news": 0.5}})
    given = [person.answer(question(), "ham")["value"]["labels"][0] for _ in range(2000)]
    assert set(given) == {"ham", "news"}
    assert given.count("news") / 2000 == pytest.approx(0.5, abs=0.04)
    assert person.answer(question(), "spam")["value"]["labels"] == ["spam"]
    with pytest.raises(Malformed, match="no chance"):
        Oracle(rng(), confusion={"ham": {"other": 1.0}}).answer(question(), "ham")


def test_seconds_have_the_median_asked_for() -> None:
    person = Oracle(rng(), seconds=3.0)
    seconds = [person.answer(question(), "ham")["seconds"] for _ in range(2000)]
    assert np.median(seconds) == pytest.approx(3.0, rel=0.05)
    assert person.worked == pytest.approx(sum(seconds), rel=0.01)


def test_a_tired_person_errs_more_and_is_slower_but_never_worse_than_guessing() -> None:
    fresh, tired = Oracle(rng(), accuracy=0.9, fatigue=1.0), Oracle(rng(), accuracy=0.9, fatigue=1.0)
    tired.worked = 2 * 3600.0
    assert share_right(tired, 500) < share_right(fresh, 500) - 0.1
    exhausted = Oracle(rng(), accuracy=0.9, fatigue=1000.0)
    exhausted.worked = 36_000.0
    assert share_right(exhausted) == pytest.approx(1 / 3, abs=0.04)


def test_skips_and_unknown_truths() -> None:
    person = Oracle(rng(), skip=0.25)
    outcomes = [person.answer(question(), "ham")["outcome"] for _ in range(2000)]
    assert outcomes.count("skip") / 2000 == pytest.approx(0.25, abs=0.03)
    assert Oracle(rng()).answer(question(), None)["outcome"] == "skip"
    assert Oracle(rng()).answer(question(), "not a label")["outcome"] == "skip"


def test_a_follower_takes_over_what_is_shown() -> None:
    shown = {"value": {"labels": ["news"]}, "confidence": 0.9, "model": "m1"}
    follower = Oracle(rng(), follows=0.5)
    bodies = [follower.answer(question(suggestion=shown), "ham") for _ in range(1000)]
    assert all(body["suggestion_shown"] for body in bodies)
    taken = [body for body in bodies if body["value"]["labels"] == ["news"]]
    assert len(taken) / 1000 == pytest.approx(0.5, abs=0.05)
    assert not any(body["edited"] for body in taken)
    assert all(body["edited"] for body in bodies if body not in taken)


def test_several_labels_are_missed_and_added_at_the_error_rate() -> None:
    assert Oracle(rng()).answer(question(multi=True), ["ham", "news"])["value"] == {"labels": ["ham", "news"]}
    assert Oracle(rng()).answer(question(multi=True), [])["value"] == {"labels": []}
    person = Oracle(rng(), accuracy=0.8)
    given = [person.answer(question(multi=True), ["ham"])["value"]["labels"] for _ in range(2000)]
    assert sum("ham" in g for g in given) / 2000 == pytest.approx(0.8, abs=0.03)
    assert sum(len(set(g) - {"ham"}) for g in given) / 2000 == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("wrong", [{"accuracy": 1.5}, {"skip": -0.1}, {"seconds": 0.0}, {"fatigue": -1.0}])
def test_impossible_people_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(Malformed):
        Oracle(rng(), **wrong)


def test_recorded_answers_are_repeated_by_actor_and_item() -> None:
    rows = [
        {"actor": "w1", "item": "k1", "answer": "ham", "seconds": 4.5},
        {"actor": "w1", "item": "k2", "answer": ["ham", "news"]},
        {"actor": "w2", "item": "k1", "answer": "spam"},
        {"actor": "w2", "item": "k1", "answer": "news"},
    ]
    people = replays(rows, rng())
    assert people["w1"].answer(question(1), "spam")["value"] == {"labels": ["ham"]}
    assert people["w1"].answer(question(1))["seconds"] == 4.5
    assert people["w1"].answer(question(2))["value"] == {"labels": ["ham", "news"]}
    assert people["w2"].answer(question(1))["value"] == {"labels": ["news"]}
    assert people["w2"].answer(question(2))["outcome"] == "skip"
    with pytest.raises(Malformed, match="row 1 has no item"):
        replays([{"actor": "w1", "answer": "x"}], rng())


def test_a_judge_approves_unless_a_check_found_an_error() -> None:
    decide = {
        "id": "q9",
        "body": {"evidence": {"findings": [{"check": "x", "severity": "warning", "message": "small"}]}},
    }
    assert Judge(rng()).answer(decide)["value"]["decision"] == "approve"
    decide["body"]["evidence"]["findings"].append({"check": "y", "severity": "error", "message": "worse than before"})
    assert Judge(rng()).answer(decide)["value"] == {"decision": "reject", "reason": "worse than before"}
    assert Judge(rng()).answer({"id": "q9", "body": {}})["value"]["decision"] == "approve"


class Desk:
    """Hands out questions as a project does."""

    def __init__(self, n: int) -> None:
        self.waiting = [question(i) for i in range(n)]
        self.given: list[dict[str, Any]] = []

    def claim(self, lane: str = "label", n: int = 5, task: str | None = None) -> dict[str, Any]:
        taken, self.waiting = self.waiting[:n], self.waiting[n:]
        return {"questions": taken}

    def answer(self, question: str, value: Any = None, **details: Any) -> dict[str, Any]:
        self.given.append({"question": question, "value": value, **details})
        return {}


def test_work_goes_on_until_enough_or_nothing_is_offered() -> None:
    desk = Desk(30)
    done = work(desk, Oracle(rng()), lambda item: "ham", n=12, at_once=5)
    assert (done.answers, len(desk.given), len(desk.waiting)) == (12, 12, 18)
    assert done.seconds == pytest.approx(sum(g["seconds"] for g in desk.given))
    assert work(desk, Oracle(rng(), skip=1.0), lambda item: "ham", n=100).skips == 18
