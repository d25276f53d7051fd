"""Files of any format over HTTP: sent, looked at, imported by a worker's job, exported and fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from handloom import Client, loop
from handloom.core.errors import Forbidden, TooLarge
from handloom.jobs import bringing
from handloom.store import jobs

from .conftest import Site

CSV = "body;kind\nyou won a prize;spam\nsee you at six;ham\n;ham\nwhat is this;spma\n"
COLUMNS = {"fields": {"text": ["body"]}, "label": "kind"}


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    path = tmp_path / "mails.csv"
    path.write_text(CSV, "utf-8")
    return path


def test_a_file_goes_in_by_a_job_and_out_again(site: Site, mails: Path, tmp_path: Path) -> None:
    project = site.project()
    token = site.owner.headers["authorization"].removeprefix("Bearer ")
    with Client(site.url, token) as client:
        mail = client.project(project)
        sent = mail.files.upload(mails)
        assert [one["known"] for one in mail.files.preview(sent["id"], columns=COLUMNS)["labels"]] == [
            True,
            True,
            False,
        ]
        assert site.owner.get(f"/projects/{project}/items").json()["items"] == []
        report = mail.files.report(mail.files.wait(mail.files.bring(sent["id"], columns=COLUMNS))["id"])
        assert (report["added"], [one["line"] for one in report["rejected"]]) == (2, [4, 5])
        refused = site.owner.get(f"/jobs/{report['job']}/refused")
        assert refused.headers["content-type"].startswith("text/csv")
        assert "attachment" in refused.headers["content-disposition"]
        assert len(refused.text.splitlines()) == 3
        told = mail.files.export_file(tmp_path / "out.xlsx", "excel")
        assert (told["records"], told["losses"]) == (2, [])
        assert (tmp_path / "out.xlsx").read_bytes()[:2] == b"PK"
        folder = mail.files.export_file(tmp_path / "texts", "texts")
        assert sorted(path.name for path in Path(folder["file"]).iterdir()) == ["ham", "spam"]
        assert {one["format"] for one in client._call("formats")["writers"]} >= {"coco", "voc", "conll"}


def test_a_cancelled_import_tells_how_far_it_came(site: Site, tmp_path: Path) -> None:
    project = site.project()
    waiting = loop.Executor("elsewhere", True, lambda store, job: None)
    site.workspace.site.executor = waiting
    lines = "\n".join(f'{{"text": "message number {n}"}}' for n in range(3000)).encode()
    sent = site.owner.post(f"/projects/{project}/uploads", params={"name": "a.jsonl"}, content=lines)
    assert sent.status_code == 201, sent.text
    job = site.owner.post(f"/projects/{project}/uploads/{sent.json()['id']}/import", json={}).json()
    assert (job["kind"], job["state"]) == ("import", "queued")
    store = site.workspace.store
    number = int(job["id"][1:])
    seen: list[str] = []

    def stop_in_the_middle() -> None:
        if not seen and site.owner.get(f"/projects/{project}").json()["counts"]["items"]:
            seen.append(site.owner.post(f"/jobs/{job['id']}/cancel").json()["state"])

    real = bringing.Bringing._feed

    def feed(self: bringing.Bringing, part: list) -> None:
        real(self, part)
        stop_in_the_middle()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bringing.Bringing, "_feed", feed)
        store.write(lambda tx: jobs.take(tx, "here", number))
        assert loop.run_job(store, number, worker="here") == "cancelled"
    report = site.owner.get(f"/jobs/{job['id']}/report").json()
    assert report["state"] == "cancelled"
    assert 0 < report["added"] < 3000
    assert site.owner.get(f"/projects/{project}").json()["counts"]["items"] == report["added"]
    assert list((store.folder / "uploads").iterdir()) == []


def test_only_who_may_add_items_sends_files_and_within_the_limit(site: Site, mails: Path) -> None:
    project = site.project(upload_mib=1)
    ann = site.person("ann")
    refused = ann.post(f"/projects/{project}/uploads", params={"name": "a.csv"}, content=mails.read_bytes())
    assert refused.json()["code"] == Forbidden.code
    large = site.owner.post(f"/projects/{project}/uploads", params={"name": "a.csv"}, content=b"x" * (1024 * 1024 + 1))
    assert (large.status_code, large.json()["code"]) == (413, TooLarge.code)
    assert "upload_mib" in large.json()["message"]
    assert list((site.workspace.store.folder / "uploads").iterdir()) == []
    missing = site.owner.post(f"/projects/{project}/uploads", content=b"text\n")
    assert missing.status_code == 422


def test_a_profile_is_made_and_read_over_http(site: Site) -> None:
    project = site.project(items=12, slices=[{"name": "one", "where": 'text contains "number 1"'}])
    made = site.owner.post(f"/projects/{project}/profile", json={})
    assert (made.status_code, made.json()["state"]) == (202, "done")
    told = site.owner.get(f"/projects/{project}/profile").json()
    assert (told["profile"]["rows"], told["fresh"], told["job"]) == (12, True, None)
    assert told["profile"]["slices"]["slices"][0]["rows"] == 3
    found = site.owner.get(f"/projects/{project}/items", params={"slice": "one"}).json()["items"]
    assert [item["key"] for item in found] == ["k1", "k10", "k11"]
    bad = site.owner.patch(f"/projects/{project}", json={"settings": {"slices": [{"name": "a", "where": "text ="}]}})
    assert bad.status_code == 422
    assert "slice 'a'" in bad.json()["message"]
