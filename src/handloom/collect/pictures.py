"""Image files beside their annotations: found by name, read, and written under a name that is free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ..core.protocols import Loss, Record
from . import images, tree
from .class_folders import IMAGE_SUFFIXES
from .parts import Parts, file_name

FIELD = "image"
NOT_FOUND = "the image file is not there; its name and size are kept"


class Pictures:
    """The images of a folder or zip by name. Memory: the names."""

    def __init__(self, source: tree.Source, entries: Iterable[tree.Entry]) -> None:
        self._source = source
        self._by_path: dict[str, tree.Entry] = {}
        self._by_name: dict[str, tree.Entry] = {}
        for entry in entries:
            if not entry.error and tree.suffix(entry) in IMAGE_SUFFIXES:
                self._by_path[entry.name] = entry
                self._by_name.setdefault(entry.parts[-1], entry)
                self._by_name.setdefault(PurePosixPath(entry.parts[-1]).stem, entry)

    def find(self, *names: str) -> tree.Entry | None:
        """The image of the first of these names that is there; a path, a file name or one without its ending."""
        for name in names:
            plain = name.replace("\\", "/").lstrip("/")
            found = self._by_path.get(plain) or self._by_name.get(PurePosixPath(plain).name)
            if found:
                return found
        return None

    def read(self, entry: tree.Entry) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Data and media of an item. Raises `BadImage`, `TooLarge`, `BadReference`."""
        content = self._source.read(entry, images.MAX_BYTES)
        return {FIELD: images.as_field(content)}, {FIELD: content}


def without_bytes(name: str, width: Any, height: Any) -> dict[str, Any]:
    """Data of an item whose image is only named."""
    image: dict[str, Any] = {"path": name}
    if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
        image |= {"width": width, "height": height}
    return {FIELD: image}


class Album:
    """A folder that images are written into, each under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def name(self, record: Record, image: Mapping[str, Any], within: str = "") -> str:
        """A name whose stem is free below ``within``: ``cat.jpg``, then ``cat-2.png``; the stem names other files too."""
        wanted = PurePosixPath(file_name(record, image))
        stem, number = wanted.stem, 1
        while f"{within}/{stem}".casefold() in self._used:
            number += 1
            stem = f"{wanted.stem}-{number}"
        self._used.add(f"{within}/{stem}".casefold())
        return stem + wanted.suffix

    def put(self, found: Parts, name: str, within: str = "") -> list[Loss]:
        """Write the image's bytes where they are known."""
        record = found.record
        content = (record.media or {}).get(found.image[0]) if found.image else None
        if content is None:
            return [Loss(record.line, "the bytes of the image are not there; only what is marked on it is written")]
        folder = self._folder / within if within else self._folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return []


def size_of(image: Mapping[str, Any]) -> tuple[int, int] | None:
    """Width and height in pixels, None where they are not known."""
    width, height = image.get("width"), image.get("height")
    return (width, height) if isinstance(width, int) and isinstance(height, int) and width > 0 < height else None
