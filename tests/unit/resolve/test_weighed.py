"""Labels weighed by measured skill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.people import Vote
from handloom.resolve.weighed import STRANGER, Backing, Weighed, believed, weigh

CLASSES = ("a", "b", "c", "d")


def vote(label: str | list[str], accuracy: float | None = None, n: float = 1000, **more: object) -> Vote:
    labels = [label] if isinstance(label, str) else label
    return Vote(f"{label}{accuracy}", 1, "person", {"labels": labels}, accuracy, n, **more)  # type: ignore[arg-type]


def found(*votes: Vote, **more: object) -> Weighed:
    result = weigh(votes, CLASSES, **more)  # type: ignore[arg-type]
    assert result is not None
    return result


def test_one_good_person_outweighs_two_who_guess() -> None:
    result = found(vote("a", 0.97), vote("b", 0.3), vote("b", 0.3))
    assert result.estimate.value == {"labels": ["a"]}
    assert result.estimate.n == 3


def test_one_answer_is_as_sure_as_who_gave_it() -> None:
    assert found(vote("a", 0.9)).estimate.confidence == pytest.approx(0.9, abs=0.001)
    assert found(vote("a")).estimate.confidence == pytest.approx(STRANGER, abs=1e-6)


def test_two_agreeing_people_follow_bayes() -> None:
    right, wrong = 0.8 * 0.7, 3 * (0.2 / 3) * (0.3 / 3)
    known = found(vote("a", 0.8, 1e9), vote("a", 0.7, 1e9)).estimate.confidence
    assert known == pytest.approx(right / (right + wrong), abs=1e-5)


def test_somebody_worse_than_guessing_counts_for_nothing() -> None:
    assert believed(vote("a", 0.0), 4) == pytest.approx(0.25)
    alone = found(vote("a", 0.0), vote("b", 0.9))
    assert alone.posterior == pytest.approx(found(vote("b", 0.9)).posterior)


def test_little_evidence_is_pulled_toward_a_stranger() -> None:
    assert believed(vote("a", 1.0, 1), 4) == pytest.approx((1.0 + 4 * STRANGER) / 5)


def test_a_follower_adds_nothing_to_the_suggestion_they_took() -> None:
    shown = {"labels": ["b"]}
    followed = vote("b", 0.9, follows=1.0, shown=shown)
    assert found(followed).posterior == pytest.approx(np.full(4, 0.25))
    assert found(followed).estimate.value == shown  # nothing speaks for another label
    against = vote("c", 0.9, follows=1.0, shown=shown)
    assert found(against).estimate.value == {"labels": ["c"]}


def test_models_count_only_where_they_are_said_to() -> None:
    model = {"value": {"labels": ["b"]}, "confidence": 0.99}
    assert found(vote("a", 0.6)).estimate.value == {"labels": ["a"]}
    assert found(vote("a", 0.6), model=model).estimate.value == {"labels": ["b"]}


def test_only_people_count() -> None:
    machine = Vote("x", 2, "model", {"labels": ["a"]}, 0.99, 100)
    assert weigh([machine], CLASSES) is None
    assert found(machine, vote("b")).estimate.n == 1


def test_several_labels_are_judged_one_by_one() -> None:
    result = found(vote(["a", "b"], 0.9), vote(["a"], 0.8), multi=True)
    assert result.estimate.value == {"labels": ["a", "b"]}
    assert result.estimate.confidence == pytest.approx(1 / (1 + (0.1 / 0.9) * (0.8 / 0.2)), abs=0.01)


@given(st.lists(st.tuples(st.sampled_from(CLASSES), st.floats(0.0, 1.0)), min_size=1, max_size=6), st.randoms())
def test_order_does_not_matter_and_identical_answers_return_themselves(said: list[tuple[str, float]], chance) -> None:
    votes = [vote(label, accuracy) for label, accuracy in said]
    turned = list(votes)
    chance.shuffle(turned)
    assert found(*turned).posterior == pytest.approx(found(*votes).posterior)
    assert found(*turned).posterior.sum() == pytest.approx(1.0)
    same = [vote("c", accuracy) for _, accuracy in said if accuracy > 0.3]
    if same:
        assert found(*same).estimate.value == {"labels": ["c"]}


def test_where_there_is_a_verdict_it_alone_counts() -> None:
    verdict = Vote("v", 3, "person", {"labels": ["c"], "verdict": "change"}, 0.8, 1000)
    result = found(vote("a", 0.97), vote("a", 0.97), verdict)
    assert result.estimate.value == {"labels": ["c"]}
    assert result.estimate.answers == ("v",)


def test_a_model_that_backs_people_has_no_say_in_the_label() -> None:
    suggestion = {"value": {"labels": ["b"]}, "confidence": 0.9}
    bands = [(0.2, 0.6, 200.0), (0.8, 0.95, 200.0)]
    agreed, alone = found(vote("b", 0.8), backing=Backing(suggestion, bands)), found(vote("b", 0.8))
    assert agreed.estimate == alone.estimate
    assert agreed.posterior == pytest.approx(alone.posterior)
    assert agreed.sure > 0.99 > alone.sure == pytest.approx(alone.posterior.max())
    against = found(vote("a", 0.8), backing=Backing(suggestion, bands))
    assert against.estimate.value == {"labels": ["a"]}
    assert against.sure < alone.sure


def test_a_model_is_believed_as_suggestions_like_it_have_earned() -> None:
    suggestion = {"value": {"labels": ["b"]}, "confidence": 0.99}
    unknown = Backing(suggestion).as_vote()["confidence"]
    assert unknown == pytest.approx(STRANGER)
    boasting = Backing(suggestion, [(0.2, 0.4, 500.0), (0.9, 0.5, 500.0)]).as_vote()["confidence"]
    assert boasting == pytest.approx(0.5, abs=0.01)
    modest = Backing({**suggestion, "confidence": 0.3}, [(0.2, 0.97, 500.0), (0.9, 0.98, 500.0)])
    assert modest.as_vote()["confidence"] == pytest.approx(0.97, abs=0.01)
    below = Backing({**suggestion, "confidence": 0.1}, [(0.2, 0.6, 500.0)])
    assert below.as_vote()["confidence"] == pytest.approx(0.6, abs=0.01)


def test_a_follower_and_the_model_they_follow_are_one_voice() -> None:
    suggestion = {"value": {"labels": ["b"]}, "confidence": 0.9}
    backing = Backing(suggestion, [(0.5, 0.9, 10_000.0)])
    followed = vote("b", 0.9, follows=1.0, shown={"labels": ["b"]})
    assert found(followed, backing=backing).sure == pytest.approx(0.9, abs=0.001)


def test_a_model_backs_several_labels_one_by_one() -> None:
    backing = Backing({"value": {"labels": ["a"]}, "confidence": 0.9}, [(0.5, 0.9, 10_000.0)])
    agreed = found(vote(["a"], 0.8), multi=True, backing=backing)
    differing = found(vote(["a", "b"], 0.8), multi=True, backing=backing)
    assert agreed.estimate.value == {"labels": ["a"]}
    assert differing.estimate.value == {"labels": ["a", "b"]}
    assert agreed.sure > 0.95 > 0.5 > differing.sure
