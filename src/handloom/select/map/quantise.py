"""Places as two whole numbers each: what is stored, and sent to whoever draws them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

TOP = 65_535
MARGIN = 0.02


def as_uint16(places: npt.NDArray[np.float32], frame: tuple[float, float, float] | None = None):
    """(n, 2) uint16 within a square, and the frame (left, bottom, side) it was measured in.

    frame: one of before, so that what is stored stays where it is; what would lie outside is put on its edge.
    """
    if frame is None:
        low = places.min(axis=0) if len(places) else np.zeros(2, dtype=np.float32)
        high = places.max(axis=0) if len(places) else np.ones(2, dtype=np.float32)
        side = float(max((high - low).max(), 1e-6)) * (1 + 2 * MARGIN)
        left, bottom = (float(v) for v in (low + high) / 2 - side / 2)
        frame = (left, bottom, side)
    left, bottom, side = frame
    scaled = (places - np.array([left, bottom], dtype=np.float64)) * (TOP / side)
    return np.clip(np.round(scaled), 0, TOP).astype("<u2"), frame
