"""A lock on a folder that the operating system lets go of when its owner dies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from ..core.errors import ReadOnly, WorkspaceLocked

try:
    import fcntl

    def _try(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

except ImportError:  # Windows
    import msvcrt

    def _try(file: IO[str]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True


class FolderLock:
    """At most one holder among all processes of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> FolderLock:
        """Hold it, or raise `WorkspaceLocked` naming the process that does."""
        try:
            file = self._path.open("a+", encoding="ascii")
        except PermissionError as error:
            raise ReadOnly(f"{self._path.parent} cannot be written to: {error.strerror}") from error
        if not _try(file):
            file.seek(0)
            owner = file.read(20).strip() or "unknown"
            file.close()
            raise WorkspaceLocked(
                f"{self._path.parent} is already served by process {owner}; stop it, or use its address", process=owner
            )
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return self

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two holders in."""
        if self._file:
            self._file.close()
            self._file = None
