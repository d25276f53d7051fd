from __future__ import annotations

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handloom.collect.images import ImageFacts, as_field, inspect, thumbnail
from handloom.core.errors import BadImage, HandloomError, TooLarge
from handloom.core.ids import digest


def picture(kind: str = "PNG", size: tuple[int, int] = (30, 20), mode: str = "RGB", **save: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 7).save(out, kind, **save)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
    ],
)
def test_what_an_image_is(kind: str, media_type: str) -> None:
    assert inspect(picture(kind)) == ImageFacts(media_type, 30, 20)


def test_a_field_holds_the_digest_of_the_bytes() -> None:
    data = picture()
    assert as_field(data) == {"blob": digest(data), "media_type": "image/png", "width": 30, "height": 20}


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"\x89PNG\r\n\x1a\n"]
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadImage) as caught:
        inspect(data)
    assert "BytesIO" not in caught.value.message


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_cut_image_is_refused(kind: str) -> None:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 50).convert("RGB").save(out, kind)
    with pytest.raises(BadImage):
        inspect(out.getvalue()[: len(out.getvalue()) // 2])


def test_a_png_with_a_wrong_checksum_is_refused() -> None:
    data = bytearray(picture())
    data[45] ^= 255
    with pytest.raises(BadImage):
        inspect(bytes(data))


def test_a_small_file_of_many_pixels_is_refused_without_decoding() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = (b"IHDR" + header, b"IDAT" + zlib.compress(b"\0" * 1000))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )
    with pytest.raises(TooLarge, match="pixels"):
        inspect(data)


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(TooLarge, match="at most 52,428,800"):
        inspect(b"x" * (50 * 1024 * 1024 + 1))


def test_an_image_taken_sideways_is_measured_as_it_is_shown() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert inspect(picture("JPEG", exif=exif)) == ImageFacts("image/jpeg", 20, 30)
    small, media_type = thumbnail(picture("JPEG", exif=exif), 16)
    assert media_type == "image/webp"
    assert Image.open(io.BytesIO(small)).size == (11, 16)


def test_a_thumbnail_fits_and_a_small_image_stays_as_it_is() -> None:
    data = picture(size=(300, 100))
    small, media_type = thumbnail(data, 60)
    assert (Image.open(io.BytesIO(small)).size, media_type) == ((60, 20), "image/webp")
    assert thumbnail(data, 300) == (data, "image/png")
    assert thumbnail(picture("TIFF"), 300)[1] == "image/webp"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
def test_thumbnails_of_every_mode(mode: str) -> None:
    assert thumbnail(picture(size=(50, 50), mode=mode), 20)[1] == "image/webp"


@given(st.integers(0, 400), st.integers(0, 255))
def test_damage_never_ends_in_anything_but_our_own_errors(at: int, value: int) -> None:
    data = bytearray(picture("JPEG"))
    data[at % len(data)] = value
    with contextlib.suppress(HandloomError):
        inspect(bytes(data))
        thumbnail(bytes(data), 8)
