"""How long an answer to each item will take, learned from the answers that were measured."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Scores

ENOUGH = 30
"""Measured answers below which every item gets the median."""
PAUSE = 10.0
"""An answer that took more than this many medians was a pause and counts as this many."""
STRENGTHS = np.logspace(-2, 4, 13)
BLOCK = 8192


def expected_seconds(features: npt.NDArray[np.float32], rows: npt.ArrayLike, seconds: npt.ArrayLike) -> Scores:
    """(n,) expected seconds of an answer to each item: ridge regression of log seconds, its strength by leave-one-out.

    features: (n, d) of all items, such as embeddings with a column for the length of the text. rows, seconds: what was
    measured. With fewer than 30 answers, or where the features do not predict better than the median, all get the median.
    Predictions stay within the 5 % and 95 % quantiles of what was measured; rows with nan get the median.
    """
    index = np.asarray(rows, dtype=np.int64)
    taken = np.asarray(seconds, dtype=np.float64)
    good = np.isfinite(taken) & (taken > 0)
    good[good] = np.isfinite(features[index[good]]).all(axis=1)
    index, taken = index[good], taken[good]
    middle = float(np.median(taken)) if taken.size else 1.0
    out = np.full(len(features), middle, dtype=np.float32)
    if taken.size < ENOUGH:
        return out
    taken = np.minimum(taken, PAUSE * middle)
    log = np.log(taken)
    mean, slope, error = _ridge(features[index].astype(np.float64), log)
    if error >= float(np.mean((log - np.median(log)) ** 2)):
        return out
    low, high = np.quantile(taken, (0.05, 0.95))
    centre = features[index].mean(axis=0, dtype=np.float64)
    for begin in range(0, len(features), BLOCK):
        part = features[begin : begin + BLOCK]
        guess = np.exp(mean + (part - centre) @ slope + error / 2)
        out[begin : begin + BLOCK] = np.where(np.isfinite(guess), np.clip(guess, low, high), middle)
    return out


def _ridge(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64], float]:
    """Mean, slopes, and mean squared leave-one-out error, at the strength where that error is smallest."""
    mean = float(y.mean())
    u, s, v = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    seen = u.T @ (y - mean)
    found = (np.inf, 0.0)
    for strength in STRENGTHS:
        shrink = s**2 / (s**2 + strength)
        leverage = 1 / len(y) + (u**2) @ shrink
        left_out = (y - mean - u @ (shrink * seen)) / np.maximum(1 - leverage, 1e-3)
        found = min(found, (float(np.mean(left_out**2)), float(strength)))
    error, strength = found
    return mean, v.T @ (s / (s**2 + strength) * seen), error


def measured_rows(
    ids: Indices, items: Indices, seconds: npt.NDArray[np.float64]
) -> tuple[Indices, npt.NDArray[np.float64]]:
    """Measured answers as rows of a pool whose ascending ids these are; answers to other items are left out."""
    place = np.searchsorted(ids, items)
    place[place == ids.size] = 0
    there = ids[place] == items if ids.size else np.zeros(len(items), dtype=bool)
    return place[there], seconds[there]
