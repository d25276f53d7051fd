"""Who is checked how often, what the checks say, and who has practised enough."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom import ask
from handloom.core.people import Check, Rule


def checks(*right: int) -> list[Check]:
    return [Check(10 * (k + 1), bool(one)) for k, one in enumerate(right)]


def test_newcomers_get_more_gold_and_later_the_usual_share() -> None:
    assert ask.share(0, usual=0.05, first=10) == pytest.approx(1 / 3)
    assert ask.share(10, usual=0.05, first=10) == 0.05
    assert ask.share(0, usual=0.0, first=10) == 0.0
    assert ask.share(0, usual=0.5, first=10) == 0.5


def test_as_much_gold_lies_ready_as_a_batch_can_use() -> None:
    assert ask.supply(20, usual=0.05, newcomers=False) == 2
    assert ask.supply(20, usual=0.05, newcomers=True) == 7
    assert ask.supply(20, usual=0.0, newcomers=True) == 0


@given(st.lists(st.integers(0, 9), max_size=9), st.integers(0, 5), st.integers(0, 99))
def test_gold_stands_anywhere_and_the_order_of_the_others_is_kept(plain: list[int], hidden: int, seed: int) -> None:
    mixed = ask.mingle(plain, [100 + k for k in range(hidden)], np.random.default_rng(seed))
    assert [one for one in mixed if one < 100] == plain
    assert sorted(one for one in mixed if one >= 100) == [100 + k for k in range(hidden)]


def test_gold_comes_at_every_place_alike() -> None:
    rng = np.random.default_rng(0)
    places = [ask.mingle([0, 0, 0], [1], rng).index(1) for _ in range(4000)]
    assert np.bincount(places, minlength=4).min() > 900


def test_somebody_who_guesses_is_paused_from_the_start() -> None:
    found = ask.conduct(checks(0, 0, 1, 0, 0, 0, 0, 0, 0), limit=0.5)
    assert found.pause
    assert (found.since, found.n) == (0, 9)


def test_somebody_who_became_careless_is_believed_up_to_the_last_good_check() -> None:
    found = ask.conduct(checks(1, 1, 1, 1, 0, 1, *(0,) * 9), limit=0.5)
    assert found.pause
    assert found.since == 60
    assert (found.n, found.right) == (9, 0)
    assert not ask.conduct(checks(1, 1, 1, 1, 0, 1, *(0,) * 6), limit=0.5).pause


@pytest.mark.parametrize("right", [(0, 0, 0, 0), (1, 0, 1, 0, 0, 1, 0, 0), (1,) * 30])
def test_nobody_is_paused_while_there_is_a_doubt(right: tuple[int, ...]) -> None:
    assert not ask.conduct(checks(*right), limit=0.5).pause


def test_without_a_limit_nobody_is_paused() -> None:
    assert not ask.conduct(checks(*(0,) * 50), limit=0.0).pause


def test_somebody_well_above_the_limit_is_hardly_ever_paused() -> None:
    rng = np.random.default_rng(1)
    paused = 0
    for _ in range(300):
        outcomes = checks(*(rng.random(60) < 0.7))
        paused += any(ask.conduct(outcomes[:n], limit=0.5).pause for n in range(5, 61))
    assert paused <= 6


def test_wrong_suggestions_are_other_labels() -> None:
    rng = np.random.default_rng(2)
    said = {"value": {"labels": ["a"]}, "confidence": 0.9, "model": "m1"}
    found = {ask.another(said, ("a", "b", "c"), rng)["value"]["labels"][0] for _ in range(50)}
    assert found == {"b", "c"}
    assert said["value"]["labels"] == ["a"]


def test_practice_ends_with_a_good_run() -> None:
    assert ask.practice([], wanted=0, share=0.8).qualified
    begun = ask.practice([False, False], wanted=5, share=0.8)
    assert (begun.qualified, begun.left) == (False, 4)
    nearly = ask.practice([False, True, True, True], wanted=5, share=0.8)
    assert (nearly.qualified, nearly.left) == (False, 1)
    assert ask.practice([False, False, True, True, True, True], wanted=5, share=0.8).qualified


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 6), st.sampled_from([0.5, 0.8, 1.0]))
def test_once_qualified_always_qualified(outcomes: list[bool], wanted: int, share: float) -> None:
    stands = [ask.practice(outcomes[:n], wanted=wanted, share=share) for n in range(len(outcomes) + 1)]
    known = [one.qualified for one in stands]
    assert known == sorted(known)
    for one in stands:
        assert one.qualified or 1 <= one.left <= wanted


@given(st.lists(st.booleans(), max_size=12), st.integers(1, 5))
def test_as_many_right_answers_as_are_said_to_be_left_qualify(outcomes: list[bool], wanted: int) -> None:
    stands = ask.practice(outcomes, wanted=wanted, share=0.8)
    more = outcomes + [True] * stands.left
    assert ask.practice(more, wanted=wanted, share=0.8).qualified


RULES = (
    Rule("german", "language", "de", needs=2, tags=("de",)),
    Rule("hard", "slice", "hard", needs=3, skill=0.8),
    Rule("rest"),
)


def test_the_first_rule_that_fits_an_item_counts() -> None:
    found = [ask.rule_of(item, RULES) for item in ({"language": "de", "slice": "hard"}, {"slice": "hard"}, {})]
    assert [rule.name if rule else None for rule in found] == ["german", "hard", "rest"]
    assert ask.rule_of({"language": "fr"}, RULES[:2]) is None


def test_people_get_what_their_tags_and_skill_allow() -> None:
    assert ask.open_to(RULES, ("de", "medicine"), low=0.0) == ("german", "rest")
    assert ask.open_to(RULES, (), low=0.85) == ("hard", "rest")


def test_pairs_keep_people_apart_in_one_direction() -> None:
    pairs = [["a3", "a5"], ["a3", "a6"]]
    assert ask.not_after(pairs, "a3") == ("a5", "a6")
    assert ask.not_after(pairs, "a5") == ()
    assert ask.not_beside(pairs, "a5") == ("a3",)
    assert ask.not_beside(pairs, "a3") == ()


def test_an_expert_sees_values_and_reasons_but_no_names() -> None:
    ham, spam = {"labels": ["ham"]}, {"labels": ["spam"]}
    said = [(ham, "answered", None), (spam, "answered", "a prize"), (spam, "answered", None), (None, "flag", "torn")]
    sides = ask.sides(said)
    assert [(s["value"], s["n"], s["reasons"]) for s in sides] == [
        (spam, 2, ["a prize"]),
        (ham, 1, []),
        (None, 1, ["torn"]),
    ]
    assert ask.in_words("disagree", sides) == "people disagree: spam (2), ham (1), flag (1)"
