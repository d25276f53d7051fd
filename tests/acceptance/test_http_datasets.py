"""Dataset versions over HTTP, in process and from the command line: the same words everywhere."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from handloom.client import Client
from handloom.core.errors import Forbidden, NotFound, WrongState
from handloom.handle import ProjectHandle

from ..workspaces import new_workspace
from .cli import handloom
from .conftest import TASK, Site


@pytest.fixture
def project(site: Site) -> ProjectHandle:
    made = site.workspace.project(site.project())
    made.add_items({"key": f"k{k}", "data": {"text": f"text {k}"}, "labels": {"mail": "ham"}} for k in range(4))
    return made


def test_a_branch_is_edited_compared_and_merged(site: Site, project: ProjectHandle) -> None:
    with Client(site.url.removesuffix("/api/v1"), site.owner.headers["Authorization"].split()[1]) as client:
        data = client.project(project.id).dataset
        first = data.commit("first labels")
        assert (first["rows"], first["parents"], first["conflicts"]) == (4, [], [])
        assert data.commit("again")["id"] == first["id"]
        data.add_tag("v1", message="as sent")
        data.add_branch("work")
        items = [item["id"] for item in client.project(project.id).items()["items"]]
        rows = [
            {"item": items[0], "value": "spam"},
            {"item": items[1], "weight": 2},
            {"item": items[2], "remove": True},
        ]
        edited = data.edit("work", rows, "looked again")
        assert (edited["rows"], edited["changed"]) == (3, 3)
        found = data.diff("v1", "work")
        assert found["kinds"] == {"relabelled": 1, "reweighted": 1, "removed": 1}
        assert {"before": "ham", "after": "spam", "count": 1} in found["labels"]
        assert [one["item"] for one in found["changes"]] == items[:3]
        merged = data.merge("work", message="reviewed")
        assert merged["parents"] == [first["id"], edited["id"]]
        assert merged["digest"] == edited["digest"]
        with pytest.raises(WrongState):
            data.merge("work")
        back = data.restore("v1", "it was right before")
        assert back["digest"] == first["digest"]
        log = data.log()["commits"]
        assert [one["id"] for one in log] == [back["id"], merged["id"], first["id"]]
        assert log[-1]["tags"] == ["v1"]
        assert [one["name"] for one in data.close_branch("work") and data.branches()["branches"]] == ["main"]
        with pytest.raises(NotFound):
            data.log(at="work")
        table = pq.read_table(io.BytesIO(b"".join(data.export(edited["id"]))))
        lines = [json.loads(line) for line in b"".join(data.export(edited["id"], "jsonl")).splitlines()]
    assert table.column_names == ["item", "key", "value", "confidence", "split", "weight"]
    assert [line["key"] for line in lines] == table.column("key").to_pylist() == ["k0", "k1", "k3"]
    assert [line["weight"] for line in lines] == [1.0, 2.0, 1.0]
    assert lines[0]["value"] == {"labels": ["spam"]}


def test_a_conflict_is_a_decision_over_http(site: Site, project: ProjectHandle) -> None:
    data = project.dataset
    data.commit("first labels")
    item = project.items()["items"][0]["id"]
    data.add_branch("work")
    data.edit("work", [{"item": item, "value": "spam"}], "it is spam")
    data.edit("main", [{"item": item, "remove": True}], "it is neither")
    (conflict,) = data.merge("work")["conflicts"]
    assert (conflict["item"], conflict["fields"], conflict["settled"]) == (item, ["row"], None)
    (decision,) = project.decisions()["decisions"]
    assert decision["question"]["id"] == conflict["question"]
    assert "spam" in decision["question"]["body"]["effect"]
    project.claim_question(conflict["question"])
    project.answer(conflict["question"], {"decision": "approve", "reason": "it sells pills"}, seconds=5.0)
    (settled, merged, *_) = data.log()["commits"]
    assert data.show(merged["id"])["conflicts"][0]["settled"] == settled["id"]
    assert data.diff("work", "main")["rows"] == 0


def test_who_may_not_and_what_is_not(site: Site, project: ProjectHandle) -> None:
    assert project.dataset.log() == {"commits": [], "next": None}
    person = site.workspace.acting(site.person("Ann").headers["x-test-actor"]).project(project.id)
    with pytest.raises(Forbidden):
        person.dataset.commit("mine")
    with pytest.raises(NotFound):
        project.dataset.diff("c1", "c2")
    for body, status in (
        ({"message": " "}, 422),
        ({"message": "m", "branch": "work"}, 422),
        ({"message": "m", "rows": [{"item": "i1", "weight": -1}]}, 422),
        ({"message": "m", "rows": [{"item": "q1"}]}, 404),
    ):
        assert site.owner.post(f"/projects/{project.id}/commits", json=body).status_code == status, body


def test_versions_from_the_command_line(tmp_path: Path) -> None:
    place = ("-w", str(tmp_path / "w"))
    with new_workspace(tmp_path / "w") as workspace:
        mail = workspace.create_project("mail", [TASK], {"auto": False})
        mail.add_items([{"data": {"text": "one"}, "labels": {"mail": "ham"}}])
    made = handloom("dataset", "commit", "-m", "first", *place, "--json")
    assert made.value["rows"] == 1, made
    assert handloom("dataset", "branch", "work", *place, "--json").value["head"] == made.value["id"]
    assert handloom("dataset", "tag", "v1", *place, "--json").value["commit"] == made.value["id"]
    assert handloom("dataset", "changes", "v1", "work", *place, "--json").value["rows"] == 0
    out = tmp_path / "out.parquet"
    assert handloom("dataset", "checkout", str(out), "--at", "v1", *place, "--json").value["rows"] == 1
    assert pq.read_table(out).num_rows == 1
    assert "first" in handloom("dataset", "log", *place).out
