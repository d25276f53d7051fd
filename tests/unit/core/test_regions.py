"""Regions: validation, the stored form, and what differs between two values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.errors import BadValue, UnknownLabel
from handloom.core.shapes import Region, Regions, RegionsShape, regions

SHAPE = RegionsShape()
OPTIONS = SHAPE.options({"labels": ["cell", "crystal"]})
BOX = {"kind": "box", "label": "cell", "x": 1, "y": 2, "width": 30, "height": 40}
TRIANGLE = {"kind": "polygon", "label": "cell", "rings": [[[0, 0], [4, 0], [0.5, 3]]]}
MASK = {"kind": "mask", "label": "cell", "size": [3, 4], "counts": [4, 2, 6]}
POINT = {"kind": "point", "label": "crystal", "x": 3, "y": 4}

sides = st.integers(0, 6)
boxes = st.builds(
    lambda x, y, w, h, label: Region("box", label, (x, y, w, h)), sides, sides, sides, sides, st.sampled_from("AB")
)
values = st.lists(boxes, max_size=6).map(lambda rs: SHAPE.parse([regions.shown(r) for r in rs], {}, "task"))


def test_every_kind_comes_back_as_it_was_given() -> None:
    marked = {**BOX, "attributes": {"truncated": True}, "frame": 7}
    given_ = [POINT, marked, MASK, TRIANGLE, BOX, BOX]
    value = SHAPE.parse({"regions": given_}, OPTIONS, "cells")
    back = SHAPE.show(value)["regions"]
    assert sorted(map(str, back)) == sorted(map(str, [POINT, BOX, BOX, TRIANGLE, MASK, _sorted(marked)]))
    assert SHAPE.parse(back[::-1], OPTIONS, "cells") == value


def _sorted(raw: dict) -> dict:
    return {
        **{k: v for k, v in raw.items() if k not in ("frame", "attributes")},
        "frame": 7,
        "attributes": raw["attributes"],
    }


def test_coordinates_turn_back_from_shares_into_the_same_number() -> None:
    share = 260 / 641
    value = SHAPE.parse([{**BOX, "x": share * 641, "y": 1 / 3}], OPTIONS, "cells")
    assert value.regions[0].numbers[:2] == (260, 0.3333)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"boxes": []}, "wants"),
        ([{"kind": "ellipse", "label": "cell"}], "'ellipse'"),
        ([{**BOX, "width": -1}], "negative"),
        ([{**BOX, "x": float("nan")}], "beyond"),
        ([{**BOX, "x": "1"}], "no number"),
        ([{**BOX, "rings": []}], "unknown fields rings"),
        ([{**BOX, "label": None}], "label in words"),
        ([{**BOX, "frame": -1}], "frame"),
        ([{**BOX, "attributes": {"a": [1]}}], "single values"),
        ([{**TRIANGLE, "rings": [[[0, 0], [1, 1]]]}], "three points"),
        ([{**MASK, "counts": [1, 2]}], "runs for 3 pixels, its size says 12"),
        ([{**MASK, "size": [3]}], "height, width"),
    ],
)
def test_a_wrong_value_is_refused_in_words(raw: object, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        SHAPE.parse(raw, OPTIONS, "cells")


def test_labels_and_kinds_are_those_of_the_task() -> None:
    with pytest.raises(UnknownLabel, match="Did you mean 'cell'"):
        SHAPE.parse([{**BOX, "label": "cel"}], OPTIONS, "cells")
    with pytest.raises(BadValue, match="kind of box"):
        SHAPE.parse([POINT], SHAPE.options({"labels": ["cell"], "kinds": ["box"]}), "cells")


def test_a_box_of_zero_size_is_kept() -> None:
    value = SHAPE.parse([{**BOX, "width": 0, "height": 0}], OPTIONS, "cells")
    assert value.regions[0].bounds() == (1, 2, 0, 0)


@pytest.mark.parametrize(
    ("counts", "bounds"),
    [([4, 2, 6], (1, 1, 1, 2)), ([2, 2, 8], (0, 0, 2, 3)), ([12], (0, 0, 0, 0)), ([0, 12], (0, 0, 4, 3))],
)
def test_the_box_around_a_mask_comes_from_its_runs(counts: list[int], bounds: tuple[int, ...]) -> None:
    assert SHAPE.parse([{**MASK, "counts": counts}], OPTIONS, "cells").regions[0].bounds() == bounds


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        ({**BOX, "label": "crystal"}, ["tag"]),
        ({**BOX, "x": 3}, ["boundary"]),
        ({**BOX, "x": 3, "label": "crystal"}, ["both"]),
        ({**BOX, "x": 300}, ["wrong", "missing"]),
        ({**BOX, "attributes": {"difficult": 1}}, ["attributes"]),
    ],
)
def test_what_differs_is_named(after: dict, kinds: list[str]) -> None:
    before, changed = SHAPE.parse([BOX], OPTIONS, "cells"), SHAPE.parse([after], OPTIONS, "cells")
    assert [c.kind for c in SHAPE.diff(before, changed)] == kinds


@given(values, values)
def test_the_changes_lead_from_one_value_to_the_other(before: Regions, after: Regions) -> None:
    assert regions.apply(before, SHAPE.diff(before, after)) == after
