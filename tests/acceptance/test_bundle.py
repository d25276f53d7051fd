"""A project moved as a file: over HTTP, by the client, and at the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import handloom
from handloom.handle import Handle
from handloom.operations import bundles
from handloom.workspace import Workspace

from .conftest import Site
from .test_cli_dataset import handloom as run
from .test_client import handle  # noqa: F401  # the fixture: a workspace in process and over HTTP


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Workspace]:
    """Another workspace with a labelled project of the name ``moved``."""
    made, _ = Workspace.create(tmp_path / "elsewhere", owner="boss")
    with made:
        project = made.create_project(
            "moved", [{"name": "mail", "kind": "text_class@1", "labels": ["ham", "spam"]}], {"auto": False}
        )
        project.add_items(
            [{"key": f"k{n}", "data": {"text": f"number {n}"}, "labels": {"mail": "ham"}} for n in range(5)]
        )
        yield made


def lines(handle: Handle, project: str, what: str) -> list[dict[str, Any]]:  # noqa: F811
    body = b"".join(handle.project(project).export(what, "jsonl"))
    return [json.loads(line) for line in body.splitlines()]


def test_bundle_goes_in_and_out(handle: Handle, elsewhere: Workspace, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "moved.bundle"
    file.write_bytes(b"".join(elsewhere.export_bundle("moved")))
    found = handle.import_bundle(file, name="here")
    assert found["project"]["name"] == "here"
    assert found["rows"]["item"] == found["rows"]["answer"] == 5
    assert found["added"] == ["boss"]
    labels = ("key", "labels", "confidence", "n", "data")
    there = [{name: row[name] for name in labels} for row in lines(handle, "here", "labels")]
    assert there == [{name: row[name] for name in labels} for row in lines(elsewhere, "moved", "labels")]
    again = b"".join(handle.export_bundle("here"))
    (tmp_path / "again.bundle").write_bytes(again)
    assert bundles.inspect(tmp_path / "again.bundle")["rows"]["answer"] == 5


def test_only_owners_move_projects(site: Site, elsewhere: Workspace) -> None:
    body = b"".join(elsewhere.export_bundle("moved"))
    project = site.project()
    for role in ("annotator", "reviewer", "expert", "engineer"):
        person = site.person(f"a {role}", role)
        assert person.get(f"/projects/{project}/bundle").status_code == 403
        assert person.post("/bundles", content=body).status_code == 403
        assert person.post("/bundles/path", json={"path": "x"}).status_code == 403
    assert len(site.owner.get("/projects").json()["projects"]) == 1


def test_bundle_on_the_server_lies_below_a_named_folder(site: Site, elsewhere: Workspace, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (tmp_path / "outside.bundle").write_bytes(b"".join(elsewhere.export_bundle("moved")))
    (allowed / "inside.bundle").write_bytes(b"".join(elsewhere.export_bundle("moved")))
    site.workspace.site.media_roots = (allowed,)
    for path in ("../outside.bundle", str(tmp_path / "outside.bundle"), "nothing.bundle", "x" * 300):
        refused = site.owner.post("/bundles/path", json={"path": path})
        assert (refused.status_code, refused.json()["code"]) == (400, "HL023"), path
    assert site.owner.post("/bundles/path", json={"path": "inside.bundle"}).status_code == 201


def test_upload_that_is_no_bundle_or_too_large(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = site.owner.post("/bundles", content=b"hello")
    assert (refused.status_code, refused.json()["code"]) == (400, "HL007")
    monkeypatch.setattr(bundles, "MAX_UPLOAD", 100)
    assert site.owner.post("/bundles", content=b"x" * 101).json()["code"] == "HL002"
    assert [one for one in site.workspace.store.cache.iterdir() if one.is_dir() and one.name.startswith("tmp")] == []


def test_command_line_moves_looks_and_unites(elsewhere: Workspace, tmp_path: Path) -> None:
    elsewhere.close()
    old, new = str(tmp_path / "elsewhere"), str(tmp_path / "new")
    one, both = tmp_path / "one.bundle", tmp_path / "both.bundle"
    assert run("bundle", "export", str(one), "--workspace", old, "--json").value["bytes"] == one.stat().st_size
    assert run("bundle", "inspect", str(one), "--json").value["project"] == "moved"
    assert run("bundle", "merge", str(one), str(one), str(both), "--json").value["contradictions"] == []
    assert run("init", "--workspace", new).code == 0
    assert run("bundle", "import", str(both), "--workspace", new, "--json").value["rows"]["item"] == 5
    assert run("doctor", "--workspace", new).code == 0
    refused = run("bundle", "import", str(both), "--workspace", new, "--json")
    assert (refused.code, refused.value["code"]) == (1, "HL067")
    with handloom.open(new) as there:
        assert there.project("moved").info["counts"]["labels"] == 5
