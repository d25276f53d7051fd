"""Intraclass correlation: agreement of ratings on a scale (Shrout and Fleiss 1979)."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from ...core.errors import Malformed
from ...core.intervals import LEVEL, Measured, measured
from ..deferred import f_quantile

Form = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]


def icc(ratings: npt.ArrayLike, form: Form = "2,1", *, level: float = LEVEL) -> Measured:
    """ICC of (items, actors) ratings without gaps, with the paper's interval from F; n is the number of items.

    form: ``1,..`` every item has its own random actors, ``2,..`` the same random actors rate all items, ``3,..`` these
    actors are the only ones of interest; ``..,1`` reliability of one actor, ``..,k`` of the mean of all.
    """
    scores = np.asarray(ratings, dtype=np.float64)
    if scores.ndim != 2 or min(scores.shape, default=0) < 2 or not np.isfinite(scores).all():
        raise Malformed(f"ICC needs at least 2 items and 2 actors without gaps; found a table of {scores.shape}")
    n, k = scores.shape
    total = scores.mean()
    between = k * ((scores.mean(axis=1) - total) ** 2).sum() / (n - 1)
    judges = n * ((scores.mean(axis=0) - total) ** 2).sum() / (k - 1)
    inside = ((scores - scores.mean(axis=1, keepdims=True)) ** 2).sum() / (n * (k - 1))
    rest = (inside * n * (k - 1) - judges * (k - 1)) / ((n - 1) * (k - 1))
    tail = 0.5 + level / 2
    if form[0] == "1":
        value = (between - inside) / (between + (k - 1) * inside)
        low, high = _of_f(_ratio(between, inside), n - 1, n * (k - 1), k, tail)
    elif form[0] == "3":
        value = (between - rest) / (between + (k - 1) * rest)
        low, high = _of_f(_ratio(between, rest), n - 1, (n - 1) * (k - 1), k, tail)
    else:
        value = (between - rest) / (between + (k - 1) * rest + k * (judges - rest) / n)
        low, high = _random_judges(float(value), (between, judges, rest), n, k, tail)
    found = [float(value), low, high]
    if form[-1] == "k":
        found = [_stepped_up(one, k) for one in found]
    if not np.isfinite(found[0]):
        return measured(None, -1.0, 1.0, n)
    return measured(found[0], min(found[1], found[0]), max(found[2], found[0]), n)


def _ratio(one: float, other: float) -> float:
    return float(one / other) if other > 0 else float("inf")


def _of_f(f: float, up: int, down: int, k: int, tail: float) -> tuple[float, float]:
    low, high = f / f_quantile(up, down, tail), f * f_quantile(down, up, tail)
    return tuple(1.0 if np.isinf(one) else float((one - 1) / (one + k - 1)) for one in (low, high))  # type: ignore[return-value]


def _random_judges(
    value: float, squares: tuple[float, float, float], n: int, k: int, tail: float
) -> tuple[float, float]:
    """The interval of ICC(2,1); its degrees of freedom are Satterthwaite's."""
    between, judges, rest = squares
    if rest <= 0 or not np.isfinite(value):
        return value, value
    f = judges / rest
    load = n * (1 + (k - 1) * value) - k * value
    degrees = (k - 1) * (n - 1) * (k * value * f + load) ** 2
    degrees /= (n - 1) * k**2 * value**2 * f**2 + load**2
    upper, lower = f_quantile(n - 1, degrees, tail), f_quantile(degrees, n - 1, tail)
    spread = k * judges + (k * n - k - n) * rest
    low = n * (between - upper * rest) / (upper * spread + n * between)
    high = n * (lower * between - rest) / (spread + n * lower * between)
    return float(low), float(high)


def _stepped_up(one: float, k: int) -> float:
    """Spearman and Brown: reliability of the mean of k from that of one."""
    below = 1 + (k - 1) * one
    return k * one / below if below > 0 else -1.0
