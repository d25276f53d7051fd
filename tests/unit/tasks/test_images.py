"""Images: modes, sizes and broken bytes; digits are learned from few labels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from handloom.core import registry
from handloom.core.errors import BadImage, EmptyInput, WrongState
from handloom.core.protocols import Content
from handloom.tasks.image_class.encoder import ImageEncoder
from handloom.tasks.image_class.gradients import oriented_gradients


def image(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def contents(blobs: list[bytes]) -> list[Content]:
    return [Content({"image": {"blob": str(i)}}, lambda key: blobs[int(key)]) for i in range(len(blobs))]


def noise(shape: tuple[int, ...], seed: int, kind: type = np.uint8) -> np.ndarray:
    return np.random.default_rng(seed).integers(np.iinfo(kind).max, size=shape, dtype=kind)


@pytest.mark.parametrize("shape", [(8, 8), (8, 12, 3), (8, 8, 4), (60, 90), (64, 64, 3), (1, 1), (300, 2)])
def test_any_size_and_number_of_channels(shape: tuple[int, ...]) -> None:
    items = contents([image(noise(shape, i)) for i in range(6)])
    encoder = ImageEncoder()
    encoder.fit(items)
    features = encoder.encode(items)
    assert np.isfinite(features.matrix).all()
    assert len(features) == 6


def test_sizes_and_modes_may_differ_within_a_project() -> None:
    blobs = [
        image(noise((20, 30), 0)),
        image(noise((50, 40, 3), 1)),
        image(noise((9, 9), 2, np.uint16)),
        image(noise((64, 64, 3), 3), "JPEG"),
    ]
    items = contents(blobs)
    encoder = ImageEncoder()
    encoder.fit(items)
    assert encoder.encode(items).matrix.shape[0] == 4


def test_16_bit_grey_keeps_its_range() -> None:
    dark, light = np.full((8, 8), 3000, np.uint16), np.full((8, 8), 60000, np.uint16)
    items = contents([image(dark), image(light), image(dark + 9)])
    encoder = ImageEncoder()
    encoder.fit(items)
    vectors = encoder.encode(items).vectors
    assert vectors[0] @ vectors[2] > 0.99
    assert vectors[0] @ vectors[1] < 0


@pytest.mark.parametrize("data", [b"", b"not an image", image(noise((40, 40), 5))[:200]])
def test_broken_bytes_are_refused_in_words(data: bytes) -> None:
    encoder = ImageEncoder()
    encoder.fit(contents([image(noise((8, 8), 0)), image(noise((8, 8), 1))]))
    with pytest.raises(BadImage, match="blob 0"):
        encoder.encode(contents([data]))


def test_an_encoder_that_learned_nothing_says_so() -> None:
    with pytest.raises(WrongState):
        ImageEncoder().encode([])
    with pytest.raises(EmptyInput):
        ImageEncoder().fit([])


def test_gradients_tell_directions_apart_and_forget_brightness() -> None:
    rows = np.tile((np.arange(64) // 4 % 2).astype(np.float32)[:, None], (1, 64))
    both = oriented_gradients(np.stack((rows, rows.T, 0.3 + 0.5 * rows)))
    length = np.linalg.norm(both, axis=1)
    assert both[0] @ both[1] < 0.1 * length[0] * length[1]
    assert both[0] @ both[2] > 0.99 * length[0] * length[2]


def test_digits_are_learned_from_a_hundred_random_labels() -> None:
    given = load_digits()
    items = contents([image(np.rint(i * 255 / 16).astype(np.uint8)) for i in given.images])  # type: ignore[attr-defined]
    target = given.target  # type: ignore[attr-defined]
    task = registry.find("tasks", "image_class@1")
    encoder, learner = task.encoder({}), task.learner({})
    order = np.random.default_rng(0).permutation(len(items))
    encoder.fit([items[i] for i in order[900:]])
    features = encoder.encode(items)
    known = order[900:1000]
    learner.fit(features.take(known), np.eye(10)[target[known]], weights=None, rng=np.random.default_rng(0))
    guess = learner.predict(features.take(order[:900])).argmax(axis=1)
    assert (guess == target[order[:900]]).mean() >= 0.92
