"""Krippendorff's alpha: agreement beyond chance for any number of actors, missing answers, any level of measurement."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from ...core.errors import Malformed
from ...core.intervals import Measured
from .units import ROUNDS, Statistic, Table, Units, table, units, with_interval

Level = Literal["nominal", "ordinal", "interval", "ratio"]
BLOCK = 2048


def krippendorff(
    items: npt.ArrayLike,
    values: npt.ArrayLike,
    level: Level = "nominal",
    *,
    rng: np.random.Generator,
    rounds: int = ROUNDS,
) -> Measured:
    """Alpha, 1 at most: 1 less observed over expected disagreement (Krippendorff 2011); n counts items with two answers.

    Who answered does not matter. Values are numbers for all levels but nominal; for ordinal, whatever sorts. Undefined
    (value None) where only one value was ever given. Cost: O(n) for nominal and interval; ordinal is interval on mid-ranks, so
    O(n log n); ratio compares all distinct values with each other, in blocks. The bootstrap leaves the ranks
    (ordinal) and the expected disagreement (ratio) as they are in all answers.
    """
    found = units(items, values)
    if level == "nominal":
        sums, value = _nominal(found)
    elif level in ("ordinal", "interval"):
        sums, value = _squares(found, _midranks(found.values) if level == "ordinal" else _numbers(found.values))
    elif level == "ratio":
        sums, value = _ratio(found)
    else:
        raise Malformed(f"levels are nominal, ordinal, interval and ratio; found {level!r}")
    return with_interval(sums, value, len(found), rng=rng, rounds=rounds)


def _nominal(found: Units) -> tuple[Table, Statistic]:
    counts, size = table(found), found.sizes.astype(np.float64)
    observed = (size**2 - (counts**2).sum(axis=1)) / (size - 1)

    def value(sums: Table) -> Table:
        n, said = sums[:, 1], sums[:, 2:]
        expected = (n**2 - (said**2).sum(axis=1)) / (n - 1)
        return _alpha(sums[:, 0], expected)

    return np.column_stack((observed, size, counts)), value


def _squares(found: Units, numbers: Table) -> tuple[Table, Statistic]:
    """Squared differences: their sum over all pairs is 2 (n sum of squares - square of the sum)."""
    numbers = numbers - numbers.mean() if numbers.size else numbers
    size, first, second = found.sizes.astype(np.float64), found.sums(numbers), found.sums(numbers**2)
    observed = 2 * (size * second - first**2) / (size - 1)

    def value(sums: Table) -> Table:
        n = sums[:, 1]
        return _alpha(sums[:, 0], 2 * (n * sums[:, 3] - sums[:, 2] ** 2) / (n - 1))

    return np.column_stack((observed, size, first, second)), value


def _ratio(found: Units) -> tuple[Table, Statistic]:
    numbers = _numbers(found.values)
    if numbers.size and numbers.min() < 0:
        raise Malformed(f"ratio values are not below 0; found {numbers.min()}")
    observed = np.zeros(len(found))
    start = np.concatenate(([0], np.cumsum(found.sizes)))
    for size in np.unique(found.sizes).tolist():
        same = np.flatnonzero(found.sizes == size)
        block = max(1, BLOCK**2 // size**2)
        for part in np.array_split(same, max(1, -(-same.size // block))):
            rows = numbers[start[part][:, None] + np.arange(size)]
            observed[part] = _apart(rows[:, :, None], rows[:, None, :]).sum(axis=(1, 2)) / (size - 1)
    known, times = np.unique(numbers, return_counts=True)
    pairs = 0.0
    for begin in range(0, known.size, BLOCK):
        for other in range(0, known.size, BLOCK):
            gaps = _apart(known[begin : begin + BLOCK, None], known[None, other : other + BLOCK])
            pairs += float(times[begin : begin + BLOCK] @ gaps @ times[other : other + BLOCK])
    n = float(numbers.size)
    each = pairs / (n - 1) / n if n > 1 else float("nan")
    return np.column_stack((observed, found.sizes.astype(np.float64))), lambda sums: _alpha(
        sums[:, 0], each * sums[:, 1]
    )


def _apart(one: Table, other: Table) -> Table:
    both = one + other
    return np.divide(one - other, both, out=np.zeros(np.broadcast_shapes(one.shape, other.shape)), where=both > 0) ** 2


def _alpha(observed: Table, expected: Table) -> Table:
    # Differences of large sums leave a rest where there is no variation at all.
    return 1 - observed / np.where(expected > 1e-12 * np.maximum(observed, 1e-300), expected, np.nan)


def _midranks(values: npt.NDArray) -> Table:
    """Number of values below, and half of those equal: ordinal distances are differences of these."""
    _, number, times = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(times) - times / 2)[number]


def _numbers(values: npt.NDArray) -> Table:
    try:
        numbers = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise Malformed(f"interval and ratio need numbers; {error}") from error
    if not np.isfinite(numbers).all():
        raise Malformed("interval and ratio need finite numbers; leave missing answers out")
    return numbers
