"""``handloom cascade`` in a folder: a class begun, listed, stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from handloom.cli.app import app
from tests.workshop import texts
from tests.workspaces import new_workspace


def run(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["cascade", *words, "-w", str(folder), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = new_workspace(tmp_path / "w")
    task = {"name": "topic", "kind": "text_class@1", "labels": ["food", "money", "sport"]}
    project = site.create_project("words", [task], {"auto": False})
    project.add_items([{"key": f"k{k}", "data": {"text": text}} for k, (text, _) in enumerate(texts(60))])
    site.close()
    return tmp_path / "w"


def test_a_class_is_begun_listed_and_stopped(folder: Path) -> None:
    made = run(folder, "start", "food", "--batch", "20")
    assert (made["label"], made["rounds"][0]["open"]) == ("food", 20)
    assert run(folder, "start", "sport", code=1)["code"] == "HL067"
    assert [one["id"] for one in run(folder, "list")["cascades"]] == [made["id"]]
    assert run(folder, "stop", made["id"], "--reason", "enough")["words"] == "enough"
    assert run(folder, "revoke", "s1", "--reason", "no such split", code=1)["code"] == "HL050"
    shown = CliRunner().invoke(app, ["cascade", "list", "-w", str(folder)])
    assert shown.exit_code == 0
