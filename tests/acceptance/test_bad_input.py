"""Whatever is fed to it, the command line ends in a clear message, and what was stored before is still there."""

from __future__ import annotations

import ctypes
import io
import json
import os
import sqlite3
from pathlib import Path

import pytest
from PIL import Image

from ..workspaces import new_workspace
from .cli import Ended, handloom, made


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return made(tmp_path)


def brought_in(workspace: Path, name: str, content: bytes | str, *more: str) -> Ended:
    """The end of importing a file of this name and content."""
    path = workspace.parent / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    ended = handloom("import", path, "-w", workspace, "--json", *more)
    assert "Traceback" not in ended.err
    return ended


def only_rejected(ended: Ended) -> dict[str, object]:
    """The one line that was rejected; the others were added."""
    assert ended.code == 0, ended.err
    assert ended.value["rejected_total"] == 1
    return ended.value["rejected"][0]


def items(workspace: Path) -> int:
    return handloom("project", "list", "-w", workspace, "--json").value["projects"][0]["counts"]["items"]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet", "a.zip"])
def test_an_empty_file(workspace: Path, name: str) -> None:
    ended = brought_in(workspace, name, b"")
    assert ended.code == 1
    assert ended.value["code"] == "HL004"
    assert "0 bytes" in ended.value["message"]


def test_a_header_without_rows(workspace: Path) -> None:
    assert brought_in(workspace, "a.csv", "text,label\n").value["code"] == "HL004"


def test_a_wrong_encoding(workspace: Path) -> None:
    found = only_rejected(brought_in(workspace, "a.csv", b"text,label\nfine,ham\ncaf\xe9 au lait,ham\nlast,spam\n"))
    assert (found["line"], found["code"]) == (3, "HL003")
    assert "byte 0xe9 at offset 23" in str(found["message"])
    assert items(workspace) == 2
    again = brought_in(workspace, "a.csv", b"text,label\ncaf\xe9 au lait,ham\n", "--encoding", "cp1252")
    assert again.value["added"] == 1


def test_nothing_but_wrong_bytes_is_a_failure(workspace: Path) -> None:
    ended = brought_in(workspace, "a.csv", b"text,label\ncaf\xe9,ham\n", "--field", "text=text")
    assert ended.code == 1
    assert ended.value["rejected_total"] == 1


def test_a_byte_order_mark(workspace: Path) -> None:
    assert brought_in(workspace, "a.csv", b"\xef\xbb\xbftext,label\nsome words,ham\n").value["added"] == 1
    assert (
        brought_in(workspace, "b.jsonl", b'\xef\xbb\xbf{"text": "other words", "label": "ham"}\n').value["added"] == 1
    )


def test_ragged_rows(workspace: Path) -> None:
    found = only_rejected(brought_in(workspace, "a.csv", "text,label\none,ham\ntwo,ham,what,is,this\nthree,spam\n"))
    assert (found["line"], found["code"]) == (3, "HL005")
    assert "5 cells, the header has 2" in str(found["message"])


def test_a_million_characters(workspace: Path) -> None:
    long = "word " * 200_000
    ended = brought_in(workspace, "a.csv", f"text,label\n{long},ham\nshort,spam\n")
    assert ended.code == 0
    assert ended.value["added"] + ended.value["rejected_total"] == 2
    assert ended.value["added"] >= 1
    assert all(r["message"] for r in ended.value["rejected"])


def test_a_broken_image(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    with new_workspace(workspace) as site:
        site.create_project("pets", [{"name": "pet", "kind": "image_class@1", "labels": ["cat", "dog"]}])
    out = io.BytesIO()
    Image.effect_noise((32, 32), 80).save(out, "PNG")
    pictures = tmp_path / "pictures"
    for name, content in (
        ("cat/good.png", out.getvalue()),
        ("dog/cut.png", out.getvalue()[:300]),
        ("dog/no.png", b"no"),
    ):
        (pictures / name).parent.mkdir(parents=True, exist_ok=True)
        (pictures / name).write_bytes(content)
    ended = handloom("import", pictures, "-w", workspace, "--json")
    assert ended.code == 0
    assert ended.value["added"] == 1
    assert {r["code"] for r in ended.value["rejected"]} == {"HL006"}
    assert any("dog/cut.png" in r["message"] for r in ended.value["rejected"])


def test_an_unknown_label_and_another_case(workspace: Path) -> None:
    found = only_rejected(brought_in(workspace, "a.csv", "text,label\none,ham\ntwo,hma\n"))
    assert (found["line"], found["code"]) == (3, "HL021")
    assert "Did you mean 'ham'?" in str(found["message"])
    found = only_rejected(brought_in(workspace, "b.csv", "text,label\nthree,ham\nfour,SPAM\n"))
    assert "Did you mean 'spam'?" in str(found["message"])


def test_a_key_twice(workspace: Path) -> None:
    found = only_rejected(brought_in(workspace, "a.csv", "id,text\n7,one\n8,two\n7,three\n", "--key", "id"))
    assert (found["line"], found["code"]) == (4, "HL011")
    assert "'7'" in str(found["message"])


def test_a_column_that_is_not_there(workspace: Path) -> None:
    ended = brought_in(workspace, "a.csv", "text,kind\none,ham\n", "--label", "label")
    assert ended.code == 1
    assert "the columns are text, kind" in ended.value["message"]


def test_what_no_reader_knows(workspace: Path) -> None:
    ended = brought_in(workspace, "a.docx", b"PK")
    assert ended.code == 1
    assert "no reader knows" in ended.value["message"]
    assert handloom("import", workspace.parent / "none.csv", "-w", workspace, "--json").value["code"] == "HL050"


def test_a_json_array_and_broken_lines(workspace: Path) -> None:
    assert brought_in(workspace, "a.json", '[{"text": "a"}]').value["added"] == 1
    broken = only_rejected(brought_in(workspace, "c.json", '[{"text": "a b"}, {"text"]'))
    assert "nothing behind this can be read" in broken["message"]
    ended = brought_in(workspace, "b.jsonl", '{"text": "a b c"}\n{"text": \n{"text": "d e f"}\n')
    assert only_rejected(ended)["code"] == "HL001"


def test_no_workspace_and_a_workspace_twice(workspace: Path) -> None:
    missing = handloom("actor", "list", "-w", workspace.parent / "none", "--json")
    assert (missing.code, missing.value["code"]) == (1, "HL082")
    twice = handloom("init", "-w", workspace, "--json")
    assert (twice.code, twice.value["code"]) == (1, "HL082")
    (workspace.parent / "file").write_text("x")
    assert handloom("init", "-w", workspace.parent / "file", "--json").code == 1


def test_a_workspace_from_a_newer_version(workspace: Path) -> None:
    with sqlite3.connect(workspace / "handloom.sqlite") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    for verb in (["actor", "list"], ["doctor"], ["serve", "--port", "0", "--no-browser"]):
        ended = handloom(*verb, "-w", workspace)
        assert ended.code == 1
        assert "HL081" in ended.err
        assert "newer" in ended.err


def test_a_format_from_a_newer_version(workspace: Path) -> None:
    path = workspace / "workspace.json"
    settings = json.loads(path.read_text("utf-8"))
    path.chmod(0o600)
    path.write_text(json.dumps({**settings, "format": 2}), "utf-8")
    assert handloom("actor", "list", "-w", workspace, "--json").value["code"] == "HL081"
    path.write_text("{", "utf-8")
    assert handloom("actor", "list", "-w", workspace, "--json").value["code"] == "HL082"


_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


def _bound_by_permissions() -> None:
    """Make root obey file permissions, as everybody else does anyway."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0) != 0:
        os._exit(77)


def test_a_read_only_folder(workspace: Path) -> None:
    workspace.chmod(0o555)
    try:
        ended = handloom("serve", "--port", "0", "--no-browser", "-w", workspace, before=_bound_by_permissions)
        if ended.code == 77:
            pytest.skip("root may write everywhere here, and may not give that up")
        assert ended.code == 1
        assert "HL084" in ended.err
        assert "Traceback" not in ended.err
        below = handloom("init", "-w", workspace / "below", "--json", before=_bound_by_permissions)
        assert (below.code, below.value["code"]) == (1, "HL084")
        out = handloom("export", workspace / "out.jsonl", "-w", workspace, "--json", before=_bound_by_permissions)
        assert (out.code, out.value["code"]) == (1, "HL084")
    finally:
        workspace.chmod(0o755)
    assert handloom("doctor", "-w", workspace, "--json").value["differences"] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_when_writing_a_result(workspace: Path) -> None:
    source = workspace.parent / "a.csv"
    source.write_text("words,kind\n" + "".join(f"some words {i},{'ab'[i % 2]}\n" for i in range(40)), "utf-8")
    ended = handloom(
        "simulate", source, "--field", "words", "--label", "kind", "--strategy", "random",
        "--batch", "5", "--budget", "5", "--seeds", "1", "--json", "/dev/full",
    )  # fmt: skip
    assert ended.code == 1
    assert "HL083" in ended.err
    assert "Traceback" not in ended.err


def test_simulations_that_cannot_work(workspace: Path) -> None:
    source = workspace.parent / "a.csv"
    source.write_text("words,kind\nsome words,a\nother words,a\n", "utf-8")
    one_label = handloom("simulate", source, "--field", "words", "--label", "kind")
    assert one_label.code == 1
    assert "at least two labels" in one_label.err
    assert "Did you mean 'margin'?" in handloom("simulate", source, "--strategy", "margins").err
    assert "as many annotators" in handloom("simulate", source, "--overlap", "3").err
    assert "HL013" in handloom("simulate", source, "--task", "text_clas").err
    assert handloom("simulate", source, "--plot", "curve.pdf").code == 1


def test_wrong_usage_is_one_json_object_too(workspace: Path) -> None:
    for words in (["none"], ["init", "--none"], ["actor", "add"], ["worker", "--idle", "x"], ["serve", "--port", "x"]):
        ended = handloom(*words, "--json")
        assert ended.code == 2
        assert ended.value["code"] == "HL001"
        assert ended.value["message"]
        assert "Usage" in ended.err


def test_labels_in_a_file_that_is_not_utf8(workspace: Path) -> None:
    (workspace.parent / "labels.txt").write_bytes(b"caf\xe9\ntea\n")
    ended = handloom(
        "project", "add", "drinks", "--labels", "@labels.txt", "-w", workspace, "--json", folder=workspace.parent
    )
    assert (ended.code, ended.value["code"]) == (1, "HL003")
    assert "byte 3" in ended.value["message"]


def test_places_that_cannot_be(workspace: Path) -> None:
    for place in (workspace / "none" / "out.jsonl", workspace / "blobs"):
        ended = handloom("export", place, "--format", "jsonl", "-w", workspace, "--json")
        assert (ended.code, ended.value["code"]) == (1, "HL023")
        assert "Traceback" not in ended.err


def test_a_database_that_is_damaged_or_out_of_reach(workspace: Path) -> None:
    (workspace / "handloom.sqlite").write_bytes(b"no database at all " * 1000)
    for verb in (["actor", "list"], ["doctor"], ["serve", "--port", "0", "--no-browser"]):
        ended = handloom(*verb, "-w", workspace, "--json")
        assert (ended.code, ended.value["code"]) == (1, "HL086")
        assert "Traceback" not in ended.err
    (workspace / "workspace.json").chmod(0o600)
    (workspace / "workspace.json").write_text("[]", "utf-8")
    assert handloom("actor", "list", "-w", workspace, "--json").value["code"] == "HL082"
    far = handloom("init", "-w", workspace.parent / "far", "--store", "postgresql://nobody@127.0.0.1:1/x", "--json")
    assert (far.code, far.value["code"]) == (1, "HL079")
    assert "Traceback" not in far.err
    assert handloom("init", "-w", workspace.parent / "far", "--json").code == 0


def test_an_owner_without_a_name(tmp_path: Path) -> None:
    ended = handloom("init", "-w", tmp_path / "workspace", "--owner", " ", "--json")
    assert (ended.code, ended.value["code"]) == (1, "HL001")
    assert not (tmp_path / "workspace").exists()
