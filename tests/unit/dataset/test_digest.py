from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handloom import dataset
from handloom.core.ids import fingerprint
from handloom.dataset.digest import Share, shift, state


@dataclass(frozen=True)
class Row:
    identity: str
    value: Any
    confidence: float | None
    split: str | None = None
    weight: float | None = None


row = st.builds(
    Row,
    identity=st.text(max_size=8),
    value=st.builds(lambda label: {"labels": [label]}, st.sampled_from(["ham", "spam", "ä"])),
    confidence=st.floats(0.5, 1.0),
    split=st.sampled_from([None, "test"]),
    weight=st.sampled_from([None, 0.5]),
)
rows = st.lists(row, max_size=12, unique_by=lambda r: r.identity)


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(given_rows: list[Row], shuffle: Any) -> None:
    mixed = list(given_rows)
    shuffle.shuffle(mixed)
    assert dataset.of(mixed) == dataset.of(given_rows)


@given(rows, rows)
def test_a_version_made_by_changes_has_the_digest_of_its_content(before: list[Row], after: list[Row]) -> None:
    old, new = {r.identity: r for r in before}, {r.identity: r for r in after}
    taken = [r for key, r in old.items() if new.get(key) != r]
    put = [r for key, r in new.items() if old.get(key) != r]
    assert dataset.update(dataset.of(before), taken, put) == dataset.of(after)


@given(rows.filter(bool), st.data())
def test_any_difference_in_content_shows(given_rows: list[Row], data: Any) -> None:
    k = data.draw(st.integers(0, len(given_rows) - 1))
    changed = data.draw(
        st.sampled_from(
            [
                replace(given_rows[k], value={"labels": ["other"]}),
                replace(given_rows[k], split="validation"),
                replace(given_rows[k], weight=2.0),
                replace(given_rows[k], identity=given_rows[k].identity + "x"),
                replace(given_rows[k], confidence=0.25),
            ]
        )
    )
    assert dataset.of([*given_rows[:k], changed, *given_rows[k + 1 :]]) != dataset.of(given_rows)
    assert dataset.of(given_rows[:-1]) != dataset.of(given_rows)


@given(rows)
def test_rows_of_equal_state_may_be_added_up_first(given_rows: list[Row]) -> None:
    totals: dict[int, int] = {}
    for one in given_rows:
        held = state(one.value, one.confidence, one.split, one.weight)
        totals[held] = totals.get(held, 0) + fingerprint(one.identity)
    assert shift(dataset.EMPTY, [], [Share(total, held) for held, total in totals.items()]) == dataset.of(given_rows)


def test_what_is_not_said_is_train_and_one() -> None:
    said = Row("a", {"labels": ["b"]}, 1, "train", 1)
    assert dataset.of([said]) == dataset.of([Row("a", {"labels": ["b"]}, 1.0)])


def test_a_digest_has_forty_characters_and_nothing_has_forty_zeros() -> None:
    assert dataset.of([]) == dataset.EMPTY == "0" * 40
    assert len(dataset.of([Row("a", {"labels": ["b"]}, 1.0)])) == 40
