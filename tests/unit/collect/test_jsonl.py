from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from handloom.collect import preview, read
from handloom.collect.jsonl import EXPORTED, LINE
from handloom.core.errors import Malformed
from handloom.core.protocols import Bad, Record
from handloom.operations.export import FIELDS


def test_flat_rows_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a b", "label": "ham"}\n\n{"text": "c d", "label": "spam", "lang": "en"}\n')
    guessed = preview(path, {"task": "mail"})
    assert guessed is not None
    assert guessed.columns.label == "label"
    found = list(read(path, {"task": "mail"}))
    assert [(r.data["text"], r.labels, r.line) for r in found if isinstance(r, Record)] == [
        ("a b", {"mail": "ham"}, 1),
        ("c d", {"mail": "spam"}, 3),
    ]


def test_whole_items_need_no_mapping(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"data": {"text": "a"}, "key": 7, "labels": {"mail": "ham"}}\n')
    assert preview(path, {}) is None
    assert next(iter(read(path))) == Record(1, {"text": "a"}, "7", {"mail": "ham"}, None)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"data": {"text": "a"}, "label": "x"}', "unknown fields label"),
        ('{"data": 3}', "data"),
        ('{"data": {"text": "a"}, "labels": []}', "labels"),
        ('{"data": {"text": "a"}, "key": []}', "key"),
        ("[" * 100_000, "not JSON"),
        ("3", "not a JSON object"),
    ],
)
def test_other_lines_are_reported(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"data": {"text": "first"}}\n' + line + "\n")
    bad = [r for r in read(path) if isinstance(r, Bad)]
    assert len(bad) == 1
    assert bad[0].line == 2
    assert words in str(bad[0].error)


def test_one_big_array_is_read_as_such_and_refused_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"text": "a"}]')
    assert [r.data for r in read(path) if not isinstance(r, Bad)] == [{"text": "a"}]
    with pytest.raises(Malformed, match="one object per line"):
        list(read(path, {"reader": "jsonl"}))


def test_lines_of_an_export_are_items_again(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    label = {"item": "i1", "key": "a", "labels": ["spam"], "confidence": 1, "n": 1, "test": True, "data": {"text": "x"}}
    item = {"item": "i2", "key": None, "test": False, "created": "2026-11-21", "meta": None, "data": {"text": "y"}}
    path.write_text(json.dumps({**label, "task": "mail"}) + "\n" + json.dumps(item) + "\n")
    first, second = read(path)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.key, first.labels, first.meta) == ("a", {"mail": "spam"}, {"split": "test"})
    assert (second.data, second.labels, second.meta) == ({"text": "y"}, None, None)


MADE = "2026-11-21T05:14:35.120Z"


def test_every_column_of_an_export_is_known_when_it_is_read_back() -> None:
    assert {field.name for what in ("labels", "items") for field in FIELDS[what]} <= LINE | EXPORTED


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_what_a_project_exports_is_read_back_from_every_form(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"labels.{ending}"
    rows = [
        {"item": "i1", "key": "a", "labels": ["ham"], "confidence": 1.0, "n": 1, "test": True, "automatic": False},
        {"item": "i2", "key": "b", "labels": ["x|y", "z"], "confidence": 0.5, "n": 0, "test": False, "automatic": True},
        {
            "item": "i3",
            "key": "c",
            "labels": ["spam", "z"],
            "confidence": 0.5,
            "n": 2,
            "test": False,
            "automatic": False,
        },
    ]
    texts = ['{"text":"one, \\"two\\"","more":[1,2]}', '{"text":"two"}', '{"text":"three"}']
    if ending == "jsonl":
        lines = [
            json.dumps({**row, "data": json.loads(data), "task": "mail"}) for row, data in zip(rows, texts, strict=True)
        ]
        path.write_text("\n".join(lines))
    elif ending == "csv":
        cells = ["ham", '["x|y", "z"]', "spam|z"]
        with path.open("w", newline="") as file:
            out = csv.DictWriter(file, [*rows[0], "data", "task"])
            out.writeheader()
            for row, data, cell in zip(rows, texts, cells, strict=True):
                flags = {name: str(row[name]).lower() for name in ("test", "automatic")}
                out.writerow({**row, **flags, "labels": cell, "data": data, "task": "mail"})
    else:
        listed = [{**row, "data": data, "task": "mail"} for row, data in zip(rows, texts, strict=True)]
        pq.write_table(pa.Table.from_pylist(listed), path)
    first, second, third = (one for one in read(path) if isinstance(one, Record))
    assert (first.key, first.data, first.labels) == ("a", {"text": 'one, "two"', "more": [1, 2]}, {"mail": "ham"})
    assert (first.meta, second.meta, third.meta) == ({"split": "test"}, {"automatic": True}, None)
    assert (second.labels, third.labels) == ({"mail": ["x|y", "z"]}, {"mail": ["spam", "z"]})


def test_items_of_an_export_come_with_their_meta(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(
        "item,key,test,created,meta,data\n"
        f'i1,a,false,{MADE},"{{""masked"": false}}","{{""text"":""one""}}"\n'
        f'i2,b,false,{MADE},,"{{""text"":""two""}}"\n'
        f"i3,c,false,{MADE},,{{broken\n"
    )
    one, two, three = read(path)
    assert isinstance(one, Record)
    assert isinstance(two, Record)
    assert (one.data, one.meta, two.meta) == ({"text": "one"}, {"masked": False}, None)
    assert isinstance(three, Bad)
    assert three.line == 4
