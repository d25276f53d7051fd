"""What people do to a whole dataset at once, over HTTP and from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from handloom.client import Client
from handloom.core.errors import Forbidden, Malformed
from handloom.handle import ProjectHandle

from ..workspaces import new_workspace
from .cli import handloom
from .conftest import Site


def client_of(site: Site) -> Client:
    return Client(site.url.removesuffix("/api/v1"), site.owner.headers["Authorization"].split()[1])


@pytest.fixture
def project(site: Site) -> ProjectHandle:
    made = site.workspace.project(site.project())
    made.add_items({"key": f"k{k}", "data": {"text": f"text {k}"}, "labels": {"mail": "ham"}} for k in range(4))
    return made


def test_labels_are_previewed_merged_and_taken_back_over_http(site: Site, project: ProjectHandle) -> None:
    with client_of(site) as client:
        labels = client.project(project.id).labels
        seen = labels.split("ham", ["fine", "good"], preview=True)
        assert seen["counts"]["asked"] == 4
        assert [one["after"] for one in seen["sample"]] == [None] * 4
        with pytest.raises(Malformed, match="reason"):
            labels.rename("ham", "fine")
        made = labels.rename("ham", "fine", reason="new guidelines")
        assert made["standing"]
        assert client.project(project.id).items(label="fine")["items"][0]["label"]["value"] == {"labels": ["fine"]}
        back = labels.undo(made["id"], reason="old guidelines")
        assert back["undoes"] == made["id"]
        assert [one["standing"] for one in labels.log()["migrations"]] == [False, False]


def test_only_leads_change_labels(site: Site, project: ProjectHandle) -> None:
    with pytest.raises(Forbidden):
        site.workspace.acting(site.workspace.add_actor("ann")["actor"]["id"]).project(project.id).labels.rename(
            "ham", "fine", reason="I want to"
        )


def test_the_command_line_renames_and_merges(tmp_path: Path) -> None:
    with new_workspace(tmp_path / "w") as site:
        task = {"name": "mail", "kind": "text_class@1", "labels": ["ham", "spam", "scam"]}
        place = site.create_project("mail", [task], {"auto": False})
        place.add_items([{"data": {"text": "a"}, "labels": {"mail": "scam"}}])
    where = ("--workspace", tmp_path / "w", "--json")
    seen = handloom("label", "merge", "spam", "scam", "--into", "junk", "--preview", *where).value
    assert seen["after"] == ["ham", "junk"]
    done = handloom("label", "merge", "spam", "scam", "--into", "junk", "-m", "the same", *where).value
    assert done["counts"]["labels"] == 1
    log = handloom("label", "log", "--workspace", tmp_path / "w")
    assert "the same" in log.out
