"""Numbers with their uncertainty: every quantity is ``{"value", "low", "high", "n"}``, 95 % unless told otherwise."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

LEVEL = 0.95
Measured = dict[str, Any]
"""``{"value": float | None, "low": float, "high": float, "n": int}``; value is None when n is 0."""


def measured(value: float | None, low: float, high: float, n: int) -> Measured:
    """The dictionary, as plain Python numbers."""
    return {"value": None if value is None else float(value), "low": float(low), "high": float(high), "n": int(n)}


def wilson(successes: float, n: float, *, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval of a proportion; (0, 1) when n is 0. Wilson 1927. n may be an effective size."""
    if n <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def proportion(successes: int, n: int, *, level: float = LEVEL) -> Measured:
    """A share with Wilson's interval."""
    low, high = wilson(successes, n, level=level)
    return measured(successes / n if n else None, low, high, n)
