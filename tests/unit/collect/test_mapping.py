from __future__ import annotations

import pytest

from handloom.collect.mapping import Columns, guess, label_text, records
from handloom.core.errors import BadItem, Malformed
from handloom.core.protocols import Bad, Record


def test_columns_of_content_label_key_and_split_are_guessed_from_the_first_rows() -> None:
    rows = [
        {"id": i, "body": f"some words about thing {i}", "intent": "ab"[i % 2], "split": "train"} for i in range(20)
    ]
    found = guess(rows, "mail")
    assert found.columns == Columns({"text": ("body",)}, "intent", "id", "split", "mail")
    assert found.reasons["split"] == "holds train"
    assert "2 different" in found.reasons["label"]


def test_structured_text_is_not_taken_for_the_content() -> None:
    rows = [{"text": "play music", "label": "play", "spans": '[{"start": 1, "end": 2, "label": "very long name"}]'}]
    assert guess(rows).columns.fields == {"text": ("text",)}


def test_images_in_a_table_are_found_by_their_values() -> None:
    assert guess([{"picture": "cats/1.PNG", "y": 1}]).columns.fields == {"image": ("picture",)}
    assert guess([{"picture": "data:image/png;base64,AAAA", "y": 1}]).columns.fields == {"image": ("picture",)}


def test_a_table_of_numbers_has_no_content() -> None:
    with pytest.raises(Malformed, match="no column looks like text"):
        guess([{"a": 1, "b": 2}])


def test_an_id_that_repeats_is_no_key() -> None:
    assert guess([{"id": 1, "text": "abc"}, {"id": 1, "text": "abd"}]).columns.key is None


def test_several_columns_are_joined_and_empty_ones_left_out() -> None:
    columns = Columns({"text": ("title", "body")})
    assert columns.record(1, {"title": "a", "body": "b"}).data == {"text": "a\nb"}
    assert columns.record(1, {"title": "a", "body": None}).data == {"text": "a"}
    with pytest.raises(BadItem, match="line 7 has nothing in title and body"):
        columns.record(7, {"title": "", "body": None})


@pytest.mark.parametrize(
    ("value", "label"),
    [(3, "3"), (3.0, "3"), (True, "true"), (" ham ", "ham"), (2.5, "2.5")],
)
def test_labels_become_words(value: object, label: str) -> None:
    assert label_text(value) == label
    assert Columns({"text": ("t",)}, "l", task="x").record(1, {"t": "a", "l": value}).labels == {"x": label}


def test_several_labels_in_one_cell() -> None:
    columns = Columns({"text": ("t",)}, "l", task="x", separator=";")
    assert columns.record(1, {"t": "a", "l": "ham; news"}).labels == {"x": ["ham", "news"]}
    assert columns.record(1, {"t": "a", "l": '["ham", 3]'}).labels == {"x": ["ham", "3"]}
    assert columns.record(1, {"t": "a", "l": ["ham"]}).labels == {"x": ["ham"]}
    assert columns.record(1, {"t": "a", "l": ""}).labels is None


def test_other_columns_are_kept_as_meta() -> None:
    record = Columns({"text": ("t",)}, key="id", split="s").record(
        1, {"t": "a", "id": 5, "s": "test", "lang": "de", "none": None}
    )
    assert record.key == "5"
    assert record.meta == {"lang": "de", "split": "test"}


def test_rows_without_a_field_are_reported_and_the_others_read() -> None:
    found = list(
        records(iter([(1, {"text": "a"}), (2, {"text": ""}), (3, {"text": "c"})]), {"fields": {"text": "text"}})
    )
    assert [type(f) for f in found] == [Record, Bad, Record]


def test_fields_of_another_form_are_refused() -> None:
    with pytest.raises(Malformed, match="fields is an object"):
        Columns.parse({"fields": []})


def test_a_column_of_few_words_is_not_taken_for_the_text_of_a_task() -> None:
    rows = [{"age": i, "race": ("White", "Black", "Other")[i % 3], "sex": "mf"[i % 2]} for i in range(60)]
    with pytest.raises(Malformed, match="'race', has 3 different values in the first 60 rows"):
        guess(rows, kind="text_class@1")
    named = [{"text": row["race"], "sex": row["sex"]} for row in rows]
    assert guess(named, kind="text_class@1").columns.fields == {"text": ("text",)}
