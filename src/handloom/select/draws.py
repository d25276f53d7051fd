"""How much several opinions on the same rows differ: of a committee of models, or of one model drawn several times.

All take draws (members, rows, classes) and look at a few thousand rows at a time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..core.arrays import Draws, Indices, Probs, Scores
from .picks import CHUNK
from .uncertainty import plogp

Floats = npt.NDArray[np.float32]


def vote_entropies(draws: Draws, candidates: Indices | None = None, *, multi: bool = False) -> Scores:
    """(rows,) entropy of the members' votes as a share of the largest possible. Dagan and Engelson 1995.

    Few members give few different values, so a thousandth of the entropy of their mean decides between equal votes.
    """

    def score(part: Floats) -> Floats:
        if multi:
            votes = (part > 0.5).mean(axis=0, dtype=np.float32)
        else:
            first = part.argmax(axis=2)
            votes = np.stack([(first == k).mean(axis=0) for k in range(part.shape[2])], axis=1).astype(np.float32)
        whole = np.float32(0.999) * _entropy(votes, multi) + np.float32(0.001) * _entropy(part.mean(axis=0), multi)
        return np.where(np.isfinite(part.sum(axis=(0, 2))), whole, np.nan)

    return _by_chunk(score, draws, candidates)


def consensus_entropies(draws: Draws, candidates: Indices | None = None, *, multi: bool = False) -> Scores:
    """(rows,) entropy of the members' mean probabilities as a share of the largest possible."""
    return _by_chunk(lambda part: _entropy(part.mean(axis=0), multi), draws, candidates)


def informations(draws: Draws, candidates: Indices | None = None, *, multi: bool = False) -> Scores:
    """(rows,) entropy of the mean minus mean of the entropies, as a share of the largest entropy. Houlsby et al. 2011."""

    def score(part: Floats) -> Floats:
        own = np.mean([_entropy(member, multi) for member in part], axis=0)
        return np.maximum(_entropy(part.mean(axis=0), multi) - own, 0)

    return _by_chunk(score, draws, candidates)


def moves(probabilities: Probs, noisy: Draws, candidates: Indices | None = None, *, multi: bool = False) -> Scores:
    """(rows,) mean total variation distance in [0, 1] between the output and the output on noisy inputs."""
    factor = np.float32(1 / probabilities.shape[1] if multi else 0.5)
    count = len(probabilities) if candidates is None else len(candidates)
    out = np.empty(count, dtype=np.float32)
    step = max(1, CHUNK // len(noisy))
    for begin in range(0, count, step):
        rows = slice(begin, begin + step) if candidates is None else candidates[begin : begin + step]
        out[begin : begin + step] = factor * np.abs(noisy[:, rows] - probabilities[rows]).sum(axis=2).mean(axis=0)
    return out


def _by_chunk(score: Callable[[Floats], Floats], draws: Draws, candidates: Indices | None) -> Scores:
    count = draws.shape[1] if candidates is None else len(candidates)
    out = np.empty(count, dtype=np.float32)
    step = max(1, CHUNK // len(draws))
    for begin in range(0, count, step):
        rows = slice(begin, begin + step) if candidates is None else candidates[begin : begin + step]
        out[begin : begin + step] = score(draws[:, rows])
    return out


def _entropy(part: Floats, multi: bool) -> Floats:
    if multi or part.shape[1] < 2:
        return np.maximum(-(plogp(part) + plogp(1 - part)).mean(axis=1) / np.float32(np.log(2)), 0)
    return np.maximum(-plogp(part).sum(axis=1) / np.float32(np.log(part.shape[1])), 0)
