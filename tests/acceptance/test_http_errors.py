"""Errors have one form, say what to do, and never show a stack trace."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from handloom.operations.imports import CHUNK

from .conftest import Site


def _is_an_error(body: Any) -> bool:
    return set(body) == {"code", "message", "details"} and body["code"].startswith("HL") and bool(body["message"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "HL050"),
        ("GET", "/projects/none", 404, "HL050"),
        ("GET", "/projects/p99999999999999999999999", 404, "HL050"),
        ("DELETE", "/projects", 405, "HL001"),
        ("GET", "/answers", 405, "HL001"),
        ("GET", "/projects?limit=0", 422, "HL001"),
        ("GET", "/projects?limit=many", 422, "HL001"),
        ("GET", "/projects?cursor=x", 400, "HL030"),
        ("GET", "/projects/%00", 422, "HL001"),
        ("GET", "/projects?cursor=%00", 422, "HL001"),
        ("GET", "/projects/%ff", 404, "HL050"),
    ],
)
def test_every_refusal_has_the_same_form(site: Site, method: str, path: str, status: int, code: str) -> None:
    answer = site.owner.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert _is_an_error(answer.json())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b'{"n": NaN}',
        b'{"n": 1e999}',
        b'{"n": ' + b"9" * 5000 + b"}",
        b"\xff\xfe",
        b'{"lane": "label\\u0000"}',
        b'{"task": "\\ud800"}',
        b"[" * 100_000,
        b'{"n": 5, "n": "x"}',
    ],
)
def test_a_body_that_is_no_good_is_a_422(site: Site, raw: bytes) -> None:
    project = site.project()
    headers = {"content-type": "application/json"}
    answer = site.owner.post(f"/projects/{project}/claim", content=raw, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "HL001")
    assert _is_an_error(answer.json())


def test_a_body_of_another_type_is_a_422(site: Site) -> None:
    answer = site.owner.post("/projects", content=b"name=x", headers={"content-type": "text/plain"})
    assert answer.status_code == 422


def test_a_body_over_the_limit_is_refused_before_it_is_read(site: Site) -> None:
    for content in (b"x" * 1_100_000, iter([b"x" * 600_000] * 3)):
        answer = site.owner.post("/projects", content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "HL002")


def test_a_fault_of_ours_shows_no_stack_trace(site: Site) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise ZeroDivisionError("a secret of the inside")

    project = site.project()
    whole, site.workspace.site.store = site.workspace.site.store, Broken()  # type: ignore[assignment]
    answer = site.owner.get(f"/projects/{project}/jobs")
    site.workspace.site.store = whole
    assert (answer.status_code, answer.json()["code"]) == (500, "HL000")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert site.owner.get(f"/projects/{project}/jobs").status_code == 200


@pytest.mark.parametrize(("number", "status", "code"), [(errno.ENOSPC, 507, "HL083"), (errno.EROFS, 503, "HL084")])
def test_a_full_or_read_only_disk_is_said_to_be_so(
    site: Site, monkeypatch: pytest.MonkeyPatch, number: int, status: int, code: str
) -> None:
    def refuse(_content: bytes) -> str:
        raise OSError(number, "no")

    monkeypatch.setattr(site.workspace.store.blobs, "put", refuse)
    task = {"name": "digit", "kind": "image_class@1", "labels": ["0", "1"]}
    project = site.owner.post("/projects", json={"name": "digits", "tasks": [task]}).json()["id"]
    url = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    answer = site.owner.post(f"/projects/{project}/items", json={"data": {"image": {"url": url}}})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert site.owner.get(f"/projects/{project}").json()["counts"]["items"] == 0


def test_a_client_that_goes_away_in_mid_import_keeps_what_was_committed(site: Site) -> None:
    project = site.project()
    token = site.owner.headers["authorization"]
    lines = b"".join(b'{"data": {"text": "t%d"}}\n' % n for n in range(CHUNK + 500))
    head = f"POST /api/v1/projects/{project}/items HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n"
    with socket.create_connection(("127.0.0.1", int(site.url.rsplit(":", 1)[1]))) as line:
        line.sendall(head.encode() + b"Content-Length: 10000000\r\n\r\n" + lines)
        before = site.workspace.store.newest()
        rung = _wait_for_event(site, before)
    assert rung
    assert site.owner.get(f"/projects/{project}").json()["counts"]["items"] > 0


def _wait_for_event(site: Site, before: int) -> bool:
    import threading

    changed = threading.Event()
    site.workspace.store.on_commit.append(changed.set)
    return site.workspace.store.newest() > before or changed.wait(20)


def test_the_pages_are_served_beside_the_interface(site: Site) -> None:
    browser = site.connect()
    root = browser.get(f"{site.url}/")
    assert root.status_code == 200
    assert root.headers["content-type"].startswith("text/html")
    assert browser.get(f"{site.url}/projects/mail/label").text == root.text
    missing = browser.get(f"{site.url}/assets/none.js")
    assert missing.status_code == 404
    assert _is_an_error(missing.json())
    for path in ("/..%2f..%2fpyproject.toml", "/%2e%2e/server/app.py", "/etc/passwd.txt"):
        assert browser.get(f"{site.url}{path}").status_code == 404
    assert browser.get(f"{site.url}/api/v2/x").status_code == 404
