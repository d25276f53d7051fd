"""The verdict on a label: what is taken, what is refused, and what it makes of the label."""

from __future__ import annotations

from typing import Any

import pytest

from handloom.core.errors import BadTask, BadValue, UnknownLabel
from handloom.core.shapes import LabelVerdict, VerdictShape, shape
from handloom.resolve import Majority

SHAPE = VerdictShape()
OPTIONS = SHAPE.options({"labels": ["ham", "spam", "news"], "multi": False, "given": ["ham"]})


def parse(raw: Any) -> LabelVerdict:
    return SHAPE.parse(raw, OPTIONS, "mail")


def test_keep_has_the_labels_that_were_given() -> None:
    assert parse({"verdict": "keep"}) == LabelVerdict("keep", ("ham",))
    assert parse({"verdict": "keep", "labels": ["spam"]}).labels == ("ham",)


def test_change_has_the_new_label_and_why() -> None:
    found = parse({"verdict": "change", "labels": ["spam"], "error": "slip", "identical": True})
    assert found == LabelVerdict("change", ("spam",), "slip", True)
    shown = {"verdict": "change", "labels": ["spam"], "error": "slip", "identical": True}
    assert SHAPE.show(found) == shown
    assert parse(shown) == found


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (None, BadValue),
        ({}, BadValue),
        ("keep", BadValue),
        ({"verdict": "unsure"}, BadValue),
        ({"verdict": "change"}, BadValue),
        ({"verdict": "change", "labels": ["ham"]}, BadValue),
        ({"verdict": "change", "labels": ["ham", "spam"]}, BadValue),
        ({"verdict": "change", "labels": ["spma"]}, UnknownLabel),
        ({"verdict": "change", "labels": ["spam"], "error": "typo"}, BadValue),
        ({"verdict": "keep", "error": "slip"}, BadValue),
        ({"verdict": "keep", "identical": 1}, BadValue),
    ],
)
def test_what_makes_no_sense_is_refused(raw: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse(raw)


@pytest.mark.parametrize("given", [None, "ham", [1]])
def test_options_need_the_given_labels(given: Any) -> None:
    with pytest.raises(BadTask):
        SHAPE.options({"labels": ["a", "b"], "given": given})


def test_difference_of_two_verdicts() -> None:
    keep, change = parse({"verdict": "keep"}), parse({"verdict": "change", "labels": ["spam"]})
    assert SHAPE.diff(keep, keep) == []
    assert [c.kind for c in SHAPE.diff(keep, change)] == ["judged"]
    assert shape("verdict").name == "verdict"


def test_verdict_outweighs_the_answers_it_was_about() -> None:
    said = [(f"a{k}", "person", {"labels": ["ham"]}) for k in range(3)]
    judged = ("v1", "person", {"verdict": "change", "labels": ["spam"], "error": None, "identical": False})
    found = Majority().estimate([*said, judged])
    assert found is not None
    assert (found.value, found.n, found.answers) == ({"labels": ["spam"]}, 1, ("v1",))
    both = Majority().estimate([*said, judged, ("v2", "person", {"verdict": "keep", "labels": ["ham"]})])
    assert both is not None
    assert both.confidence == 0.5


def test_verdict_of_a_machine_does_not_count() -> None:
    found = Majority().estimate(
        [("a", "person", {"labels": ["ham"]}), ("m", "model", {"verdict": "change", "labels": ["spam"]})]
    )
    assert found is not None
    assert found.value == {"labels": ["ham"]}
