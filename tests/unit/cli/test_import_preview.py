"""``handloom import --preview`` shows what a file is taken for, and importing keeps what no task takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from handloom.cli.app import app


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    assert run("init", "-w", folder).exit_code == 0
    made = run("project", "add", "mail", "--labels", "ham,spam", "-w", folder)
    assert made.exit_code == 0, made.output
    return folder


def test_a_preview_names_format_encoding_columns_and_first_items(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("\ufefftitle;body;label\nA;win now, or never again;spam\nB;hello there my dear;ham\n".encode())
    told = json.loads(run("import", path, "--preview", "--field", "text=title,body", "-w", site, "--json").stdout)
    assert (told["format"], told["delimiter"]) == ("csv", ";")
    assert told["encoding"] == {"name": "utf-8", "mark": True, "advice": None}
    assert told["columns"] == ["title", "body", "label"]
    assert told["guess"]["label"] == "label"
    assert told["records"][0]["data"] == {"text": "A\nwin now, or never again"}
    assert told["records"][0]["labels"] == {"label": "spam"}
    assert json.loads(run("export", tmp_path / "x.jsonl", "--what", "items", "-w", site, "--json").stdout)["bytes"] == 0


def test_an_encoding_that_is_not_utf8_is_guessed_and_advised(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("text,label\ncafé au lait,ham\n".encode("cp1252"))
    shown = run("import", path, "--preview", "-w", site)
    said = " ".join(shown.stderr.split())  # a narrow terminal breaks lines
    assert "line 2 is not UTF-8, but looks like cp1252" in said
    assert "--encoding cp1252" in said
    told = json.loads(run("import", path, "--preview", "--encoding", "cp1252", "-w", site, "--json").stdout)
    assert told["records"][0]["data"] == {"text": "café au lait"}


def test_spans_that_no_task_takes_are_kept_in_meta_and_it_is_said(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.conll"
    path.write_text("Anna B-person\nlives O\n\nnobody O\n\n")
    done = run("import", path, "-w", site, "--json")
    told = json.loads(done.stdout)
    assert (told["added"], told["rejected_total"]) == (2, 0)
    assert told["notes"] == ["2 labels of the shape spans are kept in meta: no task of this project takes them"]
    out = tmp_path / "out.jsonl"
    assert run("export", out, "--what", "items", "-w", site).exit_code == 0
    first = json.loads(out.read_text("utf-8").splitlines()[0])
    assert first["meta"]["spans"] == {"spans": [{"start": 0, "end": 4, "label": "person"}]}
