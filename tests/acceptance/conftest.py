"""A real server on a real port, its workspace in this process, and people who are logged in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from handloom import loop
from handloom.server import create_app
from handloom.server.run import bound
from handloom.store import Store, people
from handloom.workspace import Workspace

from ..conftest import TestClock
from ..workspaces import copied, owned

TASK = {"name": "mail", "kind": "text_class@1", "labels": ["ham", "spam"]}
QUIET = {"auto": False, "test_share": 0.0}


class _Server(uvicorn.Server):
    """Says when it listens, so that no test has to wait a guessed time."""

    def __init__(self, config: uvicorn.Config, listening: threading.Event) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._listening.set()


@dataclass
class Site:
    """A served workspace. owner: a client with the owner's token."""

    workspace: Workspace
    url: str
    owner: httpx.Client
    clock: TestClock
    connect: Callable[..., httpx.Client]
    app: Any = None

    def person(self, name: str, role: str = "annotator") -> httpx.Client:
        """A client with the token of a new actor."""
        made = self.owner.post("/actors", json={"name": name, "role": role})
        assert made.status_code == 201, made.text
        client = self.connect(made.json()["token"])
        client.headers["x-test-actor"] = made.json()["actor"]["id"]
        return client

    def project(self, name: str = "mail", items: int = 0, **settings: Any) -> str:
        """A new project whose loop does nothing by itself, with so many items; its id."""
        made = self.owner.post("/projects", json={"name": name, "tasks": [TASK], "settings": QUIET | settings})
        assert made.status_code == 201, made.text
        project = made.json()["id"]
        if items:
            lines = "\n".join(f'{{"key": "k{n}", "data": {{"text": "message number {n}"}}}}' for n in range(items))
            added = self.owner.post(f"/projects/{project}/items", content=lines)
            assert added.json()["added"] == items, added.text
        return project

    def ask(self, project: str, n: int, **fields: Any) -> int:
        """Ask so many questions at random; how many there are."""
        made = self.owner.post(f"/projects/{project}/ask", json={"n": n, "strategy": "random", **fields})
        assert made.status_code == 201, made.text
        return made.json()["questions"]


def _opened(folder: Path, clock: TestClock) -> Workspace:
    store = Store.open(folder, clock=clock, durable=False)
    loop.wire(store)
    with store.read() as connection:
        owner = people.owner(connection)
    assert owner is not None
    return Workspace(store, owner)


def _served(workspace: Workspace, token: str, clock: TestClock) -> Iterator[Site]:
    app = create_app(workspace)
    listening, socket = threading.Event(), bound("127.0.0.1", 0)
    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", ws="none")
    server = _Server(config, listening)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    assert listening.wait(20)
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    clients: list[httpx.Client] = []

    def connect(bearer: str | None = None, **options: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        client = httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60, **options)
        clients.append(client)
        return client

    try:
        yield Site(workspace, url, connect(token), clock, connect, app)
    finally:
        for client in clients:
            client.close()
        app.state.stopping.set()
        server.should_exit = True
        thread.join(20)
        socket.close()
        workspace.close()


@pytest.fixture
def site(tmp_path: Path, clock: TestClock) -> Iterator[Site]:
    """A served workspace on SQLite."""
    folder, token = copied(tmp_path / "workspace")
    yield from _served(_opened(folder, clock), token, clock)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_site(request: pytest.FixtureRequest, tmp_path: Path, clock: TestClock) -> Iterator[Site]:
    """A served workspace, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        folder, token = copied(tmp_path / "workspace")
    else:
        folder, token = owned(tmp_path / "workspace", request.getfixturevalue("postgres_made"))
    yield from _served(_opened(folder, clock), token, clock)
