"""``handloom convert`` as people call it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

from typer.testing import CliRunner, Result

from handloom import collect
from handloom.cli.app import app

from ...contract.formats import ANNA, BOX, picture, text


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["convert", *map(str, words)])


def made(folder: Path) -> Path:
    path = folder / "in.csv"
    path.write_text("title,body,label,id\nA,win now,spam,1\nB,hello,ham,2\nC,odd\n", "utf-8")
    return path


def test_a_table_becomes_another_format_and_bad_lines_are_listed(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    done = run(made(tmp_path), target, "--field", "text=title,body", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["records"], told["rejected_total"], told["format"]) == (2, 1, "jsonl")
    assert told["rejected"][0]["line"] == 4
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert rows[0] == {"key": "1", "data": {"text": "A\nwin now"}, "labels": {"label": "spam"}}


def test_what_the_format_cannot_hold_is_told_with_a_count(tmp_path: Path) -> None:
    done = run(made(tmp_path), tmp_path / "out", "--to", "texts", "--json")
    losses = {loss["reason"]: loss["count"] for loss in json.loads(done.stdout)["losses"]}
    assert losses == {"a folder of texts has no place for 'title' of meta": 2}
    assert (tmp_path / "out" / "spam" / "1.txt").read_text() == "win now"


def test_options_reach_the_writer(tmp_path: Path) -> None:
    source = tmp_path / "in.conll"
    source.write_text("Anna I-PER\nlives O\n\n")
    assert run(source, tmp_path / "out.conll", "-o", "scheme=BIOES").exit_code == 0
    assert (tmp_path / "out.conll").read_text() == "Anna\tS-PER\nlives\tO\n\n"


def test_wrong_calls_end_in_a_sentence_and_leave_nothing(tmp_path: Path) -> None:
    source = made(tmp_path)
    assert "did you mean 'coco'" in run(source, tmp_path / "x", "--to", "cocoa").stderr.casefold()
    assert "name the format" in run(source, tmp_path / "x.bin").stderr
    assert "name=value" in run(source, tmp_path / "x.csv", "-o", "scheme").stderr
    assert "nothing of 2 records fits" in run(source, tmp_path / "x", "--to", "coco").stderr
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "holds something" in run(source, tmp_path / "full", "--to", "voc").stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["full", "in.csv"]


def test_a_zip_of_what_is_read_as_a_folder_is_unpacked_for_it(tmp_path: Path) -> None:
    pictures = [picture(1, BOX), picture(2, BOX)]
    collect.write(iter(pictures), tmp_path / "coco", "coco")
    collect.write(iter([text(1, "Anna lives in Paris", ANNA)]), tmp_path / "saved", "huggingface")
    for name, task in (("coco", "regions"), ("saved", "spans")):
        pack = shutil.make_archive(str(tmp_path / name), "zip", tmp_path / name)
        assert run(pack, tmp_path / "out.jsonl").exit_code == 0
        rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
        assert all(task in row["labels"] for row in rows)
    assert len(rows) == 1


def test_a_zip_of_one_table_is_that_table(tmp_path: Path) -> None:
    pack = tmp_path / "in.zip"
    with zipfile.ZipFile(pack, "w") as file:
        file.write(made(tmp_path), "folder/in.csv")
        file.writestr("__MACOSX/folder/._in.csv", b"\x00")
    done = run(pack, tmp_path / "out.jsonl", "--field", "text=body", "--json")
    assert json.loads(done.stdout)["records"] == 2


def test_brackets_and_colons_in_data_are_shown_as_they_are(tmp_path: Path) -> None:
    source = tmp_path / "[b]:smile:.csv"
    source.write_text("text,[/bold]\none,a\ntwo\n")
    done = run(source, tmp_path / "out.jsonl", "--field", "text")
    assert done.exit_code == 0, done.output
    assert "(text, [/bold])" in done.stderr
