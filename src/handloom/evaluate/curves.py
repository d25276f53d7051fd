"""What labels bought: accuracy against labels (or seconds), in one number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Curve = Sequence[tuple[float, float]]
"""(labels or seconds, quality) points in the order they were measured."""


def labels_to(curve: Curve, target: float) -> float | None:
    """Where the curve first reaches the target: the first measured point at or above it; None when it never does.

    Not interpolated: labels come in batches, and a quality nobody measured was not reached.
    """
    for amount, quality in curve:
        if quality >= target:
            return amount
    return None


def area_under(curve: Curve, *, upto: float | None = None) -> float | None:
    """Mean quality between the first point and ``upto`` (default: the last point), by the trapezoid rule.

    None for fewer than two different amounts. A curve that ends before ``upto`` keeps its last quality.
    """
    points = sorted(curve)
    if not points:
        return None
    end = points[-1][0] if upto is None else upto
    amounts, qualities = (np.array(column, dtype=np.float64) for column in zip(*points, strict=True))
    if end <= amounts[0]:
        return None
    inside = np.unique(np.concatenate((amounts[amounts < end], [end])))
    height = np.interp(inside, amounts, qualities)
    return float((np.diff(inside) * (height[1:] + height[:-1]) / 2).sum() / (end - amounts[0]))
