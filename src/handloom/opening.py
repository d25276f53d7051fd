"""`handloom.open` and `handloom.create`: from a folder or an address to a handle."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .core.later import later
from .handle import Handle
from .workspace import Workspace

if TYPE_CHECKING:
    from . import client
else:
    client = later("handloom.client")  # httpx is not needed in process

TOKEN = "HANDLOOM_TOKEN"


def open(folder_or_url: Path | str, actor: str | None = None, token: str | None = None) -> Handle:
    """A workspace, as its owner unless another actor is named.

    A folder is opened in this process. An address (``http://host:port``) gives a `Client`; its token is ``token`` or
    the environment variable HANDLOOM_TOKEN, and says who acts.
    """
    if isinstance(folder_or_url, str) and folder_or_url.startswith(("http://", "https://")):
        return client.Client(folder_or_url, token or os.environ.get(TOKEN, ""))
    return Workspace.open(folder_or_url, actor=actor)


def create(folder: Path | str, store: str | None = None, owner: str = "owner") -> tuple[Workspace, str]:
    """Make a workspace: see `Workspace.create`."""
    return Workspace.create(folder, store, owner)
