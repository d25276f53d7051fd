from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handloom.core.errors import BadValue, EmptyInput, Malformed
from handloom.resolve.aggregate import METHODS, Votes, auto, confusable, dawid_skene, majority, one_coin, votes
from handloom.resolve.aggregate.dawid_skene import model
from handloom.resolve.aggregate.em import Problem, fit
from handloom.resolve.aggregate.result import tempered

from .crowds import crowd

EVERY = pytest.mark.parametrize("method", sorted(METHODS))
BOUNDED = pytest.mark.parametrize("method", ["auto", "dawid_skene", "mace", "one_coin"])


@EVERY
def test_labels_of_a_good_crowd_are_mostly_right(method: str) -> None:
    sim = crowd(items=150, actors=10, per_item=6)
    found = METHODS[method](sim.votes)
    assert np.mean(found.labels == sim.truth) >= 0.93
    assert np.allclose(found.posteriors.sum(axis=1), 1.0)
    assert np.corrcoef(found.accuracy, sim.skill)[0, 1] > 0.7


@EVERY
@given(values=st.lists(st.integers(0, 3), min_size=1, max_size=12), actors=st.integers(1, 5))
@settings(max_examples=15, deadline=None)
def test_identical_answers_return_themselves(method: str, values: list[int], actors: int) -> None:
    items = np.arange(len(values))
    asked = votes(np.repeat(np.arange(actors), items.size), np.tile(items, actors), np.tile(values, actors), classes=4)
    assert METHODS[method](asked).labels.tolist() == values


@EVERY
@given(seed=st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_order_and_numbering_of_items_actors_and_classes_change_nothing(method: str, seed: int) -> None:
    asked = crowd(seed, items=25, actors=5, per_item=3).votes
    rng = np.random.default_rng(seed)
    order, actor = rng.permutation(len(asked)), rng.permutation(asked.n_actors)
    item, value = rng.permutation(asked.n_items), rng.permutation(3)
    moved = votes(actor[asked.actors][order], item[asked.items][order], value[asked.values][order], classes=3)
    before, after = METHODS[method](asked), METHODS[method](moved)
    near = 1e-4 if method == "glad" else 1e-7  # the optimiser of GLAD stops within its own tolerance
    assert np.allclose(after.posteriors[np.ix_(item, value)], before.posteriors, atol=near)
    assert np.allclose(after.accuracy[actor], before.accuracy, atol=near, equal_nan=True)


@EVERY
def test_gold_is_kept_whatever_the_answers_say(method: str) -> None:
    sim = crowd()
    gold = np.full(sim.votes.n_items, -1)
    gold[:10] = (sim.truth[:10] + 1) % 3
    found = METHODS[method](replace(sim.votes, gold=gold))
    assert found.labels[:10].tolist() == gold[:10].tolist()
    assert found.posteriors[:10].max(axis=1).tolist() == [1.0] * 10


@BOUNDED
@given(seed=st.integers(0, 10**6), item=st.integers(0, 24))
@settings(max_examples=8, deadline=None)
def test_gold_that_confirms_a_label_never_lowers_the_likelihood_of_the_answers(
    method: str, seed: int, item: int
) -> None:
    asked = crowd(seed, items=25, actors=5, per_item=3).votes
    before = METHODS[method](asked)
    gold = asked.gold.copy()
    gold[item] = before.labels[item]
    after = METHODS[method](replace(asked, gold=gold))
    # evidence counts the gold as data too; given the class, the answers alone are what is left without its own chance.
    given_gold = after.evidence - np.log(after.prior[gold[item]])
    assert given_gold >= before.evidence - 1e-6 * abs(before.evidence)


@BOUNDED
@given(seed=st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_answer_that_agrees_with_a_label_never_lowers_its_posterior(method: str, seed: int) -> None:
    asked = crowd(seed, items=25, actors=5, per_item=3, skill=0.8).votes
    before = METHODS[method](asked)
    one = next(a for a in range(5) if not np.any((asked.actors == a) & (asked.items == 0)))
    label = int(before.labels[0])
    more = replace(
        asked,
        actors=np.append(asked.actors, one),
        items=np.append(asked.items, 0),
        values=np.append(asked.values, label),
    )
    raw = METHODS[method](more).raw
    assert raw is not None
    assert before.raw is not None
    if before.accuracy[one] > 0.5:
        assert raw[0, label] >= before.raw[0, label] - 0.02


@given(seed=st.integers(0, 10**6), steps=st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_more_steps_never_end_with_less_evidence(seed: int, steps: int) -> None:
    asked = crowd(seed, items=20, actors=4, per_item=3).votes
    few, more = (one_coin(asked, iterations=steps + k).evidence for k in (0, 3))
    assert more >= few
    few, more = (dawid_skene(asked, strength=4.0, iterations=steps + k).evidence for k in (0, 3))
    assert more >= few


def test_step_of_the_engine_is_the_sum_it_stands_for() -> None:
    asked = crowd(items=12, actors=4, per_item=3).votes
    problem = Problem.of(asked)
    state = fit(problem, model(asked, "population", 4.0), iterations=1)
    counts = np.zeros((4, 3, 3))
    for actor, item, value in zip(asked.actors, asked.items, asked.values, strict=True):
        counts[actor, :, value] += problem.start[item]
    pull = state.belief.pull
    assert pull is not None
    shape = counts + pull
    assert np.allclose(state.belief.confusions, shape / shape.sum(axis=2, keepdims=True))
    score = np.zeros((12, 3))
    for actor, item, value in zip(asked.actors, asked.items, asked.values, strict=True):
        score[item] += state.belief.log[actor, :, value]
    ratio = np.log(state.posteriors) - score
    assert np.allclose(ratio - ratio.mean(axis=1, keepdims=True), (ratio - ratio.mean(axis=1, keepdims=True))[0])


def test_dependent_answers_claim_less_and_keep_their_order() -> None:
    raw = np.array([[0.999, 0.001], [0.7, 0.3], [1.0, 0.0]])
    found = tempered(raw, np.array([9.0, 1.0, 5.0]))
    assert found[0, 0] == pytest.approx(1 / (1 + (0.001 / 0.999) ** (1 / 3)))
    assert found[1].tolist() == [0.7, 0.3]
    assert found[2].tolist() == [1.0, 0.0]


def test_spammer_weighs_nothing_where_majority_counts_everybody_alike() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 120)
    good = np.where(rng.random((2, 120)) < 0.85, truth, 1 - truth)
    said = np.concatenate((*good, np.zeros(120, int), np.zeros(120, int), np.zeros(120, int)))
    asked = votes(np.repeat(np.arange(5), 120), np.tile(np.arange(120), 5), said)
    assert np.mean(auto(asked).labels == truth) >= 0.8 > np.mean(majority(asked).labels == truth)


def test_many_classes_are_left_to_one_number_per_actor() -> None:
    sim = crowd(items=200, actors=10, classes=80)
    found = auto(sim.votes)
    assert (found.method, confusable(sim.votes).method) == ("one_coin", "one_coin")
    assert np.mean(found.labels == sim.truth) >= 0.95


def test_model_that_joins_is_pooled_with_its_own_kind() -> None:
    sim = crowd(items=100, actors=6, per_item=6, skill=0.6)
    machine = votes(
        np.append(sim.votes.actors, np.full(100, 6)),
        np.append(sim.votes.items, np.arange(100)),
        np.append(sim.votes.values, sim.truth),
        kinds=[0] * 6 + [1],
    )
    found = dawid_skene(machine, strength=64.0)
    alike = dawid_skene(replace(machine, kinds=np.zeros(7, np.int64)), strength=64.0)
    assert found.accuracy[6] > alike.accuracy[6]


def test_item_without_answers_has_no_label_and_the_common_posterior() -> None:
    asked = votes([0, 1, 0], [0, 0, 2], [1, 1, 0])
    found = majority(asked)
    assert found.labels.tolist() == [1, -1, 0]
    assert found.posteriors[1] == pytest.approx([1 / 3, 2 / 3])


def test_runner_up_is_the_second_likeliest() -> None:
    found = majority(votes([0, 1, 2, 3, 4], [0] * 5, [2, 2, 1, 2, 1], classes=3))
    second, posterior = found.runner_up()
    assert (second.tolist(), posterior.tolist()) == ([1], [0.4])


def test_wrong_arrays_end_in_a_sentence() -> None:
    with pytest.raises(EmptyInput):
        votes([], [], [])
    with pytest.raises(Malformed, match="differ in length: 1, 2, 1"):
        votes([0], [0, 1], [0])
    with pytest.raises(Malformed, match="whole numbers"):
        votes([0.5], [0], [0])
    with pytest.raises(BadValue, match="value 3 does not fit 2 classes"):
        votes([0], [0], [3], classes=2)
    with pytest.raises(Malformed, match="one per item"):
        votes([0], [4], [0], gold=[0])
    with pytest.raises(Malformed, match="priors"):
        dawid_skene(votes([0], [0], [0]), priors=[1.0, 2.0])


def test_taking_some_answers_keeps_the_rest_of_the_numbers() -> None:
    asked = crowd().votes
    some: Votes = asked.take(np.arange(10))
    assert (len(some), some.n_items, some.n_actors) == (10, asked.n_items, asked.n_actors)
