"""A workspace that lives only as long as its ``with`` block: for tests, simulations and benchmarks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import loop
from ..core.clock import Clock, system
from ..core.roles import ROLES
from ..handle import ProjectHandle
from ..operations.projects import create_project
from ..store import Store, people
from ..workspace import OWNER, Workspace


def repeatable_project(
    site: Workspace, name: str, tasks: Sequence[Mapping[str, Any]], settings: Mapping[str, Any], word: str
) -> ProjectHandle:
    """A new project whose draws (its test set, its random share) follow from this word, so that it can be made again."""
    return ProjectHandle(site, create_project(site.session, name, tasks, settings, salt=word[:32]))


@contextmanager
def temporary_workspace(*, clock: Clock = system) -> Iterator[Workspace]:
    """A new workspace in a temporary folder, opened as its owner. Its store does not flush to disk, as nobody keeps it."""
    with tempfile.TemporaryDirectory(prefix="handloom-") as folder:
        store = Store.create(Path(folder) / "workspace", clock=clock, durable=False)
        try:
            loop.wire(store)
            owner = store.write(lambda tx: people.add(tx, name=OWNER, kind="person", role=ROLES[-1]))
            yield Workspace(store, owner)
        finally:
            store.close()
