"""Readers of class folders: ``cats/1.jpg`` has the label ``cats``, ``Greek/alpha/1.png`` has ``Greek/alpha``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..core.errors import BadEncoding, BadItem, EmptyInput, HandloomError, Malformed
from ..core.ids import digest
from ..core.protocols import Bad, Record
from . import images, tree

MAX_KEY = 200
MAX_TEXT_FILE = 16 * 1024 * 1024
IMAGE_SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"))
TEXT_SUFFIXES = frozenset((".txt",))


class ImageFolderReader:
    """A folder or zip of class folders of images. Options: ``task`` of the labels, ``field`` (default ``image``)."""

    name = "images"
    general = True

    def matches(self, path: Path) -> bool:
        return tree.looks_like(path, IMAGE_SUFFIXES)

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `EmptyInput` for a folder without images, `Malformed` for a zip that is none."""
        field = _field(options, "image")

        def make(line: int, name: str, data: bytes) -> Record:
            return Record(line, {field: images.as_field(data)}, key=_key(name), media={field: data})

        return _walk(path, options, _Files(IMAGE_SUFFIXES, images.MAX_BYTES, make))


class TextFolderReader:
    """A folder or zip of class folders of text files. Options: ``task`` of the labels, ``field`` (default ``text``)."""

    name = "texts"
    general = True

    def matches(self, path: Path) -> bool:
        return tree.looks_like(path, TEXT_SUFFIXES)

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `EmptyInput` for a folder without texts, `Malformed` for a zip that is none."""
        field = _field(options, "text")

        def make(line: int, name: str, data: bytes) -> Record:
            return Record(line, {field: _decoded(data, name)}, key=_key(name))

        return _walk(path, options, _Files(TEXT_SUFFIXES, MAX_TEXT_FILE, make))


@dataclass(frozen=True, slots=True)
class _Files:
    """Which files are wanted, how large they may be, and what is made of one: (line, name, bytes) -> record."""

    suffixes: frozenset[str]
    limit: int
    make: Callable[[int, str, bytes], Record]


def _walk(path: Path, options: Mapping[str, Any], files: _Files) -> Iterator[Record | Bad]:
    task = str(options.get("task") or "label")
    opened = tree.source(path)
    found = False
    try:
        plan = tree.layout(opened.entries())
        for line, entry in enumerate(opened.entries(), 1):
            found = True
            yield _placed(_one(opened, entry, line, files), plan.place(entry), task)
    finally:
        opened.close()
    if not found:
        raise EmptyInput(f"there are no files in {path.name}")


def _one(opened: tree.Source, entry: tree.Entry, line: int, files: _Files) -> Record | Bad:
    if entry.error:
        return Bad(line, entry.error)
    if tree.suffix(entry) not in files.suffixes:
        known = ", ".join(sorted(files.suffixes))
        return Bad(line, Malformed(f"{entry.name} is skipped: its name does not end in {known}"))
    try:
        return files.make(line, entry.name, opened.read(entry, files.limit))
    except HandloomError as error:
        return Bad(line, type(error)(f"{entry.name}: {error.message}", **error.details))


def _placed(record: Record | Bad, place: tuple[str | None, str | None], task: str) -> Record | Bad:
    """The same record with the label and split that its folder says."""
    if isinstance(record, Bad):
        return record
    label, split = place
    return replace(
        record,
        labels=None if label is None else {task: label},
        meta={"split": split} if split else None,
    )


def _decoded(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadEncoding(
            f"byte 0x{data[error.start]:02x} at offset {error.start} (line {line}) is not UTF-8; save it as UTF-8",
            line=line,
            offset=error.start,
        ) from error
    if not text.strip():
        raise BadItem("the file holds no text")
    return text


def _key(name: str) -> str:
    """The file's place as its key; beyond what a key may hold, its end behind a digest of the whole."""
    return name if len(name) <= MAX_KEY else f"{digest(name.encode())}/{name[-(MAX_KEY - 41) :]}"


def _field(options: Mapping[str, Any], default: str) -> str:
    fields = options.get("fields")
    return next(iter(fields), default) if isinstance(fields, Mapping) else default
