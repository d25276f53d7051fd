"""Bytes by content: a folder of files named by their digest.

Writing twice is harmless; a half-written file never has its name.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ..core.errors import Corrupt, NotFound
from ..core.ids import digest as digest_of

_STAMP = (1980, 1, 1, 0, 0, 0)  # a fixed time in packed folders, so that equal content has an equal digest


class Blobs:
    """``put`` returns the digest that ``get`` takes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where that content lies, whether or not it is there."""
        if len(digest) != 40 or not set(digest) <= set("0123456789abcdef"):
            raise NotFound("blob", digest[:80])
        return self.folder / digest[:2] / digest

    def has(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def put(self, content: bytes) -> str:
        """Store and return the digest; on disk when this returns."""
        digest = digest_of(content)
        path = self.path(digest)
        if path.is_file():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return digest

    def take(self, digest: str, pieces: Iterable[bytes]) -> bool:
        """Store content of a stated digest that comes in pieces; whether it is new. Raises `Corrupt` when it is another."""
        path, found = self.path(digest), hashlib.blake2b(digest_size=20)
        there = path.is_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    found.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            if found.hexdigest() != digest:
                raise Corrupt(
                    f"blob {digest} holds other content than its name says; nothing of it was stored", blob=digest
                )
            if not there:
                os.replace(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return not there

    def get(self, digest: str) -> bytes:
        """The content; raises `NotFound`, or `Corrupt` when it is not what its name says."""
        path = self.path(digest)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise NotFound("blob", digest) from None
        if digest_of(content) != digest:
            raise Corrupt(f"blob {digest} was changed on disk; restore it from a backup", blob=digest)
        return content

    def remove(self, digest: str) -> None:
        """Remove the content; nothing when it is not there. Only for what can be done without: nobody counts who uses it."""
        self.path(digest).unlink(missing_ok=True)

    def put_folder(self, folder: Path) -> str:
        """Pack a folder, same files giving the same digest."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as pack:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _STAMP)
                pack.writestr(info, path.read_bytes())
        return self.put(buffer.getvalue())

    def get_folder(self, digest: str, into: Path) -> None:
        """Unpack what `put_folder` packed; the digest vouches for the names in it."""
        with zipfile.ZipFile(io.BytesIO(self.get(digest))) as pack:
            pack.extractall(into)
