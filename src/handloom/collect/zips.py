"""Zip files of strangers: whatever is wrong with one is said in our own words."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

from ..core.errors import EmptyInput, Malformed, NotFound

DAMAGED = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError, struct.error)
"""What `zipfile` raises on damaged or hostile files, its NotImplementedError being a RuntimeError."""
_METHODS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))


def opened(path: Path) -> zipfile.ZipFile:
    """Raises `NotFound`, `EmptyInput`, and `Malformed` for what is no whole zip file."""
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise NotFound("file", path) from error
    except DAMAGED as error:
        if path.is_file() and path.stat().st_size == 0:
            raise EmptyInput(f"{path.name} is empty (0 bytes)") from error
        raise Malformed(f"{path.name} is not a zip file, or not a whole one: {error}") from error


def check(entry: zipfile.ZipInfo) -> None:
    """Raise `Malformed` for a file that cannot be unpacked here: encrypted, or packed by a rare method."""
    name = entry.filename[:200]
    if entry.flag_bits & 1:
        raise Malformed(f"{name} is encrypted; unpack the zip file first")
    if entry.compress_type not in _METHODS:
        raise Malformed(f"{name} is packed by method {entry.compress_type}; pack it with deflate, as most programs do")
