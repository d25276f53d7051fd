"""Folders and zip files of class folders, walked the same way: one entry per file, its folder being its label."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from ..core.errors import BadReference, EmptyInput, HandloomError, Malformed, NotFound, TooLarge
from . import zips
from .guessing import SPLIT_NAMES

_IGNORED = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini"))
_GUESSED_AFTER = 200
"""Files looked at to tell what kind of folder this is."""
_LOOKED_AT = 1000
"""The same where a tool keeps pictures before what it says of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its place below the root, or the reason why it may not be read. raw: its name inside a zip."""

    parts: tuple[str, ...]
    error: HandloomError | None = None
    raw: str = ""

    @property
    def name(self) -> str:
        return "/".join(self.parts)


class Source(Protocol):
    """A folder or a zip file."""

    def entries(self) -> Iterator[Entry]: ...

    def read(self, entry: Entry, limit: int) -> bytes: ...

    def close(self) -> None: ...


class Folder:
    """Files below a folder, in the order of their names; links that lead out of it are refused."""

    def __init__(self, root: Path) -> None:
        if not root.exists():
            raise NotFound("folder", root)
        self._root = root.resolve()

    def entries(self) -> Iterator[Entry]:
        for folder, folders, files in os.walk(self._root, followlinks=False):
            folders[:] = sorted(f for f in folders if not _hidden(f))
            parts = Path(folder).relative_to(self._root).parts
            for name in sorted(f for f in files if not _hidden(f)):
                yield self._entry((*parts, name))

    def _entry(self, parts: tuple[str, ...]) -> Entry:
        path = self._root.joinpath(*parts)
        if path.is_symlink() and not path.resolve().is_relative_to(self._root):
            return Entry(
                parts, BadReference(f"{'/'.join(parts)} is a link to a file outside the folder; it is not followed")
            )
        return Entry(parts)

    def read(self, entry: Entry, limit: int) -> bytes:
        try:
            with self._root.joinpath(*entry.parts).open("rb") as file:
                return _bounded(file.read(limit + 1), entry, limit)
        except OSError as error:
            raise BadReference(f"{entry.name} cannot be read: {error.strerror}") from error

    def close(self) -> None:
        """Nothing is held open."""


class Zip:
    """Files inside a zip, read in memory one at a time; nothing is unpacked to disk."""

    def __init__(self, path: Path) -> None:
        self._zip = zips.opened(path)

    def entries(self) -> Iterator[Entry]:
        for name in self._zip.namelist():
            parts = PurePosixPath(name.replace("\\", "/")).parts
            if name.endswith("/") or any(_hidden(p) for p in parts if p != ".."):
                continue
            if ".." in parts or parts[0] == "/" or ":" in parts[0]:
                yield Entry(
                    tuple(name.split("/")), BadReference(f"{name[:200]!r} leads out of the zip file; it is skipped")
                )
            else:
                yield Entry(parts, raw=name)

    def read(self, entry: Entry, limit: int) -> bytes:
        info = self._zip.getinfo(entry.raw)
        zips.check(info)
        try:
            with self._zip.open(info) as file:
                return _bounded(file.read(limit + 1), entry, limit)
        except zips.DAMAGED as error:
            raise Malformed(f"{entry.name} is damaged inside the zip file: {error}") from error

    def close(self) -> None:
        self._zip.close()


def source(path: Path) -> Source:
    """The folder or zip at this path. Raises `NotFound`, `Malformed`, `EmptyInput`."""
    return Zip(path) if path.suffix.lower() == ".zip" else Folder(path)


@dataclass(frozen=True, slots=True)
class Layout:
    """How folders stand for labels: how many leading ones are packing, and whether the next level is the split."""

    skip: int
    split: bool

    def place(self, entry: Entry) -> tuple[str | None, str | None]:
        """Label and split of an entry: ``Greek/alpha`` for nested folders, None at the top."""
        folders = list(entry.parts[self.skip : -1])
        split = folders.pop(0) if self.split and folders else None
        return "/".join(folders) or None, split


def layout(files: Iterator[Entry]) -> Layout:
    """Looks at every name once, in constant memory. One top folder around all others is packing, not a label."""
    common: tuple[str, ...] | None = None
    tops: set[str] = set()
    seconds: set[str] = set()
    depth = 0
    for entry in files:
        if entry.error:
            continue
        folders = entry.parts[:-1]
        common = folders if common is None else _shared(common, folders)
        depth = max(depth, len(folders))
        if len(tops) < 100:
            tops.update(folders[:1])
            seconds.update(folders[1:2])
    skip = len(common or ())
    if skip and depth == skip:
        skip -= 1
    level = (tops, seconds)[skip] if skip < 2 else set()
    split = bool(level) and depth >= skip + 2 and all(name.casefold() in SPLIT_NAMES for name in level)
    return Layout(skip, split)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return tuple(pair[0] for pair in same)


def recognised(path: Path, look: Callable[[Source, Sequence[Entry]], bool]) -> bool:
    """Whether ``look`` knows a folder or archive by its first entries; what cannot be opened or read is not known."""
    if not path.is_dir() and path.suffix.lower() != ".zip":
        return False
    try:
        opened = source(path)
    except HandloomError:
        return False
    try:
        return look(opened, list(itertools.islice(opened.entries(), _LOOKED_AT)))
    except HandloomError:
        return False
    finally:
        opened.close()


def looks_like(path: Path, suffixes: frozenset[str]) -> bool:
    """Whether most of the first files below this folder or zip have one of these suffixes."""
    if not path.is_dir() and path.suffix.lower() != ".zip":
        return False
    try:
        opened = source(path)
    except HandloomError:
        return False
    try:
        first = list(itertools.islice(opened.entries(), _GUESSED_AFTER))
    finally:
        opened.close()
    return bool(first) and sum(suffix(e) in suffixes for e in first) * 2 > len(first)


def check_not_empty(path: Path) -> None:
    """Raise what is wrong with a folder or zip that no reader wanted: `EmptyInput`, or `Malformed` for a broken zip."""
    if not path.is_dir() and path.suffix.lower() != ".zip":
        return
    opened = source(path)
    try:
        if next(opened.entries(), None) is None:
            raise EmptyInput(f"there are no files in {path.name}")
    finally:
        opened.close()


def suffix(entry: Entry) -> str:
    """``.png`` of the file's name, in lower case."""
    return PurePosixPath(entry.parts[-1]).suffix.lower()


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in _IGNORED


def _bounded(data: bytes, entry: Entry, limit: int) -> bytes:
    if len(data) > limit:
        raise TooLarge(f"{entry.name} is larger than {limit // 2**20} MiB", limit=limit)
    return data
