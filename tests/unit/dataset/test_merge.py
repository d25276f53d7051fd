from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from handloom.dataset import Merge, Plain, diff, merge, merged, settle

Rows = dict[Any, Plain]
labels = st.sampled_from([{"labels": ["ham"]}, {"labels": ["spam"]}, {"labels": ["other"]}])
entries = st.builds(
    Plain,
    value=labels,
    confidence=st.sampled_from([0.5, 0.9]),
    split=st.sampled_from(["train", "test"]),
    weight=st.sampled_from([1.0, 2.0]),
)
versions = st.dictionaries(st.tuples(st.sampled_from("abcdef"), st.just("mail")), entries, max_size=6)


@dataclass(frozen=True)
class Branches:
    base: Rows
    ours: Rows
    theirs: Rows
    third: Rows


@st.composite
def branches(draw: Any) -> Branches:
    """A base and three versions of it that each changed some rows."""
    base = draw(versions)

    def one() -> Rows:
        put = draw(versions)
        gone = draw(st.sets(st.sampled_from("abcdef"), max_size=1))
        return {key: row for key, row in {**base, **put}.items() if key[0] not in gone}

    return Branches(base, one(), one(), one())


def rows(base: Rows, ours: Rows, theirs: Rows) -> Rows:
    """The merge of branches without conflicts."""
    result = merge(base, ours, theirs)
    assume(not result.conflicts)
    return merged(ours, result)


@given(branches())
def test_which_side_merges_into_which_makes_no_difference(b: Branches) -> None:
    one, other = merge(b.base, b.ours, b.theirs), merge(b.base, b.theirs, b.ours)
    assert merged(b.ours, one) == merged(b.theirs, other)
    assert {(c.key, c.ours, c.theirs) for c in map(hashable, one.conflicts)} == {
        (c.key, c.theirs, c.ours) for c in map(hashable, other.conflicts)
    }


def hashable(conflict: Any) -> Any:
    return replace(conflict, ours=repr(conflict.ours), theirs=repr(conflict.theirs), base=repr(conflict.base))


@given(branches())
def test_merging_again_changes_nothing(b: Branches) -> None:
    once = rows(b.base, b.ours, b.theirs)
    assert merge(b.base, once, b.theirs) == Merge({}, ())
    assert merge(b.base, b.ours, b.ours) == Merge({}, ())


@given(branches())
def test_the_order_of_three_branches_makes_no_difference(b: Branches) -> None:
    left = rows(b.base, rows(b.base, b.ours, b.theirs), b.third)
    right = rows(b.base, b.ours, rows(b.base, b.theirs, b.third))
    assert left == right


@given(branches())
def test_a_row_that_one_side_changed_is_taken_from_it(b: Branches) -> None:
    result = merged(b.ours, merge(b.base, b.ours, b.theirs))
    mine = {c.key for c in diff(b.base, b.ours)}
    other = {c.key for c in diff(b.base, b.theirs)}
    for key in mine - other:
        assert result.get(key) == b.ours.get(key)
    for key in other - mine:
        assert result.get(key) == b.theirs.get(key)


@given(branches())
def test_rows_that_nobody_changed_may_be_left_out(b: Branches) -> None:
    touched = {c.key for c in diff(b.base, b.ours)} | {c.key for c in diff(b.base, b.theirs)}
    few = ({k: v for k, v in side.items() if k in touched} for side in (b.base, b.ours, b.theirs))
    assert merge(*few) == merge(b.base, b.ours, b.theirs)


def test_conflicts_are_exactly_the_rows_corrected_differently() -> None:
    rng = np.random.default_rng(5)
    names = ("ham", "spam", "other")

    def row(k: int) -> Plain:
        return Plain({"labels": [names[k]]}, 0.9, split="train")

    base = {(f"i{k}", "mail"): row(0) for k in range(1000)}

    def corrected() -> Rows:
        chosen = rng.choice(1000, size=300, replace=False)
        return {**base, **{(f"i{k}", "mail"): row(int(rng.integers(1, 3))) for k in chosen.tolist()}}

    ours, theirs = corrected(), corrected()
    differ = {k for k in base if ours[k] != theirs[k] and base[k] not in (ours[k], theirs[k])}
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert len(differ) > 20
    assert {c.key for c in one.conflicts} == {c.key for c in other.conflicts} == differ
    assert all(c.fields == ("label",) for c in one.conflicts)
    verdicts = {k: row(2) for k in differ}
    done = merged(ours, settle(one, verdicts))
    assert done == merged(theirs, settle(other, verdicts))
    assert all(done[k] == row(2) for k in differ)


def test_a_label_of_one_side_and_a_split_of_the_other_go_together() -> None:
    base = {"i": Plain({"labels": ["ham"]}, 0.6, ("a1",), "train", 1.0)}
    ours = {"i": replace(base["i"], value={"labels": ["spam"]}, confidence=0.9, answers=("a1", "a2"))}
    theirs = {"i": replace(base["i"], split="test", weight=3.0)}
    together = Plain({"labels": ["spam"]}, 0.9, ("a1", "a2"), "test", 3.0)
    assert merge(base, ours, theirs) == Merge({"i": together}, ())
    assert merge(base, theirs, ours) == Merge({"i": together}, ())


def test_the_same_label_found_twice_stands_on_the_answers_of_both() -> None:
    base = {"i": Plain({"labels": ["ham"]}, 0.6, ("a1",))}
    ours = {"i": Plain({"labels": ["spam"]}, 0.8, ("a1", "a2"))}
    theirs = {"i": Plain({"labels": ["spam"]}, 0.9, ("a1", "a3"))}
    assert merge(base, ours, theirs).put == {"i": Plain({"labels": ["spam"]}, 0.9, ("a1", "a2", "a3"))}


def test_removed_here_and_changed_there_is_a_conflict_and_removed_by_both_is_not() -> None:
    base = {"i": Plain({"labels": ["ham"]}), "j": Plain({"labels": ["ham"]})}
    changed = {"i": Plain({"labels": ["spam"]})}
    result = merge(base, {}, changed)
    assert [(c.key, c.fields) for c in result.conflicts] == [("i", ("row",))]
    assert merged({}, result) == {"i": base["i"]}
    assert merged({}, settle(result, {"i": None})) == {}


def test_a_number_and_a_truth_value_are_not_the_same_correction() -> None:
    base = {"i": Plain({"labels": ["ham"]})}
    result = merge(base, {"i": Plain(1)}, {"i": Plain(True)})
    assert [c.key for c in result.conflicts] == ["i"]
