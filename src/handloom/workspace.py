"""A workspace in this process: the store, who acts, and the operations as methods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from . import loop
from .core import ids
from .core.errors import NotAWorkspace
from .core.roles import ROLES
from .handle import Handle
from .operations import access, blobs, bundles, checkout, dispatch, events, export, imports, sending, uploads
from .operations.people import checked_name
from .operations.session import Session, Site
from .store import Store, people
from .store.uploads import pieces

OWNER = "owner"


class Workspace(Handle):
    """An open workspace and an actor at work in it. Close it, or use it as a context manager."""

    def __init__(self, store: Store, actor: people.Actor, site: Site | None = None) -> None:
        self.store = store
        self.actor = actor
        self.site = site or Site(store)

    @classmethod
    def create(
        cls, folder: Path | str, store: str | None = None, owner: str = OWNER, *, checkouts: str | None = None
    ) -> tuple[Workspace, str]:
        """Make a workspace in a new or empty folder: the workspace, and the token of its owner, shown this once.

        store: None for SQLite in the folder, or ``postgresql://user:password@host/database``. checkouts: address of an object
        store for versions as Parquet files, as ``s3://bucket/folder``; None for the folder.
        """
        owner = checked_name(owner)
        opened = Store.create(Path(folder), store, checkouts=checkouts)
        loop.wire(opened)

        def unit(tx: Any) -> tuple[people.Actor, str]:
            new = people.add(tx, name=owner, kind="person", role=ROLES[-1])
            return new, access.new_token(tx, new.id)

        actor, token = opened.write(unit)
        return cls(opened, actor), token

    @classmethod
    def open(cls, folder: Path | str, *, actor: str | None = None, serving: bool = False) -> Workspace:
        """Open a workspace as its owner, or as the actor of that name or id. ``serving`` keeps a second server out."""
        store = Store.open(Path(folder), serving=serving)
        try:
            loop.wire(store)
            return cls(store, _actor(store, actor))
        except BaseException:
            store.close()
            raise

    def acting(self, actor: str) -> Workspace:
        """The same workspace with another actor at work; close only the first."""
        return Workspace(self.store, _actor(self.store, actor), self.site)

    @property
    def session(self) -> Session:
        """The first argument of every operation."""
        return Session(self.site, self.actor)

    def close(self) -> None:
        """Finish what waits and let go of files and connections."""
        self.store.close()

    def _call(self, operation: str, /, **arguments: Any) -> Any:
        return dispatch.run(self.session, operation, arguments)

    def _add_items(self, project: str, lines: Iterable[Mapping[str, Any]], chunk: int) -> dict[str, Any]:
        return imports.add_items(self.session, project, lines, chunk)

    def _add_media(
        self, project: str, files: Iterable[tuple[str, bytes]], labels: Mapping[str, Any] | None, task: str | None
    ) -> dict[str, Any]:
        return imports.add_media(self.session, project, files, labels, task)

    def _export(self, project: str, what: str, form: str, task: str | None) -> Iterator[bytes]:
        return export.export(self.session, project, what, form, task)

    def _upload(self, project: str, file: Path, name: str, task: str | None) -> dict[str, Any]:
        with uploads.receiving(self.session, project, name) as receiving:
            for piece in pieces(file):
                receiving.write(piece)
            return uploads.received(self.session, project, name, receiving, task)

    def _fetch(self, job: str) -> Iterator[bytes]:
        return sending.exported(self.session, job)[1]

    def _export_commit(self, commit: str, form: str) -> Iterator[bytes]:
        return checkout.checkout(self.session, commit, form)

    def _export_bundle(self, project: str) -> Iterator[bytes]:
        return bundles.export(self.session, project)

    def _import_bundle(self, file: Path, name: str | None) -> dict[str, Any]:
        return bundles.bring(self.session, file, name)

    def _events(self, since: int, follow: bool) -> Iterator[dict[str, Any]]:
        return events.follow(self.session, since) if follow else events.all_since(self.session, since)

    def _blob(self, digest: str) -> bytes:
        return blobs.blob(self.session, digest)[0]


def _actor(store: Store, ref: str | None) -> people.Actor:
    with store.read() as connection:
        if ref is None:
            found = people.owner(connection)
            if found is None:
                raise NotAWorkspace(f"{store.folder} has no active owner; restore it from a backup")
            return found
        named = people.named(connection, ref)
        return named or people.find(connection, ids.parse("actor", ref))
