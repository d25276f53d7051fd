from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from handloom.collect import read
from handloom.collect.tree import Entry, layout
from handloom.core.errors import BadReference, EmptyInput, Malformed, NotFound
from handloom.core.protocols import Bad, Record


def png(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (3, 3), shade).save(out, "PNG")
    return out.getvalue()


def grow(folder: Path, *names: str) -> Path:
    for shade, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(shade))
    return folder


def labels(found: list[Record | Bad]) -> list[str | None]:
    return [(r.labels or {}).get("kind") for r in found if isinstance(r, Record)]


def test_nested_folders_give_a_label_of_several_parts(tmp_path: Path) -> None:
    root = grow(tmp_path / "pack", "Greek/alpha/1.png", "Greek/beta/1.png", "Latin/a/1.png")
    assert labels(list(read(root, {"task": "kind"}))) == ["Greek/alpha", "Greek/beta", "Latin/a"]


def test_hidden_files_and_packing_are_left_out(tmp_path: Path) -> None:
    root = grow(tmp_path / "x", "top/a/1.png", "top/b/1.png", "top/a/.hidden.png", ".git/1.png", "__MACOSX/a/1.png")
    found = list(read(root, {"task": "kind"}))
    assert labels(found) == ["a", "b"]
    assert [r.key for r in found if isinstance(r, Record)] == ["top/a/1.png", "top/b/1.png"]


def test_files_at_the_top_have_no_label(tmp_path: Path) -> None:
    assert labels(list(read(grow(tmp_path / "x", "1.png", "a/2.png"), {"task": "kind"}))) == [None, "a"]


def test_split_folders_become_the_split(tmp_path: Path) -> None:
    found = list(read(grow(tmp_path / "x", "train/a/1.png", "test/a/2.png", "test/b/3.png"), {"task": "kind"}))
    assert labels(found) == ["a", "b", "a"]
    assert [r.meta for r in found if isinstance(r, Record)] == [
        {"split": "test"},
        {"split": "test"},
        {"split": "train"},
    ]


def test_one_class_alone_is_a_class() -> None:
    entries = [Entry(("cats", "1.png")), Entry(("cats", "2.png"))]
    assert layout(iter(entries)).place(entries[0]) == ("cats", None)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    root = grow(tmp_path / "x", "a/1.png", "b/1.png")
    (tmp_path / "secret.png").write_bytes(png(200))
    (root / "a" / "2.png").symlink_to(tmp_path / "secret.png")
    bad = [r for r in read(root, {"task": "kind"}) if isinstance(r, Bad)]
    assert [type(b.error) for b in bad] == [BadReference]


def test_names_that_lead_out_of_a_zip_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as out:
        for name in ("../../evil.png", "/abs.png", "a/1.png", "a\\2.png", "b//3.png", "b/../../4.png"):
            out.writestr(name, png(1))
    found = list(read(path, {"task": "kind"}))
    assert labels(found) == ["a", "a", "b"]
    assert [type(r.error) for r in found if isinstance(r, Bad)] == [BadReference] * 3


def test_a_zip_that_is_none_or_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK no")
    with pytest.raises(Malformed, match="not a zip file"):
        list(read(path))
    path.write_bytes(b"")
    with pytest.raises(EmptyInput, match="0 bytes"):
        list(read(path))


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(read(tmp_path / "none"))


def test_a_key_longer_than_keys_may_be_stays_unique(tmp_path: Path) -> None:
    long = "a/" + "x" * 230
    found = list(read(grow(tmp_path / "x", long + "1.png", long + "2.png"), {"task": "kind"}))
    keys = [r.key for r in found if isinstance(r, Record)]
    assert len(set(keys)) == 2
    assert all(k and len(k) <= 200 for k in keys)
