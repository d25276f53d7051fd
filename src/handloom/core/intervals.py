"""Numbers with their uncertainty: every quantity is ``{"value", "low", "high", "n"}``, 95 % unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, fsum, lgamma, log, log1p
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


def exact(successes: int, n: int, *, level: float = LEVEL) -> Measured:
    """A share with the interval of Clopper and Pearson 1934, which never covers less often than it says.

    For shares near 0 or 1, where Wilson's interval is a little too short.
    """
    if not n:
        return measured(None, 0.0, 1.0, 0)
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else _solve(lambda p: 1 - _at_most(successes - 1, n, p), tail)
    high = 1.0 if successes == n else _solve(lambda p: 1 - _at_most(successes, n, p), 1 - tail)
    return measured(successes / n, low, high, n)


def _at_most(k: int, n: int, p: float) -> float:
    """Chance of k or fewer of n, each with chance p."""
    if p <= 0 or k >= n:
        return 1.0
    if p >= 1:
        return 0.0
    logs = (lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p) for i in range(k + 1))
    return min(1.0, fsum(map(exp, logs)))


def _solve(rising: Callable[[float], float], value: float) -> float:
    """Where a rising function of [0, 1] has this value."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < value else (low, middle)
    return (low + high) / 2
