"""Files made to harm: nothing outside of them is read or written, and nothing grows without bound."""

from __future__ import annotations

import json
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from handloom.collect import docbin, images, json_stream, read, rle, safe_xml, write
from handloom.core.errors import BadValue, HandloomError, Malformed, TooLarge
from handloom.core.protocols import Bad, Record

from ...contract.formats import BOX, json_file, png

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><annotation>&b;</annotation>"""
OUTSIDE = (
    b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><annotation>&x;</annotation>"""
)


@pytest.mark.parametrize("data", [LAUGHS, OUTSIDE, LAUGHS.decode().encode("utf-16"), b"<!DOCTYPE a><a/>"])
def test_xml_that_declares_types_or_entities_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"not allowed|not XML"):
        safe_xml.parse(data)


def test_xml_is_not_nested_without_end() -> None:
    with pytest.raises(Malformed, match="deeper than 100"):
        safe_xml.parse(b"<a>" * 200)


def test_a_name_in_annotations_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png(1))
    inner = tmp_path / "inner"
    inner.mkdir()
    listed = [{"id": 1, "file_name": "../secret.png", "width": 8, "height": 6}]
    json_file(inner / "a.json", {"images": listed, "annotations": [], "categories": []})
    record = next(iter(read(inner)))
    assert isinstance(record, Record)
    assert record.media is None
    assert record.losses


@pytest.mark.parametrize("form", ["coco", "voc", "yolo", "images"])
def test_a_key_that_climbs_writes_only_inside(form: str, tmp_path: Path) -> None:
    labels: dict[str, Any] = {"label": "../../up"} if form == "images" else {"regions": {"regions": [BOX]}}
    records = [
        Record(i, {"image": images.as_field(png(i))}, key, labels, {"split": "../.."}, {"image": png(i)})
        for i, key in enumerate(("../../evil.png", "/etc/evil.png", "..\\evil.png", "evil.png"), 1)
    ]
    write(iter(records), tmp_path / "made", form)
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    pictures = list((tmp_path / "made").rglob("*.png"))
    assert len(pictures) == 4


def test_a_state_file_that_climbs_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    json_file(folder / "dataset_info.json", {"features": {}})
    json_file(folder / "state.json", {"_data_files": [{"filename": "../other.arrow"}]})
    with pytest.raises(Malformed, match="outside of its folder"):
        list(read(folder))
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": ["../.."]}))
    with pytest.raises(Malformed, match="no folder beside"):
        list(read(folder))


def test_a_packed_file_does_not_unpack_without_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin, "MAX_BYTES", 1000)
    path = tmp_path / "bomb.spacy"
    path.write_bytes(zlib.compress(b"\0" * 100_000))
    with pytest.raises(TooLarge, match="unpacks to more"):
        list(read(path))


@pytest.mark.parametrize("raw", [b"no", zlib.compress(b"\x81\xa1a\x01"), zlib.compress(b"\xc1")])
def test_what_is_no_docbin_is_refused_in_words(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    path.write_bytes(raw)
    with pytest.raises(Malformed, match="is no DocBin"):
        list(read(path))


def test_an_element_without_end_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_ELEMENT", 1000)
    path = tmp_path / "a.json"
    path.write_text('[{"text": "' + "a" * 1_000_000)
    with pytest.raises(HandloomError, match="line 1"):
        list(read(path, {"reader": "json"}))


@pytest.mark.parametrize("packed", [[], [255] * 30, [0, 0, 0, 4, 0]])
def test_a_brush_that_lies_about_its_size_is_refused(packed: list[int]) -> None:
    with pytest.raises(BadValue):
        rle.from_brush(packed, 8, 6)


@pytest.mark.parametrize("text", ["p", "\x00", "0p"])
def test_a_broken_compressed_mask_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        rle.from_text(text)


HALF = '{"text": "cut in an emoji \\ud83d", "label": "a"}'


def test_half_of_a_surrogate_pair_is_a_bad_line_and_reading_goes_on(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text("\n".join(['{"text": "good", "label": "a"}', HALF, '{"text": "\\ud83d\\ude00", "label": "b"}']))
    array = tmp_path / "a.json"
    array.write_text('[{"text": "good", "label": "a"},\n' + HALF + ',\n{"text": "\\ud83d\\ude00", "label": "b"}]')
    for path in (lines, array):
        found = list(read(path))
        assert [type(one) for one in found] == [Record, Bad, Record]
        assert isinstance(found[1], Bad)
        assert found[1].line == 2
        assert "surrogate" in str(found[1].error)
        assert found[2].data["text"] == "\U0001f600"  # type: ignore[union-attr]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e400", "9" * 5000])
def test_numbers_that_cannot_be_stored_are_bad_lines(number: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "good one"}\n{"text": "a", "n": ' + number + '}\n{"text": "b"}\n')
    good, bad, _ = read(path)
    assert isinstance(good, Record)
    assert isinstance(bad, Bad)
    assert bad.line == 2


def test_one_number_of_an_array_that_cannot_be_stored_does_not_end_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"text": "one"},\n{"text": "two", "n": NaN},\n{"text": "three"}]')
    assert [type(one) for one in read(path)] == [Record, Bad, Record]


def test_a_cell_of_deeply_nested_json_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,tags\nhello," + "[" * 20_000 + "]" * 20_000 + "\n")
    record = next(iter(read(path, {"fields": {"text": "text"}, "label": "tags"})))
    assert isinstance(record, Record)


LONG_RUN = "o" * 1_000_000


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("a.json", {"images": [{"id": 1, "file_name": "a", "width": 8, "height": 6}], "annotations": [
            {"image_id": 1, "category_id": 1, "segmentation": [1]}], "categories": [{"id": 1, "name": "c"}]}, "rings"),
        ("a.json", {"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1, "category_id": 1,
            "segmentation": {"size": [9, 9], "counts": LONG_RUN}}], "categories": [{"id": 1, "name": "c"}]}, "longer"),
        ("a.json", [{"data": {"text": "a"}, "annotations": True}], "list of objects"),
        ("a.json", [{"data": {"text": "a"}, "annotations": [{"result": 1.5}]}], "list of objects"),
        ("a.json", [{"data": {"text": "a"}, "annotations": [{"result": [{"type": "brushlabels", "value": {
            "brushlabels": ["c"], "rle": [1]}, "original_width": 10**6, "original_height": 10**6}]}]}], "larger than"),
    ],
)  # fmt: skip
def test_exports_built_otherwise_are_bad_items_in_words(name: str, value: Any, words: str, tmp_path: Path) -> None:
    bad = list(read(json_file(tmp_path / name, value)))
    assert isinstance(bad[0], Bad)
    assert words in str(bad[0].error)


@pytest.mark.parametrize(
    ("reader", "row", "words"),
    [
        ("prodigy", {"text": "ab", "_task_hash": 1, "spans": [{"start": 0, "end": 1, "label": "x", "token_end": []}],
                     "relations": [{"head": {}, "child": [], "label": "y"}]}, "relation between tokens"),
        ("doccano", {"text": "ab", "entities": [{"id": [], "start_offset": 0, "end_offset": 1, "label": "x"}],
                     "relations": [{"from_id": [], "to_id": {}, "type": "y"}]}, "links spans by their number"),
        ("doccano", {"text": "ab", "entities": [], "relations": 7}, "list of objects"),
    ],
)  # fmt: skip
def test_lines_built_otherwise_are_told_in_words(reader: str, row: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row))
    found = next(iter(read(path, {"reader": reader})))
    assert words in (str(found.error) if isinstance(found, Bad) else " ".join(found.losses))


def test_a_mask_larger_than_images_may_be_is_never_drawn() -> None:
    with pytest.raises(BadValue, match="larger than images"):
        rle.to_brush((10**6, 10**6), (10**12,))


def test_offsets_of_an_arrow_file_that_lead_out_of_it_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.arrow"
    good = pa.table({"text": ["one text", "another text"]})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, good.schema) as out:
        out.write_table(good)
    raw = path.read_bytes()
    offsets = struct.pack("<iii", 0, 8, 20)
    assert raw.count(offsets) == 1
    path.write_bytes(raw.replace(offsets, struct.pack("<iii", 0, 10**9, 20)))
    with pytest.raises(Malformed, match="cannot be read as arrow"):
        list(read(path))


def test_a_damaged_zip_or_workbook_is_refused_in_words(tmp_path: Path) -> None:
    for name in ("a.zip", "a.xlsx"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
            for i in range(3):
                pack.writestr(f"cats/{i}.txt", f"a text about cats {i} " * 200)
        raw = bytearray(path.read_bytes())
        raw[40:80] = bytes(40)
        path.write_bytes(bytes(raw))
        try:
            assert any(isinstance(one, Bad) for one in read(path))
        except HandloomError:
            assert name == "a.xlsx"


def test_a_workbook_that_unpacks_without_bound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("xl/workbook.xml", "<workbook/>")
        with pack.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(70):
                sheet.write(b" " * 2**20)
    with pytest.raises(TooLarge, match="would unpack to"):
        list(read(path))


@pytest.mark.parametrize(
    ("name", "head", "words"),
    [("a.csv", b"PK\x03\x04", "a zip file"), ("a.jsonl", b"PAR1", "Parquet"), ("a.csv", b"\x1f\x8b\x08", "gzip"),
     ("a.conll", b"\x1f\x8b\x08", "gzip"),
     ("a.xls", b"\xd0\xcf\x11\xe0", "old Office"), ("a.txt", b"%PDF-1.7", "a PDF")],
)  # fmt: skip
def test_a_name_that_contradicts_the_content_is_told(name: str, head: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(head + b"\n" * 20)
    with pytest.raises(Malformed, match=words):
        list(read(path))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    os.mkfifo(path)
    with pytest.raises(Malformed, match="neither a file nor a folder"):
        list(read(path))
