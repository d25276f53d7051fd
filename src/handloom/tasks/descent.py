"""Minimise a smooth convex function of very many variables in single precision.

L-BFGS (Liu and Nocedal 1989, two-loop recursion) with a backtracking line search. Written here because scipy's solver keeps
all its vectors in double precision, which at 60,000 columns and 77 classes cost several times the time and the memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Point = npt.NDArray[np.float32]
Function = Callable[[Point], tuple[float, Point]]
"""A point to (value, gradient); the gradient is a new array."""

MEMORY = 6
ENOUGH = 1e-4
TRIES = 25


def minimise(function: Function, start: Point, *, rounds: int, flat: float, gain: float) -> Point:
    """A point near the minimum.

    Stops when no component of the gradient is above ``flat``, when a round gained less than ``gain`` of the value, or after
    ``rounds`` rounds.
    """
    point = start
    value, slope = function(point)
    past: deque[tuple[Point, Point, float]] = deque(maxlen=MEMORY)
    for _ in range(rounds):
        if np.abs(slope).max(initial=0.0) <= flat:
            break
        way = _direction(slope, past)
        found = _search(function, point, way, value, float(np.vdot(way, slope)), first=not past)
        if found is None:
            break
        new_point, new_value, new_slope = found
        moved, bent = new_point - point, new_slope - slope
        curve = float(np.vdot(moved, bent))
        if curve > 1e-8 * float(np.vdot(bent, bent)):
            past.append((moved, bent, curve))
        gained = value - new_value
        point, value, slope = new_point, new_value, new_slope
        if gained <= gain * max(abs(value), 1e-3):
            break
    return point


def _direction(slope: Point, past: deque[tuple[Point, Point, float]]) -> Point:
    """Minus the gradient, bent by what the last rounds taught about curvature."""
    way = -slope
    shares = []
    for moved, bent, curve in reversed(past):
        share = float(np.vdot(moved, way)) / curve
        way -= np.float32(share) * bent
        shares.append(share)
    if past:
        _, bent, curve = past[-1]
        way *= np.float32(curve / float(np.vdot(bent, bent)))
    for (moved, bent, curve), share in zip(past, reversed(shares), strict=True):
        way += np.float32(share - float(np.vdot(bent, way)) / curve) * moved
    return way


def _search(
    function: Function, point: Point, way: Point, value: float, fall: float, *, first: bool
) -> tuple[Point, float, Point] | None:
    """The first of shrinking steps that lowers the value enough (Armijo); None when rounding leaves none."""
    step = min(1.0, 1.0 / max(float(np.linalg.norm(way)), 1e-12)) if first else 1.0
    for _ in range(TRIES):
        there = np.asarray(point + np.float32(step) * way, dtype=np.float32)
        new_value, new_slope = function(there)
        if new_value <= value + ENOUGH * step * fall:
            return there, new_value, new_slope
        # The minimum of the parabola through what is known, kept within a tenth and a half of the step.
        step *= float(np.clip(-fall * step / (2 * (new_value - value - fall * step)), 0.1, 0.5))
    return None
