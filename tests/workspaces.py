"""Empty workspaces, copied from one that is made once in a process: making one runs every migration."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

from handloom.core.clock import Clock, system
from handloom.core.roles import ROLES
from handloom.operations import access
from handloom.store import Store, Tx, people
from handloom.workspace import OWNER, Workspace


def new_store(
    folder: Path,
    url: str | None = None,
    *,
    clock: Clock = system,
    durable: bool = False,
    checkouts: str | None = None,
) -> Store:
    """What ``Store.create`` gives. url: of a PostgreSQL database that has the schema (fixture ``postgres_made``)."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(_empty(), folder, dirs_exist_ok=True)
    if url or checkouts:
        about = json.loads((folder / "workspace.json").read_text("utf-8"))
        about |= {"store": url} | ({"checkouts": checkouts} if checkouts else {})
        (folder / "workspace.json").write_text(json.dumps(about), "utf-8")
    if url:
        (folder / "handloom.sqlite").unlink()
    return Store.open(folder, clock=clock, durable=durable)


def new_workspace(folder: Path) -> Workspace:
    """What ``handloom.create`` gives: a workspace on SQLite with an owner, and the token of that owner."""
    return Workspace.open(copied(folder)[0])


def copied(folder: Path) -> tuple[Path, str]:
    """A folder that holds an empty workspace on SQLite with an owner, and the owner's token."""
    made, token = _owned()
    return shutil.copytree(made, folder, dirs_exist_ok=True), token


def owned(folder: Path, url: str) -> tuple[Path, str]:
    """The same in a PostgreSQL database that has the schema."""
    with new_store(folder, url) as store:

        def unit(tx: Tx) -> str:
            return access.new_token(tx, people.add(tx, name=OWNER, kind="person", role=ROLES[-1]).id)

        return folder, store.write(unit)


@cache
def _empty() -> Path:
    folder = _kept()
    Store.create(folder, durable=False).close()
    return folder


@cache
def _owned() -> tuple[Path, str]:
    folder = _kept()
    workspace, token = Workspace.create(folder)
    workspace.close()
    return folder, token


def _kept() -> Path:
    """A folder for as long as this process lives."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    return Path(folder) / "w"
