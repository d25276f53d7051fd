"""A project as one file: out for its owners, in for owners of the workspace."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import BadReference, TooLarge
from ..core.ids import show
from ..core.later import later
from ..store.bundle.progress import Step, nowhere
from .session import Session, in_project

if TYPE_CHECKING:
    from ..store.bundle import arriving, container, reading, writing
else:  # a server that moves no project need not read them
    arriving, container = later("handloom.store.bundle.arriving"), later("handloom.store.bundle.container")
    reading, writing = later("handloom.store.bundle.reading"), later("handloom.store.bundle.writing")

MEDIA_TYPE = "application/zip"
MAX_UPLOAD = 4 * 1024**3
"""Bytes of a bundle that comes as an upload; a larger one is read from a path on the server."""
BLOCK = 1024 * 1024


@in_project
def export(session: Session, project: str, step: Step = nowhere) -> Iterator[bytes]:
    """Pieces of the project's bundle, as one moment of the workspace saw it."""
    session.require("export_bundle")
    return writing.pieces(session.store, session.case(project).project.id, version("handloom"), step)


@in_project
def spooled(session: Session, project: str) -> Iterator[bytes]:
    """The same by way of a file: a slow reader must not keep the database from tidying up behind it."""
    pieces = export(session, project)
    file = tempfile.TemporaryFile(dir=_scratch(session))  # noqa: SIM115  # closed by the reader, below
    try:
        for piece in pieces:
            file.write(piece)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return _read(file)


def _read(file: Any) -> Iterator[bytes]:
    with file:
        while piece := file.read(BLOCK):
            yield piece


def file_name(session: Session, project: str) -> str:
    """A name for the download, of plain letters only."""
    name = session.within(project).case(project).project.name
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in name) + ".bundle"


def bring(session: Session, path: Path, name: str | None = None, step: Step = nowhere) -> dict[str, Any]:
    """Import a bundle as a new project; what came, who is known here and who has to be let in."""
    session.require("import_bundle")

    found = reading.bring(session.store, path, session.actor.id, name, step, session.site.make_way)
    session.site.forget()
    return {
        "project": {"id": show("project", found.project_id), "name": found.name},
        "rows": dict(found.rows),
        "blobs": found.blobs,
        "missing_blobs": list(found.missing),
        "matched": list(found.matched),
        "added": list(found.added),
    }


def bring_from(session: Session, path: str, name: str | None = None) -> dict[str, Any]:
    """Import a bundle that lies on the server, below a folder that it was started with."""
    session.require("import_bundle")
    return bring(session, _allowed(session, path), name)


def _allowed(session: Session, path: str) -> Path:
    roots = session.site.media_roots
    if roots is None:
        return Path(path)
    if "\0" in path:
        raise BadReference("a path holds no NUL character")
    for root in roots:
        base = root.resolve()
        try:
            found = (
                base / path
            ).resolve()  # follows links and '..', so what is compared is the file that would be read
            if found.is_relative_to(base) and found.is_file():
                return found
        except OSError as error:  # among others a name that is longer than file names may be
            raise BadReference(f"{path[:200]!r} cannot be read: {error.strerror}") from error
    raise BadReference(f"{path[:200]!r} is no file below the folders that the server was started with (--media-root)")


class Upload:
    """A bundle that arrives piece by piece; `bring` it, and close it whatever happens."""

    def __init__(self, session: Session) -> None:
        session.require("import_bundle")
        self._session = session
        self._folder = Path(tempfile.mkdtemp(dir=_scratch(session)))
        self._file = (self._folder / "upload.bundle").open("wb")
        self._size = 0

    def feed(self, piece: bytes) -> None:
        """More bytes; raises `TooLarge`."""
        self._size += len(piece)
        if self._size > MAX_UPLOAD:
            raise TooLarge(
                f"a bundle is uploaded up to {MAX_UPLOAD // 1024**3} GiB; put a larger one below a folder of the server "
                "and import it from there",
                limit=MAX_UPLOAD,
            )
        self._file.write(piece)

    def bring(self, name: str | None) -> dict[str, Any]:
        """Import what has come."""
        self._file.close()
        return bring(self._session, self._folder / "upload.bundle", name)

    def close(self) -> None:
        """Remove what came."""
        self._file.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _scratch(session: Session) -> Path:
    session.store.cache.mkdir(exist_ok=True)
    return session.store.cache


def inspect(path: Path) -> Mapping[str, Any]:
    """What a bundle says of itself, from its directory and manifest; its rows are not read."""
    with container.Bundle(path) as bundle:
        manifest = bundle.manifest
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "project": manifest["project"]["name"],
        "exported": manifest.get("exported"),
        "handloom": manifest.get("handloom"),
        "schema": manifest["schema"],
        "rows": {name: about["rows"] for name, about in manifest["tables"].items() if about["rows"]},
        "blobs": dict(manifest["blobs"]),
        "missing_blobs": list(manifest.get("missing", ())),
    }
