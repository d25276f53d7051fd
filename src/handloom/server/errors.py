"""Every error as ``{"code", "message", "details"}``: ours, validation, unknown addresses, and what nobody expected."""

from __future__ import annotations

import errno
import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ..core.errors import DiskFull, HandloomError, Malformed, NotFound, ReadOnly, TooLarge
from .replies import Json

log = logging.getLogger("handloom.server")


def reply(error: HandloomError) -> Json:
    """An error of the tree as an answer."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return Json(error.as_dict(), error.status, headers)


def unexpected(error: BaseException, method: str, path: str) -> Json:
    """A full or read-only disk as what it is; else a fault of ours: logged in full, told without a stack trace."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return reply(DiskFull("the disk is full; free some space and send it again"))
    if isinstance(error, OSError) and error.errno == errno.EROFS:
        return reply(ReadOnly("the workspace is read-only; nothing of this request was stored"))
    log.error("%s %s failed", method, path, exc_info=error)
    return Json(HandloomError("something failed on the server; its log says what").as_dict(), 500)


def _field(location: tuple[Any, ...]) -> str:
    parts = [str(part) for part in location if not isinstance(part, str) or "function-" not in part]
    return (
        ".".join(parts[1:]) if len(parts) > 1 and parts[0] in ("body", "query", "path", "header") else ".".join(parts)
    )


def malformed(errors: list[Any]) -> Malformed:
    """What pydantic found, as a sentence that names the fields."""
    found = []
    for error in errors[:20]:
        if error["type"] == "json_invalid":
            found.append({"field": "body", "message": f"not JSON: {error.get('ctx', {}).get('error', error['msg'])}"})
        else:
            found.append({"field": _field(error["loc"]), "message": str(error["msg"])[:300]})
    first = found[0] if found else {"field": "", "message": "not understood"}
    return Malformed(f"{first['field'] or 'body'}: {first['message']}", errors=found)


async def _ours(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HandloomError)
    return reply(error)


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return reply(malformed(list(error.errors())))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path[:200]
    if error.status_code == 404:
        return reply(NotFound("address", f"{request.method} {path}; /api/v1/openapi.json lists them all"))
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        body = Malformed(
            f"{request.method} is not possible at {path}; possible is {allowed}", allowed=allowed
        ).as_dict()
        return Json(body, 405, {"Allow": allowed})
    if error.status_code == 413:
        return reply(TooLarge(str(error.detail)))
    body = Malformed(str(error.detail)).as_dict()
    return Json(body, error.status_code, error.headers)


def install(app: FastAPI) -> None:
    """Handlers for everything that routes raise."""
    app.add_exception_handler(HandloomError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
