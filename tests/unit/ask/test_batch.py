from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom import ask
from handloom.core.protocols import Pick


def picks(n: int, strategy: str = "margin", start: int = 0) -> list[Pick]:
    return [Pick(start + k, 1.0 - k / 100, 0.0, strategy, "because") for k in range(n)]


def test_there_are_always_two_questions_for_everyone_and_another_batch_while_one_is_made() -> None:
    assert ask.wanted(20, 3, spare=False) == 20
    assert ask.wanted(20, 30, spare=False) == 60
    assert ask.wanted(20, 3, spare=True) == 40


def test_test_questions_are_the_share_on_average() -> None:
    rng = np.random.default_rng(0)
    drawn = [ask.test_part(5, 0.1, 1000, rng) for _ in range(4000)]
    assert set(drawn) == {0, 1}
    assert np.mean(drawn) == pytest.approx(0.5, abs=0.03)


def test_no_more_test_questions_than_test_items_are_left() -> None:
    assert ask.test_part(20, 0.5, 3, np.random.default_rng(0)) == 3
    assert ask.test_part(20, 1.0, 100, np.random.default_rng(0)) == 20


def compose(n: int, tests: int, blind: float = 0.0) -> list[ask.Draft]:
    return ask.compose(
        picks(n),
        picks(tests, "test", start=1000),
        suggestion=lambda item: {"value": {"labels": ["x"]}, "confidence": 0.9, "model": "m1"},
        blind_share=blind,
        rng=np.random.default_rng(7),
    )


def test_the_order_of_the_strategy_is_kept() -> None:
    drafts = [draft for draft in compose(18, 2) if draft.strategy == "margin"]
    assert [draft.item_id for draft in drafts] == list(range(18))
    assert [draft.priority for draft in drafts] == sorted((draft.priority for draft in drafts), reverse=True)


def test_test_questions_are_blind_and_stand_anywhere() -> None:
    places: set[int] = set()
    for seed in range(200):
        drafts = ask.compose(
            picks(9),
            picks(1, "test", start=1000),
            suggestion=lambda item: {"value": {"labels": ["x"]}, "confidence": 0.9, "model": "m1"},
            blind_share=0.0,
            rng=np.random.default_rng(seed),
        )
        [place] = [k for k, draft in enumerate(drafts) if draft.strategy == "test"]
        assert drafts[place].blind
        places.add(place)
    assert places == set(range(10))


def test_a_share_of_the_suggestions_is_not_shown() -> None:
    drafts = compose(500, 0, blind=0.2)
    assert 0.14 < np.mean([draft.blind for draft in drafts]) < 0.26
    assert all(draft.suggestion is not None for draft in drafts)


def test_nothing_is_blind_where_nothing_is_suggested() -> None:
    drafts = ask.compose(picks(5), [], suggestion=lambda item: None, blind_share=1.0, rng=np.random.default_rng(0))
    assert not any(draft.blind for draft in drafts)


def test_the_suggestion_is_the_likeliest_label() -> None:
    found = ask.suggest(np.array([0.1, 0.7, 0.2]), ["a", "b", "c"], multi=False, model="m4")
    assert found == {"value": {"labels": ["b"]}, "confidence": 0.7, "model": "m4"}


def test_several_labels_are_suggested_from_one_half_on_as_sure_as_the_least_sure() -> None:
    found = ask.suggest(np.array([0.9, 0.55, 0.2]), ["a", "b", "c"], multi=True, model="m4")
    assert found["value"] == {"labels": ["a", "b"]}
    assert found["confidence"] == pytest.approx(0.55)


@given(st.integers(0, 30), st.integers(0, 10))
def test_every_pick_is_asked_once(n: int, tests: int) -> None:
    drafts = compose(n, tests)
    assert sorted(draft.item_id for draft in drafts) == [*range(n), *range(1000, 1000 + tests)]
    assert len({draft.priority for draft in drafts}) == n + tests
