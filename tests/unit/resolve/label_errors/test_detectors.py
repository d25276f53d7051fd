"""Each detector on data small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from handloom.core.errors import BadValue
from handloom.resolve import label_errors as le

CHANCES = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6], [0.5, 0.5, 0.0]])


def test_self_confidence_is_what_the_model_takes_from_the_label() -> None:
    assert le.self_confidence(np.array([0, 0, 2, -1]), CHANCES)[:3] == pytest.approx([0.1, 0.8, 0.4])
    assert np.isnan(le.self_confidence(np.array([0, 0, 2, -1]), CHANCES)[3])


def test_normalised_margin_looks_at_the_best_other_class() -> None:
    assert le.normalised_margin(np.array([0, 0, 2, 1]), CHANCES) == pytest.approx([0.1, 0.75, 0.35, 0.5])


def test_neighbours_are_those_of_nearest_direction_and_never_the_row_itself() -> None:
    angles = np.array([0.0, 0.1, 0.2, 2.0, 2.1, 2.2, 0.05])
    vectors = np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)
    labels = np.array([0, 0, 0, 1, 1, 1, 1])
    around = le.neighbours(labels, vectors, nearest=2)
    assert around.wrong[6] == pytest.approx(1.0)
    assert around.likeliest[6] == 0
    assert around.wrong[[3, 4, 5]].max() == 0
    assert around.count == 2


def test_one_row_has_no_neighbours() -> None:
    around = le.neighbours(np.array([0]), np.ones((1, 2), np.float32))
    assert np.isnan(around.wrong).all()


def test_identical_items_with_different_labels_contradict_each_other() -> None:
    twins = le.duplicates(np.array([0, 0, 1, 2, -1, 0]), ["a", "a", "a", "b", "a", "c"])
    assert twins.wrong[:4] == pytest.approx([0.5, 0.5, 1.0, 0.0])
    assert np.isnan(twins.wrong[4])
    assert twins.likeliest[2] == 0
    assert twins.group.tolist() == [0, 0, 0, 1, 0, 2]


def test_two_equal_sides_leave_no_proposal() -> None:
    assert le.duplicates(np.array([0, 1]), ["a", "a"]).likeliest.tolist() == [-1, -1]


def test_same_string_labelled_twice_and_missed_once() -> None:
    text = "Paris met Rome. Paris left. In Parisian streets, Paris stayed."
    found = le.spans([(text, [(0, 5, "place"), (16, 21, "place"), (10, 14, "place")])])
    assert [(s.start, s.given, s.proposed) for s in found] == [(49, None, "place")]
    assert found[0].score == 1.0
    assert "2 of 3 times place" in found[0].reason


def test_string_labelled_both_ways_is_settled_by_the_other_documents() -> None:
    both = ("Jordan saw Jordan", [(0, 6, "person"), (11, 17, "place")])
    alone = le.spans([both])
    assert [(s.given, s.proposed) for s in alone] == [("person", None), ("place", None)]
    settled = le.spans([both, ("Jordan", [(0, 6, "person")])])
    assert [(s.given, s.proposed) for s in settled] == [("place", "person")]


def test_part_of_a_longer_span_is_not_a_missed_one() -> None:
    assert le.spans([("New York is in York", [(0, 8, "place"), (15, 19, "place")])]) == []


def test_document_is_as_suspect_as_its_worst_token() -> None:
    found = le.tokens(
        [np.array([0, 1]), np.array([], dtype=np.int64), np.array([2])], [CHANCES[:2], CHANCES[:0], CHANCES[2:3]]
    )
    assert found.documents == pytest.approx([0.3, 0.0, 0.4])
    worse = le.tokens([np.array([1, 1])], [CHANCES[:2]])
    assert [(s.token, s.given, s.proposed) for s in worse.suspects] == [(0, 1, 0)]


def test_tokens_and_probabilities_must_fit() -> None:
    with pytest.raises(BadValue):
        le.tokens([np.array([0])], [CHANCES])


def box(left: float, top: float, size: float = 10) -> list[float]:
    return [left, top, left + size, top + size]


def test_boxes_missed_swapped_misplaced_and_spurious() -> None:
    given = np.array([box(0, 0), box(100, 0), box(200, 0), box(300, 0)])
    labels = np.array([0, 0, 0, 0])
    predicted = np.array([box(0, 0), box(104, 0), box(200, 0), box(400, 0), box(500, 0)])
    classes = np.array([0, 0, 1, 0, 0])
    found = le.boxes(given, labels, predicted, classes, np.array([0.9, 0.9, 0.9, 0.8, 0.2]))
    kinds = {(s.kind, s.box): s for s in found}
    assert kinds[("swapped", 2)].proposed == 1
    assert kinds[("missed", 3)].score == pytest.approx(0.8)
    assert ("missed", 4) not in kinds
    assert kinds[("misplaced", 1)].score > kinds[("misplaced", 0)].score == 0
    assert ("spurious", 3) in kinds
    assert le.image_score(found) > le.image_score([]) == 0


def test_boxes_without_area_overlap_nothing() -> None:
    flat = np.array([[5.0, 5.0, 5.0, 9.0]])
    found = le.boxes(flat, np.array([0]), np.array([box(0, 0)]), np.array([0]), np.array([0.9]))
    assert {s.kind for s in found} == {"spurious", "missed"}


def test_mask_with_a_hole_or_a_loose_piece_is_worse_than_a_whole_one() -> None:
    whole = np.zeros((40, 40), dtype=np.int64)
    whole[2:12, 2:12], whole[20:30, 20:30] = 1, 2
    holed, torn = whole.copy(), whole.copy()
    holed[6, 6] = 0
    torn[35:37, 2:4] = 1
    scores = [le.masks(mask).image for mask in (whole, holed, torn)]
    assert scores[0] == 0 < min(scores[1:])
    assert le.masks(torn).instances[0].instance == 1
    assert le.masks(holed).instances[0].holes == pytest.approx(0.01)


def test_mask_that_the_pixel_model_does_not_see() -> None:
    drawn = np.zeros((20, 20), dtype=np.int64)
    drawn[0:10, 0:10], drawn[0:10, 10:20] = 1, 2
    seen = np.zeros((20, 20))
    seen[0:10, 0:10], seen[10:20, 0:5] = 1.0, 1.0
    report = le.masks(drawn, seen)
    assert report.instances[0].instance == 2
    assert report.instances[0].unseen == 1.0
    assert report.missed == pytest.approx(50 / 150)


def test_image_without_instances_has_none_to_doubt() -> None:
    assert le.masks(np.zeros((5, 5), dtype=np.int64)).image == 0
