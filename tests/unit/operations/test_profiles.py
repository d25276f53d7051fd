"""What is in a project's data, and the slices that are saved with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handloom.core.errors import Forbidden, Malformed, NotFound
from handloom.jobs import profiles
from handloom.store import Store, contents, projects, uploads

from .desk import Desk

SLICES = [
    {"name": "late", "where": "meta.month >= 6"},
    {"name": "spam only", "where": 'label == "spam"'},
    {"name": "three words", "where": "words(text) == 3"},
]


def _desk(store: Store, **settings: object) -> Desk:
    return Desk(store, n=30, known=24, meta={k: {"month": k % 12} for k in range(30)}, slices=SLICES, **settings)


def test_the_items_of_a_project_are_described(store: Store) -> None:
    desk = _desk(store)
    data = desk.project.dataset
    assert data.profile() == {"commit": None, "made": None, "fresh": False, "profile": None, "job": None}
    job = data.make_profile()
    assert (job["kind"], job["state"], job["message"]) == ("profile", "done", "30 rows described")
    found = data.profile()
    told = found["profile"]
    assert found["fresh"] is True
    assert told["rows"] == 30
    assert told["labels"]["classes"] == [{"label": label, "rows": 8} for label in ("ham", "other", "spam")]
    assert told["labels"]["missing"] == 6
    assert told["fields"]["meta.month"]["kind"] == "number"
    assert sum(told["fields"]["text"]["words"]["histogram"]["counts"]) == 30
    assert [(one["name"], one["rows"]) for one in told["slices"]["slices"]] == [
        ("late", 12), ("spam only", 8), ("three words", 30)
    ]  # fmt: skip
    assert told["slices"]["labels"] == ["ham", "other", "spam"]
    assert told["slices"]["slices"][1]["by_label"] == [0, 0, 8]


def test_a_version_keeps_its_own_profile(store: Store) -> None:
    desk = _desk(store)
    data = desk.project.dataset
    first = data.commit("as imported")
    data.make_profile(at=first["id"])
    rows = [{"item": change["item"], "value": {"labels": ["ham"]}} for change in _spam(desk)]
    data.add_branch("all-ham")
    data.edit("all-ham", rows, "spam is ham")
    data.make_profile(at="all-ham")
    was, now = data.profile(at="main")["profile"], data.profile(at="all-ham")["profile"]
    assert was["rows"] == now["rows"] == 24
    assert [one["rows"] for one in was["labels"]["classes"]] == [8, 8, 8]
    assert now["labels"]["classes"] == [{"label": "ham", "rows": 16}, {"label": "other", "rows": 8}]
    assert data.profile()["profile"] is None


def test_counts_of_slices_stay_after_export_and_import(store: Store, tmp_path) -> None:
    desk = _desk(store)
    desk.project.dataset.make_profile()
    before = desk.project.dataset.profile()["profile"]["slices"]
    items = [item | {"labels": {"mail": item["label"]["value"]}} if item["label"] else item for item in _items(desk)]
    again = desk.site.create_project("again", [{"name": "mail", "kind": "text_class@1", "labels": ["other", "spam", "ham"]}],
                                     {"auto": False, "slices": SLICES})  # fmt: skip
    kept = ({k: v for k, v in item.items() if k in ("key", "data", "meta", "labels")} for item in reversed(items))
    again.add_items(kept)
    again.dataset.make_profile()
    assert again.dataset.profile()["profile"]["slices"] == before


def test_a_changed_slice_or_a_new_item_makes_a_profile_old(store: Store) -> None:
    desk = _desk(store)
    data = desk.project.dataset
    data.make_profile()
    desk.project.change_settings({"slices": SLICES[:1]})
    assert data.profile()["fresh"] is False
    data.make_profile()
    assert data.profile()["fresh"] is True
    desk.project.add_items([{"data": {"text": "one more"}}])
    assert data.profile()["fresh"] is False


def test_an_erase_takes_profiles_and_files_along(store: Store, tmp_path: Path) -> None:
    desk = _desk(store)
    desk.project.dataset.make_profile()
    desk.project.files.export_file(tmp_path / "a.jsonl", "jsonl")
    (tmp_path / "b.jsonl").write_text('{"text": "hi"}', "utf-8")
    desk.project.files.upload(tmp_path / "b.jsonl")
    blob = store.blobs.path(_digest(store))
    assert blob.is_file()
    uploads.forget_project(store, 1)
    assert not blob.exists()
    assert [list((store.folder / name).iterdir()) for name in ("jobs", "uploads")] == [[], []]
    assert desk.project.dataset.profile()["profile"] is None
    desk.project.dataset.make_profile()
    assert desk.project.dataset.profile()["profile"]["rows"] == 30


def _digest(store: Store) -> str:
    with store.read() as connection:
        return contents.results(connection, 1, "profile")[0].result["profile"]


def test_items_are_filtered_by_a_slice(store: Store) -> None:
    desk = _desk(store)
    found = desk.project.items(slice="late", limit=200)["items"]
    assert len(found) == 12
    assert all(item["meta"]["month"] >= 6 for item in found)
    assert len(desk.project.items(slice="spam only", limit=200)["items"]) == 8
    assert len(desk.project.items(slice="late", label="spam", limit=200)["items"]) == 4
    with pytest.raises(NotFound, match="slice"):
        desk.project.items(slice="nobody saved it")
    with pytest.raises(Forbidden):
        desk.person("ann").items(slice="late")


@pytest.mark.parametrize(
    ("slices", "why"),
    [
        ([{"name": "a", "where": "text ="}], "slice 'a'"),
        ([{"name": "a", "where": "__import__('os')"}], "no function"),
        ([{"name": "a"}], "name"),
        ([{"name": "", "where": "a == 1"}], "printable"),
        ([{"name": "a", "where": "b == 1"}] * 2, "twice"),
        ({"a": "b == 1"}, "list"),
    ],
)
def test_a_slice_that_is_none_is_refused(store: Store, slices: object, why: str) -> None:
    desk = Desk(store, n=1)
    with pytest.raises(Malformed, match=why):
        desk.project.change_settings({"slices": slices})


def test_a_model_is_measured_on_each_slice(store: Store) -> None:
    desk = _desk(store)
    with store.read() as connection:
        task = projects.tasks(connection, [1])[1][0]
    ids = [int(item["id"][1:]) for item in _items(desk)]
    truth = np.array([0, 1, 2] * 10)
    found = profiles.per_slice(store, task, ids, truth, np.where(truth == 1, 0, truth))
    told = {one["name"]: (one["accuracy"]["value"], one["accuracy"]["n"]) for one in found}
    assert told["spam only"] == (0.0, 8)
    assert told["three words"] == (pytest.approx(2 / 3), 30)
    assert found[0]["where"] == "meta.month >= 6"
    desk.project.change_settings({"slices": []})
    assert profiles.per_slice(store, task, ids, truth, truth) == []


def _items(desk: Desk) -> list[dict]:
    return desk.project.items(limit=200)["items"]


def _spam(desk: Desk) -> list[dict]:
    return [{"item": item["id"]} for item in desk.project.items(label="spam", limit=200)["items"]]
