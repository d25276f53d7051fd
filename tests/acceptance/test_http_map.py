"""The map over HTTP and from Python: drawn by a job, read as bytes, grown, coloured; neighbours; labels in bulk."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import handloom
from handloom.core.errors import Malformed, WrongState
from handloom.handle import ProjectHandle
from handloom.jobs.pool import folder
from handloom.testing.workspace import temporary_workspace
from handloom.workspace import Workspace
from tests.workshop import texts

from .conftest import Site

LABELS = ["food", "money", "sport"]
N = 150


@pytest.fixture(scope="module")
def site_and_project() -> Iterator[tuple[Workspace, ProjectHandle]]:
    with temporary_workspace() as made:
        task = {"name": "topic", "kind": "text_class@1", "labels": LABELS}
        project = made.create_project("news", [task], {"auto": False, "test_share": 0.1})
        project.add_items({"key": f"k{k}", "data": {"text": text}} for k, (text, _) in enumerate(texts(N)))
        yield made, project


@pytest.fixture
def project(site_and_project: tuple[Workspace, ProjectHandle]) -> ProjectHandle:
    return site_and_project[1]


def test_before_it_is_drawn_there_is_none(project: ProjectHandle) -> None:
    assert project.map.state()["map"] is None
    with pytest.raises(WrongState, match="draw it first"):
        project.map.points()
    with pytest.raises(WrongState, match="draw it first"):
        project.map.neighbours("i1")


def test_every_item_has_a_place_and_similar_ones_are_near(
    site_and_project: tuple[Workspace, ProjectHandle],
) -> None:
    site, project = site_and_project
    job = project.map.draw()
    assert job["state"] == "done", job
    state = project.map.state()
    assert state["labels"] == LABELS
    assert (state["map"]["items"], state["map"]["of"], state["map"]["now"]) == (N, N, N)
    assert state["map"]["model"] is None
    points = project.map.points()
    rows = {one["id"]: one for one in everything(project)}
    assert points.items == sorted(rows, key=lambda item: int(item[1:]))
    truth = {f"k{k}": label for k, (_, label) in enumerate(texts(N))}
    places = np.column_stack([points.x, points.y]).astype(float)
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(gaps, np.inf)
    label = [truth[rows[item]["key"]] for item in points.items]
    same = [label[k] == label[int(near)] for k, near in enumerate(gaps.argmin(axis=1))]
    assert np.mean(same) > 0.7
    task = project.info["tasks"][0]
    vectors = np.fromfile(folder(site.store, task_row(site, project)).folder / "vectors.f32", dtype="<f4")
    vectors = vectors.reshape(N, -1)
    found = project.map.neighbours(points.items[7], 10, task=task["name"])
    distances = np.linalg.norm(vectors - vectors[7], axis=1)
    distances[7] = np.inf
    assert [one["distance"] for one in found] == pytest.approx(np.sort(distances)[:10].tolist(), abs=1e-3)


def task_row(site: Workspace, project: ProjectHandle) -> Any:
    return site.session.case(project.id).tasks[0]


def everything(project: ProjectHandle) -> list[dict[str, Any]]:
    return project.items(limit=200)["items"]


def test_colours_follow_labels_answers_and_the_newest_model(project: ProjectHandle) -> None:
    truth = {f"k{k}": label for k, (_, label) in enumerate(texts(N))}
    rows = {one["id"]: one for one in everything(project)}
    points = project.map.points()
    before = project.map.colours()
    assert set(before.label) == {0}
    assert [bool(flag & 1) for flag in before.flags] == [rows[item]["test"] for item in points.items]
    for label in LABELS:
        mine = [item for item in points.items if truth[rows[item]["key"]] == label and not rows[item]["test"]][:12]
        done = project.bulk_label(mine, label)
        assert done["answered"] == 12
    project.ask(n=5)
    after = project.map.colours()
    labelled = {item: LABELS[number - 1] for item, number in zip(points.items, after.label, strict=True) if number}
    assert len(labelled) == 36
    assert all(truth[rows[item]["key"]] == label for item, label in labelled.items())
    assert sum(bool(flag & 2) for flag in after.flags) == 36
    assert sum(bool(flag & 4) for flag in after.flags) == 5
    assert sum(bool(flag & 8) for flag in after.flags) == 36
    project.train()
    coloured = project.map.colours()
    assert project.map.state()["map"]["model"] is not None
    assert set(coloured.predicted) <= {1, 2, 3}
    right = [LABELS[p - 1] == truth[rows[i]["key"]] for p, i in zip(coloured.predicted, points.items, strict=True)]
    assert np.mean(right) > 0.6
    assert len(set(coloured.uncertainty)) > 10


def test_new_items_find_their_place_and_the_others_stay(project: ProjectHandle) -> None:
    before = project.map.points()
    project.add_items({"key": f"new{k}", "data": {"text": f"{text} again"}} for k, (text, _) in enumerate(texts(20)))
    assert project.map.state()["map"]["now"] == N + 20
    assert project.map.draw()["state"] == "done"
    after = project.map.points()
    assert len(after.items) == N + 20
    places = dict(zip(after.items, zip(after.x, after.y, strict=True), strict=True))
    moved = [item for item, x, y in zip(before.items, before.x, before.y, strict=True) if places[item] != (x, y)]
    assert moved == []
    assert {one["item"] for one in project.map.neighbours(after.items[-1], 30)} - set(before.items) != set()
    project.map.draw(fresh=True, seed=3)
    anew = project.map.points()
    assert anew.x != after.x


def test_some_items_in_the_order_named(project: ProjectHandle) -> None:
    first, second, *_ = project.map.points().items
    found = project.map.items([second, first, "i99999"])
    assert [one["id"] for one in found] == [second, first]
    assert set(found[0]) >= {"data", "label", "prediction", "test"}


@pytest.mark.parametrize("n", [0, 501])
def test_neighbours_are_limited(project: ProjectHandle, n: int) -> None:
    with pytest.raises(Malformed):
        project.map.neighbours("i1", n)


# Over HTTP


def test_bytes_are_sent_once_and_then_only_if_they_changed(site: Site) -> None:
    project = site.project(items=12)
    assert site.owner.get(f"/projects/{project}/map/points").status_code == 409
    drawn = site.owner.post(f"/projects/{project}/map", json={})
    assert drawn.status_code == 202, drawn.text
    first = site.owner.get(f"/projects/{project}/map/points")
    assert first.headers["content-type"] == "application/octet-stream"
    magic, n, start = struct.unpack_from("<4sIQ", first.content)
    assert (magic, n, start, len(first.content)) == (b"HLM1", 12, 1, 16 + 8 * 12)
    again = site.owner.get(f"/projects/{project}/map/points", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    colours = site.owner.get(f"/projects/{project}/map/colours")
    assert (colours.content[:8], len(colours.content)) == (struct.pack("<4sI", b"HLC1", 12), 8 + 6 * 12)
    tag = {"if-none-match": colours.headers["etag"]}
    assert site.owner.get(f"/projects/{project}/map/colours", headers=tag).status_code == 304
    sent = {"items": ["i1", "i2"], "value": {"labels": ["spam"]}, "seconds": 2}
    assert site.owner.post(f"/projects/{project}/bulk", json=sent).json()["answered"] == 2
    changed = site.owner.get(f"/projects/{project}/map/colours", headers=tag)
    assert changed.status_code == 200
    assert struct.unpack_from("<12H", changed.content, 8)[:3] == (2, 2, 0)


def test_rules_over_http(site: Site) -> None:
    project = site.project(items=6)
    ann = site.person("ann")
    sent: dict[str, Any] = {"items": ["i1", "i2", "i3"], "value": {"labels": ["spam"]}, "seconds": 3.0}
    assert ann.post(f"/projects/{project}/bulk", json=sent).status_code == 403
    assert ann.get(f"/projects/{project}/map").status_code == 403
    assert ann.get("/items/i1/neighbours").status_code == 403
    assert (
        site.owner.post(f"/projects/{project}/bulk", json={**sent, "value": {"labels": ["no"]}}).json()["code"]
        == "HL021"
    )
    assert site.owner.post(f"/projects/{project}/bulk", json={**sent, "items": []}).json()["code"] == "HL004"
    assert site.owner.post(f"/projects/{project}/bulk", json={**sent, "more": 1}).status_code == 422
    key = str(uuid.uuid4())
    done = site.owner.post(f"/projects/{project}/bulk", json={**sent, "id": key})
    assert done.json() == {"bulk": "b1", "answered": 3, "skipped": {"test": 0, "mine": 0, "labelled": 0}}
    assert site.owner.post(f"/projects/{project}/bulk", json={**sent, "id": key}).json() == done.json()
    assert ann.post("/bulk/b1/undo", json={}).status_code == 403
    assert site.owner.post("/bulk/b1/undo", json={}).json() == {"bulk": "b1", "retracted": 3}
    assert site.owner.post("/bulk/b1/undo", json={}).json() == {"bulk": "b1", "retracted": 0}
    assert site.owner.post("/bulk/b7/undo", json={}).status_code == 404
    page = site.owner.get(f"/projects/{project}/bulk").json()
    assert [(one["id"], one["answers"], one["standing"]) for one in page["actions"]] == [("b1", 3, 0)]
    items = site.owner.get(f"/projects/{project}/items").json()["items"]
    assert all(one["label"] is None for one in items)


def test_a_submit_between_the_parts_of_a_bulk_action_is_not_lost(site: Site) -> None:
    project = site.project(items=5)
    site.ask(project, 1)
    ann = site.person("ann")
    question = ann.post(f"/projects/{project}/claim", json={"lane": "label", "n": 1}).json()["questions"][0]
    items = [one["id"] for one in site.owner.get(f"/projects/{project}/items").json()["items"]]
    site.owner.post(f"/projects/{project}/bulk", json={"items": items, "value": {"labels": ["ham"]}})
    answer = {"id": str(uuid.uuid4()), "question": question["id"], "value": {"labels": ["ham"]}, "seconds": 1.0}
    given = ann.post("/answers", json=answer)
    assert (given.status_code, given.json()["counted"]) == (201, True)


def test_the_client_speaks_the_same(site: Site) -> None:
    project = site.project(items=8)
    token = site.owner.headers["authorization"].removeprefix("Bearer ")
    with handloom.open(site.url, token=token) as remote:
        found = remote.project(project)
        found.map.draw()
        points = found.map.points()
        assert points.items == [f"i{k}" for k in range(1, 9)]
        done = found.bulk_label(points.items[:3], "spam", seconds=3.0)
        assert done["answered"] == 3
        assert list(found.map.colours().label)[:4] == [2, 2, 2, 0]
        assert found.map.undo(done["bulk"])["retracted"] == 3
        assert len(found.map.neighbours("i1", 5)) == 5
        with pytest.raises(Malformed):
            found.map.neighbours("i1", 0)


def test_roles(site: Site) -> None:
    project = site.project(items=3)
    reviewer = site.person("rev", "reviewer")
    assert reviewer.get(f"/projects/{project}/map").json()["map"] is None
    sent = {"items": ["i1"], "value": {"labels": ["ham"]}}
    assert reviewer.post(f"/projects/{project}/bulk", json=sent).json()["answered"] == 1
