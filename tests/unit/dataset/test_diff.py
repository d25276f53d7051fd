from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from handloom.dataset import Plain, apply, diff, summary
from handloom.dataset.diff import change, label_changes
from handloom.dataset.parts import parts, placed
from tests import realdata

spans = st.builds(
    lambda start, length, label: {"start": start, "end": start + length, "label": label},
    st.integers(0, 20),
    st.integers(1, 8),
    st.sampled_from(["PER", "LOC"]),
)
values = st.one_of(
    st.builds(lambda label: {"labels": [label]}, st.sampled_from(["ham", "spam"])),
    st.builds(lambda found: {"spans": found}, st.lists(spans, max_size=4)),
    st.sampled_from([1, 1.0, True, None]),
)
entries = st.builds(
    Plain,
    value=values,
    confidence=st.sampled_from([None, 0.5, 0.9]),
    answers=st.sampled_from([(), ("a",), ("a", "b")]),
    split=st.sampled_from([None, "train", "test"]),
    weight=st.sampled_from([None, 1.0, 2.0]),
)
versions = st.dictionaries(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["mail", "tone"])), entries, max_size=8)


def span(start: int, end: int, label: str) -> dict[str, Any]:
    return {"start": start, "end": end, "label": label}


@given(versions, versions)
def test_a_diff_applied_to_the_first_gives_the_second(a: dict[Any, Plain], b: dict[Any, Plain]) -> None:
    again = apply(a, diff(a, b))
    assert {k: repr(v) for k, v in again.items()} == {k: repr(v) for k, v in b.items()}


@given(versions)
def test_nothing_differs_from_itself(a: dict[Any, Plain]) -> None:
    assert list(diff(a, {k: replace(v) for k, v in a.items()})) == []


@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6))
def test_every_span_is_told_of_at_most_once(before: list[Any], after: list[Any]) -> None:
    found = parts({"spans": before}, {"spans": after})
    name = repr
    old, new = Counter(map(name, before)), Counter(map(name, after))
    assert Counter(name(p.before) for p in found if p.before) == old - new
    assert Counter(name(p.after) for p in found if p.after) == new - old


def test_rows_are_told_apart_by_what_changed() -> None:
    before = {
        "gone": Plain({"labels": ["ham"]}),
        "same": Plain({"labels": ["ham"]}, 0.9, ("a1",), "train", 1.0),
        "label": Plain({"labels": ["ham"]}, 0.9, ("a1",)),
        "surer": Plain({"labels": ["ham"]}, 0.7, ("a1",)),
        "split": Plain({"labels": ["ham"]}, split="train"),
        "weight": Plain({"labels": ["ham"]}, split="train", weight=1.0),
        "spans": Plain({"spans": [span(0, 3, "PER")]}),
    }
    after = {
        "same": replace(before["same"]),
        "label": Plain({"labels": ["spam"]}, 0.9, ("a1",)),
        "surer": Plain({"labels": ["ham"]}, 0.9, ("a1", "a2")),
        "split": Plain({"labels": ["ham"]}, split="test"),
        "weight": Plain({"labels": ["spam"]}, split="test", weight=2.0),
        "spans": Plain({"spans": [span(0, 3, "LOC")]}),
        "new": Plain({"labels": ["spam"]}),
    }
    assert {c.key: c.kinds for c in diff(before, after)} == {
        "gone": ("removed",),
        "label": ("relabelled",),
        "surer": ("reestimated",),
        "split": ("resplit",),
        "weight": ("relabelled", "resplit", "reweighted"),
        "spans": ("respanned",),
        "new": ("added",),
    }
    told = summary(diff(before, after), {"late": lambda key: key > "s"})
    assert told.rows == 7
    assert told.kinds["relabelled"] == 2
    assert told.labels == {("ham", None): 1, ("ham", "spam"): 2, ("PER", "LOC"): 1, (None, "spam"): 1}
    assert told.keys["relabelled"] == ["label", "weight"]
    assert told.parts == {"tag": 1}
    assert told.slices == {"late": {"reestimated": 1, "resplit": 2, "relabelled": 1, "reweighted": 1, "respanned": 1}}


def test_spans_are_matched_by_place_then_by_overlap() -> None:
    before = [span(0, 5, "PER"), span(10, 15, "LOC"), span(20, 25, "ORG"), span(30, 35, "ORG")]
    after = [span(0, 5, "LOC"), span(8, 15, "LOC"), span(21, 25, "PER"), span(50, 55, "PER")]
    found = {p.kind: (p.before, p.after) for p in parts({"spans": before}, {"spans": after})}
    assert found == {
        "tag": (before[0], after[0]),
        "boundary": (before[1], after[1]),
        "both": (before[2], after[2]),
        "wrong": (before[3], None),
        "missing": (None, after[3]),
    }


def test_boxes_are_matched_like_spans() -> None:
    def box(x: float, label: str) -> dict[str, Any]:
        return {"box": [x, 0.0, 10.0, 10.0], "label": label}

    found = parts(
        {"regions": [box(0, "RBC"), box(100, "WBC")]}, {"regions": [box(1, "RBC"), box(100, "RBC"), box(200, "RBC")]}
    )
    assert [p.kind for p in found] == ["tag", "boundary", "missing"]
    typed = {"kind": "box", "label": "a", "x": 0, "y": 0, "width": 9, "height": 9}
    ring = {"kind": "polygon", "label": "a", "rings": [[[20, 20], [30, 20], [30, 40]]]}
    mask = {"kind": "mask", "label": "a", "size": [4, 4], "counts": [0, 4, 12]}
    moved = [{**typed, "x": 1}, {**ring, "rings": [[[21, 20], [30, 20], [30, 40]]]}, {**mask, "counts": [0, 8, 8]}]
    kinds = [p.kind for one, other in zip((typed, ring, mask), moved, strict=True) for p in placed([one], [other])]
    assert kinds == ["boundary"] * 3


def test_a_value_with_more_than_parts_is_relabelled_too() -> None:
    old = Plain({"spans": [span(0, 1, "A")], "note": "x"})
    new = Plain({"spans": [span(0, 1, "B")], "note": "y"})
    found = change("k", old, new)
    assert found is not None
    assert found.kinds == ("relabelled", "respanned")


def test_tokens_that_differ_are_one_change_and_tags_are_counted_one_by_one() -> None:
    assert [p.kind for p in parts({"tags": ["O", "B-PER"]}, {"tags": ["O", "B-PER", "O"]})] == ["token"]
    found = change("k", Plain({"tags": ["O", "B-PER"]}), Plain({"tags": ["B-LOC", "B-ORG"]}))
    assert found is not None
    assert list(label_changes(found)) == [("O", "B-LOC"), ("B-PER", "B-ORG")]


def test_conllpp_corrections_are_found_token_by_token() -> None:
    rows = pq.read_table(realdata.path("ner/conllpp_test_tags_only.parquet")).to_pylist()
    known = pq.read_table(realdata.path("ner/conllpp_test_label_diff.parquet")).to_pylist()
    before = {row["sentence"]: Plain({"tags": row["original_tags"]}) for row in rows}
    after = {row["sentence"]: Plain({"tags": row["corrected_tags"]}) for row in rows}
    found = list(diff(before, after))
    assert len(found) == 199
    tokens = {
        (c.key, p.before["token"], p.before["label"], p.after["label"])
        for c in found
        for p in c.parts
        if p.kind == "tag"
    }
    assert tokens == {(k["sentence"], k["token_index"], k["original_tag"], k["corrected_tag"]) for k in known}
    assert sum(summary(found).parts.values()) == 324
