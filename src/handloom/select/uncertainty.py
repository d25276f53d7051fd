"""How unsure a model is, row by row, from its probabilities alone.

Measures are apart from strategies: `margins`, `doubts` and `entropies` give numbers, `handloom.select.margin`,
`handloom.select.least_confidence` and `handloom.select.entropy` turn them into picks. Whether the task is multi-label
cannot be seen reliably from a few rows, so the caller may say so; left to itself, rows that do not sum to 1 are taken as
multi-label.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Probs, ScoreFunction, Scores
from .picks import CHUNK


def is_multi(probabilities: Probs) -> bool:
    """True when some of the first rows do not sum to 1: each label then has its own probability."""
    total = probabilities[:1000].sum(axis=1)
    total = total[np.isfinite(total)]
    return bool(total.size and np.abs(total - 1).max() > 1e-2)


def margins(probabilities: Probs, candidates: Indices | None = None, *, multi: bool | None = None) -> Scores:
    """(rows,) scores in [0, 1]: 1 minus the gap between the two likeliest classes.

    Multi-label: 1 minus the distance of the least certain label from the even chance, times two. A row with nan scores nan.
    Scheffer, Decomain and Wrobel 2001.
    """
    multi = is_multi(probabilities) if multi is None else multi
    score = _label_margin if multi or probabilities.shape[1] < 2 else _class_margin
    return _by_chunk(score, probabilities, candidates)


def doubts(probabilities: Probs, candidates: Indices | None = None, *, multi: bool | None = None) -> Scores:
    """(rows,) scores in [0, 1]: 1 minus the probability of the likeliest answer.

    Multi-label: of the likeliest set of labels, labels taken as independent. Lewis and Gale 1994.
    """
    multi = is_multi(probabilities) if multi is None else multi
    return _by_chunk(_set_doubt if multi else _class_doubt, probabilities, candidates)


def entropies(probabilities: Probs, candidates: Indices | None = None, *, multi: bool | None = None) -> Scores:
    """(rows,) entropy as a share of the largest possible, in [0, 1]; multi-label: mean over the labels. Shannon 1948."""
    multi = is_multi(probabilities) if multi is None else multi
    return _by_chunk(
        _label_entropy if multi or probabilities.shape[1] < 2 else _class_entropy, probabilities, candidates
    )


def plogp(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """p log p, 0 where p is 0; nan stays nan."""
    out = np.maximum(values, np.float32(1e-30))
    np.log(out, out=out)
    out *= values
    return out


def _by_chunk(score: ScoreFunction, probabilities: Probs, candidates: Indices | None) -> Scores:
    count = len(probabilities) if candidates is None else len(candidates)
    out = np.empty(count, dtype=np.float32)
    for start in range(0, count, CHUNK):
        span = slice(start, start + CHUNK)
        out[span] = score(probabilities[span] if candidates is None else probabilities[candidates[span]])
    return out


def _class_margin(part: Probs) -> Scores:
    if part.shape[1] <= 16:
        # A running pair of maxima reads each value once; partition sorts rows and is several times slower when narrow.
        first, second = np.maximum(part[:, 0], part[:, 1]), np.minimum(part[:, 0], part[:, 1])
        low = np.empty_like(first)
        for k in range(2, part.shape[1]):
            np.minimum(first, part[:, k], out=low)
            np.maximum(first, part[:, k], out=first)
            np.maximum(second, low, out=second)
        return 1 - (first - second)
    two = np.partition(part, part.shape[1] - 2, axis=1)[:, -2:]
    return 1 - (two[:, 1] - two[:, 0])


def _label_margin(part: Probs) -> Scores:
    return 1 - 2 * np.abs(part - 0.5).min(axis=1)


def _class_doubt(part: Probs) -> Scores:
    return 1 - part.max(axis=1)


def _set_doubt(part: Probs) -> Scores:
    return 1 - np.maximum(part, 1 - part).prod(axis=1)


def _class_entropy(part: Probs) -> Scores:
    return np.maximum(-plogp(part).sum(axis=1) / np.float32(np.log(part.shape[1])), 0)


def _label_entropy(part: Probs) -> Scores:
    return np.maximum(-(plogp(part) + plogp(1 - part)).mean(axis=1) / np.float32(np.log(2)), 0)
