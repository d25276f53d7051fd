"""Whether two samples come from one source: tests with their sizes of effect, in numpy.

Every p-value is two-sided and asymptotic unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

LEAST_EXPECTED = 5.0
"""Expected rows in a cell from which the chi-square approximation is trusted (Cochran 1954); rarer classes are pooled."""


def kolmogorov(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """(largest distance of the two distribution functions, p); p errs on the safe side where values repeat.

    Smirnov 1948, with the correction for small samples of Stephens 1970.
    """
    a, b = np.sort(a), np.sort(b)
    if not len(a) or not len(b):
        return 0.0, 1.0
    at = np.concatenate([a, b])
    distance = np.abs(np.searchsorted(a, at, "right") / len(a) - np.searchsorted(b, at, "right") / len(b)).max()
    root = np.sqrt(len(a) * len(b) / (len(a) + len(b)))
    return float(distance), float(special.kolmogorov((root + 0.12 + 0.11 / root) * distance))


def chi_square(a: np.ndarray, b: np.ndarray) -> float:
    """p of two rows of counts over the same classes (Pearson 1900). Classes too rare for it are pooled."""
    table = np.array([a, b], dtype=float)
    total = table.sum()
    if not table.sum(axis=1).all():
        return 1.0
    smaller = table.sum(axis=1).min() / total
    rare = table.sum(axis=0) * smaller < LEAST_EXPECTED
    table = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])
    table = table[:, table.sum(axis=0) * smaller >= LEAST_EXPECTED]
    if table.shape[1] < 2:
        return 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = ((table - expected) ** 2 / expected).sum()
    return float(special.chdtrc(table.shape[1] - 1, statistic))


def stability_index(a: np.ndarray, b: np.ndarray) -> float:
    """Population stability index of two rows of counts, half a count added to each: sum of (q - p) ln(q / p).

    By custom below 0.1 is small and from 0.25 on large (Siddiqi 2006).
    """
    p, q = (a + 0.5) / (a + 0.5).sum(), (b + 0.5) / (b + 0.5).sum()
    return float(((q - p) * np.log(q / p)).sum())


def bins(a: np.ndarray, b: np.ndarray, most: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Counts of both samples between the deciles of the first; nan is a bin of its own."""
    edges = np.unique(np.nanquantile(a, np.linspace(0, 1, most + 1)[1:-1])) if np.isfinite(a).any() else np.zeros(0)
    size = len(edges) + 2

    def counts(x: np.ndarray) -> np.ndarray:
        cells = np.where(np.isnan(x), size - 1, np.searchsorted(edges, x, "right"))
        return np.bincount(cells, minlength=size).astype(float)

    return counts(a), counts(b)


def auc(positive: np.ndarray, negative: np.ndarray) -> tuple[float, float]:
    """(chance that a positive scores above a negative, one-sided p that this is above 1/2). Mann and Whitney 1947, with
    ties."""
    n, m = len(positive), len(negative)
    if not n or not m:
        return 0.5, 1.0
    _, place, repeats = np.unique(np.concatenate([positive, negative]), return_inverse=True, return_counts=True)
    rank = np.cumsum(repeats) - (repeats - 1) / 2
    area = (rank[place[:n]].sum() - n * (n + 1) / 2) / (n * m)
    ties = (repeats.astype(float) ** 3 - repeats).sum() / ((n + m) * (n + m - 1))
    spread = np.sqrt(max((n + m + 1 - ties) / (12 * n * m), 0.0))
    return float(area), float(special.ndtr((0.5 - area) / spread)) if spread > 0 else 1.0


def holm(p: Sequence[float], alpha: float) -> list[bool]:
    """Which of several tests are beyond chance, so that any false alarm among all has a chance of at most ``alpha``.

    Holm 1979.
    """
    out = [False] * len(p)
    for step, k in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        if p[k] > alpha / (len(p) - step):
            break
        out[k] = True
    return out
