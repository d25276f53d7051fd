"""Items over HTTP: what comes in, what is refused line by line, and how they are found again."""

from __future__ import annotations

import base64
import io
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from handloom.operations.imports import CHUNK, SHARED_CHUNK
from handloom.store import rebuild

from .conftest import Site


def _add(site: Site, project: str, *lines: Any) -> dict[str, Any]:
    raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    answer = site.owner.post(f"/projects/{project}/items", content=raw)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_lines_are_judged_one_by_one(any_site: Site) -> None:
    project = any_site.project()
    done = _add(
        any_site,
        project,
        b'\xef\xbb\xbf{"data": {"text": "after a byte-order mark"}}\r',
        b"",
        {"data": {"text": "labelled"}, "labels": {"mail": "spam"}, "key": 7},
        {"data": {"text": "wrong label"}, "labels": {"mail": "Spam"}},
        {"data": {"text": "wrong task"}, "labels": {"male": "spam"}},
        {"data": {"text": "wrong shape"}, "labels": {"mail": {"labels": ["ham", "spam"]}}},
        {"data": {"words": "no text"}},
        {"data": {"text": 5}},
        {"data": {}},
        {"text": "not inside data"},
        b"{broken",
        b'{"data": {"text": "\xff"}}',
        b'{"data": {"text": "a", "n": NaN}}',
        b'{"data": {"text": "nul \\u0000"}}',
        b'{"data": {"text": "half \\ud800"}}',
        b"[1, 2]",
        {"data": {"text": "key too long"}, "key": "k" * 201},
        {"data": {"text": "x"}, "split": "train"},
        {"data": {"text": "x"}, "labels": ["spam"]},
        {"data": {"text": "x"}, "meta": 1},
        {"data": {"text": "last line, no newline"}},
    )
    codes = {bad["line"]: bad["code"] for bad in done["rejected"]}
    assert (done["added"], done["duplicates"], done["rejected_total"]) == (3, 0, 17)
    assert codes == {
        4: "HL021",
        5: "HL050",
        6: "HL022",
        7: "HL010",
        8: "HL010",
        9: "HL001",
        10: "HL001",
        11: "HL001",
        12: "HL003",
        13: "HL001",
        14: "HL001",
        15: "HL001",
        16: "HL001",
        17: "HL001",
        18: "HL001",
        19: "HL001",
        20: "HL001",
    }
    by_line = {bad["line"]: bad["message"] for bad in done["rejected"]}
    assert "Did you mean 'spam'?" in by_line[4]
    counts = any_site.owner.get(f"/projects/{project}").json()["counts"]
    assert counts == {"items": 3, "answers": 1, "labels": 1, "open": 0}


def test_the_same_line_again_is_a_duplicate_and_another_content_a_conflict(any_site: Site) -> None:
    project = any_site.project()
    first = {"key": "a", "data": {"text": "one"}}
    assert (
        _add(any_site, project, first, first, {"data": {"text": "two"}}, {"data": {"text": "two"}})["duplicates"] == 2
    )
    again = _add(any_site, project, first, {"key": "a", "data": {"text": "other"}})
    assert (again["added"], again["duplicates"]) == (0, 1)
    assert [(bad["line"], bad["code"]) for bad in again["rejected"]] == [(2, "HL011")]


def _labels(site: Site, project: str) -> list[list[str]]:
    return [item["label"]["value"]["labels"] for item in _all(site, project)]


def _doctor(site: Site) -> list[rebuild.Difference]:
    with site.workspace.store.read() as connection:
        return rebuild.compare(connection, site.workspace.store.hooks)


def test_a_label_for_a_known_item_is_an_answer(any_site: Site) -> None:
    project = any_site.project()
    one, two = {"data": {"text": "one"}}, {"data": {"text": "two"}, "labels": {"mail": "ham"}}
    _add(any_site, project, one, two)
    done = _add(any_site, project, one | {"labels": {"mail": "spam"}}, two)
    assert (done["added"], done["duplicates"]) == (0, 2)
    assert _labels(any_site, project) == [["spam"], ["ham"]]
    counts = any_site.owner.get(f"/projects/{project}").json()["counts"]
    assert (counts["answers"], counts["labels"]) == (2, 2)  # "ham" again is not a second answer
    assert _add(any_site, project, two | {"labels": {"mail": "spam"}})["duplicates"] == 1
    assert _labels(any_site, project) == [["spam"], ["spam"]]
    detail = any_site.owner.get(f"/items/{_all(any_site, project)[1]['id']}").json()["tasks"][0]
    assert detail["label"]["n"] == 1  # what the import said before is corrected, not outvoted
    assert _doctor(any_site) == []


def test_a_label_given_twice_in_one_import_is_the_last_one(any_site: Site) -> None:
    project = any_site.project()
    lines = [{"data": {"text": "one"}, "labels": {"mail": label}} for label in ("ham", "spam", "spam", "ham", "spam")]
    done = _add(any_site, project, *lines)
    assert (done["added"], done["duplicates"]) == (1, 4)
    assert _labels(any_site, project) == [["spam"]]
    assert any_site.owner.get(f"/projects/{project}").json()["counts"]["answers"] == 4
    assert _doctor(any_site) == []


def test_an_imported_label_and_a_persons_answer_are_weighed_together(site: Site) -> None:
    project = site.project(items=1)
    site.ask(project, 1)
    question = site.owner.post(f"/projects/{project}/claim", json={"n": 1}).json()["questions"][0]["id"]
    body = {"id": str(uuid.uuid4()), "question": question, "outcome": "answered", "value": {"labels": ["ham"]}}
    assert site.owner.post("/answers", json=body | {"seconds": 1.0}).status_code == 201
    given = {"key": "k0", "data": {"text": "message number 0"}, "labels": {"mail": "spam"}}
    assert _add(site, project, given)["duplicates"] == 1
    label = _all(site, project)[0]["label"]
    assert (label["n"], label["confidence"]) == (2, 0.5)
    assert _doctor(site) == []


def test_a_label_does_not_reach_an_item_with_other_content(any_site: Site) -> None:
    project = any_site.project()
    _add(any_site, project, {"key": "a", "data": {"text": "one"}})
    refused = _add(any_site, project, {"key": "a", "data": {"text": "two"}, "labels": {"mail": "spam"}})
    assert [bad["code"] for bad in refused["rejected"]] == ["HL011"]
    assert any_site.owner.get(f"/projects/{project}").json()["counts"]["labels"] == 0


def test_an_empty_import_is_refused(site: Site) -> None:
    project = site.project()
    for raw in (b"", b"\n\n \r\n"):
        refused = site.owner.post(f"/projects/{project}/items", content=raw)
        assert (refused.status_code, refused.json()["code"]) == (400, "HL004")


def test_a_million_characters_are_taken_and_nine_megabytes_refused(site: Site) -> None:
    project = site.project()
    long, longer = "a" * 1_000_000, "b" * 9_000_000
    done = _add(site, project, {"data": {"text": long}}, {"data": {"text": longer}}, {"data": {"text": "after"}})
    assert done["added"] == 2
    assert [(bad["line"], bad["code"]) for bad in done["rejected"]] == [(2, "HL002")]


def test_a_long_import_is_streamed_in_chunks(site: Site) -> None:
    project = site.project()

    def lines() -> Iterator[bytes]:
        for n in range(9000):
            yield b'{"data": {"text": "item %d"}}\n' % n

    done = site.owner.post(f"/projects/{project}/items", content=lines()).json()
    assert done["added"] == 9000
    added = [e for e in _events(site) if e["kind"] == "item.added"]
    counts = [e["body"]["count"] for e in added]
    assert sum(counts) == 9000
    assert len(counts) >= 3
    assert max(counts) <= CHUNK


def test_an_import_takes_short_turns_while_somebody_answers(site: Site) -> None:
    project = site.project()
    site.workspace.site.answered = time.monotonic()
    raw = b"".join(b'{"data": {"text": "item %d"}}\n' % n for n in range(3500))
    assert site.owner.post(f"/projects/{project}/items", content=raw).json()["added"] == 3500
    counts = [e["body"]["count"] for e in _events(site) if e["kind"] == "item.added"]
    assert sum(counts) == 3500
    assert max(counts) <= SHARED_CHUNK


def _events(site: Site) -> list[dict[str, Any]]:
    text = site.owner.get("/events", params={"since": 0, "follow": "false"}).text
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


def test_the_test_set_is_drawn_by_key_unless_a_line_says_otherwise(site: Site) -> None:
    project = site.project("drawn", items=1000, test_share=0.2)
    drawn = site.workspace.project("drawn")
    share = sum(1 for item in _all(site, project, state="test"))
    assert 140 < share < 260
    drawn.add_items([{"key": f"t{n}", "data": {"text": f"t{n}"}, "split": "test"} for n in range(10)])
    drawn.add_items([{"key": f"p{n}", "data": {"text": f"p{n}"}, "split": "pool"} for n in range(50)])
    tests = {item["key"] for item in _all(site, project, state="test")}
    assert {f"t{n}" for n in range(10)} <= tests
    assert not {f"p{n}" for n in range(50)} & tests


def _all(site: Site, project: str, limit: int = 50, **filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        params = {"limit": limit, **filters} | ({"cursor": cursor} if cursor else {})
        page = site.owner.get(f"/projects/{project}/items", params=params).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 7, 200])
def test_every_item_comes_once_whatever_the_page_size(any_site: Site, limit: int) -> None:
    project = any_site.project(items=30)
    assert [item["key"] for item in _all(any_site, project, limit)] == [f"k{n}" for n in range(30)]


def test_items_are_found_by_text_key_state_and_label(any_site: Site) -> None:
    project = any_site.project(items=20)
    _add(any_site, project, {"key": "S", "data": {"text": "Größe XL"}, "labels": {"mail": "spam"}})
    _add(any_site, project, {"key": "H", "data": {"text": "hello"}, "labels": {"mail": "ham"}})
    any_site.ask(project, 3)

    def keys(**filters: str) -> list[str]:
        return [item["key"] for item in _all(any_site, project, 3, **filters)]

    assert keys(search="GRÖSSE") == ["S"]
    assert keys(search="k1") == ["k1", *(f"k{n}" for n in range(10, 20))]
    assert keys(state="labelled") == ["S", "H"]
    assert keys(label="ham") == ["H"]
    assert len(keys(state="unlabelled")) == 20
    assert len(keys(state="asked")) == 3
    assert keys(search="nothing like this") == []


def test_a_search_looks_at_a_bounded_part_and_goes_on(site: Site) -> None:
    project = site.project()
    site.workspace.project("mail").add_items({"key": str(n), "data": {"text": "hay"}} for n in range(6000))
    _add(site, project, {"key": "last", "data": {"text": "needle"}})
    first = site.owner.get(f"/projects/{project}/items", params={"search": "needle"}).json()
    assert first["items"] == []
    assert 0 < first["scanned"] <= 5500
    rest = site.owner.get(f"/projects/{project}/items", params={"search": "needle", "cursor": first["next"]}).json()
    assert [item["key"] for item in rest["items"]] == ["last"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "cursor", ["x", "aXRlbXM6LTE", "cHJvamVjdHM6MQ", "%%%", "aXRlbXM6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ"]
)
def test_a_cursor_of_elsewhere_is_refused(site: Site, cursor: str) -> None:
    project = site.project(items=1)
    refused = site.owner.get(f"/projects/{project}/items", params={"cursor": cursor})
    assert (refused.status_code, refused.json()["code"]) == (400, "HL030")


def test_an_annotator_sees_no_label_no_prediction_and_no_answer_of_others(site: Site) -> None:
    project = site.project()
    _add(site, project, {"key": "a", "data": {"text": "one"}, "labels": {"mail": "spam"}})
    ada = site.person("Ada")
    listed = ada.get(f"/projects/{project}/items").json()["items"][0]
    assert (listed["label"], listed["prediction"]) == (None, None)
    seen = ada.get(f"/items/{listed['id']}").json()["tasks"][0]
    assert (seen["label"], seen["predictions"], seen["imported"]) == (None, [], [])
    full = site.person("Rob", "reviewer").get(f"/items/{listed['id']}").json()["tasks"][0]
    assert full["label"]["value"] == {"labels": ["spam"]}
    assert full["label"]["answers"] == [full["imported"][0]["id"]]
    assert full["imported"][0]["actor"]["name"] == "import"


@pytest.mark.parametrize("ref", ["i999", "q1", "1", "i0", "i-1", "i99999999999999999999", "x" * 80])
def test_an_item_that_is_not_there_is_not_found(site: Site, ref: str) -> None:
    answer = site.owner.get(f"/items/{ref}")
    assert (answer.status_code, answer.json()["code"]) == (404, "HL050")


def _png(colour: tuple[int, int, int] = (200, 30, 30), size: tuple[int, int] = (400, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def pictures(site: Site) -> str:
    task = {"name": "digit", "kind": "image_class@1", "labels": ["0", "1"]}
    made = site.owner.post("/projects", json={"name": "digits", "tasks": [task], "settings": {"auto": False}})
    return made.json()["id"]


def _upload(site: Site, project: str, files: list[tuple[str, bytes]], **data: str) -> httpx.Response:
    sent = [("files", (name, content, "image/png")) for name, content in files]
    return site.owner.post(f"/projects/{project}/media", files=sent, data=data)


def test_images_are_uploaded_labelled_and_shown(site: Site, pictures: str) -> None:
    files = [
        ("a.png", _png()),
        ("b.png", _png((0, 0, 0))),
        ("again.png", _png()),
        ("broken.png", _png()[:-20]),
        ("t", b"?"),
    ]
    done = _upload(site, pictures, files, labels='{"a.png": "1"}').json()
    assert (done["added"], done["duplicates"]) == (2, 1)
    assert [(bad["line"], bad["code"]) for bad in done["rejected"]] == [(4, "HL006"), (5, "HL006")]
    assert "broken.png" in done["rejected"][0]["message"]
    items = _all(site, pictures)
    assert items[0]["label"]["value"] == {"labels": ["1"]}
    assert items[0]["meta"] == {"file": "a.png"}
    image = items[0]["data"]["image"]
    assert (image["media_type"], image["width"], image["height"]) == ("image/png", 400, 300)
    whole = site.owner.get(f"/blobs/{image['blob']}")
    assert whole.content == _png()
    assert whole.headers["content-type"] == "image/png"
    assert "immutable" in whole.headers["cache-control"]
    unchanged = site.owner.get(f"/blobs/{image['blob']}", headers={"If-None-Match": whole.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    for _ in range(2):  # made, then kept
        small = site.owner.get(f"/blobs/{image['blob']}", params={"size": 100})
        assert Image.open(io.BytesIO(small.content)).size == (128, 96)
        assert small.headers["etag"] != whole.headers["etag"]


@pytest.mark.parametrize("labels", ["{", "[]", '{"a.png": NaN}'])
def test_labels_of_an_upload_are_an_object(site: Site, pictures: str, labels: str) -> None:
    refused = _upload(site, pictures, [("a.png", _png())], labels=labels)
    assert (refused.status_code, refused.json()["code"]) == (422, "HL001")


def test_a_wrong_label_of_an_upload_is_one_rejected_line(site: Site, pictures: str) -> None:
    done = _upload(site, pictures, [("a.png", _png()), ("b.png", _png((1, 2, 3)))], labels='{"a.png": "7"}').json()
    assert done["added"] == 1
    assert [(bad["line"], bad["code"]) for bad in done["rejected"]] == [(1, "HL021")]


def test_an_image_may_come_as_a_data_address(site: Site, pictures: str) -> None:
    url = "data:image/png;base64," + base64.b64encode(_png()).decode()
    assert _add(site, pictures, {"data": {"image": {"url": url}}})["added"] == 1
    assert _all(site, pictures)[0]["data"]["image"]["width"] == 400


def test_paths_are_read_only_below_allowed_folders(site: Site, pictures: str, tmp_path: Path) -> None:
    allowed, secret = tmp_path / "allowed", tmp_path / "secret.png"
    allowed.mkdir()
    (allowed / "in.png").write_bytes(_png())
    secret.write_bytes(_png((9, 9, 9)))
    (allowed / "link.png").symlink_to(secret)
    references = ["in.png", str(allowed / "in.png"), "../secret.png", str(secret), "link.png", "gone.png"]
    lines = [{"data": {"image": {"path": path}}} for path in references]
    site.workspace.site.media_roots = ()
    refused = _add(site, pictures, *lines)
    assert {bad["code"] for bad in refused["rejected"]} == {"HL023"}
    assert refused["added"] == 0
    site.workspace.site.media_roots = (allowed,)
    done = _add(site, pictures, *lines)
    assert (done["added"], done["duplicates"]) == (1, 1)
    assert [bad["line"] for bad in done["rejected"]] == [3, 4, 5, 6]
    assert all(
        bad["code"] == "HL023"
        for bad in _add(site, pictures, {"data": {"image": {"url": "http://127.0.0.1:1/x.png"}}})["rejected"]
    )


@pytest.mark.parametrize("digest", ["0" * 40, "..", "a" * 39, "A" * 40, "%2e%2e%2fworkspace.json"])
def test_a_blob_that_is_not_there_is_not_found(site: Site, digest: str) -> None:
    assert site.owner.get(f"/blobs/{digest}").status_code == 404


def test_what_is_no_image_is_not_for_annotators(site: Site) -> None:
    digest = site.workspace.store.blobs.put(b"a packed model")
    assert site.owner.get(f"/blobs/{digest}").headers["content-type"] == "application/octet-stream"
    assert site.person("Ada").get(f"/blobs/{digest}").status_code == 404
