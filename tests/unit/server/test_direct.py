"""Direct calls: what is plainly right goes to the route's function, everything else to FastAPI with its body whole."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from handloom.core.errors import NotLoggedIn
from handloom.server.direct import Direct
from handloom.server.routes import questions

JSON = ("content-type", "application/json")
ANSWER = {"id": "7e2f2f1e-5d5c-4a35-9e0a-0a5f0f6f1f10", "question": "q1", "value": {"labels": ["a"]}}


class _Next:
    """Whoever comes after: keeps what it received."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.bodies.append((await receive())["body"])


def _send(path: str, raw: bytes, *headers: tuple[str, str], method: str = "POST", root: str = "") -> list[bytes]:
    """The bodies that were passed on. Raises what the direct call raises: here nobody is logged in."""
    after, app = _Next(), FastAPI()
    app.state.guard = _Nobody()
    site: Any = SimpleNamespace(waiting=0)
    direct = Direct(after, site, questions.routes.routes, "/api/v1", questions.HOT)
    scope = {
        "type": "http", "method": method, "path": path, "root_path": root, "app": app,
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(_message: Any) -> None:
        raise AssertionError("nothing is answered here")

    try:
        asyncio.run(direct(scope, receive, send))
    finally:
        assert site.waiting == 0
    return after.bodies


class _Nobody:
    async def who(self, _request: Any) -> Any:
        raise NotLoggedIn("nobody is logged in")


@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/v1/answers", ANSWER), ("/api/v1/projects/p1/claim", {}), ("/api/v1/projects/m l/claim", {"n": 3})],
)
@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_a_plain_request_is_called_directly(path: str, body: dict[str, Any], kind: str) -> None:
    with pytest.raises(NotLoggedIn):
        _send(path, json.dumps(body).encode(), ("content-type", kind))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/answers", ANSWER | {"seconds": -1}),
        ("/api/v1/answers", ANSWER | {"typo": 1}),
        ("/api/v1/answers", {}),
        ("/api/v1/answers", []),
        ("/api/v1/projects/p1/claim", {"n": 0}),
        ("/api/v1/projects/p1/claim/", {}),
        ("/api/v1/projects/" + "x" * 201 + "/claim", {}),
        ("/api/v1/projects/p1/x/claim", {}),
        ("/api/v1/claims/release", {"questions": []}),
        ("/api/v1/unknown", {}),
    ],
)
def test_what_is_not_plainly_right_goes_on_with_its_body(path: str, body: Any) -> None:
    raw = json.dumps(body).encode()
    assert _send(path, raw, JSON) == [raw]


@pytest.mark.parametrize("raw", [b"", b"{", b'{"id": NaN}', b"\xff"])
def test_what_is_not_json_goes_on(raw: bytes) -> None:
    assert _send("/api/v1/answers", raw, JSON) == [raw]


@pytest.mark.parametrize(
    ("headers", "method", "root"),
    [
        ([], "POST", ""),
        ([("content-type", "text/plain")], "POST", ""),
        ([("content-type", "application/jsonl")], "POST", ""),
        ([JSON, ("transfer-encoding", "chunked")], "POST", ""),
        ([JSON], "GET", ""),
        ([JSON], "POST", "/below"),
    ],
)
def test_an_odd_request_goes_on(headers: list[tuple[str, str]], method: str, root: str) -> None:
    raw = json.dumps(ANSWER).encode()
    assert _send("/api/v1/answers", raw, *headers, method=method, root=root) == [raw]
