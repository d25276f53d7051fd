"""Files on their way in and out, in the workspace's folder: what somebody sent, and what a job leaves for people to fetch."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..core.errors import DiskFull, NotFound, TooLarge
from ..core.ids import show
from . import contents
from .database import Store

UPLOADS, JOBS = "uploads", "jobs"
KEPT_SECONDS = 86_400.0
"""How long a file that was sent waits for somebody to import it."""
KEPT_FILES = 30 * 86_400.0
"""How long reports and exported files are kept."""
_NAME = re.compile(r"[0-9a-f]{16}")
_ABOUT, INSIDE, _PART = "about.json", "in", "part"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent. path: the file, or the folder that it was unpacked to."""

    id: str
    name: str
    size: int
    project_id: int
    path: Path


class Receiving:
    """A file that is being sent: `write` its pieces, then `keep` it; a context, which forgets what was not kept."""

    def __init__(self, store: Store, limit: int) -> None:
        self.id = secrets.token_hex(8)
        self.folder = store.folder / UPLOADS / self.id
        self.size = 0
        self._limit = limit
        self._kept = False
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Receiving:
        self.inside.mkdir(parents=True)
        self._file = self.path.open("wb")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
        if not self._kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def inside(self) -> Path:
        """Where the file lies, and what is unpacked of it."""
        return self.folder / INSIDE

    @property
    def path(self) -> Path:
        return self.inside / _PART

    def write(self, piece: bytes) -> None:
        """Raises `TooLarge` over the limit, `DiskFull`."""
        self.size += len(piece)
        if self.size > self._limit:
            words = f"a file may have {self._limit // 2**20:,} MiB (setting upload_mib); this one has more"
            raise TooLarge(words, limit=self._limit)
        assert self._file is not None
        try:
            self._file.write(piece)
        except OSError as error:
            raise _full(error) from error

    def close(self) -> None:
        """All pieces are there."""
        assert self._file is not None
        try:
            self._file.close()
        except OSError as error:
            raise _full(error) from error

    def keep(self, path: Path, *, name: str, project_id: int) -> Upload:
        """For a project. path: what is to be read, inside."""
        about = {
            "name": name,
            "size": self.size,
            "project": project_id,
            "path": path.relative_to(self.inside).as_posix(),
        }
        (self.folder / _ABOUT).write_text(json.dumps(about), "utf-8")
        self._kept = True
        return Upload(self.id, name, self.size, project_id, path)


def find(store: Store, upload_id: str) -> Upload:
    """The file of that id; raises `NotFound`."""
    folder = store.folder / UPLOADS / upload_id
    try:
        if not _NAME.fullmatch(upload_id):
            raise NotFound("upload", upload_id[:80])
        about = json.loads((folder / _ABOUT).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NotFound("upload", upload_id[:80]) from error
    return Upload(upload_id, about["name"], about["size"], about["project"], folder / INSIDE / about["path"])


def remove(store: Store, upload_id: str) -> None:
    """Forget a file; nothing when it is not there."""
    if _NAME.fullmatch(upload_id):
        shutil.rmtree(store.folder / UPLOADS / upload_id, ignore_errors=True)


def sweep(store: Store, wanted: frozenset[str], seconds: float = KEPT_SECONDS) -> None:
    """Forget files that nobody imported in time, but for those that a job still wants."""
    folder = store.folder / UPLOADS
    if not folder.is_dir():
        return
    before = time.time() - seconds
    for one in folder.iterdir():
        if one.name not in wanted and one.stat().st_mtime < before:
            shutil.rmtree(one, ignore_errors=True)


def of_job(store: Store, job_id: int) -> Path:
    """The folder of what a job leaves for people; it need not be there."""
    return store.folder / JOBS / show("job", job_id)


def clear(folder: Path) -> None:
    """Remove a folder with all that is in it; nothing when it is not there."""
    shutil.rmtree(folder, ignore_errors=True)


def forget_files(store: Store, seconds: float = KEPT_FILES) -> None:
    """Remove what jobs left for people so long ago."""
    folder = store.folder / JOBS
    before = time.time() - seconds
    for one in folder.iterdir() if folder.is_dir() else ():
        if one.stat().st_mtime < before:
            clear(one)


def forget_project(store: Store, project_id: int) -> None:
    """Remove all copies of a project's content that lie in files: what was sent, reports, exported files, profiles.

    For a privacy erase: they are made anew where they are wanted.
    """
    for one in (store.folder / UPLOADS).glob(f"*/{_ABOUT}"):
        if (read_json(one) or {}).get("project") == project_id:
            clear(one.parent)
    with store.read() as connection:
        made = contents.made_of(connection, project_id, ("import", "export", "profile"))
    for one in made:
        clear(of_job(store, one.id))
        if (one.result or {}).get("profile"):
            store.blobs.remove(one.result["profile"])


def keep_json(path: Path, value: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}")
    part.write_text(json.dumps(value), "utf-8")
    os.replace(part, path)


def read_json(path: Path) -> dict[str, Any] | None:
    """What `keep_json` kept, or None."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def pieces(path: Path, size: int = 1 << 20) -> Iterator[bytes]:
    """A file in pieces."""
    with path.open("rb") as file:
        while piece := file.read(size):
            yield piece


def _full(error: OSError) -> Exception:
    if error.errno == errno.ENOSPC:
        return DiskFull("the disk is full; nothing of the file was kept")
    return error
