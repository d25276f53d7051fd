"""Media of items, and thumbnails of them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import NotFound
from ..core.later import later
from ..core.roles import allowed
from .session import Session

if TYPE_CHECKING:
    from ..collect import images
else:  # brings Pillow, which a server of texts never needs
    images = later("handloom.collect.images")

STEPS = (64, 128, 256, 512, 1024)
"""Sizes that are made; others get the next larger one, so that the cache stays small."""
_MAGIC = (
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)


def blob(session: Session, digest: str, size: int | None = None) -> tuple[bytes, str]:
    """Bytes and media type; a thumbnail whose longest side is about ``size`` pixels when that is given.

    What is not an image (a packed model) is only for those who may read models.
    """
    session.require("read_project")
    content = session.store.blobs.get(digest)
    media_type = _media_type(content)
    if media_type is None:
        if not allowed(session.actor.role, "read_models"):
            raise NotFound("blob", digest[:80])
        return content, "application/octet-stream"
    return (content, media_type) if size is None else _thumbnail(session.store.cache, digest, content, size)


def _media_type(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _MAGIC if content.startswith(magic)), None)


def _thumbnail(cache: Path, digest: str, content: bytes, size: int) -> tuple[bytes, str]:
    step = next((s for s in STEPS if s >= size), STEPS[-1])
    path = cache / "thumbnails" / digest[:2] / f"{digest}-{step}"
    if path.is_file():
        kept = path.read_bytes()
        return kept, _media_type(kept) or "image/webp"
    small, media_type = images.thumbnail(content, step)
    if small is not content:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(small)
        os.replace(temporary, path)
    return small, media_type
