"""A project as a file of any format, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from handloom.cli.app import app
from tests.workspaces import new_store

from ..operations.desk import Desk


def test_any_format_is_written_and_losses_are_said(tmp_path: Path) -> None:
    with new_store(tmp_path / "w") as store:
        Desk(store, n=6, known=4).project.dataset.commit("first")
    run = CliRunner().invoke

    def export(*arguments: str) -> dict:
        done = run(app, ["export", *arguments, "--workspace", str(tmp_path / "w"), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout.splitlines()[-1])

    told = export(str(tmp_path / "out.json"), "--format", "labelstudio")
    assert (told["records"], told["losses"]) == (4, [])
    assert len(json.loads((tmp_path / "out.json").read_text("utf-8"))) == 4
    assert export(str(tmp_path / "all"), "--format", "huggingface", "--what", "items")["records"] == 6
    assert (tmp_path / "all").is_dir()
    assert export(str(tmp_path / "c1.jsonl"), "--at", "main")["records"] == 4
    assert export(str(tmp_path / "plain.csv"))["format"] == "csv"
    lost = export(str(tmp_path / "out.conll"), "--format", "conll")
    assert any("choice" in loss["reason"] for loss in lost["losses"])
    refused = run(app, ["export", "--format", "coco", "--workspace", str(tmp_path / "w")])
    assert refused.exit_code == 1
    assert "needs a file" in refused.output + (refused.stderr or "")


def test_the_data_of_a_project_is_described(tmp_path: Path) -> None:
    with new_store(tmp_path / "w") as store:
        Desk(store, n=6, known=4, slices=[{"name": "ham", "where": 'text starts with "ham"'}])
    out = tmp_path / "profile.json"
    done = CliRunner().invoke(app, ["dataset", "profile", "--workspace", str(tmp_path / "w"), "--json", str(out)])
    assert done.exit_code == 0, done.output
    told = json.loads(out.read_text("utf-8"))
    assert (told["rows"], told["slices"]["slices"][0]["rows"]) == (6, 2)
    assert "ham" in done.output
