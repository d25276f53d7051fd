"""Real files of others: read whole, written in other formats, and read back the same, or with the losses listed."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from handloom.collect import find_writer, read, records_digest, write
from handloom.core.protocols import Bad, Record

from ... import realdata

SENTENCES = 400


def first(name: str, count: int, options: dict[str, Any] | None = None) -> list[Record]:
    found = list(islice(read(realdata.path(name), options), count))
    assert [one for one in found if isinstance(one, Bad)] == []
    return [one for one in found if isinstance(one, Record)]


@pytest.mark.parametrize("form", ["conll", "docbin", "doccano", "labelstudio", "argilla", "prodigy", "jsonl", "csv"])
@pytest.mark.parametrize("name", ["ner/wnut17.parquet", "ner/crossner.parquet"])
def test_tagged_sentences_come_back_from_every_text_format(name: str, form: str, tmp_path: Path) -> None:
    records = first(name, SENTENCES)
    assert sum(len(record.labels["spans"]["spans"]) for record in records if record.labels) > 100
    target = tmp_path / f"made{find_writer(form).suffix}"
    account = write(iter(records), target, form)
    assert account.left_out == 0
    assert set(account.losses) <= {
        "CoNLL has no place for 'sentence' of meta",
        "'sentence' holds whole numbers, which CSV writes as text",
    }
    assert records_digest(read(target, {"reader": form})) == records_digest(records)


@pytest.mark.parametrize("form", ["coco", "voc"])
def test_boxes_on_blood_cells_come_back_with_their_pictures(form: str, tmp_path: Path) -> None:
    records = first("images/bccd_detection_voc.zip", 40)
    account = write(iter(records), tmp_path / "made", form)
    assert not account.losses
    back = list(read(tmp_path / "made"))
    assert records_digest(back) == records_digest(records)
    assert {r.key for r in back if isinstance(r, Record)} == {r.key for r in records}


def test_all_boxes_of_the_blood_cells_are_read() -> None:
    counts: dict[str, int] = {}
    flat = 0
    for record in read(realdata.path("images/bccd_detection_voc.zip")):
        assert isinstance(record, Record)
        assert not record.losses
        for region in (record.labels or {})["regions"]["regions"]:
            counts[region["label"]] = counts.get(region["label"], 0) + 1
            flat += region["width"] == 0 or region["height"] == 0
    assert counts == {"RBC": 4155, "WBC": 372, "Platelets": 361}
    assert flat == 2


def test_yolo_loses_what_it_says_and_keeps_the_boxes(tmp_path: Path) -> None:
    records = first("images/bccd_detection_voc.zip", 20)
    account = write(iter(records), tmp_path / "made", "yolo")
    assert set(account.losses) == {"YOLO has no place for the attribute 'truncated'"}

    def boxes(found: list[Any]) -> list[Any]:
        return sorted(
            (one.key, r["label"], r["x"], r["y"], r["width"], r["height"])
            for one in found
            for r in one.labels["regions"]["regions"]
        )

    assert boxes(list(read(tmp_path / "made"))) == boxes(records)


def test_intents_with_slots_have_a_class_and_spans() -> None:
    record = first("text/snips_intents_slots.parquet", 1)[0]
    assert record.labels == {
        "label": "AddToPlaylist",
        "spans": {
            "spans": [{"start": 12, "end": 16, "label": "music_item"}, {"start": 24, "end": 38, "label": "playlist"}]
        },
    }


@pytest.mark.parametrize(
    ("name", "fields", "count"),
    [
        ("preferences/hh_rlhf_harmless_test.parquet", {"chosen", "rejected"}, 2312),
        ("preferences/qa_feedback_dev.jsonl.gz", {"text"}, 500),
        ("tabular/adult.parquet", None, 1000),
    ],
)
def test_rows_of_other_kinds_are_read_whole(name: str, fields: set[str] | None, count: int, tmp_path: Path) -> None:
    records = first(name, count)
    assert len(records) == count
    assert all(set(record.data) == fields for record in records) or fields is None
    write(iter(records), tmp_path / "made.jsonl", "jsonl")
    assert records_digest(read(tmp_path / "made.jsonl")) == records_digest(records)


def test_a_table_without_texts_has_a_field_per_column() -> None:
    record = first("tabular/adult.parquet", 1)[0]
    assert len(record.data) == 15
    assert record.data["age"] == 39


def test_labelled_invoices_have_text_document_and_boxes() -> None:
    records = first("documents/invoices_labelled.zip", 7)
    labelled = [record for record in records if record.labels]
    assert (len(records), len(labelled)) == (7, 5)
    region = next(r for r in labelled[0].labels["regions"]["regions"] if r["label"] == "Receipt No")  # type: ignore[index]
    assert region["attributes"] == {"text": "2468"}
    assert "2468" in labelled[0].data["text"]
    assert not any(record.losses for record in records)


def test_nested_folders_of_letters_are_classes() -> None:
    records = first("images/omniglot_small1.zip", 100)
    assert len({(r.labels or {})["label"] for r in records}) == 5
