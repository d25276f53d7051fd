"""Whatever is sent to it, the server answers with a clear refusal, goes on, and has lost and told nothing."""

from __future__ import annotations

import io
import json
import socket
import sqlite3
import threading
import uuid
from typing import Any

import httpx
import pytest
import uvicorn
from PIL import Image

from handloom.server.run import MAX_HEAD, _Protocol, bound

from .conftest import QUIET, TASK, Site


def _add(site: Site, project: str, *lines: Any) -> dict[str, Any]:
    answer = site.owner.post(f"/projects/{project}/items", content="\n".join(map(json.dumps, lines)))
    assert answer.status_code == 200, answer.text
    return answer.json()


def _answer(person: httpx.Client, question: str, **fields: Any) -> httpx.Response:
    sent = {"id": str(uuid.uuid4()), "question": question, "value": {"labels": ["ham"]}, "seconds": 1.0}
    return person.post("/answers", json=sent | fields)


def _events(person: httpx.Client) -> list[dict[str, Any]]:
    text = person.get("/events", params={"since": 0, "follow": "false"}).text
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


@pytest.mark.parametrize("letter", ["x", "\u65e5", "\U0001f600", "\x01"])
def test_a_text_at_the_limit_is_taken_claimed_and_exported(any_site: Site, letter: str) -> None:
    project, long = any_site.project(), letter * 1_000_000
    done = _add(any_site, project, {"key": "long", "data": {"text": long}}, {"data": {"text": f"{long}!"}})
    assert (done["added"], [bad["code"] for bad in done["rejected"]]) == (1, ["HL002"])
    any_site.ask(project, 1)
    (question,) = any_site.owner.post(f"/projects/{project}/claim", json={"n": 1}).json()["questions"]
    assert question["items"][0]["data"]["text"] == long
    assert _answer(any_site.owner, question["id"]).status_code == 201
    (line,) = any_site.owner.get(f"/projects/{project}/export").text.splitlines()
    assert json.loads(line)["data"]["text"] == long


def test_a_full_disk_keeps_what_was_acknowledged_and_says_so(site: Site) -> None:
    project = site.project(items=60)
    site.ask(project, 60)
    ada = site.person("Ada")
    waiting = [q["id"] for q in ada.post(f"/projects/{project}/claim", json={"n": 60}).json()["questions"]]
    pages = _limit(site, 30)
    lines = "\n".join(json.dumps({"key": f"f{n}", "data": {"text": "x" * 300}}) for n in range(3000))
    full = site.owner.post(f"/projects/{project}/items", content=lines)
    assert (full.status_code, full.json()["code"]) == (507, "HL083")
    kept = full.json()["details"]["added"]
    assert f"{kept:,} items of this import were stored before" in full.json()["message"]
    assert "nothing" not in full.json()["message"]
    assert site.owner.get(f"/projects/{project}").json()["counts"]["items"] == 60 + kept

    sent = [str(uuid.uuid4()) for _ in waiting]
    status = [_answer(ada, q, id=a, note="n" * 9000).status_code for q, a in zip(waiting, sent, strict=True)]
    assert 507 in status
    assert set(status) <= {201, 507}
    _limit(site, None, pages)
    again = [_answer(ada, q, id=a, note="n" * 9000).status_code for q, a in zip(waiting, sent, strict=True)]
    assert again == [200 if s == 201 else 201 for s in status]
    rest = site.owner.post(f"/projects/{project}/items", content=lines).json()
    assert (rest["added"], rest["duplicates"]) == (3000 - kept, kept)


def _limit(site: Site, more: int | None, former: int = 0) -> int:
    """Let the database grow by so many pages only, or as it may; what it could grow to before."""

    def unit(tx: Any) -> int:
        had = tx.connection.exec_driver_sql("PRAGMA max_page_count").scalar()
        now = tx.connection.exec_driver_sql("PRAGMA page_count").scalar()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {former if more is None else now + more}")
        return had

    return site.workspace.store.write(unit)


def _pictures(site: Site) -> str:
    task = {"name": "pet", "kind": "image_class@1", "labels": ["cat", "dog"]}
    made = site.owner.post("/projects", json={"name": "pets", "tasks": [task], "settings": QUIET})
    return made.json()["id"]


@pytest.mark.parametrize("blob", ["0" * 40, "../../handloom.sqlite", "/etc/passwd", "x" * 5000, "", 5, None])
def test_an_image_that_was_never_stored_is_no_item(site: Site, blob: object) -> None:
    project = _pictures(site)
    done = _add(site, project, {"data": {"image": {"blob": blob, "media_type": "image/png", "width": 1, "height": 1}}})
    assert (done["added"], done["rejected"][0]["code"]) == (0, "HL023")
    assert "no blob" in done["rejected"][0]["message"]


def test_an_image_that_is_stored_may_be_named(site: Site) -> None:
    project, out = _pictures(site), io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    site.owner.post(f"/projects/{project}/media", files=[("files", ("a.png", out.getvalue(), "image/png"))])
    (item,) = site.owner.get(f"/projects/{project}/items").json()["items"]
    assert _add(site, project, {"key": "again", "data": item["data"]})["added"] == 1


@pytest.mark.parametrize(
    "reference",
    [
        {"path": "x" * 10_000},
        {"path": "/etc/passwd"},
        {"path": "../secret.png"},
        {"url": "http://127.0.0.1:1/a.png"},
        {"url": "http://169.254.169.254/latest/meta-data"},
        {"url": "file:///etc/passwd"},
    ],
)
def test_a_reference_that_may_not_be_read_is_refused(site: Site, tmp_path: Any, reference: dict[str, str]) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    site.workspace.site.media_roots = (tmp_path / "media",)
    done = _add(site, _pictures(site), {"data": {"image": reference}})
    assert (done["added"], done["rejected"][0]["code"]) == (0, "HL023")


def test_names_are_written_in_any_script(any_site: Site) -> None:
    for sent, kept in (("नमस्ते", "नमस्ते"), ("e\u0301te\u0301", "été"), ("ภาษาไทย", "ภาษาไทย"), ("日本 1", "日本 1")):
        made = any_site.owner.post("/projects", json={"name": sent, "tasks": [TASK]})
        assert (made.status_code, made.json()["name"]) == (201, kept)
        assert any_site.owner.get(f"/projects/{kept}").json()["id"] == made.json()["id"]
    for name in ("a/b", "..", "a\nb", "\u0301", "a\u202eb", "a" * 101):
        assert any_site.owner.post("/projects", json={"name": name, "tasks": [TASK]}).status_code == 422


def test_ten_thousand_labels_and_labels_of_every_kind(any_site: Site) -> None:
    def task(labels: list[str]) -> dict[str, Any]:
        return {"name": f"w {uuid.uuid4().hex}", "tasks": [{**TASK, "labels": labels}], "settings": QUIET}

    many = [f"label {n}" for n in range(10_000)]
    assert any_site.owner.post("/projects", json=task(many)).status_code == 201
    assert any_site.owner.post("/projects", json=task([*many, "one more"])).status_code == 422
    for labels in (["a\nb", "c"], ["a", "A"], ["a"], ["", "b"], ["a\u202e", "b"], ["a" * 201, "b"]):
        refused = any_site.owner.post("/projects", json=task(labels))
        assert (refused.status_code, refused.json()["code"]) == (400, "HL012")
    odd = ['a"b', "c'd", "e,f", "g|h", "<script>alert(1)</script>", "=1+1", "100%", "%s", "日本", "🙂"]
    project = any_site.owner.post("/projects", json=task(odd)).json()["id"]
    _add(any_site, project, *({"key": x, "data": {"text": x}, "labels": {"mail": x}} for x in odd))
    lines = any_site.owner.get(f"/projects/{project}/export").text.splitlines()
    assert [json.loads(line)["labels"] for line in lines] == [[x] for x in odd]


def _asked_by_a_model(site: Site, **settings: Any) -> tuple[str, list[str]]:
    """A project whose questions were picked by what a model thinks; the ids of its questions, every second one blind."""
    project = site.project(items=4, **settings)
    site.ask(project, 4)
    suggestion = json.dumps({"value": {"labels": ["spam"]}, "confidence": 0.7, "model": "m1"})
    with sqlite3.connect(site.workspace.store.folder / "handloom.sqlite") as database:
        database.execute(
            "UPDATE question SET strategy = 'margin', reason = 'torn between spam and ham', suggestion = ?, "
            "blind = id % 2",
            (suggestion,),
        )
    database.close()
    return project, [f"q{n}" for n in range(1, 5)]


def test_a_blind_question_does_not_say_what_the_model_thinks_by_another_way(site: Site) -> None:
    project, _ = _asked_by_a_model(site)
    ada = site.person("Ada")
    for question in ada.post(f"/projects/{project}/claim", json={"n": 4}).json()["questions"]:
        blind = question["suggestion"] is None
        assert blind == (int(question["id"][1:]) % 2 == 1)
        assert ("spam" in question["reason"]) != blind
        held = ada.get(f"/questions/{question['id']}").json()
        assert ("spam" in held["reason"]) != blind


def test_no_suggestion_is_shown_by_another_way(site: Site) -> None:
    project, ids = _asked_by_a_model(site, suggestions=False)
    ada, eve = site.person("Ada"), site.person("Eve")
    seen = [ada.post(f"/projects/{project}/claim", json={"n": 4}).json()]
    seen += [eve.get(f"/questions/{q}").json() for q in ids]
    seen += [eve.get(f"/projects/{project}/questions").json(), eve.get("/items/i1").json()]
    assert not any("torn between" in json.dumps(one) or "0.7" in json.dumps(one) for one in seen)
    assert "torn between" in json.dumps(site.owner.get("/items/i1").json())


def test_an_annotator_learns_nothing_of_others_answers_or_of_models(site: Site) -> None:
    project = site.project(items=12)
    site.ask(project, 12)
    ada, eve, rob = site.person("Ada"), site.person("Eve"), site.person("Rob", "reviewer")
    for question in ada.post(f"/projects/{project}/claim", json={"n": 12}).json()["questions"]:
        label = "spam" if int(question["id"][1:]) % 2 else "ham"
        assert _answer(ada, question["id"], value={"labels": [label]}, note="a secret").status_code == 201
    site.workspace.project("mail").train()
    job = site.owner.get(f"/projects/{project}/jobs").json()["jobs"][0]
    assert job["message"]
    assert site.owner.get(f"/projects/{project}/models").json()["models"]
    paths = [f"/projects/{project}/{list}" for list in ("items", "questions", "overview", "jobs")]
    for path in [*paths, "/items/i1", "/questions/q1", f"/jobs/{job['id']}"]:
        text = eve.get(path).text
        assert "a secret" not in text
        assert job["message"] not in text
    kinds = {event["kind"] for event in _events(eve)}
    assert not kinds & {"answer.given", "model.trained", "dataset.committed", "release.changed", "label.imported"}
    assert all("message" not in (event["body"] or {}) for event in _events(eve))
    assert {"answer.given", "model.trained"} <= {event["kind"] for event in _events(rob)}
    for path in (f"/projects/{project}/export", f"/projects/{project}/models", "/lineage/i1", "/models/m1"):
        assert eve.get(path).status_code == 403


def test_a_head_that_does_not_end_is_cut_off() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    config = uvicorn.Config(app, http=_Protocol, log_level="critical", lifespan="off")
    server, listening = uvicorn.Server(config), bound("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        port = listening.getsockname()[1]
        assert _said(port, b"X: " + b"a" * 100_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 204")
        assert not _said(port, b"".join(b"X%d: %s\r\n" % (n, b"a" * 1000) for n in range(3 * MAX_HEAD // 1000)))
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


def _said(port: int, headers: bytes) -> bytes:
    """The answer to a request with these headers; nothing when the server closed the line while they were sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        try:
            line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers)
            answer = line.recv(1000)
        except ConnectionError:
            return b""
    return b"" if answer.startswith(b"HTTP/1.1 400") else answer
