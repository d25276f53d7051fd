"""Run lengths of masks: the compressed text of COCO (maskApi.c, rleFrString), brushes of Label Studio, pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.errors import BadValue
from .images import MAX_PIXELS

_LONGEST = 60
"""Bits of a run of a mask that anybody can hold; without a limit a long row of letters is one number of megabytes."""


def from_text(text: str) -> list[int]:
    """Counts of COCO's compressed form: five bits per letter, differences to the count before last. Raises `BadValue`."""
    counts: list[int] = []
    at = 0
    while at < len(text):
        value, shift, more = 0, 0, True
        while more:
            if at >= len(text):
                raise BadValue("the compressed mask ends early")
            bits = ord(text[at]) - 48
            if not 0 <= bits < 64:
                raise BadValue(f"the compressed mask holds {text[at]!r}, which is no letter of it")
            value |= (bits & 31) << shift
            more = bool(bits & 32)
            at += 1
            shift += 5
            if more and shift > _LONGEST:
                raise BadValue("the compressed mask holds a run longer than any image")
            if not more and bits & 16:
                value |= -1 << shift
        if len(counts) > 2:
            value += counts[-2]
        counts.append(value)
    return counts


def from_pixels(mask: np.ndarray) -> list[int]:
    """Counts of a (height, width) array of truths, down the columns, beginning with the run of 0s."""
    flat = np.asarray(mask, dtype=bool).ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()
    return [0, *runs] if flat.size and flat[0] else runs


def to_pixels(size: Sequence[int], counts: Sequence[int]) -> np.ndarray:
    """A (height, width) array of truths. Raises `BadValue` for one of more pixels than images may have."""
    _check_size(size[1], size[0])
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape((size[0], size[1]), order="F")


_SIZES = (3, 4, 8, 16)
"""Bits of the four kinds of run lengths that we write."""


def from_brush(packed: Sequence[int], width: int, height: int) -> list[int]:
    """Counts of a Label Studio brush: a bit stream of runs (thi.ng/rle-pack) over RGBA pixels. Raises `BadValue`.

    32 bits count of values, 5 bits word size - 1, four times 4 bits run size - 1; then per run 1 bit (repeated or not),
    2 bits which size, the length - 1, and one word, or as many as the length.
    """
    _check_size(width, height)
    try:
        bits = np.unpackbits(np.asarray(packed, dtype=np.uint8))
    except (ValueError, TypeError, OverflowError) as error:
        raise BadValue(f"the brush is no list of bytes: {error}") from error
    stream = _Bits(bits)
    total, word = stream.take(32), stream.take(5) + 1
    if total != width * height * 4:
        raise BadValue(f"the brush has {total:,} values; an image of {width} x {height} has {width * height * 4:,}")
    sizes = [stream.take(4) + 1 for _ in range(4)]
    values = np.zeros(total, dtype=np.uint8)
    at = 0
    while at < total:
        repeated = stream.take(1)
        count = stream.take(sizes[stream.take(2)]) + 1
        if at + count > total:
            raise BadValue("the brush has a run that goes beyond the image")
        if repeated:
            values[at : at + count] = stream.take(word)
        else:
            values[at : at + count] = [stream.take(word) for _ in range(count)]
        at += count
    return from_pixels(values.reshape(height, width, 4)[:, :, 3] > 0)


def to_brush(size: Sequence[int], counts: Sequence[int]) -> list[int]:
    """The bytes of a Label Studio brush; every run is a repeated one of at most 2**16 values."""
    flat = to_pixels(size, counts).ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate(([0], edges)).tolist()
    ends = [*edges.tolist(), flat.size]
    words = [f"{4 * flat.size:032b}", f"{8 - 1:05b}", *(f"{one - 1:04b}" for one in _SIZES)]
    for start, end in zip(starts, ends, strict=True):
        value = 255 if flat[start] else 0
        start, end = 4 * start, 4 * end  # four values per pixel
        while start < end:
            count = min(end - start, 1 << _SIZES[3])
            words.append(f"111{count - 1:016b}{value:08b}")
            start += count
    text = "".join(words)
    padded = text + "0" * (-len(text) % 8)
    return list(int(padded, 2).to_bytes(len(padded) // 8, "big"))


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise BadValue(f"a mask of {width} x {height} pixels is larger than images may be ({MAX_PIXELS:,} pixels)")


class _Bits:
    """Whole numbers out of a row of bits."""

    def __init__(self, bits: np.ndarray) -> None:
        self._text = (bits + ord("0")).astype(np.uint8).tobytes().decode("ascii")
        self._at = 0

    def take(self, count: int) -> int:
        piece = self._text[self._at : self._at + count]
        if len(piece) < count:
            raise BadValue("the brush ends early")
        self._at += count
        return int(piece, 2)
