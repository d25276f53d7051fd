from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handloom.core.protocols import Aggregator
from handloom.resolve import Majority

estimate = Majority().estimate


def said(*labels: str, kind: str = "person") -> list[tuple[str, str, dict[str, list[str]]]]:
    return [(f"answer {k}", kind, {"labels": [label]}) for k, label in enumerate(labels)]


def test_it_is_an_aggregator() -> None:
    assert isinstance(Majority(), Aggregator)


def test_most_frequent_label_wins_with_the_share_that_agrees_as_confidence() -> None:
    found = estimate(said("spam", "ham", "spam"))
    assert found is not None
    assert (found.value, found.n) == ({"labels": ["spam"]}, 3)
    assert found.confidence == 2 / 3
    assert found.answers == ("answer 0", "answer 1", "answer 2")


def test_tie_has_confidence_one_half_and_goes_to_the_first_label_in_the_alphabet() -> None:
    for answers in (said("spam", "ham"), said("ham", "spam")):
        found = estimate(answers)
        assert found is not None
        assert (found.value, found.confidence) == ({"labels": ["ham"]}, 0.5)


def test_answers_of_models_and_rules_do_not_count() -> None:
    assert estimate(said("spam", kind="model")) is None
    found = estimate(said("ham") + said("spam", "spam", kind="rule"))
    assert found is not None
    assert (found.value, found.n) == ({"labels": ["ham"]}, 1)


def test_labels_that_came_with_an_import_count() -> None:
    found = estimate(said("ham", kind="import"))
    assert found is not None
    assert found.value == {"labels": ["ham"]}


def test_several_labels_are_voted_on_one_by_one() -> None:
    answers = [
        ("a", "person", {"labels": ["x", "y"]}),
        ("b", "person", {"labels": ["x"]}),
        ("c", "person", {"labels": []}),
    ]
    found = estimate(answers)
    assert found is not None
    assert found.value == {"labels": ["x"]}
    assert found.confidence == 2 / 3


def test_nobody_giving_any_label_is_agreement_on_none() -> None:
    found = estimate([("a", "person", {"labels": []}), ("b", "person", {"labels": []})])
    assert found is not None
    assert (found.value, found.confidence) == ({"labels": []}, 1.0)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(labels: list[str], shuffle: object) -> None:
    mixed = list(labels)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = estimate(said(*labels)), estimate(said(*mixed))
    assert one is not None
    assert other is not None
    assert (one.value, one.confidence) == (other.value, other.confidence)
    assert 1 / 3 <= one.confidence <= 1


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=3, unique=True), min_size=1, max_size=7))
def test_a_label_stands_exactly_when_more_than_half_gave_it(sets: list[list[str]]) -> None:
    found = estimate([(str(k), "person", {"labels": labels}) for k, labels in enumerate(sets)])
    assert found is not None
    if all(len(labels) == 1 for labels in sets):
        assert len(found.value["labels"]) == 1
    else:
        expected = {x for x in "abc" if 2 * sum(x in labels for labels in sets) > len(sets)}
        assert set(found.value["labels"]) == expected
