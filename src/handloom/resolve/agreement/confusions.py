"""Which two values people mix up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.intervals import wilson
from ..deferred import csr
from .units import categories, units

MOST = 20


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two values that were given to the same items. mixed: items' worth of pairs of answers that name one each.

    share: of the pairs of answers that name these two values only, those that name one each; low, high: Wilson's interval
    for n, the items that such pairs amount to.
    """

    first: Any
    second: Any
    mixed: float
    share: float
    low: float
    high: float
    n: float


def confusions(items: npt.ArrayLike, values: npt.ArrayLike, *, most: int = MOST) -> list[Confusion]:
    """The pairs of values that are mixed up most, in items' worth, at most ``most``.

    Every item with m answers has m (m - 1) / 2 pairs of answers, which weigh 1 together, so that an item that many people
    answered counts once. Cost: answers times the answers beside each.
    """
    found = units(items, values)
    if not len(found):
        return []
    known, number = categories(found.values)
    shape = (len(found), known.size)
    said = csr((np.ones(number.size), (found.unit, number)), shape)
    size = found.sizes.astype(np.float64)
    weight = 1.0 / (size * (size - 1))
    pairs = (said.T @ said.multiply(weight[:, None]).tocsr()).tocoo()
    own = np.bincount(number, weight[found.unit], known.size)
    same = np.zeros(known.size)
    on = pairs.row == pairs.col
    same[pairs.row[on]] = pairs.data[on]
    same -= own  # an answer is no pair with itself
    upper = pairs.row < pairs.col
    first, second, mixed = pairs.row[upper], pairs.col[upper], 2 * pairs.data[upper]
    order = np.lexsort((second, first, -np.round(mixed, 9)))[:most]
    out = []
    for k in order.tolist():
        a, b, times = int(first[k]), int(second[k]), float(mixed[k])
        n = times + float(np.maximum(same[a], 0.0) + np.maximum(same[b], 0.0))
        out.append(Confusion(known[a].item(), known[b].item(), times, times / n, *wilson(times, n), n))
    return out
