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


def distinct(values: np.ndarray) -> np.ndarray:
    """Sorted, each once. numpy's own unique hashes, which costs a hundred times as much on pairs."""
    values = np.sort(values)
    return values[np.r_[True, values[1:] != values[:-1]]] if len(values) else values
