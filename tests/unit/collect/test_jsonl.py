from __future__ import annotations

import json
from pathlib import Path

import pytest

from handloom.collect import preview, read
from handloom.core.errors import Malformed
from handloom.core.protocols import Bad, Record


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
