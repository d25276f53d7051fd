from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from handloom import resolve
from handloom.core.errors import EmptyInput, Malformed, UnknownKind
from handloom.resolve.tables import Columns, Resolved, code, resolve_table


def resolved(table: object, **options: object) -> Resolved:
    return resolve_table(table, rng=np.random.default_rng(0), **options)  # type: ignore[arg-type]


ANSWERS = {
    "worker": ["ann", "bob", "cem", "ann", "bob", "cem", None],
    "item": [7, 7, 7, 8, 8, 8, 8],
    "answer": ["ham", "ham", "spam", "spam", "spam", "spam", "ham"],
    "truth": ["ham", None, None, "spam", "spam", "spam", "spam"],
}


class Frame:
    """As data frames do: columns by name, values by a method."""

    def __init__(self, columns: dict[str, list[object]]) -> None:
        self.columns = columns

    def __getitem__(self, name: str) -> np.ndarray:
        return np.array(self.columns[name], dtype=object)


@pytest.mark.parametrize("table", [ANSWERS, pa.table(ANSWERS), Frame(ANSWERS)])
def test_any_table_of_columns_is_taken(table: object) -> None:
    found = resolved(table, columns=Columns(truth="truth")).as_dict()
    assert {"labels", "actors", "agreement", "accuracy"} <= set(found)
    assert [(row["item"], row["value"], row["majority"], row["n"]) for row in found["labels"]] == [
        (7, "ham", "ham", 3),
        (8, "spam", "spam", 3),
    ]
    assert (found["skipped"], found["accuracy_n"], found["accuracy"]["auto"]) == (1, 2, 1.0)
    assert set(found["accuracy"]) == {"auto", "majority", "dawid_skene", "one_coin", "glad", "mace"}
    assert [row["actor"] for row in found["actors"]] == ["ann", "bob", "cem"]
    json.dumps(found, allow_nan=False)


def test_runner_up_and_posterior_sum_to_one_for_two_values() -> None:
    label = resolved(ANSWERS).as_dict()["labels"][0]
    assert label["runner_up"]["value"] == "spam"
    assert label["posterior"] + label["runner_up"]["posterior"] == pytest.approx(1.0)


def test_gold_is_kept_counted_and_not_measured_on() -> None:
    found = resolved(ANSWERS, columns=Columns(truth="truth"), gold={7: "spam", 9: "other"}, method="majority").as_dict()
    assert [(row["item"], row["value"]) for row in found["labels"]] == [(7, "spam"), (8, "spam"), (9, "other")]
    assert found["classes"] == ["ham", "other", "spam"]
    assert found["accuracy_n"] == 2
    assert found["accuracy"]["majority"] == 1.0
    assert next(row for row in found["actors"] if row["actor"] == "cem")["gold"] == {"n": 1, "right": 1}


def test_order_of_rows_decides_nothing() -> None:
    turned = {name: column[::-1] for name, column in ANSWERS.items()}
    assert resolved(turned).as_dict()["labels"] == resolved(ANSWERS).as_dict()["labels"]


def test_one_value_by_everybody_and_one_answer_alone() -> None:
    found = resolved({"worker": ["a"], "item": [1], "answer": [True]}).as_dict()
    assert found["labels"][0] == {
        "item": 1, "value": True, "posterior": 1.0, "runner_up": None, "n": 1, "majority": True
    }  # fmt: skip
    assert found["agreement"]["krippendorff"]["value"] is None
    assert found["actors"][0]["accuracy"]["value"] is None


def test_wrong_tables_end_in_a_sentence() -> None:
    with pytest.raises(Malformed, match="there is no column 'who'; the columns are worker, item, answer, truth"):
        code(ANSWERS, Columns(actor="who"))
    with pytest.raises(Malformed, match="item 7 has two values of truth"):
        code({**ANSWERS, "truth": ["ham", "spam", *ANSWERS["truth"][2:]]}, Columns(truth="truth"))
    with pytest.raises(EmptyInput, match="no row has a worker"):
        code({"worker": [""], "item": [1], "answer": [float("nan")]})
    with pytest.raises(Malformed, match="single words or numbers"):
        code({"worker": ["a"], "item": [1], "answer": [["x", "y"]]})
    with pytest.raises(UnknownKind, match="no aggregation method 'vote'"):
        resolved(ANSWERS, method="vote")


def test_public_names_are_there() -> None:
    assert all(getattr(resolve, name) is not None for name in resolve.__all__)
