"""Whether a probability of 0.9 is right nine times in ten."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.arrays import Probs
from .intervals import Measured, measured

BINS = 15
ROUNDS = 200
CHUNK = 20


def calibration_error(
    truth: npt.ArrayLike, probabilities: Probs, *, rng: np.random.Generator, bins: int = BINS
) -> Measured:
    """Expected calibration error in [0, 1]: mean gap between confidence and accuracy over bins of equal width.

    Naeini, Cooper and Hauskrecht 2015. Multi-label: over all (item, label) pairs, confidence in the likelier side.
    The interval is the central 95 % of a bootstrap over items; being an absolute gap, the error is biased upwards on few items.
    """
    actual, chances = np.asarray(truth, dtype=np.int64), np.asarray(probabilities, dtype=np.float64)
    n = len(actual)
    if n == 0:
        return measured(None, 0.0, 1.0, 0)
    if actual.ndim == 2:
        confidence = np.maximum(chances, 1 - chances)
        right = (chances >= 0.5) == (actual == 1)
    else:
        confidence = chances.max(axis=1, keepdims=True)
        right = (chances.argmax(axis=1) == actual)[:, None]
    place = np.clip((confidence * bins).astype(np.int64), 0, bins - 1)
    gap = np.zeros((n, bins))
    np.add.at(gap, (np.repeat(np.arange(n), place.shape[1]), place.ravel()), (right - confidence).ravel())
    pairs = n * place.shape[1]
    value = float(np.abs(gap.sum(axis=0)).sum() / pairs)
    drawn = []
    for _ in range(0, ROUNDS, CHUNK):
        times = rng.multinomial(n, np.full(n, 1 / n), size=CHUNK)
        drawn.append(np.abs(times @ gap).sum(axis=1) / pairs)
    low, high = np.quantile(np.concatenate(drawn), (0.025, 0.975))
    return measured(value, min(float(low), value), max(float(high), value), n)
