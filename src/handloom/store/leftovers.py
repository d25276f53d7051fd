"""What killed processes have left of long work, seen by nobody: rows of versions and of projects that never were whole."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ..core.errors import HandloomError
from ..core.later import later
from . import projects, schema

if TYPE_CHECKING:
    from . import staging
    from .bundle import arriving
    from .database import Store
else:  # long to read, and hardly ever needed at a start
    staging = later("handloom.store.staging")
    arriving = later("handloom.store.bundle.arriving")


def sweep(store: Store) -> None:
    """Take them away. Where that fails, as on a full disk, they stay until the next start: nobody sees them."""
    versions = sa.select(schema.commit_.c.id).where(schema.commit_.c.branch_id < 0).limit(1)
    with contextlib.suppress(HandloomError):
        with store.read() as connection:
            version = connection.execute(versions).first()
            project = projects.arriving(connection)
        if version is not None:
            staging.sweep(store)
        if project:
            arriving.sweep(store)
