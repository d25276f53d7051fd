"""Images that look the same: a small grey picture of each, compared by correlation.

Scaling, recompression and small changes of brightness or contrast keep the correlation near 1. An image that is all of
one colour looks like nothing and is compared by its bytes alone.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from .near import Near
from .vectors import near as near_vectors

SIDE = 16
THRESHOLD = 0.985
_FLAT = 4.0
"""Standard deviation of grey levels, of 255, below which a picture shows nothing to compare."""


def thumbnail(raw: bytes) -> tuple[np.ndarray, tuple[int, int]]:
    """(256,) uint8 grey levels row by row, and width and height of the image. Raises what Pillow raises."""
    with Image.open(io.BytesIO(raw)) as image:
        size = image.size
        grey = _grey(image).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(grey, dtype=np.uint8).ravel(), size


def near(thumbnails: np.ndarray, threshold: float = THRESHOLD) -> Near:
    """Pairs of pictures whose small grey pictures correlate at least so much. thumbnails: (n, 256) uint8."""
    centred = thumbnails.astype(np.float32)
    centred -= centred.mean(axis=1, keepdims=True)
    centred[centred.std(axis=1) < _FLAT] = 0
    return near_vectors(centred, threshold)


def _grey(image: Image.Image) -> Image.Image:
    """On white where it is transparent; 16 bits brought to 8."""
    if image.mode.startswith("I") or image.mode == "F":
        levels = np.asarray(image, dtype=np.float32)
        top = float(levels.max(initial=0.0))
        return Image.fromarray((levels * (255 / top if top > 255 else 1)).clip(0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        coloured = image.convert("RGBA")
        ground = Image.new("RGBA", coloured.size, "white")
        ground.alpha_composite(coloured)
        return ground.convert("L")
    return image.convert("L")
