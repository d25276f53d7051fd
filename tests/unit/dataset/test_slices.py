from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.errors import Malformed
from handloom.dataset.slices import Among, Call, Compare, Constant, Field, Join, Missing, Not, fields, parse, select
from handloom.dataset.table import Table

names = st.one_of(st.sampled_from(["text", "label", "and", "length", "a b", "größe"]), st.text("abc_ ", min_size=1))
constants = st.builds(
    Constant, st.one_of(st.text(max_size=6), st.integers(-99, 99), st.booleans(), st.floats(-1e6, 1e6, width=32))
)
values = st.recursive(
    st.one_of(st.builds(Field, names), constants),
    lambda inner: st.builds(Call, st.sampled_from(["length", "words", "lower"]), inner),
    max_leaves=3,
)
leaves = st.one_of(
    st.builds(
        Compare, values, st.sampled_from(["==", "!=", "<", ">=", "contains", "starts with", "ends with"]), values
    ),
    st.builds(Among, values, st.lists(constants, min_size=1, max_size=3).map(tuple)),
    st.builds(Missing, values),
)


def joined(word: str, inner: Any) -> Any:
    return st.builds(Join, st.just(word), st.lists(inner, min_size=2, max_size=3).map(tuple))


predicates = st.recursive(
    leaves, lambda inner: st.one_of(st.builds(Not, inner), joined("and", inner), joined("or", inner)), max_leaves=6
)
rows = st.dictionaries(
    st.sampled_from(["text", "label", "a b"]), st.one_of(st.none(), st.text(max_size=5), st.integers(), st.floats())
)


@given(predicates)
def test_a_predicate_written_and_read_again_is_the_same(predicate: Any) -> None:
    assert parse(str(predicate)) == predicate


@given(predicates, rows)
def test_every_predicate_answers_yes_or_no_for_every_row(predicate: Any, row: dict[str, Any]) -> None:
    assert type(predicate.holds(row)) is bool
    assert Not(predicate).holds(row) is not predicate.holds(row)


@given(st.text(max_size=40))
def test_any_text_is_a_predicate_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = parse(text)
    except Malformed as error:
        refused = error.message
    else:
        refused = f"no slice refused, but {parse(str(found))}"
    assert "slice" in refused


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("length(text) > 5", [1, 2]),
        ("words(text) == 2", [1, 2]),
        ('label == "spam" or text contains "refund"', [1, 2]),
        ("not label == 'spam' and amount <= 10", [0]),
        ("amount > 9.5", [0, 2]),
        ("`days past` in (1, 2)", [0]),
        ("label is missing", [3]),
        ("label is not missing and lower(text) starts with 'a '", [2]),
        ("flag == true", [0]),
        ("text ends with 'o'", [0]),
    ],
)
def test_what_a_slice_holds(text: str, rows: list[int]) -> None:
    table = Table(
        "t",
        {
            "text": ["hello", "hello you", "A refund", None],
            "label": ["ham", "spam", "ham", ""],
            "amount": ["10", "2", 30, float("nan")],
            "days past": ["1", "7", None, None],
            "flag": ["True", "False", None, None],
        },
    )
    assert select(parse(text), table).nonzero()[0].tolist() == rows


def test_nothing_of_a_predicate_is_run() -> None:
    for text in ("__import__('os').system('true')", "text.__class__", "length(text", "1 +", "(" * 200 + "a == 1", "a"):
        with pytest.raises(Malformed):
            parse(text)


def test_a_predicate_names_its_fields() -> None:
    assert fields(parse("length(a) > 1 and (`b c` in (1) or not d is missing)")) == {"a", "b c", "d"}
