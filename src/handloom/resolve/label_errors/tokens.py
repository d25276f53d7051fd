"""Labels of words: a document is as suspect as its worst token (Wang and Mueller 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices, Probs
from ...core.errors import BadValue


@dataclass(frozen=True, slots=True)
class TokenSuspect:
    """One token of one document: 1 - probability of its label, and the likeliest class."""

    document: int
    token: int
    score: float
    given: int
    proposed: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """documents: (n,) score of each, 0 for an empty one. suspects: tokens whose likeliest class is not theirs, worst first."""

    documents: npt.NDArray[np.float64]
    suspects: list[TokenSuspect]


def tokens(labels: Sequence[Indices], probabilities: Sequence[Probs]) -> Tokens:
    """labels: per document (tokens,) class numbers, -1 for none; probabilities: (tokens, classes). Raises `BadValue`."""
    lengths = np.array([len(one) for one in labels], dtype=np.int64)
    if len(labels) != len(probabilities) or any(len(p) != n for p, n in zip(probabilities, lengths, strict=True)):
        raise BadValue("every document needs one row of probabilities per token")
    scores = np.zeros(len(labels))
    if not lengths.sum():
        return Tokens(scores, [])
    flat = np.concatenate([np.asarray(one, dtype=np.int64) for one in labels])
    chances = np.concatenate([np.asarray(p) for p in probabilities if len(p)])
    document = np.repeat(np.arange(len(labels)), lengths)
    place = np.arange(len(flat)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    wrong = np.where(flat >= 0, 1.0 - chances[np.arange(len(flat)), np.maximum(flat, 0)], 0.0)
    np.maximum.at(scores, document, wrong)
    best = chances.argmax(axis=1)
    differs = np.flatnonzero((best != flat) & (flat >= 0))
    order = differs[np.argsort(-wrong[differs], kind="stable")]
    return Tokens(
        scores,
        [TokenSuspect(int(document[i]), int(place[i]), float(wrong[i]), int(flat[i]), int(best[i])) for i in order],
    )
