"""`find_several`: items with several labels, judged label by label."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from handloom.core.errors import BadValue, EmptyInput
from handloom.resolve.label_errors import SetAnswers, find_several, multi_label

CLASSES = ["food", "money", "sport"]


def noisy(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(true labels, given labels of which one item in ten has one turned, probabilities)."""
    rng = np.random.default_rng(seed)
    truth = rng.random((n, 4)) < 0.4
    given = truth.copy()
    turned = rng.choice(n, n // 10, replace=False)
    given[turned, rng.integers(4, size=len(turned))] ^= True
    chances = np.clip(np.where(truth, 0.85, 0.15) + rng.normal(scale=0.12, size=truth.shape), 0.01, 0.99)
    return truth, given.astype(np.int8), chances.astype(np.float32)


def test_worst_first_as_sets_with_reasons() -> None:
    found = find_several(
        [["food"], ["food", "money"], None, []],
        [[0.9, 0.8, 0.1], [0.9, 0.05, 0.1], [0.5, 0.5, 0.5], [0.1, 0.2, 0.3]],
        classes=CLASSES,
    )
    assert [s.row for s in found] == [1, 0, 3]
    assert (found[0].given, found[0].proposed) == (("food", "money"), ("food",))
    assert found[0].reasons == ("the model gives money 0.05, which the item has",)
    assert (found[1].given, found[1].proposed) == (("food",), ("food", "money"))
    assert found[1].reasons == ("the model gives money 0.80, which the item does not have",)
    assert (found[2].given, found[2].proposed) == ((), ("sport",))
    assert found[0].as_dict()["proposed"] == ["food"]


def test_order_is_that_of_the_worst_label_and_flags_what_was_turned() -> None:
    truth, given, chances = noisy()
    found = find_several(given, chances)
    plain = multi_label(given, chances).items
    assert plain[found.rows] == pytest.approx(np.sort(plain)[::-1], abs=1e-6)
    wrong = (truth != given).any(axis=1)
    assert wrong[found.rows[: found.worth]].mean() > 0.9
    assert found.expected_precision["high"] == 1.0


def test_verdicts_leave_the_queue_and_say_how_good_the_rest_is() -> None:
    truth, given, chances = noisy()
    wrong = (truth != given).any(axis=1)
    found = find_several(given, chances)
    verdicts = {int(row): bool(wrong[row]) for row in found.rows[:60]}
    after = find_several(given, chances, verdicts=verdicts)
    assert not set(verdicts) & set(after.rows.tolist())
    assert after.expected_precision["verdicts"] == 60
    assert after.outlook is not None
    assert after.outlook.expected["low"] <= wrong[after.rows].mean() <= after.outlook.expected["high"]


def test_people_outweigh_a_model_that_is_sure_of_nothing() -> None:
    truth, given, _ = noisy()
    rng = np.random.default_rng(1)
    rows, actors = np.repeat(np.arange(len(truth)), 3), np.tile(np.arange(3), len(truth))
    sets = truth[rows] ^ (rng.random((len(rows), 4)) < 0.05)
    found = find_several(given, np.full(truth.shape, 0.5), answers=SetAnswers(rows, actors, sets))
    wrong = (truth != given).any(axis=1)
    assert wrong[found.rows[: wrong.sum()]].mean() > 0.9
    assert any("people" in reason for reason in found[0].reasons)
    assert found.skills is not None
    assert found.skills.shape == (3,)


def test_identical_items_with_other_labels_come_first() -> None:
    chances = [[0.4, 0.4, 0.1], [0.4, 0.4, 0.1], [0.9, 0.1, 0.1]]
    found = find_several([["food"], ["money"], ["food"]], chances, classes=CLASSES, keys=["a", "a", "b"])
    assert {found[0].row, found[1].row} == {0, 1}
    assert "100% of the identical items have other labels" in found[0].reasons
    assert found.worth == 2


@pytest.mark.parametrize(
    ("labels", "chances", "more", "error"),
    [
        ([["tea"]], [[0.5, 0.5, 0.5]], {}, BadValue),
        ([["food"], ["food"]], [[0.5, 0.5, 0.5]], {}, BadValue),
        ([["food"]], [[0.5, 0.5]], {}, BadValue),
        ([["food"]], [[0.5, 0.5, np.nan]], {}, BadValue),
        ([["food"]], [[0.5, 0.5, 1.5]], {}, BadValue),
        ([["food"]], [["a", "b", "c"]], {}, BadValue),
        ([["food"]], [0.5], {}, BadValue),
        (np.array([[0, 1, 2]]), [[0.5, 0.5, 0.5]], {}, BadValue),
        ([None], [[0.5, 0.5, 0.5]], {}, EmptyInput),
        ([["food"]], [[0.5, 0.5, 0.5]], {"keys": []}, BadValue),
        ([["food"]], [[0.5, 0.5, 0.5]], {"verdicts": {1: True}}, BadValue),
        (
            [["food"]],
            [[0.5, 0.5, 0.5]],
            {"answers": SetAnswers(np.array([1]), np.array([0]), np.ones((1, 3), bool))},
            BadValue,
        ),
    ],
)
def test_what_does_not_fit_is_refused(labels: Any, chances: Any, more: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        find_several(labels, chances, classes=CLASSES, **more)
