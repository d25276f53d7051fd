"""Images as numbers: the pixels themselves when all are tiny, else gradients and colour; then principal components,
and how near each image is to 128 typical ones.

Principal components and typical images are learned from unlabelled images and teach much from few labels: digits with 100
random labels go from accuracy 0.89 to 0.95.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ...core.arrays import Features
from ...core.errors import BadImage, EmptyInput, WrongState
from ...core.protocols import Content
from ...select.clusters import centres
from ..sparse import right_singular_vectors, unit_rows
from .gradients import colour_layout, oriented_gradients

Floats = npt.NDArray[np.float32]
TINY = 32
SIDE = 64
CHUNK = 256
BLOCK = 8192
SAMPLE = 4000
COMPONENTS = 256
LATENT = 64
COLOUR_WEIGHT = 2.0
TYPICAL = 128
TYPICAL_WEIGHT = 2.5
SHARPNESS = 4.0


class ImageEncoder:
    """``matrix``: (n, d) dense, principal components beside nearness to typical images; ``vectors``: leading components.

    Whether images are tiny (no side above 32) and whether they have colour is seen from the sample that `fit` reads.
    """

    name = "pixels-hog-typical@1"

    def __init__(self, field: str = "image") -> None:
        self.field = field
        self.size: tuple[int, int] | None = None
        self.tiny = False
        self.colour = False
        self.centre: Floats = np.zeros(0, dtype=np.float32)
        self.directions: Floats = np.zeros((0, 0), dtype=np.float32)
        self.typical: Floats = np.zeros((0, 0), dtype=np.float32)
        self.reach = 1.0

    def fit(self, items: Iterable[Content]) -> None:
        """Learn size, colour and principal directions from a uniform sample of 4,000 images."""
        rng = np.random.default_rng(0)
        sample: list[Content] = []
        for seen, item in enumerate(items):
            place = seen if seen < SAMPLE else int(rng.integers(seen + 1))
            if place < SAMPLE:
                sample[place : place + 1] = [item]
        if not sample:
            raise EmptyInput("there is no image to learn from; add items first")
        sizes, modes = zip(*((i.size, i.mode) for i in map(self._open, sample)), strict=True)
        widest, tallest = max(s[0] for s in sizes), max(s[1] for s in sizes)
        self.tiny = max(widest, tallest) <= TINY
        self.size = (widest, tallest) if self.tiny else (SIDE, SIDE)
        self.colour = any(m not in ("1", "L", "LA", "I", "F", "I;16") for m in modes)
        raw = np.concatenate([self._raw(chunk) for chunk in _chunks(sample)])
        self.centre = raw.mean(axis=0)
        self.directions = right_singular_vectors(raw - self.centre, COMPONENTS, rng)
        leading = self._project(raw)[:, :LATENT]
        self.typical = centres(leading, TYPICAL, rng=rng)
        self.reach = float(np.median(_squared_distances(leading, self.typical))) or 1.0

    def encode(self, items: Iterable[Content]) -> Features:
        """Features of the images, in order; raises `BadImage` for bytes that are none, `WrongState` before `fit`."""
        if self.size is None:
            raise WrongState("this image encoder has learned nothing yet; call fit or load first")
        parts = [self._project(self._raw(chunk)) for chunk in _chunks(items)]
        components = np.concatenate([*parts, np.zeros((0, self.directions.shape[1]), dtype=np.float32)])
        leading = components[:, :LATENT]
        near = np.concatenate([self._near(leading[i : i + BLOCK]) for i in range(0, max(1, len(leading)), BLOCK)])
        return Features(np.concatenate((unit_rows(components.copy()), near), axis=1), unit_rows(leading.copy()))

    def save(self, folder: Path) -> None:
        """Write ``encoder.npz`` and ``encoder.json`` into an existing folder."""
        if self.size is None:
            raise WrongState("this image encoder has learned nothing yet; call fit first")
        np.savez_compressed(
            folder / "encoder.npz", centre=self.centre, directions=self.directions, typical=self.typical
        )
        about: dict[str, Any] = {"name": self.name, "field": self.field, "size": self.size}
        about |= {"tiny": self.tiny, "colour": self.colour, "reach": self.reach}
        (folder / "encoder.json").write_text(json.dumps(about), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        about = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        self.field, self.tiny, self.colour = about["field"], about["tiny"], about["colour"]
        self.size, self.reach = (about["size"][0], about["size"][1]), about["reach"]
        with np.load(folder / "encoder.npz", allow_pickle=False) as stored:
            self.centre, self.directions, self.typical = stored["centre"], stored["directions"], stored["typical"]

    def _open(self, item: Content) -> Image.Image:
        """The image with its header read, pixels not yet decoded."""
        digest = item.data[self.field]["blob"]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                return Image.open(io.BytesIO(item.open(digest)))
        except (
            OSError,
            ValueError,
            SyntaxError,
            Image.DecompressionBombError,
            Image.DecompressionBombWarning,
        ) as error:
            raise BadImage(f"blob {digest} is no image that can be opened: {error}", blob=digest) from error

    def _raw(self, items: list[Content]) -> Floats:
        """(n, d) before centring: pixels in [0, 1] or gradients and colours."""
        pixels = np.stack([self._pixels(item) for item in items])
        if self.tiny:
            return pixels.reshape(len(items), -1)
        if not self.colour:
            return oriented_gradients(pixels)
        gradients = oriented_gradients(pixels.mean(axis=3))
        return np.concatenate((gradients, COLOUR_WEIGHT * colour_layout(pixels)), axis=1)

    def _pixels(self, item: Content) -> Floats:
        """(height, width) or (height, width, 3) in [0, 1]."""
        image = self._open(item)
        digest = item.data[self.field]["blob"]
        assert self.size is not None
        try:
            image.draft(None, (2 * self.size[0], 2 * self.size[1]))
            deep = image.mode.startswith("I")
            image = image.convert("F") if deep else image.convert("RGB" if self.colour else "L")
            if image.size != self.size:
                image = image.resize(self.size, Image.Resampling.BOX if deep else Image.Resampling.BILINEAR)
        except (OSError, ValueError, SyntaxError) as error:
            raise BadImage(f"blob {digest} cannot be decoded: {error}", blob=digest) from error
        pixels = np.asarray(image, dtype=np.float32) / np.float32(65535 if deep else 255)
        if self.colour and pixels.ndim == 2:
            pixels = np.repeat(pixels[:, :, None], 3, axis=2)
        return pixels

    def _project(self, raw: Floats) -> Floats:
        return np.asarray((raw - self.centre) @ self.directions, dtype=np.float32)

    def _near(self, leading: Floats) -> Floats:
        """(n, 128) Gaussian nearness to the typical images, rows of equal length."""
        power = -SHARPNESS / self.reach * _squared_distances(leading, self.typical)
        power -= power.max(axis=1, keepdims=True)
        return np.float32(TYPICAL_WEIGHT) * unit_rows(np.exp(power))


def _squared_distances(rows: Floats, centre: Floats) -> Floats:
    square = np.einsum("ij,ij->i", rows, rows)[:, None] + np.einsum("ij,ij->i", centre, centre)[None, :]
    return np.maximum(square - 2 * (rows @ centre.T), 0)


def _chunks(items: Iterable[Content]) -> Iterator[list[Content]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
