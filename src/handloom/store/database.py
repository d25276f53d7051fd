"""Opens a workspace: its database (SQLite in the folder, or PostgreSQL by URL), its blobs, its cache, its lock."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.exc import DBAPIError

from ..core.clock import Clock, system
from ..core.errors import Corrupt, DiskFull, NotAWorkspace, ReadOnly, Unavailable, WorkspaceTooNew
from ..core.later import later
from . import schema
from .blobs import Blobs
from .lock import FolderLock
from .schema.base import HEAD
from .writer import Hooks, Tx, Writer, explain

if TYPE_CHECKING:
    from . import migrations
else:
    migrations = later("handloom.store.migrations")  # Alembic takes 0.2 s to read and is needed when the schema moves

T = TypeVar("T")
_FILE = "workspace.json"


class Store:
    """A workspace's memory. `create` or `open` it; `read` and `write` it; `close` it."""

    def __init__(self, folder: Path, url: str, *, clock: Clock, durable: bool = True) -> None:
        self.folder = folder
        self.url = url
        self.clock = clock
        self.blobs = Blobs(folder / "blobs")
        self.cache = folder / "cache"
        self.checkouts: str | None = None
        self.on_commit: list[Callable[[], None]] = []
        self.hooks = Hooks()
        self._lock: FolderLock | None = None
        self._readers = _engine(url, durable=durable, writing=False)
        self._writing = _engine(url, durable=durable, writing=True)
        self.dialect: str = self._readers.dialect.name
        self._writer = Writer(self._writing, clock, self.hooks, self.on_commit)

    @classmethod
    def create(
        cls,
        folder: Path,
        url: str | None = None,
        *,
        clock: Clock = system,
        durable: bool = True,
        checkouts: str | None = None,
    ) -> Store:
        """Make a workspace in an empty or new folder. ``durable=False`` does not flush to disk: for throw-away ones.

        checkouts: address of an object store that keeps checkouts of versions; None: the folder.
        """
        folder = Path(folder)
        address = _address(folder, url)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if (folder / _FILE).exists():
                raise NotAWorkspace(f"{folder} already holds a workspace; open it, or choose another folder")
            (folder / "blobs").mkdir(exist_ok=True)
            (folder / "cache").mkdir(exist_ok=True)
        except PermissionError as error:
            raise ReadOnly(f"{folder} cannot be written to: {error.strerror}") from error
        except (FileExistsError, NotADirectoryError) as error:
            raise NotAWorkspace(f"{folder} is not a folder") from error
        with _reached(folder):
            migrations.upgrade(address)
        _write_private(folder / _FILE, json.dumps(_about(url, checkouts)))
        made = cls(folder, address, clock=clock, durable=durable)
        made.checkouts = checkouts
        return cls._started(made)

    @classmethod
    def open(cls, folder: Path, *, serving: bool = False, clock: Clock = system, durable: bool = True) -> Store:
        """Open a workspace; ``serving`` takes the lock that keeps a second server out."""
        folder = Path(folder)
        try:
            settings = json.loads((folder / _FILE).read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise NotAWorkspace(
                f"there is no workspace in {folder}; make one with: handloom init --workspace {folder}"
            ) from None
        except (ValueError, UnicodeDecodeError) as error:
            raise NotAWorkspace(f"{folder / _FILE} is damaged: {error}") from error
        if not isinstance(settings, dict):
            raise NotAWorkspace(f"{folder / _FILE} is damaged: it holds no object")
        if settings.get("format") != 1:
            raise WorkspaceTooNew(
                f"{folder} has format {settings.get('format')}, this handloom knows 1; install a newer handloom"
            )
        if not os.access(folder, os.W_OK):
            raise ReadOnly(f"{folder} cannot be written to; handloom needs to write its log there")
        store = cls(folder, _address(folder, settings.get("store")), clock=clock, durable=durable)
        store.checkouts = settings.get("checkouts")
        try:
            store._lock = FolderLock(folder / "serve.lock").take() if serving else None
            with _reached(folder):
                store._migrate()
        except BaseException:
            store.close()
            raise
        cls._started(store)
        return store

    @classmethod
    def _started(cls, store: Store) -> Store:
        store._writer.start()
        return store

    def _migrate(self) -> None:
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                raise NotAWorkspace(f"the database of {self.folder} is empty; restore it from a backup")
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        if found == HEAD:
            return
        if found not in migrations.known():
            raise WorkspaceTooNew(
                f"{self.folder} was made by a newer handloom (schema {found}, this one knows up to {HEAD}); "
                "install that version or a later one. Nothing was changed"
            )
        migrations.upgrade(self.url, backup_into=self.folder / "backups")

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that sees one moment of the workspace. Never write with it."""
        try:
            with self._readers.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise explain(error) from error

    def write(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit in the writer's transaction and wait until it is on disk."""
        return self._writer.submit(unit).result()

    def submit(self, unit: Callable[[Tx], T]) -> Future[T]:
        """Like `write`, without waiting."""
        return self._writer.submit(unit)

    def newest(self) -> int:
        """Number of the newest event, 0 when there is none."""
        with self.read() as connection:
            return connection.execute(_NEWEST).scalar() or 0

    def close(self) -> None:
        """Finish what waits and let go of files and connections. May be called twice."""
        self._writer.close()
        self._writing.dispose()
        self._readers.dispose()
        if self._lock:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_NEWEST = sa.select(sa.func.max(schema.event.c.seq))


@contextlib.contextmanager
def _reached(folder: Path) -> Iterator[None]:
    """Says what is wrong with a database that cannot be opened."""
    try:
        yield
    except DBAPIError as error:
        found = str(error.orig).strip().splitlines()[0]
        if "not a database" in found or "malformed" in found:
            raise Corrupt(f"the database of {folder} is damaged ({found}); restore it from a backup") from error
        known = explain(error)
        if not isinstance(known, DiskFull | ReadOnly):
            known = Unavailable(f"the database of {folder} cannot be opened: {found}")
        raise known from error


def _address(folder: Path, url: str | None) -> str:
    if url is None:
        return f"sqlite:///{folder / 'handloom.sqlite'}"
    if url.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise NotAWorkspace("a store is SQLite in the folder (no URL) or postgresql://user:password@host/database")


def _about(url: str | None, checkouts: str | None) -> dict[str, Any]:
    return {"format": 1, "store": url, **({} if checkouts is None else {"checkouts": checkouts})}


def _write_private(path: Path, text: str) -> None:
    """The URL of a database holds a password, so nobody else may read the file."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _engine(url: str, *, durable: bool, writing: bool) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(
            url, pool_size=1 if writing else 8, max_overflow=0 if writing else 24, pool_pre_ping=True
        )
    engine = sa.create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": 0 if writing else 30},
        pool_size=1 if writing else 8,
        max_overflow=0 if writing else 40,
    )

    @sa_event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'OFF'}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
            "busy_timeout=0" if writing else "busy_timeout=30000",
        ):
            _pragma(connection, pragma)

    @sa_event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _pragma(connection: Any, pragma: str) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()
