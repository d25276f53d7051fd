"""Starts the server of a workspace, says how to log in, and stops cleanly."""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..core.errors import Unavailable
from ..loop import durable
from ..operations import access
from ..outside import oidc
from ..workspace import Workspace
from .app import create_app
from .gate import LOOPBACK
from .runner import Runner

_LOOPBACK_ADDRESSES = frozenset(("127.0.0.1", "localhost", "::1"))
GRACE_SECONDS = 5
MAX_HEAD = 256 * 1024
SWITCH_SECONDS = 0.0005
"""How long one thread may compute while another waits: an import beside it must not make an answer wait its 5 ms turns."""


class _Server(uvicorn.Server):
    """Ends the event streams when it is told to stop; they would otherwise keep it waiting."""

    def __init__(self, config: uvicorn.Config, stopping: threading.Event, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._ready = ready

    def handle_exit(self, sig: int, frame: object) -> None:
        """The first signal ends it in order, with exit status 0; a second one at once."""
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True
        self._stopping.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


class _Protocol(HttpToolsProtocol):
    """Ends a connection whose request line and headers do not end: nobody is logged in yet, so nothing else bounds them."""

    _head = -1  # bytes of an unfinished head so far, -1 after its end

    def data_received(self, data: bytes) -> None:
        if self._head >= 0:
            self._head += len(data)
            if self._head > MAX_HEAD:
                self.send_400_response(f"The headers of a request have at most {MAX_HEAD} bytes.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head = -1
        super().on_headers_complete()


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises `Unavailable` when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, since asyncio sends without delay (TCP_NODELAY) only on sockets that say they are TCP.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(512)
    except OSError as error:
        opened.close()
        raise Unavailable(f"{host}:{port} cannot be used: {error.strerror}; choose another port") from error
    return opened


def _nobody(_address: str, _login: str) -> None:
    """Nobody else wants to know where the server is."""


def run(
    workspace_folder: Path | str,
    host: str = "127.0.0.1",
    port: int = 8765,
    open_browser: bool = True,
    *,
    media_roots: Sequence[Path | str] = (),
    announce: Callable[[str, str], None] = _nobody,
) -> None:
    """Serve a workspace until SIGTERM or SIGINT. Prints a one-time login address of the owner to stderr.

    media_roots: folders that image paths in imports may point into. announce: told the address and the login address.
    Raises `WorkspaceLocked` when it is served already, `Unavailable` when the port is taken, `MissingExtra` where people are to
    sign in with a provider and what that needs is not installed.
    """
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(contextlib.closing(bound(host, port)))
        workspace = stack.enter_context(Workspace.open(workspace_folder, serving=True))
        workspace.site.media_roots = tuple(Path(root) for root in media_roots)
        runner = stack.enter_context(Runner(workspace.store))
        workspace.site.nudge = runner.nudge
        workspace.site.executor = durable
        sign_in = oidc.settings(workspace.store.folder, os.environ)
        if sign_in is not None:
            oidc.require_library()
        app = create_app(workspace, hosts=LOOPBACK if host in _LOOPBACK_ADDRESSES else None, sign_in=sign_in)
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else shown}:{listening.getsockname()[1]}"

        def ready() -> None:
            path = access.login_path(workspace.store, workspace.actor.id)["path"]
            print(f"handloom serves {workspace.store.folder} at {address}", file=sys.stderr)
            print(f"log in once, within 15 minutes: {address}{path}", file=sys.stderr, flush=True)
            announce(address, address + path)
            if open_browser:
                threading.Thread(target=webbrowser.open, args=(address + path,), daemon=True).start()

        sys.setswitchinterval(SWITCH_SECONDS)
        gc.freeze()  # what is here now stays; a full collection would look at it again and again, in the middle of answers
        _serve(app, listening, ready)


def _serve(app: FastAPI, listening: socket.socket, ready: Callable[[], None]) -> None:
    config = uvicorn.Config(
        app,
        http=_Protocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
        limit_concurrency=None,
        backlog=512,
    )
    _Server(config, app.state.stopping, ready).run(sockets=[listening])
