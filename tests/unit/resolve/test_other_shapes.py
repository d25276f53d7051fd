"""Aggregation of numbers, orders, sets of labels and spans."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handloom.core.errors import BadValue, EmptyInput, Malformed
from handloom.core.shapes.spans import Span
from handloom.resolve.aggregate import (
    Marked,
    aggregate_spans,
    bradley_terry,
    majority,
    median,
    multi_label,
    plackett_luce,
    weighted_mean,
)


def ratings(items: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Four actors: two exact, one with a bias of 2, one wild."""
    rng = np.random.default_rng(5)
    truth = rng.uniform(0, 10, items)
    bias, spread = np.array([0.0, 0.0, 2.0, 0.0]), np.array([0.3, 0.3, 0.3, 3.0])
    actors, which = np.repeat(np.arange(4), items), np.tile(np.arange(items), 4)
    return actors, which, truth[which] + bias[actors] + rng.normal(size=which.size) * spread[actors], truth


def test_reliable_people_weigh_more_and_biases_come_off() -> None:
    actors, items, numbers, truth = ratings()
    found = weighted_mean(actors, items, numbers)
    assert found.spread[3] > 5 * found.spread[0]
    assert found.bias[2] - found.bias[0] == pytest.approx(2.0, abs=0.2)
    error = np.std(found.values - truth)
    assert error < 0.5 * np.std(median(actors, items, numbers).values - truth)
    assert error == pytest.approx(found.errors.mean(), rel=0.5)


def test_median_is_the_middle_answer() -> None:
    found = median([0, 1, 2, 0, 1], [0, 0, 0, 2, 2], [1.0, 100.0, 3.0, 4.0, 6.0])
    assert found.values[[0, 2]].tolist() == [3.0, 5.0]
    assert np.isnan(found.values[1])


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_identical_numbers_return_themselves(values: list[float], actors: int) -> None:
    who, which = np.repeat(np.arange(actors), len(values)), np.tile(np.arange(len(values)), actors)
    for method in (median, weighted_mean):
        assert method(who, which, np.tile(values, actors)).values == pytest.approx(values)


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(EmptyInput):
        median([], [], [])
    with pytest.raises(BadValue, match="finite"):
        median([0], [0], [float("nan")])
    with pytest.raises(Malformed, match="differ in length"):
        weighted_mean([0], [0, 1], [1.0])


def test_worth_of_two_items_is_the_share_of_wins() -> None:
    found = bradley_terry([0] * 60 + [1] * 20, [1] * 60 + [0] * 20)
    assert found.beats(0, 1) == pytest.approx(0.75, abs=0.01)
    assert found.order.tolist() == [0, 1]
    # Standard error of a log odds of 80 draws, half on each side of the geometric mean.
    assert found.errors[0] == pytest.approx(1 / np.sqrt(80 * 0.75 * 0.25), rel=0.05)


def test_worth_is_found_again_from_simulated_comparisons() -> None:
    rng = np.random.default_rng(6)
    worth = np.exp(rng.normal(size=8))
    pairs = np.array([rng.permutation(8)[:2] for _ in range(6000)])
    first = rng.random(6000) < worth[pairs[:, 0]] / worth[pairs].sum(axis=1)
    winners, losers = np.where(first, *pairs.T), np.where(first, *pairs.T[::-1])
    found = bradley_terry(winners, losers)
    off = np.log(found.worth) - (np.log(worth) - np.log(worth).mean())
    assert np.abs(off / found.errors).max() < 4
    by_rows = plackett_luce([list(row) for row in np.stack((winners, losers), axis=1)])
    assert by_rows.worth == pytest.approx(found.worth, rel=1e-6)


def test_ties_and_items_never_compared_stay_in_the_middle() -> None:
    found = bradley_terry([0, 1, 0], [1, 0, 1], ties=[True, True, True], items=3)
    assert found.worth == pytest.approx([1.0, 1.0, 1.0])
    assert found.n.tolist() == [3, 3, 0]


def test_whole_rankings_tell_the_order() -> None:
    found = plackett_luce([[2, 0, 1], [2, 1, 0], [0, 2, 1], [2, 0]])
    assert found.order.tolist() == [2, 0, 1]
    with pytest.raises(BadValue, match="twice"):
        plackett_luce([[1, 1]])
    with pytest.raises(EmptyInput):
        plackett_luce([[1]])
    with pytest.raises(BadValue, match="itself"):
        bradley_terry([1], [1])


def test_labels_are_weighed_one_by_one() -> None:
    rng = np.random.default_rng(7)
    truth = rng.random((200, 3)) < 0.4
    people = [np.where(rng.random(truth.shape) < skill, truth, ~truth) for skill in (0.92, 0.92, 0.6, 0.6, 0.6)]
    actors, items = np.repeat(np.arange(5), 200), np.tile(np.arange(200), 5)
    found = multi_label(actors, items, np.concatenate(people))
    voted = multi_label(actors, items, np.concatenate(people), method=majority)
    assert np.mean(found.chosen == truth) > np.mean(voted.chosen == truth) + 0.02
    assert found.sensitivity[0].min() > found.sensitivity[4].max()
    gold = np.full(truth.shape, -1)
    gold[0] = ~truth[0]
    assert multi_label(actors, items, np.concatenate(people), gold=gold).chosen[0].tolist() == (~truth[0]).tolist()


def test_label_that_nobody_named_is_not_chosen() -> None:
    found = multi_label([0, 1], [0, 0], [[True, False], [True, False]])
    assert found.chosen.tolist() == [[True, False]]


def spans(*ranges: tuple[int, int], label: str = "x") -> tuple[Span, ...]:
    return tuple(Span(start, end, label) for start, end in ranges)


def test_identical_spans_return_themselves_overlaps_included() -> None:
    mine = tuple(sorted((*spans((0, 5), (9, 12)), *spans((3, 10), label="y"))))
    found = aggregate_spans([Marked(actor, 0, mine) for actor in range(3)])
    assert tuple(span for span, _ in found.spans[0]) == mine
    assert found.recall == pytest.approx([1.0] * 3, abs=0.1)


def test_inventor_and_overlooker_are_told_from_people_who_see() -> None:
    rng = np.random.default_rng(8)
    answers = []
    for document in range(120):
        start = int(rng.integers(0, 50))
        true = (start, start + 10)
        for actor in (0, 1, 2):
            answers.append(Marked(actor, document, spans(true) if rng.random() < 0.9 else ()))
        answers.append(Marked(3, document, spans((60, 60 + int(rng.integers(3, 30))))))
        answers.append(Marked(4, document, spans(true) if rng.random() < 0.3 else ()))
    found = aggregate_spans(answers)
    assert found.precision[3] < 0.2 < 0.9 < found.precision[:3].min()
    assert found.recall[4] < 0.5 < 0.8 < found.recall[:3].min()
    assert found.agreement[3] < found.agreement[4] < found.agreement[:3].min()
    assert all(len(document) == 1 and document[0][0].end - document[0][0].start == 10 for document in found.spans)


def test_known_spans_and_documents_nobody_marked() -> None:
    answers = [Marked(0, 0, spans((0, 4))), Marked(1, 0, spans((0, 4))), Marked(0, 1, ()), Marked(1, 1, ())]
    found = aggregate_spans(answers, documents=3, gold={0: spans((2, 8))})
    assert [span for span, _ in found.spans[0]] == list(spans((2, 8)))
    assert found.spans[1:] == ((), ())
    assert aggregate_spans([Marked(0, 0, ())]).spans == ((),)
