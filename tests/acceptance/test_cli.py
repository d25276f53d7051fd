"""The command line does what its contract says: one JSON object on stdout, exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handloom.cli.app import VERBS, app
from handloom.workspace import Workspace

from .cli import environment, handloom, made


def test_help_lists_every_verb_and_loads_none() -> None:
    ended = handloom("--help")
    assert ended.code == 0
    assert all(verb in ended.out for verb in VERBS)
    code = "import sys; sys.argv = ['handloom', '--help']\nfrom handloom.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "print([m for m in ('numpy', 'sqlalchemy', 'sklearn', 'fastapi', 'PIL') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(verb: str) -> None:
    ended = CliRunner().invoke(app, [verb, "--help"])
    assert ended.exit_code == 0
    assert "Usage: " in ended.output


def test_wrong_usage_ends_in_two() -> None:
    for wrong in (["nonsense"], ["import"], ["init", "--nonsense"], ["serve", "--port", "99999999"]):
        ended = handloom(*wrong)
        assert ended.code == 2
        assert ended.out == ""
    assert "Did you mean" in handloom("imports").err


def test_the_version_is_that_of_the_package() -> None:
    assert handloom("--version").out == "handloom 0.1.0\n"


def test_init_and_actor_give_tokens(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    first = handloom("init", "--workspace", workspace, "--json")
    assert first.code == 0
    assert set(first.value) == {"workspace", "owner", "token"}
    assert first.value["workspace"] == str(workspace)
    assert first.value["token"].startswith(f"hl_{first.value['owner']}_")
    added = handloom("actor", "add", "Ann", "--role", "annotator", "--workspace", workspace, "--json")
    assert set(added.value) == {"actor", "token"}
    assert added.value["token"].startswith(f"hl_{added.value['actor']}_")
    renewed = handloom("actor", "token", "Ann", "--workspace", workspace, "--json")
    assert renewed.value["token"] != added.value["token"]
    login = handloom("actor", "login", "Ann", "--workspace", workspace, "--json")
    assert "/login#" in login.value["url"]
    changed = handloom("actor", "change", "Ann", "--state", "paused", "--workspace", workspace, "--json")
    assert changed.value["state"] == "paused"
    names = [a["name"] for a in handloom("actor", "list", "--workspace", workspace, "--json").value["actors"]]
    assert names == ["owner", "Ann"]


def test_errors_are_one_json_object_and_one_sentence(tmp_path: Path) -> None:
    ended = handloom("actor", "list", "--workspace", tmp_path / "none", "--json")
    assert ended.code == 1
    assert set(ended.value) == {"code", "message", "details"}
    assert ended.value["code"] == "HL082"
    assert "HL082" in ended.err
    assert "handloom init" in ended.err
    assert "Traceback" not in ended.err


def test_a_file_becomes_items_and_comes_out_again(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    source = tmp_path / "mail.csv"
    source.write_text(
        "id,subject,body,kind\n1,Hi,how are you,ham\n2,Win,money now,spam\n3,Re,see you later,\n", "utf-8"
    )
    ended = handloom(
        "import", source, "--field", "text=subject,body", "--label", "kind", "--project", "mail", "--task", "label",
        "--workspace", workspace, "--json",
    )  # fmt: skip
    assert ended.code == 0
    assert ended.value == {"added": 3, "duplicates": 0, "rejected": [], "rejected_total": 0, "notes": []}
    assert "subject, body" in ended.err
    again = handloom("import", source, "--field", "text=subject,body", "--label", "kind", "-w", workspace, "--json")
    assert again.value["duplicates"] == 3
    labels = tmp_path / "labels.jsonl"
    exported = handloom("export", labels, "--what", "labels", "-w", workspace, "--json")
    assert exported.code == 0
    rows = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    assert {(row["key"], *row["labels"]) for row in rows} == {("1", "ham"), ("2", "spam")}
    assert rows[0]["data"]["text"].count("\n") == 1
    streamed = handloom("export", "--what", "items", "--format", "csv", "-w", workspace)
    assert len(streamed.out.splitlines()) >= 4
    assert handloom("project", "list", "-w", workspace, "--json").value["projects"][0]["counts"]["items"] == 3


def test_settings_are_shown_changed_and_checked(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    changed = handloom("project", "set", "batch=50", "strategy=random", "-w", workspace, "--json")
    assert (changed.value["settings"]["batch"], changed.value["settings"]["strategy"]) == (50, "random")
    wrong = handloom("project", "set", "bacth=50", "-w", workspace, "--json")
    assert wrong.code == 1
    assert "Did you mean 'batch'?" in wrong.value["message"]
    assert len(handloom("project", "show", "-w", workspace, "--json").value["steps"]) == 9


def test_doctor_finds_all_well(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    ended = handloom("doctor", "-w", workspace, "--json")
    assert (ended.code, ended.value) == (0, {"differences": [], "rebuilt": False})


def test_labels_are_trained_evaluated_and_traced(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    source = tmp_path / "mail.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for i in range(120):
            label = ("ham", "spam")[i % 2]
            text = f"{('see you at home', 'win money now')[i % 2]} {i}"
            file.write(json.dumps({"text": text, "label": label}) + "\n")
    assert handloom("import", source, "-w", workspace, "--json").value["added"] == 120
    trained = handloom("train", "-w", workspace, "--json")
    assert trained.code == 0, trained.err
    assert trained.value["state"] == "done"
    shown = handloom("evaluate", "-w", workspace, "--json")
    assert shown.code == 0, shown.err
    assert shown.value["evaluation"]["candidate"]["accuracy"]["value"] > 0.8
    traced = handloom("lineage", shown.value["id"], "-w", workspace, "--json")
    assert traced.code == 0, traced.err
    assert {"model", "run", "commit"} <= {node["kind"] for node in traced.value["nodes"]}
    assert handloom("evaluate", "-w", workspace).out.count("spam") >= 1
    (tmp_path / "rules_to_beat.py").write_text(
        "def guess(data):\n    return 'spam' if 'win' in data['text'] else 'ham'\n"
    )
    beside = handloom("evaluate", "--heuristic", "rules_to_beat:guess", "-w", workspace, "--json", folder=tmp_path)
    assert beside.code == 0, beside.err
    assert beside.value["evaluation"]["heuristic"]["accuracy"]["value"] == 1.0
    assert handloom("evaluate", "--heuristic", "rules_to_beat:other", "-w", workspace, folder=tmp_path).code == 1
    assert shown.value["id"] in handloom("lineage", shown.value["id"], "-w", workspace).out


def test_serve_answers_refuses_a_second_and_stops_cleanly(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    command = [
        sys.executable,
        "-m",
        "handloom.cli",
        "serve",
        "--workspace",
        str(workspace),
        "--port",
        "0",
        "--no-browser",
    ]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as server:
        try:
            assert server.stderr is not None
            address = server.stderr.readline().strip().rpartition(" ")[2]
            login = server.stderr.readline()
            assert f"{address}/login#" in login
            with urllib.request.urlopen(f"{address}/api/v1/health", timeout=30) as answer:
                assert json.load(answer)["status"] == "ok"
            second = handloom("serve", "--workspace", workspace, "--port", "0", "--no-browser")
            assert second.code == 1
            assert "HL080" in second.err
            assert str(server.pid) in second.err
            # Other verbs still work beside it.
            assert handloom("actor", "list", "-w", workspace, "--json").code == 0
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) == 0
        finally:
            server.kill()
    assert handloom("doctor", "-w", workspace, "--json").code == 0


def test_simulate_writes_curves_and_a_picture(tmp_path: Path) -> None:
    source = tmp_path / "mail.csv"
    words = {
        "ham": ["home", "dinner", "tomorrow", "friend", "walk"],
        "spam": ["money", "win", "prize", "free", "click"],
    }
    with source.open("w", encoding="utf-8") as file:
        file.write("words,kind\n")
        for i in range(300):
            label = ("ham", "spam")[i % 2]
            file.write(f"{words[label][i % 5]} {words[label][i % 3]} {i},{label}\n")
    ended = handloom(
        "simulate", source, "--task", "text_class", "--field", "words", "--label", "kind", "--strategy", "auto,random",
        "--batch", "10", "--budget", "30", "--seeds", "1", "--annotators", "3", "--accuracy", "0.9",
        "--json", tmp_path / "out.json", "--plot", tmp_path / "out.svg",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert set(result) == {"arms", "full"}
    assert set(result["full"]) == {"accuracy", "macro_f1"}
    assert [(arm["strategy"], arm["seed"]) for arm in result["arms"]] == [("auto", 0), ("random", 0)]
    for arm in result["arms"]:
        assert set(arm) == {"strategy", "seed", "curve", "labels_to_95", "seconds_to_95"}
        assert [set(p) for p in arm["curve"]] == [{"labels", "seconds", "accuracy", "macro_f1", "low", "high"}] * len(
            arm["curve"]
        )
        labels = [p["labels"] for p in arm["curve"]]
        assert labels == sorted(set(labels))
        assert labels[-1] == 30
        assert arm["curve"][0]["low"] <= arm["curve"][0]["accuracy"] <= arm["curve"][0]["high"]
    assert "labels to 95 %" in ended.out
    assert "<svg" in (tmp_path / "out.svg").read_text("utf-8")


@pytest.mark.slow
def test_demo_makes_a_workspace_with_a_decision_waiting(tmp_path: Path) -> None:
    ended = handloom("demo", "--workspace", tmp_path / "demo", "--no-serve", "--json")
    assert ended.code == 0, ended.err
    assert ended.value["items"] == 1797
    assert ended.value["models"] == 2
    assert ended.value["decisions_open"] == 1
    with Workspace.open(tmp_path / "demo") as site:
        [decision] = site.project("digits").decisions()["decisions"]
        assert site.project("digits").overview()["lanes"]["label"]["open"] <= 20
    body = decision["question"]["body"]
    assert body["title"] == "Release model 2?"
    assert body["evidence"]["against"] == "current"
    assert body["evidence"]["difference"]["low"] > 0  # better beyond chance
    assert not [finding for finding in body["evidence"]["findings"] if finding["severity"] == "error"]
    again = handloom("demo", "--workspace", tmp_path / "demo", "--no-serve", "--json")
    assert again.value == ended.value


@pytest.mark.slow
def test_the_team_of_the_demo_finishes_what_it_began(tmp_path: Path) -> None:
    ended = handloom("demo", "--workspace", tmp_path / "demo", "--no-serve", "--json")
    assert ended.value["models"] == 2
    done = handloom("demo", "--workspace", tmp_path / "demo", "--no-serve", "--simulate", "--json")
    assert done.code == 0, done.err
    assert (done.value["labels"], done.value["decisions_open"]) == (1797, 0)
    with Workspace.open(tmp_path / "demo") as site:
        releases = site.project("digits").releases()["releases"]
    assert releases[0]["number"] >= 2


def test_output_may_be_cut_off(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    source = tmp_path / "a.jsonl"
    source.write_text(
        "".join(json.dumps({"text": f"some words {i} " * 50, "label": "ham"}) + "\n" for i in range(2000))
    )
    assert handloom("import", source, "-w", workspace, "--json").code == 0
    read, write = os.pipe()
    command = [sys.executable, "-m", "handloom.cli", "export", "--what", "items", "-w", str(workspace)]
    with subprocess.Popen(command, stdout=write, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        os.close(write)
        os.read(read, 100)
        os.close(read)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
