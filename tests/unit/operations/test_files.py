"""Files of any format into a project and out of it again."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from handloom import collect
from handloom.core import registry
from handloom.core.errors import Forbidden, HandloomError, Malformed, NotFound, TooLarge, UnknownKind, WrongState
from handloom.operations import uploads as operations
from handloom.store import Store, uploads
from tests.workspaces import new_store

from ... import realdata
from ...contract.formats import BOX, picture, png
from .desk import LABELS, Desk

CSV = "\ufeffid;body;kind\n1;you won a prize;spam\n2;see you at six;ham\n3;;ham\n4;what is this;spma\n"
COLUMNS = {"fields": {"text": ["body"]}, "label": "kind", "key": "id"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Files lie beside either database in the same way, so one of them is enough here."""
    with new_store(tmp_path / "workspace") as store:
        yield store


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, n=6, known=6)


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    path = tmp_path / "mails.csv"
    path.write_text(CSV, "utf-8")
    return path


def test_a_file_is_looked_at_before_anything_is_stored(desk: Desk, mails: Path) -> None:
    sent = desk.project.files.upload(mails)
    told = sent["preview"]
    assert (told["format"], told["delimiter"], told["encoding"]["mark"]) == ("csv", ";", True)
    assert told["guess"]["fields"] == {"text": ["body"]}
    assert (sent["name"], sent["bytes"]) == ("mails.csv", mails.stat().st_size)
    again = desk.project.files.preview(sent["id"], columns={"fields": {"text": ["kind"]}, "label": None})
    assert [one["data"]["text"] for one in again["preview"]["records"]] == ["spam", "ham", "ham", "spma"]
    named = desk.project.files.preview(sent["id"], columns=COLUMNS)
    assert named["labels"] == [
        {"label": "spam", "rows": 1, "known": True},
        {"label": "ham", "rows": 1, "known": True},
        {"label": "spma", "rows": 1, "known": False},
    ]
    assert [one["line"] for one in named["preview"]["bad"]] == [4]
    assert desk.project.items(search="prize")["items"] == []
    missing = desk.project.files.preview(sent["id"], columns={"fields": {"text": ["subject"]}})
    assert "no column 'subject'" in missing["preview"]["problem"]


def test_a_file_is_imported_with_a_report_of_what_was_refused(desk: Desk, mails: Path) -> None:
    report = desk.project.import_file(mails, columns=COLUMNS)
    assert (report["state"], report["file"], report["error"]) == ("done", "mails.csv", None)
    assert (report["added"], report["duplicates"], report["rejected_total"]) == (2, 0, 2)
    assert [(one["line"], one["code"]) for one in report["rejected"]] == [(4, "HL010"), (5, "HL021")]
    found = desk.project.items(search="prize")["items"][0]
    assert (found["key"], found["label"]["value"]) == ("1", {"labels": ["spam"]})
    refused = b"".join(operations.refused(desk.site.session, report["job"])).decode().splitlines()
    assert refused[0] == "line,code,message"
    assert [line.split(",")[0] for line in refused[1:]] == ["4", "5"]
    assert "Did you mean 'spam'?" in refused[2]
    again = desk.project.import_file(mails, columns=COLUMNS)
    assert (again["added"], again["duplicates"]) == (0, 2)
    assert list((desk.site.store.folder / "uploads").iterdir()) == []
    desk.check()


def test_a_folder_goes_in_as_it_lies(store: Store, tmp_path: Path) -> None:
    desk = Desk(store, n=1)
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
    (tmp_path / "pets" / "cat" / "a.png").write_bytes(png(1))
    (tmp_path / "pets" / "dog" / "b.png").write_bytes(png(2))
    (tmp_path / "pets" / "dog" / "c.png").write_bytes(b"no image")
    pets = desk.site.create_project(
        "pets", [{"name": "pet", "kind": "image_class@1", "labels": ["cat", "dog"]}], {"auto": False}
    )
    report = pets.import_file(tmp_path / "pets")
    assert (report["added"], report["rejected_total"]) == (2, 1)
    found = {one["label"]["value"]["labels"][0] for one in pets.items()["items"]}
    assert found == {"cat", "dog"}


def test_what_was_sent_is_only_for_its_project_and_may_be_forgotten(desk: Desk, mails: Path) -> None:
    files = desk.project.files
    sent = files.upload(mails)["id"]
    other = desk.site.create_project("other", [{"name": "t", "kind": "text_class@1", "labels": ["a", "b"]}])
    with pytest.raises(NotFound):
        other.files.bring(sent)
    assert files.forget(sent) == {"id": sent, "removed": True}
    for gone in (sent, "../../etc", "0" * 16):
        with pytest.raises(NotFound):
            files.preview(gone)
    with pytest.raises(Forbidden):
        desk.person("ann").files.upload(mails)
    assert list((desk.site.store.folder / "uploads").iterdir()) == []


def test_what_is_too_large_or_no_file_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.project.change_settings({"upload_mib": 1})
    (tmp_path / "large.csv").write_bytes(b"text\n" + b"x" * 1024 * 1024)
    with pytest.raises(TooLarge, match="upload_mib"):
        desk.project.files.upload(tmp_path / "large.csv")
    (tmp_path / "odd.bin").write_bytes(b"\0\1\2\3" * 10)
    with pytest.raises(Malformed, match="no format that is known"):
        desk.project.files.upload(tmp_path / "odd.bin")
    with pytest.raises(Malformed, match="unknown options"):
        desk.project.files.preview(desk.project.files.upload(_lines(tmp_path))["id"], sheets="one")
    assert len(list((desk.site.store.folder / "uploads").iterdir())) == 1
    uploads.sweep(desk.site.store, frozenset(), seconds=-1)
    assert list((desk.site.store.folder / "uploads").iterdir()) == []


def test_paths_in_a_file_reach_what_came_with_it_and_nothing_else(store: Store, tmp_path: Path) -> None:
    desk = Desk(store, n=1)
    pets = desk.site.create_project(
        "pets", [{"name": "pet", "kind": "image_class@1", "labels": ["cat", "dog"]}], {"auto": False}
    )
    (tmp_path / "secret.png").write_bytes(png(9))
    paths = ("images/a.png", "../../../../secret.png", str(tmp_path / "secret.png"))
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as pack:
        pack.writestr("all/pets.csv", "image,label\n" + "".join(f"{path},cat\n" for path in paths))
        pack.writestr("all/images/a.png", png(1))
    report = pets.import_file(tmp_path / "pets.zip")
    assert (report["added"], [one["code"] for one in report["rejected"]]) == (1, ["HL023", "HL023"])


def test_one_import_at_a_time(desk: Desk, mails: Path) -> None:
    desk.site.site.executor = type(desk.site.site.executor)("elsewhere", True, lambda store, job: None)
    files = desk.project.files
    first, second = files.upload(mails)["id"], files.upload(mails)["id"]
    job = files.bring(first, columns=COLUMNS)
    assert job["state"] == "queued"
    with pytest.raises(WrongState, match=r"imports mails\.csv"):
        files.bring(second, columns=COLUMNS)
    with pytest.raises(WrongState, match="cancel it first"):
        files.forget(first)
    with pytest.raises(WrongState, match="when it ends"):
        files.report(job["id"])
    desk.site.cancel(job["id"])
    files.forget(first)
    with pytest.raises(NotFound):
        files.report(job["id"])


def test_a_file_that_breaks_off_says_how_far_it_came(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('[{"text": "one more"}, {"text": "and two"}, {"te', "utf-8")
    report = desk.project.import_file(path)
    assert report["state"] in ("failed", "done")
    assert report["added"] == 2 or report["error"]


FORMATS = {
    "jsonl": "same", "parquet": "same", "arrow": "same", "excel": "same", "huggingface": "same", "csv": "same",
    "texts": "same", "docbin": "same", "doccano": "same", "prodigy": "same", "argilla": "same", "labelstudio": "same",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_texts_go_out_and_come_back_the_same(store: Store, tmp_path: Path, name: str) -> None:
    desk = Desk(store, n=9, known=6)
    told = desk.project.files.export_file(tmp_path / f"out{_suffix(name)}", name)
    assert (told["records"], told["format"]) == (6, name)
    again = _again(desk, "again", "text_class@1", "mail", LABELS)
    report = again.import_file(told["file"])
    assert (report["added"], report["rejected"]) == (6, [])
    back = again.files.export_file(tmp_path / f"back{_suffix(name)}", name)
    assert back["digest"] == told["digest"], (told["losses"], report["notes"])
    keys = "key" if any("keys" in loss["reason"] for loss in told["losses"]) or name == "texts" else None
    if keys is None and not _keyless(desk, again):
        assert desk.project.dataset.commit("a")["digest"] == again.dataset.commit("b")["digest"]


@pytest.mark.parametrize("name", ["images", "jsonl", "parquet", "huggingface"])
def test_images_go_out_and_come_back_the_same(store: Store, tmp_path: Path, name: str) -> None:
    desk = Desk(store, n=1)
    labels = ("cat", "dog")
    pets = _again(desk, "pets", "image_class@1", "pet", labels)
    for k in range(4):
        pets.add_media([(f"{k}.png", png(k))], {f"{k}.png": labels[k % 2]})
    told = pets.files.export_file(tmp_path / f"out{_suffix(name)}", name)
    again = _again(desk, "again", "image_class@1", "pet", labels)
    report = again.import_file(told["file"])
    assert (report["added"], report["rejected"]) == (4, [])
    assert again.files.export_file(tmp_path / f"back{_suffix(name)}", name)["digest"] == told["digest"]


@pytest.mark.parametrize("name", ["coco", "voc", "yolo", "jsonl", "huggingface"])
def test_boxes_without_a_task_go_out_as_boxes(store: Store, tmp_path: Path, name: str) -> None:
    desk = Desk(store, n=1)
    records = [picture(k, {**BOX, "label": "cell"}, {**BOX, "x": 0, "label": "blood"}) for k in range(1, 4)]
    source = tmp_path / f"in{_suffix(name)}"
    collect.write(iter(records), source, name)
    pets = _again(desk, "pets", "image_class@1", "pet", ("a", "b"))
    report = pets.import_file(_folder(source))
    assert (report["added"], report["rejected"]) == (3, [])
    told = pets.files.export_file(tmp_path / f"out{_suffix(name)}", name)
    assert told["records"] == 3
    assert told["digest"] == collect.records_digest(collect.read(_folder(source)))
    assert told["digest"] == collect.records_digest(collect.read(_folder(Path(told["file"]))))


def test_a_real_set_of_boxes_goes_through_a_project(store: Store, tmp_path: Path) -> None:
    source = realdata.path("images/bccd_detection_voc.zip")
    desk = Desk(store, n=1)
    cells = _again(desk, "cells", "image_class@1", "cell", ("a", "b"))
    assert cells.import_file(source)["added"] == 364
    told = cells.files.export_file(tmp_path / "out", "voc")
    assert told["records"] == 364
    assert told["digest"] == collect.records_digest(collect.read(source))


def test_what_a_format_cannot_hold_is_told(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(HandloomError, match="nothing of 6 records fits"):
        desk.project.files.export_file(tmp_path / "out.json", "coco")
    told = desk.project.files.export_file(tmp_path / "out.conll", "conll")
    assert {loss["count"] for loss in told["losses"]} == {6}
    assert any("choice" in loss["reason"] for loss in told["losses"])
    with pytest.raises(UnknownKind, match="jsonl"):
        desk.project.files.make_export("jsnl")
    with pytest.raises(Malformed, match="labels, items"):
        desk.project.files.make_export("jsonl", what="answers")
    with pytest.raises(Forbidden):
        desk.person("ann").files.make_export("jsonl")


def test_all_items_and_versions_go_out(store: Store, tmp_path: Path) -> None:
    desk = Desk(store, n=9, known=6)
    data = desk.project.dataset
    made = data.commit("as imported")
    spam = [{"item": item["id"], "remove": True} for item in desk.project.items(label="spam")["items"]]
    data.add_branch("less")
    data.edit("less", spam, "no spam")
    assert desk.project.files.export_file(tmp_path / "a.jsonl", "jsonl", what="items")["records"] == 9
    assert desk.project.files.export_file(tmp_path / "b.jsonl", "jsonl", at="less")["records"] == 4
    whole = desk.project.files.export_file(tmp_path / "c.jsonl", "jsonl", at=made["id"])
    assert whole["records"] == 6
    assert whole["digest"] == collect.records_digest(collect.read(tmp_path / "c.jsonl"))


def test_the_test_set_stays_apart_after_export_and_import(store: Store, tmp_path: Path) -> None:
    desk = Desk(store, n=40, known=40, test_share=0.5)
    desk.project.files.export_file(tmp_path / "a.jsonl", "jsonl")
    again = _again(desk, "again", "text_class@1", "mail", LABELS)
    again.import_file(tmp_path / "a.jsonl")
    held = [
        {item["key"] for item in project.items(state="test", limit=200)["items"]} for project in (desk.project, again)
    ]
    assert 5 < len(held[0]) < 35
    assert held[0] == held[1]


def _again(desk: Desk, name: str, kind: str, task: str, labels: Any) -> Any:
    return desk.site.create_project(
        name, [{"name": task, "kind": kind, "labels": list(labels)}], {"auto": False, "test_share": 0.0}
    )


def _folder(path: Path) -> Path:
    """COCO writes its images beside its file, so the folder around both is what goes in."""
    return path.parent if path.suffix == ".json" and (path.parent / "images").is_dir() else path


def _suffix(name: str) -> str:
    return registry.find("writers", name).suffix


def _keyless(*projects: Any) -> bool:
    held: list[set[str]] = [
        {item["key"] for item in getattr(one, "project", one).items(state="labelled")["items"]} for one in projects
    ]
    return held[0] != held[1]


def _lines(folder: Path, *rows: Mapping[str, Any]) -> Path:
    path = folder / "lines.jsonl"
    path.write_text("\n".join(map(json.dumps, rows or ({"text": "hi"},))), "utf-8")
    return path
