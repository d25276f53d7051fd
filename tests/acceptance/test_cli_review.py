"""``handloom review`` and ``handloom team``: somebody's work judged, and people measured, from a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from handloom import open as open_workspace
from handloom.cli import review, team

from .cli import made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Four items, answered by Ada (always ham) and Ben (ham and spam in turn)."""
    workspace = made(tmp_path)
    with open_workspace(workspace) as site:
        project = site.project("mail")
        project.change_settings({"auto": False, "test_share": 0.0, "overlap": 2, "experts": False, "hour_costs": 30.0})
        project.add_items({"key": f"k{n}", "data": {"text": f"text {n}"}} for n in range(4))
        project.ask(n=4, strategy="random")
        for name, labels in (("Ada", ["ham"] * 4), ("Ben", ["ham", "spam"] * 2)):
            desk = site.acting(site.add_actor(name)["actor"]["id"]).project("mail")
            questions = sorted(desk.claim(n=4)["questions"], key=lambda one: one["items"][0]["key"])
            for question, label in zip(questions, labels, strict=True):
                desk.answer(question["id"], label, seconds=3.0)
    return workspace


def run(app: Any, *arguments: object) -> Any:
    """The JSON object that a verb printed."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    return {**json.loads(done.stdout), "exit": done.exit_code}


def test_a_sample_is_looked_at_and_the_work_rejected(place: Path) -> None:
    opened = run(review.app, "open", "Ben", "--sample", 2, "-w", place)
    assert (opened["state"], opened["size"], opened["sample"], len(opened["answers"])) == ("open", 4, 2, 2)
    assert run(review.app, "show", opened["id"], "-w", place)["answers"] == opened["answers"]
    refused = CliRunner().invoke(review.app, ["reject", opened["id"], "-w", str(place)])
    assert refused.exit_code == 2  # a rejection needs a reason
    closed = run(review.app, "reject", opened["id"], "--reason", "guesses", "-w", place)
    assert (closed["state"], closed["asked_again"]) == ("rejected", 4)
    assert [one["reason"] for one in run(review.app, "list", "-w", place)["reviews"]] == ["guesses"]


def test_accepted_work_stays(place: Path) -> None:
    opened = run(review.app, "open", "Ada", "-w", place)
    shown = CliRunner().invoke(review.app, ["accept", opened["id"], "-w", str(place)])
    assert "the 4 answers of Ada are accepted" in shown.stdout
    again = run(review.app, "open", "Ada", "-w", place)
    assert (again["exit"], again["code"]) == (1, "HL067")  # nothing new to look at


def test_people_are_measured_and_told_by_class(place: Path) -> None:
    before = CliRunner().invoke(team.app, ["quality", "-w", str(place)])
    assert "nothing has been measured yet" in before.stderr
    assert run(team.app, "measure", "-w", place)["state"] == "done"
    found = run(team.app, "quality", "-w", place)
    assert (found["labels"], found["money_per_label"], found["agreement"]["percent"]["value"]) == (4, 0.05, 0.5)
    told = CliRunner().invoke(team.app, ["quality", "-w", str(place)]).stderr
    assert "0.05 each, 0.20 in all" in told
    assert "mixed up: ham and spam" in told
    ada = run(team.app, "skills", "Ada", "-w", place)["actors"]
    assert [one["name"] for one in ada] == ["Ada"]
    assert {one["label"] for one in ada[0]["classes"]} <= {"ham", "spam"}
    assert ada[0]["load"]["answers"] == 4
    assert run(team.app, "skills", "Eve", "-w", place)["exit"] == 1
