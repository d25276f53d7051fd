"""Zips of what readers know only as a folder or a file: unpacked for as long as they are read."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from . import arrivals, coco, zips
from .class_folders import IMAGE_SUFFIXES, TEXT_SUFFIXES
from .huggingface import MARKS
from .json_stream import HEAD

LIMIT = 64 * 1024**3
"""Bytes that a zip on one's own disk may become."""
_PACKING = frozenset(("__MACOSX",))


@contextmanager
def laid_out(path: Path) -> Iterator[Path]:
    """The path itself, or the folder or file that a zip there was unpacked to, which is gone afterwards.

    Unpacked are zips of one file, of COCO, and of what `datasets` saves; others are read as they lie. Raises as
    `arrivals.unpacked`.
    """
    if path.suffix.lower() != ".zip" or not path.is_file() or not _needs_it(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="handloom-") as folder:
        yield arrivals.unpacked(path, Path(folder), LIMIT)


def _needs_it(path: Path) -> bool:
    with zips.opened(path) as pack:
        files = [entry for entry in pack.infolist() if not entry.is_dir()]
        names = {entry.filename: PurePosixPath(entry.filename) for entry in files}
        shown = [entry for entry in files if not _hidden(names[entry.filename])]
        if len(shown) == 1:
            return names[shown[0].filename].suffix.lower() not in IMAGE_SUFFIXES | TEXT_SUFFIXES
        if any(names[entry.filename].name in MARKS for entry in shown):
            return True
        return any(_is_coco(pack, entry) for entry in shown if entry.filename.lower().endswith(".json"))


def _hidden(name: PurePosixPath) -> bool:
    return any(part.startswith(".") or part in _PACKING for part in name.parts)


def _is_coco(pack: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    zips.check(entry)
    try:
        with pack.open(entry) as file:
            return coco.is_coco(file.read(HEAD).decode("utf-8", "replace"))
    except zips.DAMAGED:
        return False
