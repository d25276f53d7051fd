"""Labels as targets, and predictions over a pool of any size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..core.arrays import Features, Indices
from ..core.errors import NotEnoughLabels
from ..core.protocols import Learner

CHUNK = 65_536


def targets(values: Sequence[Mapping[str, Any]], classes: Sequence[str]) -> np.ndarray:
    """(n, classes) float32 of 0 and 1 from values ``{"labels": [...]}``."""
    place = {name: number for number, name in enumerate(classes)}
    out = np.zeros((len(values), len(classes)), dtype=np.float32)
    for row, value in enumerate(values):
        for label in value["labels"]:
            out[row, place[label]] = 1.0
    return out


def class_numbers(values: Sequence[Mapping[str, Any]], classes: Sequence[str]) -> Indices:
    """(n,) the class number of each value: of its first label, -1 for a value without any."""
    place = {name: number for number, name in enumerate(classes)}
    return np.array([place[value["labels"][0]] if value["labels"] else -1 for value in values], dtype=np.int64)


def trainable(wanted: np.ndarray, classes: Sequence[str], *, multi: bool) -> None:
    """Raise `NotEnoughLabels` unless a model can tell anything apart with these targets."""
    if len(wanted) < 2:
        raise NotEnoughLabels(
            f"a model needs at least two labelled items; there are {len(wanted)} outside the test set"
        )
    seen = wanted.sum(axis=0)
    if multi:
        if not ((seen > 0) & (seen < len(wanted))).any():
            raise NotEnoughLabels(f"all {len(wanted)} items have the same labels; a model needs at least two kinds")
    elif (seen > 0).sum() < 2:
        only = classes[int(seen.argmax())]
        raise NotEnoughLabels(f"all {len(wanted)} labels are {only!r}; a model needs at least two different ones")


def predict(learner: Learner, features: Features, progress: Callable[[int, int], None]) -> np.ndarray:
    """(n, classes) float16 probabilities; half precision is a thousandth, and a million items stay small."""
    parts = []
    for start in range(0, len(features), CHUNK):
        part = Features(features.matrix[start : start + CHUNK], features.vectors[start : start + CHUNK])
        parts.append(learner.predict(part).astype(np.float16))
        progress(min(start + CHUNK, len(features)), len(features))
    return np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float16)
