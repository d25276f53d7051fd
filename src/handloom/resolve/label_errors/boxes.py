"""Boxes that a detector does not confirm: missed, badly placed, wrongly named, or around nothing.

The kinds are those of Tkachenko, Thyagarajan and Mueller 2023 (ObjectLab), the scores our own: overlap times confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices

Boxes = npt.NDArray[np.float64]
"""(n, 4): left, top, right, bottom, in pixels."""
Kind = Literal["missed", "misplaced", "swapped", "spurious"]
SURE = 0.5
"""Confidence from which a prediction without any label is worth a look."""
TOUCHES = 0.3
"""Overlap (intersection over union) from which two boxes speak of the same thing."""
NEAR = 0.05
"""Overlap from which a box that nothing else speaks of is the same thing, badly placed: half a box beside itself has 0.14."""


@dataclass(frozen=True, slots=True)
class BoxSuspect:
    """box: number of the given box, or of the predicted one when ``missed``."""

    kind: Kind
    box: int
    score: float
    given: int | None
    proposed: int | None


def overlap(one: Boxes, other: Boxes) -> npt.NDArray[np.float64]:
    """(n, m) intersection over union; 0 for boxes without area."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = [np.clip(b[:, 2:] - b[:, :2], 0, None).prod(axis=1) for b in (one, other)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    return np.divide(shared, union, out=np.zeros(shared.shape), where=union > 0)


def boxes(
    given: Boxes, labels: Indices, predicted: Boxes, classes: Indices, confidence: npt.NDArray[np.float64]
) -> list[BoxSuspect]:
    """Suspects of one image, worst first. given (n, 4) with labels (n,); predicted (m, 4) with classes, confidence (m,)."""
    found: list[BoxSuspect] = []
    shared = overlap(given, predicted)
    touching = shared >= TOUCHES
    moved = _moved(shared, touching, labels, classes)
    for box, seen in moved.items():
        touching[box, seen] = True
    for box in range(len(given)):
        near = np.flatnonzero(touching[box])
        label = int(labels[box])
        same, other = near[classes[near] == label], near[classes[near] != label]
        if not near.size:
            # How sure the detector is of what it does see in this image says how much its silence is worth.
            score = float(confidence.mean()) if confidence.size else 0.0
            found.append(BoxSuspect("spurious", box, score, label, None))
            continue
        against = float((shared[box, other] * confidence[other]).max(initial=0.0))
        agreeing = float((shared[box, same] * confidence[same]).max(initial=0.0))
        if against > agreeing:
            best = other[int((shared[box, other] * confidence[other]).argmax())]
            found.append(BoxSuspect("swapped", box, against, label, int(classes[best])))
        elif same.size:
            best = same[int((shared[box, same] * confidence[same]).argmax())]
            found.append(BoxSuspect("misplaced", box, float((1 - shared[box, best]) * confidence[best]), label, label))
    alone = np.flatnonzero(
        (~touching.any(axis=0) if len(given) else np.ones(len(predicted), bool)) & (confidence >= SURE)
    )
    found += [BoxSuspect("missed", int(i), float(confidence[i]), None, int(classes[i])) for i in alone]
    return sorted(found, key=lambda s: -s.score)


def _moved(
    shared: npt.NDArray[np.float64], touching: npt.NDArray[np.bool_], labels: Indices, classes: Indices
) -> dict[int, int]:
    """Given boxes that nothing touches, each with the untouched prediction of its class that it overlaps most, if any."""
    free = np.where(touching.any(axis=0) if len(touching) else np.zeros(shared.shape[1], bool), 0.0, shared)
    pairs: dict[int, int] = {}
    for box in np.flatnonzero(~touching.any(axis=1)).tolist():
        fits = np.where(classes == labels[box], free[box], 0.0)
        if fits.size and fits.max() >= NEAR:
            pairs[box] = int(fits.argmax())
            free[:, pairs[box]] = 0.0
    return pairs


def image_score(suspects: list[BoxSuspect]) -> float:
    """How much an image is worth a look: the chance that one of its boxes is wrong, were the scores chances."""
    return float(1 - np.prod([1 - min(s.score, 1.0) for s in suspects])) if suspects else 0.0
