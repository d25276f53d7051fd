"""What a file is that somebody sent, and what is refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from handloom.collect import arrivals
from handloom.core.errors import BadReference, EmptyInput, HandloomError, Malformed, TooLarge

from ...contract.formats import png


def _zip(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in entries.items():
            pack.writestr(name if "/" in name else name.replace("__", "/"), content)
    return path


def _bytes(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name, content in entries.items():
            pack.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("a.csv", b"text,label\nhi,ham\n", ".csv"),
        ("a", b"text,label\nhi,ham\n", ".csv"),
        ("a.dat", b"text\tlabel\nhi\tham\n", ".tsv"),
        ("a.csv", b'[{"text": "hi"}]', ".csv"),
        ("a.txt", b'{"text": "hi"}\n{"text": "ho"}\n', ".jsonl"),
        ("a.csv", b'{"text": "hi"}\n{"text": "ho"}\n', ".jsonl"),
        ("a", b'{"images": [],\n "annotations": []}', ".json"),
        ("a.json", b'{"text": "hi"}\n{"text": "ho"}\n', ".json"),
        ("a", b'\xef\xbb\xbf[\n{"data": {}}]', ".json"),
        ("a.csv", b"PAR1....", ".parquet"),
        ("a.txt", b"ARROW1\0\0", ".arrow"),
        ("a.csv", b"\xff\xfet\0e\0x\0t\0,\0b\0\n\0", ".csv"),
        ("a.txt", b"Anna B-PER\n", ".txt"),
        ("a.conll", b"Anna B-PER\n", ".conll"),
        ("a.spacy", b"x\x9c\0\0", ".spacy"),
        ("a.csv", _bytes(**{"xl/workbook.xml": b""}), ".xlsx"),
        ("a.xlsx", _bytes(**{"a.csv": b"a"}), ".zip"),
        ("a.jsonl.gz", gzip.compress(b'{"a": 1}\n{"a": 2}', mtime=0), ".jsonl.gz"),
        ("a.gz", gzip.compress(b"text,label\n", mtime=0), ".csv.gz"),
    ],
)
def test_the_content_says_what_a_file_is(tmp_path: Path, name: str, content: bytes, suffix: str) -> None:
    (tmp_path / "part").write_bytes(content)
    assert arrivals.ending(tmp_path / "part", name) == suffix


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.csv", b"", EmptyInput),
        ("a.csv", b"\x7fELF\0\0\0\1\0\2\3\0\0\1", Malformed),
        ("a.zip", b"PK\x03\x04 and no more", Malformed),
        ("a.csv.gz", b"text,label", Malformed),
        ("a.gz", b"\x1f\x8b\x08 and no more", Malformed),
    ],
)
def test_what_nobody_could_read_is_refused(
    tmp_path: Path, name: str, content: bytes, error: type[HandloomError]
) -> None:
    (tmp_path / "part").write_bytes(content)
    with pytest.raises(error):
        arrivals.ending(tmp_path / "part", name)


def test_a_zip_of_one_file_is_that_file(tmp_path: Path) -> None:
    path = _zip(tmp_path / "part", **{"sub__mails.csv": b"text,label\nhi,ham\n", "__MACOSX/x": b"1", ".DS_Store": b"1"})
    found = arrivals.settled(path, "mails.zip", 10**6)
    assert found.name == "file.csv"
    assert found.read_bytes() == b"text,label\nhi,ham\n"


def test_a_zip_of_class_folders_is_their_folder(tmp_path: Path) -> None:
    path = _zip(tmp_path / "part", **{"set__cat__1.png": png(1), "set__dog__2.png": png(2)})
    found = arrivals.settled(path, "set.zip", 10**6)
    assert sorted(one.name for one in found.iterdir()) == ["cat", "dog"]


@pytest.mark.parametrize("name", ["../evil.csv", "a/../../evil.csv", "/etc/evil.csv", "C:/evil.csv", "..\\evil.csv"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "part").write_bytes(_bytes(**{name: b"text,label\n", "b.csv": b"x"}))
    with pytest.raises(BadReference, match="leads out"):
        arrivals.settled(tmp_path / "in" / "part", "a.zip", 10**6)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_bombs_are_refused(tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "bomb.zip", zeros=bytes(80 * 1024 * 1024))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(TooLarge, match="would become"):
        arrivals.check_zip(bomb, 10**9)
    with pytest.raises(TooLarge):
        arrivals.check_zip(_zip(tmp_path / "large.zip", a=bytes(2000)), 1000)


def test_a_zip_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    path = _zip(tmp_path / "lie.zip", **{"a.csv": bytes(5_000_000)})
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = raw.index(mark) + at
        raw[start : start + 4] = (100).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises((TooLarge, Malformed)):
        arrivals.unpacked(path, tmp_path / "out", 1000)
    assert not (tmp_path / "out" / "a.csv").exists() or (tmp_path / "out" / "a.csv").stat().st_size <= 1000
