"""Class folders: a file per item in the folder of its label, below its split where it has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import BadItem, Refused
from ..core.protocols import Loss, Record
from .out import left_out
from .parts import Parts, needed_image, needed_text, one_of, parts
from .pictures import Album

_UNSAFE = re.compile(r'[\\:*?"<>|\x00-\x1f]')
_NONE = "unlabelled"


class ImageFolderWriter:
    """``LABEL/NAME.png``, or ``SPLIT/LABEL/NAME.png``; a label with a slash is a folder in a folder."""

    name = "images"
    suffix = ""

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        def content(found: Parts) -> tuple[bytes, Mapping[str, Any]]:
            image = needed_image(found, "a folder of images")
            data = (found.record.media or {}).get(found.image[0] if found.image else "")
            if data is None:
                raise BadItem("the bytes of the image are not there")
            return data, image

        return _files(records, path, content, "a folder of images")


class TextFolderWriter:
    """``LABEL/NAME.txt``, or ``SPLIT/LABEL/NAME.txt``."""

    name = "texts"
    suffix = ""

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        def content(found: Parts) -> tuple[bytes, Mapping[str, Any]]:
            return needed_text(found, "a folder of texts").encode(), {"path": f"{found.record.line}.txt"}

        return _files(records, path, content, "a folder of texts")


def _files(
    records: Iterable[Record], path: Path, content: Callable[[Parts], tuple[bytes, Mapping[str, Any]]], form: str
) -> Iterator[Loss]:
    album = Album(path)
    path.mkdir(parents=True, exist_ok=True)
    for record in records:
        try:
            found = parts(record)
            data, told = content(found)
            choice, losses = one_of(found.choices, form, "choice", record.line)
            yield from (*losses, *found.lost(form, keeps=frozenset(("key", "choice", "split"))))
            if choice and len(choice) > 1:
                raise BadItem(f"{form} has room for one label per item; this has {len(choice)}")
            split = str((record.meta or {}).get("split") or "")
            folder = "/".join([*_plain(split), *_plain(choice[0] if choice else _NONE)])
            name = album.name(record, told, folder)
            if form.endswith("texts") and not name.endswith(".txt"):
                name += ".txt"
            (path / folder).mkdir(parents=True, exist_ok=True)
            (path / folder / name).write_bytes(data)
        except Refused as error:
            yield left_out(record, error)


def _plain(label: str) -> list[str]:
    """Folders of a label, none of which leads anywhere else."""
    return [_UNSAFE.sub("_", part).strip().lstrip(".") or "_" for part in label.split("/") if part]
