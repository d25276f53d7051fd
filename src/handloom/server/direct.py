"""The hottest routes, called at once: the same functions, without the framework's way to them.

FastAPI spends more on a request (matching, dependencies, exit stacks) than an answer costs. What is plainly right is
therefore handed to its function here; everything else, be it a wrong type, a missing field, an odd header or a name
too long, goes on to FastAPI, which knows how to say what is wrong. So a route is declared once and refused in one place.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any, get_type_hints

from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ..core.strict import loads
from ..operations.session import Site
from .gate import App, Message, Receive, Scope, Send
from .security import Acting, acting

Endpoint = Callable[..., Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Call:
    """A route as its function's signature says it: texts from the address, one JSON body, who is acting."""

    methods: frozenset[str]
    address: re.Pattern[str]
    function: Endpoint
    texts: Mapping[str, TypeAdapter[str]]
    body: tuple[str, type[BaseModel]]
    session: str


class Direct:
    """ASGI middleware inside the gate. routes: those of a router under ``prefix``; functions: which of them to call.

    What it works on is counted in the site, so that work in bulk gives way.
    """

    def __init__(self, app: App, site: Site, routes: Iterable[Any], prefix: str, functions: Iterable[Endpoint]) -> None:
        self._app = app
        self._site = site
        wanted = set(functions)
        self._calls = [_call(r, prefix) for r in routes if isinstance(r, APIRoute) and r.endpoint in wanted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope)
        if found is None:
            await self._app(scope, receive, send)
            return
        call, texts = found
        request = Request(scope, receive)
        try:
            raw = await request.body()
        except ClientDisconnect:
            return
        try:
            given: dict[str, Any] = {name: call.texts[name].validate_python(text) for name, text in texts.items()}
            given[call.body[0]] = call.body[1].model_validate(loads(raw))
        except (JSONDecodeError, ValidationError):
            await self._app(scope, _again(raw, receive), send)
            return
        self._site.waiting += 1  # only while we work on it: a client that reads slowly holds nothing up
        try:
            given[call.session] = await acting(request)
            response = await call.function(**given)
        finally:
            self._site.waiting -= 1
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[_Call, dict[str, str]] | None:
        if scope["type"] != "http" or scope.get("root_path"):
            return None
        for call in self._calls:
            if scope["method"] in call.methods and (found := call.address.match(scope["path"])):
                return (call, found.groupdict()) if _plain(scope["headers"]) else None
        return None


def _plain(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """JSON of a declared length, which the gate has looked at."""
    found = dict(headers)
    kind = found.get(b"content-type", b"").partition(b";")[0]
    return kind == b"application/json" and b"transfer-encoding" not in found


def _again(raw: bytes, receive: Receive) -> Receive:
    """The body once more for whoever comes next."""
    waiting: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def receiving() -> Message:
        return waiting.pop() if waiting else await receive()

    return receiving


def _call(route: APIRoute, prefix: str) -> _Call:
    hints = get_type_hints(route.endpoint, include_extras=True)
    del hints["return"]
    session = next(name for name, hint in hints.items() if hint == Acting)
    body = next(name for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, BaseModel))
    texts = {name: TypeAdapter(hint) for name, hint in hints.items() if name not in (session, body)}
    address = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(prefix + route.path)) + r"\Z")
    return _Call(frozenset(route.methods or ()), address, route.endpoint, texts, (body, hints[body]), session)
