"""What an image's bytes are, whether they are whole, and thumbnails of them."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps

from ..core.errors import BadImage, TooLarge
from ..core.ids import digest

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 100_000_000
_DECODE_PIXELS = 25_000_000
"""Formats without checksums are decoded whole to see that they are whole, up to this size."""

_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}
_SHOWN_BY_BROWSERS = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
_SIDEWAYS = frozenset((5, 6, 7, 8))
_ORIENTATION = 0x0112
# What Pillow's decoders raise on damaged or hostile bytes; its UnidentifiedImageError is an OSError.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, MemoryError, struct.error)


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Media type, and width and height in pixels as the image is to be shown (turned as its EXIF says)."""

    media_type: str
    width: int
    height: int


def inspect(data: bytes) -> ImageFacts:
    """What these bytes are; reads them to the end. Raises `BadImage`, and `TooLarge` over 50 MiB or 100 megapixels."""
    if not data:
        raise BadImage("the image is empty (0 bytes)")
    if len(data) > MAX_BYTES:
        raise TooLarge(f"the image has {len(data):,} bytes; at most {MAX_BYTES:,} are taken", limit=MAX_BYTES)
    image = _opened(data)
    kind = str(image.format)
    width, height = image.size
    _verify(image, data)
    # Reading the EXIF of a PNG decodes it, and verify() spends the image: a fresh one costs only its header.
    sideways = kind in ("JPEG", "WEBP", "TIFF") and _sideways(_opened(data))
    return ImageFacts(_TYPES[kind], *((height, width) if sideways else (width, height)))


def as_field(data: bytes) -> dict[str, Any]:
    """``{"blob", "media_type", "width", "height"}``: how an item's data speaks of these bytes. Raises as `inspect`."""
    facts = inspect(data)
    return {"blob": digest(data), "media_type": facts.media_type, "width": facts.width, "height": facts.height}


def thumbnail(data: bytes, size: int) -> tuple[bytes, str]:
    """Bytes and media type of a picture that fits into a square of ``size`` pixels; WebP, or the bytes themselves when
    they are small enough already. Raises `BadImage`."""
    image = _opened(data)
    media_type = _TYPES[str(image.format)]
    if max(image.size) <= size and media_type in _SHOWN_BY_BROWSERS and not _sideways(image):
        return data, media_type
    try:
        image.draft("RGB", (size, size))
        small = ImageOps.exif_transpose(image)
        small = small.convert("RGBA" if small.has_transparency_data else "RGB")
        small.thumbnail((size, size), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "WEBP", quality=82, method=2)
    except _BROKEN as error:
        raise BadImage(f"the image cannot be decoded: {_why(error)}") from error
    return out.getvalue(), "image/webp"


def _opened(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=tuple(_TYPES))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge(f"the image has more than {MAX_PIXELS:,} pixels", limit=MAX_PIXELS) from error
    except _BROKEN as error:
        raise BadImage(f"these bytes are no {', '.join(sorted(_TYPES))} image: {_why(error)}") from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise TooLarge(f"the image has {width} x {height} pixels; at most {MAX_PIXELS:,} are taken", limit=MAX_PIXELS)
    return image


def _verify(image: Image.Image, data: bytes) -> None:
    """Read to the end as cheaply as the format allows: PNG by its checksums, JPEG at an eighth of its size."""
    try:
        if image.format == "PNG":
            image.verify()
            if not data.rstrip(b"\0").endswith(b"IEND\xaeB`\x82"):
                raise BadImage("the image ends early: its last chunk is missing")
        elif image.format == "JPEG":
            image.draft("L", (1, 1))
            image.load()
        elif image.size[0] * image.size[1] <= _DECODE_PIXELS:
            image.load()
    except BadImage:
        raise
    except _BROKEN as error:
        raise BadImage(f"the image is broken: {_why(error)}") from error


def _sideways(image: Image.Image) -> bool:
    try:
        return image.getexif().get(_ORIENTATION) in _SIDEWAYS
    except _BROKEN:
        return False


def _why(error: BaseException) -> str:
    """Pillow's message without the address of our buffer in it."""
    text = str(error) or type(error).__name__
    return "the format is not known" if "BytesIO" in text else text[:200]
