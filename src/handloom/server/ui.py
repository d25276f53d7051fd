"""The web pages: files built once, served from the package. Every other address without a dot is the page itself."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Response
from starlette.responses import FileResponse, HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from ..core.errors import NotFound
from .errors import reply

_IMMUTABLE = "public, max-age=31536000, immutable"
_MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>handloom</title>
<body style="font-family: system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>handloom is running, without its pages</h1>
<p>This checkout has not built them yet. Run <code>make ui</code> in it and reload this page;
an installed package brings them along.</p><p>The interface for programs is at <code>/api/v1</code>.</p></body></html>
"""


class _Assets(StaticFiles):
    """Files whose names carry their digest: they never change."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["cache-control"] = _IMMUTABLE
        return response


def install(app: FastAPI, folder: Path | None = None) -> None:
    """Serve the built pages from ``folder``; by default those inside the package."""
    root = folder or Path(str(files("handloom"))) / "web"
    if (root / "assets").is_dir():
        app.mount("/assets", _Assets(directory=root / "assets"), name="assets")

    unknown = app.router.default

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        """What no route knows: not a route itself, since it would hide that an address takes another method."""
        path = scope["path"].lstrip("/")
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or path.startswith("api/"):
            await unknown(scope, receive, send)
            return
        await _page(root, path)(scope, receive, send)

    app.router.default = page


def _page(root: Path, path: str) -> Response:
    file = (root / path).resolve()
    if path and file.is_file() and file.is_relative_to(root.resolve()):
        return FileResponse(file, headers={"cache-control": "no-cache"})
    if "." in path.rsplit("/", 1)[-1]:
        return reply(NotFound("file", path[:200]))
    index = root / "index.html"
    if not index.is_file():
        return HTMLResponse(_MISSING)
    return FileResponse(index, media_type="text/html", headers={"cache-control": "no-cache"})
