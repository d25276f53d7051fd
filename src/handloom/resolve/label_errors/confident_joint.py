"""Which rows to look at, as a set: the counts of a confident joint, filled with the rows of largest margin.

Northcutt, Jiang and Chuang 2021, "Confident learning", pruning by noise rate. A row counts for class j when its probability
of j is at least the mean probability of j over the rows labelled j. The counts, scaled to the labels there are, say how many
rows labelled i belong to j; that many, with the largest p(j) - p(i), are flagged. The same set as the default of cleanlab 2.9;
one pass in chunks, so the memory beyond the probabilities is about 20 bytes a row.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from .given import CHUNK

SLACK = 1e-6
"""A probability this little below a threshold still reaches it, and one this little above the label's is no other opinion."""
FLOOR = 2e-6
BIG = 2.0
"""Threshold of a class that no row is labelled with: out of reach."""


@dataclass(frozen=True, slots=True)
class Joint:
    """counts: (classes, classes), given by true, rows sum to the rows labelled so. flagged: (n,) bool."""

    counts: npt.NDArray[np.int32]
    flagged: npt.NDArray[np.bool_]


def confident_joint(labels: Indices, probabilities: npt.NDArray) -> Joint:
    """The joint and the rows to look at; rows without a label (-1) are left out of both.

    A class keeps at least one row. A row whose likeliest class is its label is never flagged.
    """
    classes = probabilities.shape[1]
    small = labels.astype(np.int16 if classes < 2**15 else np.int32)
    agreeing, joint = _survey(small, probabilities)
    counts = _calibrated(joint.astype(np.float64), np.bincount(small[small >= 0], minlength=classes))
    del joint  # with thousands of classes these tables are what takes memory
    flagged = _largest_margins(small, probabilities, _leave_one(counts))
    flagged &= ~agreeing
    return Joint(counts, flagged)


def _survey(labels: npt.NDArray, probabilities: npt.NDArray) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Rows whose label is their likeliest class, or that have none (n,); raw joint counts (classes, classes)."""
    n, classes = probabilities.shape
    rows = max(1, CHUNK // classes)
    own = np.zeros(n, dtype=probabilities.dtype)
    for start in range(0, n, rows):
        part = labels[start : start + rows]
        own[start : start + rows] = probabilities[np.arange(start, start + len(part)), np.maximum(part, 0)]
    held = labels >= 0
    size = np.bincount(labels[held], minlength=classes)
    total = np.bincount(labels[held], weights=own[held], minlength=classes)
    thresholds = np.maximum(np.where(size > 0, total / np.maximum(size, 1), BIG), FLOOR)
    reach = (thresholds - SLACK).astype(probabilities.dtype)
    agreeing = np.zeros(n, dtype=bool)
    guess = np.full(n, -1, dtype=labels.dtype)
    for start in range(0, n, rows):
        part = probabilities[start : start + rows]
        best, top = _likeliest(part)
        agreeing[start : start + rows] = own[start : start + rows] + SLACK >= top
        guess[start : start + rows] = _confident(part, best, top, reach)
    agreeing |= ~held
    used = np.flatnonzero(held & (guess >= 0))
    keys = labels[used].astype(np.int64)
    keys *= classes
    keys += guess[used]
    return agreeing, np.bincount(keys, minlength=classes * classes).reshape(classes, classes)


def _likeliest(part: npt.NDArray) -> tuple[Indices, npt.NDArray]:
    best = part.argmax(axis=1)
    return best, part[np.arange(len(part)), best]


def _confident(part: npt.NDArray, best: Indices, top: npt.NDArray, reach: npt.NDArray) -> Indices:
    """The class each row counts for, -1 for none.

    Of several classes over their threshold the row's likeliest counts, even where that one is not over its own.
    """
    guess = best.copy()
    unsure = np.flatnonzero(top < reach[best])
    over = part[unsure] >= reach
    many = np.count_nonzero(over, axis=1)
    few = many < 2
    guess[unsure[few]] = np.where(many[few] == 1, over[few].argmax(axis=1), -1)
    return guess


def _calibrated(raw: npt.NDArray[np.float64], sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Counts scaled, in place, so that each row sums to the rows labelled so; as whole numbers."""
    np.fill_diagonal(raw, np.maximum(raw.diagonal(), 1))
    raw /= raw.sum(axis=1)[:, None]
    raw *= sizes[:, None]
    raw /= max(raw.sum(), 1e-100)
    raw *= sizes.sum()
    return _rounded(raw)


def _rounded(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """Whole numbers with the row sums of ``values``: what rounding lost or gained goes to the cells it wronged most."""
    whole = np.round(values)
    gap = np.round(values.sum(axis=1)) - whole.sum(axis=1)
    for row in np.flatnonzero(np.abs(gap) > 0.5):
        missing = int(gap[row])
        order = np.argsort(values[row] - whole[row])
        chosen = order[::-1][:missing] if missing > 0 else order[:-missing]
        whole[row, chosen] += np.sign(missing)
    return whole.astype(np.int32)


def _leave_one(counts: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Counts that leave at least one row in each class: the diagonal raised to 1, at the cost of the rest of its row."""
    kept = np.maximum(counts.diagonal(), 1)
    raised = kept - counts.diagonal()
    if not raised.any():
        return counts
    shares = np.maximum(np.count_nonzero(counts, axis=1) - 1.0, 1.0)
    out = np.maximum(counts - (raised / shares)[:, None], 0)
    np.fill_diagonal(out, kept)
    return _rounded(out.T).T


def _largest_margins(
    labels: npt.NDArray, probabilities: npt.NDArray, counts: npt.NDArray[np.int32]
) -> npt.NDArray[np.bool_]:
    """For each (given i, other j), the ``counts[i, j]`` rows labelled i with the largest p(j) - p(i)."""
    flagged = np.zeros(len(labels), dtype=bool)
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels, np.arange(-1, len(counts)), side="right", sorter=order)
    for label, (start, end) in enumerate(itertools.pairwise(ends)):
        if end - start > 1:
            _flag(flagged, order[start:end], probabilities, label, counts[label])
    return flagged


def _flag(
    flagged: npt.NDArray[np.bool_], rows: Indices, probabilities: npt.NDArray, label: int, counts: npt.NDArray[np.int32]
) -> None:
    """Flag rows of one label. Few of them have another class ahead, and mostly those few hold all that are wanted."""
    wanted = np.flatnonzero(counts)
    wanted = wanted[wanted != label]
    classes = probabilities.shape[1]
    # Where most columns are needed and fit the cache, all at once are cheaper than one by one.
    together = 2 * len(wanted) >= classes and len(rows) * classes <= 4 * CHUNK
    block = np.ascontiguousarray(probabilities[rows].T) if together else None
    own = probabilities[rows, label] if block is None else block[label].copy()
    for other in wanted:
        margin = (probabilities[rows, other] if block is None else block[other]) - own
        n = int(counts[other])
        ahead = np.flatnonzero(margin > 0)
        if n <= len(ahead):
            chosen = ahead[np.argpartition(margin[ahead], len(ahead) - n)[len(ahead) - n :]]
        elif n < len(margin):
            chosen = np.argpartition(margin, len(margin) - n)[len(margin) - n :]
        else:
            chosen = slice(None)
        flagged[rows[chosen]] = True
