"""`find`: order, reasons, what it says of precision, and what verdicts change."""

from __future__ import annotations

import numpy as np
import pytest

from handloom.core.errors import BadValue, EmptyInput
from handloom.resolve.label_errors import Combiner, find, outlook
from tests.unit.resolve.label_errors.test_confident_joint import noisy


def test_worst_first_with_what_to_put_instead_and_why() -> None:
    found = find(
        ["ham", "ham", "spam", None],
        [[0.9, 0.1], [0.02, 0.98], [0.4, 0.6], [0.5, 0.5]],
        keys=["a", "b", "a", "c"],
    )
    assert [s.row for s in found] == [1, 2, 0]
    worst = found[0]
    assert (worst.given, worst.proposed) == ("ham", "spam")
    assert worst.reasons == ("the model gives ham 0.02 and spam 0.98",)
    assert "100% of the identical items have another label" in found[1].reasons
    assert worst.score >= found[1].score >= found[2].score
    assert worst.as_dict() == {
        "row": 1, "score": pytest.approx(0.98), "given": "ham", "proposed": "spam", "reasons": list(worst.reasons)
    }  # fmt: skip


def test_scores_are_those_of_self_confidence_and_every_labelled_row_is_there() -> None:
    labels, chances, _ = noisy(200, 4, seed=0)
    found = find(labels, chances)
    assert sorted(found.rows.tolist()) == list(range(200))
    assert found.scores == pytest.approx(1 - chances[found.rows, labels[found.rows]])
    assert (np.diff(found.scores) <= 0).all()


def test_without_a_verdict_the_interval_owns_up_to_knowing_nothing() -> None:
    labels, chances, _ = noisy(500, 3, seed=1)
    found = find(labels, chances)
    share = found.expected_precision
    assert (share["low"], share["high"], share["verdicts"]) == (0.0, 1.0, 0)
    assert share["n"] == found.worth > 0
    assert 0 <= share["value"] <= 1


def test_verdicts_narrow_the_interval_and_leave_the_reviewed_rows_out() -> None:
    labels, chances, wrong = noisy(2000, 3, seed=2, share=0.15)
    before = find(labels, chances)
    seen = {int(row): bool(wrong[row]) for row in before.rows[:60]}
    after = find(labels, chances, verdicts=seen)
    assert not set(seen) & set(after.rows.tolist())
    share = after.expected_precision
    true = wrong[after.rows[: after.worth]].mean()
    assert share["verdicts"] == 60
    assert share["high"] - share["low"] < 0.6
    assert share["low"] <= true <= share["high"]
    assert after.outlook is not None
    assert not after.outlook.stop


def test_stops_when_what_is_left_is_most_likely_right() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random((400, 1))
    wrong = rng.random(400) < scores[:, 0] ** 8
    same = np.zeros(400, dtype=np.int64)
    queue = Combiner(scores, same, same)
    order = np.argsort(-scores[:, 0])
    queue.refit(order[:200], wrong[order[:200]])
    ahead = outlook(queue, order[200:], 200, rng=rng)
    assert ahead.stop
    assert "less than the 10%" in ahead.why
    queue.refit(order[:5], wrong[order[:5]])
    early = outlook(queue, order[5:], 5, rng=rng)
    assert not early.stop
    assert "too few" in early.why
    assert outlook(queue, order[:0], 400, rng=rng).stop


def test_class_that_reviewers_always_keep_falls_behind() -> None:
    scores = np.tile(np.linspace(0.5, 0.9, 50), 2)[:, None]
    given = np.repeat([0, 1], 50)
    queue = Combiner(scores, given, 1 - given)
    reviewed = np.arange(0, 100, 2)
    assert queue.scores(np.array([49, 99])).std() == 0
    queue.refit(reviewed, given[reviewed] == 1)
    kept, changed = queue.scores(np.array([49, 99]))
    assert changed > kept + 0.3


def test_detector_that_does_not_apply_changes_nothing() -> None:
    scores = np.stack((np.linspace(0.1, 0.9, 20), np.full(20, np.nan)), axis=1)
    same = np.zeros(20, dtype=np.int64)
    with np.errstate(all="raise"):
        alone = Combiner(scores[:, :1], same, same).scores(np.arange(20))
    assert Combiner(np.nan_to_num(scores, nan=0.5), same, same).scores(np.arange(20)) == pytest.approx(alone)


def test_people_beat_the_model_when_they_agree() -> None:
    said = np.array([[1, 1, 1]] + [[0, 0, 0]] * 30 + [[1, 1, 1]] * 30)
    labels = said[:, 0].copy()
    labels[0] = 0
    chances = np.full((61, 2), 0.5)
    chances[0] = (0.7, 0.3)
    found = find(labels, chances, answers=said)
    assert found[0].row == 0
    assert found[0].proposed == 1
    assert "3 of 3 people said 1" in found[0].reasons
    assert found.skills is not None
    assert found.skills.min() > 0.9


def test_neighbours_alone_are_enough() -> None:
    vectors = np.repeat(np.eye(2, dtype=np.float32), 10, axis=0)
    labels = ["a"] * 9 + ["b"] + ["b"] * 10
    found = find(labels, vectors=vectors)
    assert found[0].row == 9
    assert "of the 10 nearest have another label, most of them a" in found[0].reasons[0]


def test_class_numbers_may_come_as_whole_floats_with_gaps() -> None:
    chances = np.full((12, 11), 0.05)
    chances[:, 10] = 0.5
    found = find([10.0, float("nan"), 2.0] + [10.0] * 9, chances)
    assert found[0].row == 2
    assert (found[0].given, found[0].proposed) == (2, 10)
    assert 1 not in found.rows
    with pytest.raises(BadValue):
        find([0.5, 1.0], [[0.5, 0.5]] * 2, classes=["a", "b"])


@pytest.mark.parametrize(
    ("labels", "chances", "error"),
    [
        ([], np.zeros((0, 2)), EmptyInput),
        ([-1, -1], [[0.5, 0.5], [0.5, 0.5]], EmptyInput),
        ([None, ""], [[0.5, 0.5], [0.5, 0.5]], EmptyInput),
        ([0, 1], [[0.5, 0.5], [0.5]], BadValue),
        ([0, 1], [["a", "b"], ["a", "b"]], BadValue),
        ([0, 5], [[0.5, 0.5], [0.5, 0.5]], BadValue),
        (["a", "b", "c"], [[0.5, 0.5]] * 3, BadValue),
        ([0, 1], [[0.5, np.nan], [0.5, 0.5]], BadValue),
        ([0, 1], [[5.0, 0.5], [0.5, 0.5]], BadValue),
        ([0, 1], [[0.5, 0.5]], BadValue),
        ([[0], [1]], [[0.5, 0.5]] * 2, BadValue),
        ([0, 1], None, BadValue),
    ],
)
def test_what_makes_no_sense_is_refused(labels: list, chances: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        find(labels, chances)  # type: ignore[arg-type]


def test_all_labels_the_same_and_all_scores_equal() -> None:
    found = find([0, 0, 0], [[0.6, 0.4]] * 3)
    assert found.rows.tolist() == [0, 1, 2]
    assert found.worth == 0
    assert found.expected_precision["value"] is None
    assert found[0].proposed == 1


@pytest.mark.parametrize(
    "given",
    [
        {"answers": [[0, 2], [1, 1]]},
        {"answers": [[0, 1]]},
        {"keys": ["a"]},
        {"vectors": np.array([[1.0, 0.0], [np.nan, 0.0]], dtype=np.float32)},
        {"verdicts": {2: True}},
        {"classes": ["a", "a"]},
    ],
)
def test_evidence_that_does_not_fit_the_labels_is_refused(given: dict) -> None:
    with pytest.raises(BadValue):
        find([0, 1], [[0.5, 0.5], [0.5, 0.5]], **given)


def test_classes_that_are_written_alike_are_the_same() -> None:
    chances = [[0.1, 0.9], [0.2, 0.8]]
    assert find(["0", "1"], chances, classes=[0, 1])[0].given == 0
    assert find([0, 1], chances, classes=["0", "1"])[0].given == "0"


@pytest.mark.parametrize("asked", [20, 60, 200])
def test_verdicts_from_the_top_do_not_make_the_rest_look_as_bad_as_the_top(asked: int) -> None:
    rng = np.random.default_rng(5)
    labels, chances = rng.integers(2, size=4000), rng.beta(0.3, 3.0, size=4000)
    wrong = rng.random(4000) < chances**2
    first = np.where(labels == 0, 1 - chances, chances)
    table = np.stack((first, 1 - first), axis=1)
    found = find(labels, table)
    after = find(labels, table, verdicts={int(row): bool(wrong[row]) for row in found.rows[:asked]})
    assert after.outlook is not None
    said = after.outlook.expected
    assert said["low"] <= wrong[after.rows].mean() <= said["high"]
    assert said["high"] - said["low"] < 0.95
