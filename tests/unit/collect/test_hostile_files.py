"""Files made to harm: nothing outside of them is read or written, and nothing grows without bound."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from handloom.collect import docbin, images, json_stream, read, rle, safe_xml, write
from handloom.core.errors import BadValue, HandloomError, Malformed, TooLarge
from handloom.core.protocols import Record

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
