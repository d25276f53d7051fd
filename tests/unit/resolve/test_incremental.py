from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from handloom.resolve.aggregate import Incremental, dawid_skene
from handloom.resolve.aggregate.result import DEPENDENCE

from .crowds import crowd


def test_answers_one_by_one_end_near_the_full_em() -> None:
    sim = crowd(items=200, actors=10)
    votes = sim.votes
    one_by_one = Incremental(3)
    for actor, item, value in zip(votes.actors.tolist(), votes.items.tolist(), votes.values.tolist(), strict=True):
        one_by_one.add(actor, item, value)
    found = np.array([one_by_one.posterior(i).argmax() for i in range(votes.n_items)])
    full = dawid_skene(votes)
    assert np.mean(found == full.labels) >= 0.93
    assert np.mean(found == sim.truth) >= np.mean(full.labels == sim.truth) - 0.03


def test_new_answer_moves_its_item_and_its_actors() -> None:
    sim = crowd()
    following = Incremental.of(sim.votes, dawid_skene(sim.votes))
    before, skill = following.posterior(0), following.confusion(7)
    update = following.add(7, 0, int(before.argmin()))
    assert update.posterior[before.argmin()] > before[before.argmin()]
    assert 7 in update.actors
    assert not np.array_equal(following.confusion(7), skill)


def test_verdict_of_an_expert_is_final_and_counts_for_the_skills() -> None:
    sim = crowd()
    following = Incremental.of(sim.votes, dawid_skene(sim.votes))
    wrong = int(following.posterior(0).argmin())
    before = following.trust(0, int(sim.truth[0])).accuracy.sum()
    after = following.trust(0, wrong)
    assert after.label == wrong
    assert after.posterior.tolist() == np.eye(3)[wrong].tolist()
    assert after.accuracy.sum() < before
    assert following.add(0, 0, int(sim.truth[0])).label == wrong


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_counts_stay_those_of_the_posteriors(answers: list[tuple[int, int, int]]) -> None:
    following = Incremental(3)
    for actor, item, value in answers:
        update = following.add(actor, item, value)
        assert np.isclose(update.posterior.sum(), 1.0)
        assert update.posterior.min() >= 0

    def raw(item: int) -> np.ndarray:
        """The posterior before answers were taken to depend on each other."""
        power = following.posterior(item) ** (1 + DEPENDENCE * (sum(i == item for _, i, _ in answers) - 1))
        return power / power.sum()

    for actor in {a for a, _, _ in answers}:
        mine = np.zeros((3, 3))
        for who, item, value in answers:
            if who == actor:
                mine[:, value] += raw(item)
        pooled = np.zeros((3, 3)) + np.eye(3) + 0.1
        for _, item, value in answers:
            pooled[:, value] += raw(item)
        shape = mine + following.strength * pooled / pooled.sum(axis=1, keepdims=True)
        assert np.allclose(following.confusion(actor), shape / shape.sum(axis=1, keepdims=True))
