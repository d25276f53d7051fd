"""Detectors for several labels, spans, words and boxes on real data with errors made on purpose, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from bench import structured_errors as bench

from handloom.core.errors import BadValue
from handloom.resolve import label_errors as le


def test_an_item_is_as_bad_as_its_worst_label() -> None:
    given = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]])
    chances = np.array([[0.9, 0.1, 0.2], [0.9, 0.05, 0.1], [0.8, 0.3, 0.9]])
    found = le.multi_label(given, chances)
    assert found.items == pytest.approx([0.2, 0.95, 0.8])
    assert [(one.row, one.label, one.given) for one in found.suspects] == [(1, 1, True), (2, 0, False)]
    assert found.suspects[0].score == pytest.approx(0.95)


def test_no_labels_and_no_items_are_no_trouble() -> None:
    assert le.multi_label(np.zeros((0, 3)), np.zeros((0, 3))).suspects == []
    assert le.multi_label(np.zeros((2, 0)), np.zeros((2, 0))).items.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("given", "chances", "words"),
    [
        (np.zeros((2, 3)), np.zeros((2, 2)), "one probability"),
        (np.full((2, 2), 2), np.zeros((2, 2)), "0 or 1"),
        (np.zeros((1, 2)), np.array([[0.1, 1.2]]), "from 0 to 1"),
        (np.zeros((1, 2)), np.array([[0.1, np.nan]]), "from 0 to 1"),
    ],
)
def test_several_labels_that_make_no_sense_are_refused(given: np.ndarray, chances: np.ndarray, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        le.multi_label(given, chances)


def test_a_box_beside_its_thing_is_misplaced_and_not_two_errors() -> None:
    given = np.array([[0.0, 0.0, 10.0, 10.0], [100.0, 0.0, 110.0, 10.0]])
    seen = np.array([[5.0, 5.0, 15.0, 15.0], [100.0, 0.0, 110.0, 10.0]])
    found = le.boxes(given, np.array([0, 0]), seen, np.array([0, 0]), np.array([0.9, 0.9]))
    assert [(one.kind, one.box) for one in found if one.score > 0] == [("misplaced", 0)]
    other = le.boxes(given[:1], np.array([0]), seen[:1], np.array([1]), np.array([0.9]))
    assert {one.kind for one in other} == {"missed", "spurious"}


def test_flipped_slots_of_real_commands_rank_first() -> None:
    found = bench.multi(0, n=700)
    assert found["item"]["average_precision"] > 4 * found["item"]["share"]
    assert found["label"]["auroc"] > 0.95


def test_changed_tags_of_real_messages_rank_first() -> None:
    found = bench.tokens(0, n=250)
    assert found["sentence"]["average_precision"] > 3 * found["sentence"]["share"]
    assert found["word"]["auroc"] > 0.95


def test_strings_that_lost_their_label_in_real_documents_are_found() -> None:
    found = bench.spans(0)
    assert found["place of such a string"]["average_precision"] > 0.99
    assert found["every place"]["auroc"] > 0.99


def test_spoilt_boxes_of_real_cells_rank_first() -> None:
    found = bench.boxes(0, n=120)
    for kind in ("missed", "misplaced"):
        assert found[kind]["average_precision"] > 4 * found[kind]["share"], kind
    assert found["swapped"]["auroc"] > 0.75
    assert found["any"]["average_precision"] > 1.5 * found["any"]["share"]
