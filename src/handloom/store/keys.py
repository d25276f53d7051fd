"""Secrets of connections to the outside: derived when they are used, stored nowhere.

The workspace's key is 32 random bytes in ``secret.key`` in its folder, readable by its owner alone. The secret of a
connection is HMAC-SHA256(key, purpose and salt), so the database, its backups and every export hold salts only. Workers
on other hosts need the same file.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from ..core.errors import Corrupt

FILE = "secret.key"
_SIZE = 32


def workspace_key(folder: Path) -> bytes:
    """The key of the workspace in this folder, made when it is first asked for. Raises `Corrupt`."""
    path = folder / FILE
    if not path.exists():
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".key-")  # readable by its owner alone
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_SIZE))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first: its key holds
                os.link(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    key = path.read_bytes()
    if len(key) != _SIZE:
        raise Corrupt(f"{path} holds {len(key)} bytes instead of {_SIZE}; restore it from a backup")
    return key


def secret(folder: Path, purpose: str, salt: str) -> bytes:
    """32 bytes for one connection. purpose: ``workforce`` or ``webhook``; salt: of its row; a new salt is a new secret."""
    return hmac.new(workspace_key(folder), f"{purpose}:{salt}".encode(), hashlib.sha256).digest()


def new_salt() -> str:
    """A salt for a new connection, or for a new secret of an old one."""
    return secrets.token_hex(16)
