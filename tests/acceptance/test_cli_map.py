"""``handloom map`` in a folder: draw, neighbours, label, actions, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workshop import texts

from ..workspaces import new_workspace
from .cli import handloom


@pytest.fixture
def place(tmp_path: Path) -> str:
    folder = tmp_path / "w"
    with new_workspace(folder) as site:
        task = {"name": "topic", "kind": "text_class@1", "labels": ["food", "money", "sport"]}
        project = site.create_project("news", [task], {"auto": False, "test_share": 0.0})
        project.add_items({"key": f"k{k}", "data": {"text": text}} for k, (text, _) in enumerate(texts(30)))
    return str(folder)


def told(*args: str) -> dict[str, Any]:
    done = handloom(*args, "--json")
    assert done.code == 0, done.err
    return done.value


def test_from_the_map_to_labels_and_back(place: str) -> None:
    assert told("map", "draw", "-w", place)["state"] == "done"
    found = told("map", "neighbours", "i1", "-n", "4", "-w", place)["neighbours"]
    assert len(found) == 4
    items = ["i1", *(one["item"] for one in found)]
    done = told("map", "label", "food", *items, "--seconds", "10", "-w", place)
    assert (done["answered"], done["bulk"]) == (5, "b1")
    (action,) = told("map", "actions", "-w", place)["actions"]
    assert (action["standing"], action["seconds"]) == (5, 10.0)
    assert told("map", "undo", "b1", "-w", place) == {"bulk": "b1", "retracted": 5}


def test_without_items_it_says_what_to_do(place: str) -> None:
    done = handloom("map", "label", "food", "-w", place)
    assert done.code == 1
    assert "HL004" in done.err
