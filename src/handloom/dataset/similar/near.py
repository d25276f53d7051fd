"""Pairs of rows that are almost the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Near:
    """(n,) rows each, first < second, every pair once and in order; share: how much of them is the same, up to 1."""

    first: np.ndarray
    second: np.ndarray
    share: np.ndarray

    def __len__(self) -> int:
        return len(self.first)


def none() -> Near:
    """No pairs."""
    return Near(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


def joined(one: Near, other: Near) -> Near:
    """The pairs of both, each with the larger share."""
    if not len(one) or not len(other):
        return one if len(one) else other
    first, second = (np.concatenate(pair) for pair in ((one.first, other.first), (one.second, other.second)))
    share = np.concatenate((one.share, other.share))
    order = np.lexsort((-share, second, first))
    first, second, share = first[order], second[order], share[order]
    kept = np.r_[True, (first[1:] != first[:-1]) | (second[1:] != second[:-1])]
    return Near(first[kept], second[kept], share[kept])


def distinct(values: np.ndarray) -> np.ndarray:
    """Sorted, each once. numpy's own unique hashes, which costs a hundred times as much on pairs."""
    values = np.sort(values)
    return values[np.r_[True, values[1:] != values[:-1]]] if len(values) else values
