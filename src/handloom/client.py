"""The same handle over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from .core import errors
from .core.errors import EmptyInput, HandloomError, Malformed, Unavailable
from .handle import OPERATIONS, Handle

_BLOCK = 256 * 1024
_FILES = 50
"""Images sent in one request."""
_FIELD = re.compile(r"\{(\w+)\}")


class Client(Handle):
    """A workspace that a server holds. The token says who acts. Errors are those of `handloom.core.errors`.

    timeout: seconds to wait for an answer of the server; imports and exports may take longer.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 30.0) -> None:
        self._http = httpx.Client(
            base_url=url.rstrip("/") + "/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            transport=httpx.HTTPTransport(retries=2),
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _call(self, operation: str, /, **arguments: Any) -> Any:
        address = OPERATIONS[operation]
        named = set(_FIELD.findall(address.path))
        path = _FIELD.sub(lambda field: quote(str(arguments[field[1]]), safe=""), address.path)
        rest = {name: value for name, value in arguments.items() if name not in named and value is not None}
        if address.method in ("GET", "DELETE"):
            return _content(self._send(address.method, path, params=rest))
        return self._send(address.method, path, content=_json(rest), headers=_JSON).json()

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise _unreachable(self._http, error) from error
        if response.is_error:
            raise _error(response)
        return response

    def _add_items(self, project: str, lines: Iterable[Mapping[str, Any]], chunk: int) -> dict[str, Any]:
        options: dict[str, Any] = {"content": _blocks(lines), "headers": _NDJSON, "timeout": None}
        return self._send("POST", f"/projects/{project}/items", **options).json()

    def _add_media(
        self, project: str, files: Iterable[tuple[str, bytes]], labels: Mapping[str, Any] | None, task: str | None
    ) -> dict[str, Any]:
        total: dict[str, Any] = {"added": 0, "duplicates": 0, "rejected": [], "rejected_total": 0}
        waiting, before = iter(files), 0
        while part := list(islice(waiting, _FILES)):
            mine = {name: labels[name] for name, _ in part if name in labels} if labels else None
            data = {name: value for name, value in (("labels", mine and json.dumps(mine)), ("task", task)) if value}
            options: dict[str, Any] = {"files": [("files", file) for file in part], "data": data, "timeout": None}
            done = self._send("POST", f"/projects/{project}/media", **options).json()
            for name in ("added", "duplicates", "rejected_total"):
                total[name] += done[name]
            total["rejected"] += [{**bad, "line": bad["line"] + before} for bad in done["rejected"]]
            before += len(part)
        if not before:
            raise EmptyInput("there are no files in this upload")
        return total

    def _export(self, project: str, what: str, form: str, task: str | None) -> Iterator[bytes]:
        params = {"what": what, "format": form, **({} if task is None else {"task": task})}
        with self._stream(f"/projects/{project}/export", params=params, timeout=None) as response:
            yield from response.iter_bytes(_BLOCK)

    def _upload(self, project: str, file: Path, name: str, task: str | None) -> dict[str, Any]:
        params = {"name": name, **({} if task is None else {"task": task})}
        with file.open("rb") as content:
            options: dict[str, Any] = {"content": iter(partial(content.read, _BLOCK), b""), "timeout": None}
            path = f"/projects/{quote(project, safe='')}/uploads"
            return self._send("POST", path, params=params, headers=_BINARY, **options).json()

    def _fetch(self, job: str) -> Iterator[bytes]:
        with self._stream(f"/jobs/{quote(job, safe='')}/file", timeout=None) as response:
            yield from response.iter_bytes(_BLOCK)

    def _export_commit(self, commit: str, form: str) -> Iterator[bytes]:
        path = f"/commits/{quote(commit, safe='')}/export"
        with self._stream(path, params={"format": form}, timeout=None) as response:
            yield from response.iter_bytes(_BLOCK)

    def _export_bundle(self, project: str) -> Iterator[bytes]:
        with self._stream(f"/projects/{quote(project, safe='')}/bundle", timeout=None) as response:
            yield from response.iter_bytes(_BLOCK)

    def _import_bundle(self, file: Path, name: str | None) -> dict[str, Any]:
        with file.open("rb") as content:
            options: dict[str, Any] = {"content": iter(partial(content.read, _BLOCK), b""), "timeout": None}
            params = {} if name is None else {"name": name}
            return self._send("POST", "/bundles", params=params, headers=_BINARY, **options).json()

    def _events(self, since: int, follow: bool) -> Iterator[dict[str, Any]]:
        params: dict[str, Any] = {"since": since} if follow else {"since": since, "follow": "false"}
        with self._stream("/events", params=params, timeout=httpx.Timeout(30.0, read=60.0)) as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    def _blob(self, digest: str) -> bytes:
        return self._send("GET", f"/blobs/{quote(digest, safe='')}").content

    def _stream(self, path: str, **options: Any) -> _Opened:
        return _Opened(self._http, path, options)


class _Opened:
    """A streamed answer, closed at the end; an error answer is raised."""

    def __init__(self, http: httpx.Client, path: str, options: Mapping[str, Any]) -> None:
        self._http = http
        self._stream = http.stream("GET", path, **options)

    def __enter__(self) -> httpx.Response:
        try:
            response = self._stream.__enter__()
        except httpx.TransportError as error:
            raise _unreachable(self._http, error) from error
        if response.is_error:
            response.read()
            self._stream.__exit__(None, None, None)
            raise _error(response)
        return response

    def __exit__(self, *problem: Any) -> None:
        self._stream.__exit__(*problem)


_JSON = {"content-type": "application/json"}
_NDJSON = {"content-type": "application/x-ndjson"}
_BINARY = {"content-type": "application/octet-stream"}


def _content(response: httpx.Response) -> Any:
    is_bytes = response.headers.get("content-type", "").startswith("application/octet-stream")
    return response.content if is_bytes else response.json()


def _json(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise Malformed(f"this cannot be sent as JSON: {error}") from error


def _blocks(lines: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Lines of JSON in blocks that are worth a system call."""
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(_json(line))
        size += len(block[-1]) + 1
        if size >= _BLOCK:
            yield b"\n".join(block) + b"\n"
            block, size = [], 0
    yield b"\n".join(block)


def _tree(kind: type[HandloomError]) -> Iterator[type[HandloomError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _tree(below)


# A subclass without a code of its own shares its parent's: the first, the parent, stands for both.
_KINDS: dict[str, type[HandloomError]] = {}
for _kind in _tree(errors.HandloomError):
    _KINDS.setdefault(_kind.code, _kind)


def _error(response: httpx.Response) -> HandloomError:
    """The error that the server raised, as this side's class of the same code."""
    try:
        body = response.json()
        code, message, details = body["code"], body["message"], body["details"]
    except (ValueError, KeyError, TypeError):
        return Unavailable(f"the server answered {response.status_code} without saying why: {response.text[:200]}")
    error = HandloomError.__new__(_KINDS.get(code, HandloomError))
    HandloomError.__init__(error, message)
    error.details = details
    return error


def _unreachable(http: httpx.Client, error: httpx.TransportError) -> Unavailable:
    return Unavailable(f"no answer from {http.base_url}: {error or type(error).__name__}; is the server running?")


__all__: Sequence[str] = ("Client",)
