from __future__ import annotations

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.dataset.profile import balance, outliers, profile
from handloom.dataset.slices import parse
from handloom.dataset.table import Pictures, Table


def test_a_profile_tells_what_is_in_a_table() -> None:
    table = Table(
        "t",
        {
            "text": [f"word {'x' * k} number {k}" for k in range(60)],
            "price": ["1", "2", "3", "4", None, "900"] + [str(2 + k % 3) for k in range(54)],
            "channel": ["mail"] * 40 + ["chat"] * 20,
            "label": ["ham"] * 30 + ["spam"] * 29 + [None],
        },
        pictures=Pictures([None] * 60, np.zeros((60, 256), np.uint8), np.tile([640, 480], (60, 1))),
    )
    told = profile(table, "label", {"dear": parse("price > 100"), "chat": parse('channel == "chat"')})
    json.dumps(told, allow_nan=False)
    assert told["rows"] == 60
    assert told["labels"]["classes"] == [{"label": "ham", "rows": 30}, {"label": "spam", "rows": 29}]
    assert told["labels"]["missing"] == 1
    assert told["labels"]["evenness"] == pytest.approx(1.0, abs=1e-3)
    assert told["fields"]["price"]["outliers"] == [5]
    assert told["fields"]["price"]["missing"] == 1
    assert told["fields"]["text"]["words"]["median"] == 4
    assert told["fields"]["channel"]["common"][0] == {"value": "mail", "rows": 40}
    assert told["images"]["width"]["mean"] == 640
    assert told["slices"] == {
        "labels": ["ham", "spam"],
        "slices": [
            {"name": "dear", "predicate": "price > 100", "rows": 1, "by_label": [1, 0]},
            {"name": "chat", "predicate": 'channel == "chat"', "rows": 20, "by_label": [0, 19]},
        ],
    }


@given(st.lists(st.tuples(st.text(max_size=5), st.sampled_from(["a", "b", None])), max_size=20), st.integers(0, 9))
def test_the_order_of_the_rows_changes_no_count(rows: list[tuple[str, str | None]], seed: int) -> None:
    def told(given: list[tuple[str, str | None]]) -> object:
        table = Table("t", {"text": [text for text, _ in given], "label": [label for _, label in given]})
        return profile(table, "label", {"long": parse("length(text) > 2")})

    mixed = random.Random(seed).sample(rows, len(rows))
    assert told(mixed) == told(rows)


def test_nothing_at_all_has_a_profile() -> None:
    assert profile(Table("t", {"a": [], "label": []}), "label")["labels"] == {
        "classes": [],
        "missing": 0,
        "evenness": 1.0,
    }
    assert outliers(np.array([np.nan, np.nan])) == []
    assert balance(["a", "a"])["evenness"] == 1.0
