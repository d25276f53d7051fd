"""What every request passes first: host, size, forbidden bytes; what every answer gets last: headers. No stack trace leaves."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from ..core.errors import Forbidden, HandloomError, Malformed, TooLarge
from .errors import reply, unexpected

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MIB = 1024 * 1024
# Per address, so that an import may be long and an answer may not. None: streamed, limited per line.
LIMITS: tuple[tuple[re.Pattern[str], int | None], ...] = (
    (re.compile(r"/api/v1/projects/[^/]+/items"), None),
    (re.compile(r"/api/v1/projects/[^/]+/media"), 512 * MIB),
    (re.compile(r"/api/v1/projects/[^/]+/preview"), 64 * MIB),
    (re.compile(r"/api/v1/projects/[^/]+/uploads"), None),  # the route counts against the setting upload_mib
    (re.compile(r"/api/v1/projects/[^/]+/predict"), 64 * MIB),
    (re.compile(r"/api/v1/bundles"), None),
)
DEFAULT_LIMIT = MIB
LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]"))

_CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: list[tuple[bytes, bytes]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", _CONTENT_POLICY.encode()),
]


class Gate:
    """ASGI middleware. hosts: names that the Host header may carry, None for any (bound to more than loopback)."""

    def __init__(self, app: App, hosts: frozenset[str] | None = LOOPBACK) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        try:
            headers = dict(scope["headers"])
            self._check(scope, headers)
            await self._app(scope, _limited(scope["path"], headers, receive), sending)
        except HandloomError as error:
            if started:
                raise
            await reply(error)(scope, receive, sending)
        except Exception as error:
            answer = unexpected(error, scope["method"], scope["path"])
            if not started:  # else the connection breaks off, which is how the other side sees that it is incomplete
                await answer(scope, receive, sending)
            else:
                raise

    def _check(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        if self._hosts is not None:
            host = headers.get(b"host", b"").decode("latin-1")
            name = host.rsplit(":", 1)[0] if re.search(r":\d+$", host) else host
            if name.lower() not in self._hosts:
                # A page elsewhere that re-points its own name at 127.0.0.1 would otherwise be let in.
                raise Forbidden(f"this server answers to {', '.join(sorted(self._hosts))}, not to {name[:80]!r}")
        if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"]:
            raise Malformed("a NUL character in an address has no meaning here; leave it out")


def _limited(path: str, headers: dict[bytes, bytes], receive: Receive) -> Receive:
    limit = next((size for pattern, size in LIMITS if pattern.fullmatch(path)), DEFAULT_LIMIT)
    if limit is None:
        return receive
    words = f"this address takes at most {limit // MIB} MiB; send it in parts"
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(words, limit=limit)
    if b"transfer-encoding" not in headers:
        return receive  # the protocol layer holds it to its declared length
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, words)  # the framework passes only this kind through its body reader
        return message

    return counted
