"""``handloom serve``: the server of a workspace."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..server.run import run
from .options import HERE, AsJson, Folder, TrustPython, trust
from .output import Output, verb

app = typer.Typer(add_completion=False)


@app.command()
@verb
def serve(
    workspace: Folder = Path(HERE),
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes any free one.")] = 8765,
    browser: Annotated[bool, typer.Option(help="Open the browser, logged in as the owner.")] = True,
    media_root: Annotated[
        list[Path] | None, typer.Option(help="Folder that image paths in imports may point into. May be repeated.")
    ] = None,
    trust_python: TrustPython = False,
    as_json: AsJson = False,
) -> None:
    """Serve a workspace to browsers and clients, and start a worker when there is work. Prints a login address."""
    trust(trust_python)
    stop_cleanly()
    out = Output(as_json)

    def announce(address: str, login: str) -> None:
        out.result({"workspace": str(workspace.resolve()), "address": address, "login": login})
        sys.stdout.flush()

    run(workspace, host, port, browser, media_roots=media_root or (), announce=announce)


def stop_cleanly() -> None:
    """Let SIGTERM and Ctrl-C end the process through its context managers, with exit code 0.

    The server shuts down on these signals and then raises them again, which would kill the process before the
    workspace is closed.
    """

    def stop(_number: int, _frame: Any) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
