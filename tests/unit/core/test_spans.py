"""Spans: validation, the stored form, and what differs between two values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.errors import BadTask, BadValue, UnknownLabel
from handloom.core.shapes import Relation, Span, Spans, SpansShape, shape, spans

SHAPE = SpansShape()
OPTIONS = SHAPE.options({"labels": ["person", "place"], "relations": ["lives in"]})
PERSON = {"start": 0, "end": 4, "label": "person"}
PLACE = {"start": 14, "end": 19, "label": "place"}

one_span = st.builds(
    lambda start, length, label: Span(start, start + length, label),
    st.integers(0, 20),
    st.integers(1, 6),
    st.sampled_from("AB"),
)


@st.composite
def values(draw: st.DrawFn) -> Spans:
    chosen = draw(st.lists(one_span, max_size=6, unique=True))
    raw = [{"start": s.start, "end": s.end, "label": s.label} for s in chosen]
    last = len(raw) - 1
    links = draw(st.lists(st.tuples(st.integers(0, last), st.integers(0, last)), max_size=3)) if raw else []
    return SHAPE.parse(
        {"spans": raw, "relations": [{"head": h, "tail": t, "label": "r"} for h, t in links]}, {}, "task"
    )


def test_the_order_in_which_spans_were_marked_does_not_matter() -> None:
    link = {"head": 0, "tail": 1, "label": "lives in"}
    back = {"head": 1, "tail": 0, "label": "lives in"}
    first = SHAPE.parse({"spans": [PERSON, PLACE], "relations": [link]}, OPTIONS, "ner")
    other = SHAPE.parse({"spans": [PLACE, PERSON, PLACE], "relations": [back]}, OPTIONS, "ner")
    assert first == other
    assert SHAPE.show(first) == {"spans": [PERSON, PLACE], "relations": [link]}
    assert first.ends(Relation(0, 1, "lives in"))[1].of("Anna lives in Paris") == "Paris"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("text", "wants"),
        ({"spans": [{"start": 3, "end": 3, "label": "person"}]}, "start < end"),
        ({"spans": [{"start": -1, "end": 3, "label": "person"}]}, "start < end"),
        ({"spans": [{"start": True, "end": 3, "label": "person"}]}, "start < end"),
        ({"spans": [{"start": 0, "end": 3.0, "label": "person"}]}, "start < end"),
        ({"spans": [{"start": 0, "end": 3, "label": ""}]}, "label in words"),
        ({"spans": [{**PERSON, "colour": "red"}]}, "start, end, label"),
        ({"spans": [PERSON], "relations": [{"head": 0, "tail": 1, "label": "lives in"}]}, "number from 0"),
        ({"spans": [PERSON], "relations": "none"}, "a list"),
    ],
)
def test_a_wrong_value_is_refused_in_words(raw: object, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        SHAPE.parse(raw, OPTIONS, "ner")


def test_an_unknown_label_is_named() -> None:
    with pytest.raises(UnknownLabel, match="persn"):
        SHAPE.parse({"spans": [{"start": 0, "end": 4, "label": "persn"}]}, OPTIONS, "ner")


def test_overlaps_are_refused_where_the_task_says_so() -> None:
    nested = {"spans": [PERSON, {"start": 2, "end": 3, "label": "place"}]}
    assert len(SHAPE.parse(nested, OPTIONS, "ner").spans) == 2
    with pytest.raises(BadValue, match="0 to 4 and 2 to 3 overlap"):
        SHAPE.parse(nested, SHAPE.options({"labels": ["person", "place"], "overlap": False}), "ner")
    with pytest.raises(BadTask, match="at least one label"):
        SHAPE.options({"labels": []})


def test_a_span_beyond_the_text_is_found() -> None:
    value = SHAPE.parse([PERSON], OPTIONS, "ner")
    spans.check(value, {"text": "Anna"})
    with pytest.raises(BadValue, match="beyond the text of 3"):
        spans.check(value, {"text": "Ann"})
    with pytest.raises(BadValue, match="no text of this item"):
        spans.check(value, {"title": "Anna"})


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ([Span(0, 4, "A")], [Span(0, 4, "B")], ["tag"]),
        ([Span(0, 4, "A")], [Span(0, 6, "A")], ["boundary"]),
        ([Span(0, 4, "A")], [Span(2, 6, "B")], ["both"]),
        ([], [Span(0, 4, "A")], ["missing"]),
        ([Span(0, 4, "A")], [], ["wrong"]),
        ([Span(0, 4, "A")], [Span(5, 9, "A")], ["wrong", "missing"]),
        ([Span(0, 9, "A")], [Span(0, 4, "A"), Span(4, 9, "B")], ["boundary", "missing"]),
    ],
)
def test_what_differs_is_named_as_people_name_label_errors(before: list, after: list, kinds: list[str]) -> None:
    assert [c.kind for c in SHAPE.diff(Spans(tuple(before)), Spans(tuple(after)))] == kinds


@given(values(), values())
def test_the_changes_lead_from_one_value_to_the_other(before: Spans, after: Spans) -> None:
    assert spans.apply(before, SHAPE.diff(before, after)) == after


@given(values())
def test_showing_and_parsing_gives_the_same_value(value: Spans) -> None:
    assert SHAPE.parse(SHAPE.show(value), {}, "task") == value
    assert shape("spans").diff(value, value) == []


def test_a_change_of_what_is_not_there_is_refused() -> None:
    change = SHAPE.diff(Spans((Span(0, 4, "A"),)), Spans(()))
    with pytest.raises(BadValue, match="does not have"):
        spans.apply(Spans(()), change)
