"""What everybody else says: the belief in an item's class without one of its answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from .result import Aggregate
from .votes import Table, Votes

CELLS = 4_000_000
"""Numbers of a belief held at a time, 32 MB."""


def others(votes: Votes, aggregate: Aggregate) -> tuple[Table, npt.NDArray[np.bool_]]:
    """((answers, classes) belief without the answer itself, (answers,) whether anybody else or gold supports it)."""
    return _belief(votes, aggregate), supported(votes)


def supported(votes: Votes) -> npt.NDArray[np.bool_]:
    """(answers,) whether anybody else, or gold, says something about the item."""
    several = np.bincount(votes.items, minlength=votes.n_items)[votes.items] > 1
    return several | (votes.gold[votes.items] >= 0)


def blocks(votes: Votes, aggregate: Aggregate, cells: int = CELLS) -> Iterator[tuple[Indices, Table]]:
    """(answers, their belief by others) a part at a time, so that many classes do not need memory for all answers at once."""
    size = max(1, cells // votes.n_classes)
    for start in range(0, len(votes), size):
        rows = np.arange(start, min(start + size, len(votes)))
        # Without a model of answers, the belief is counted from all answers of the item.
        part = votes if aggregate.raw is None else votes.take(rows)
        found = _belief(part, aggregate)
        yield rows, found if part is not votes else found[rows]


def _belief(votes: Votes, aggregate: Aggregate) -> Table:
    """(answers, classes) belief without the answer itself.

    The belief is the raw one, not tempered: that answers depend on each other makes a label less sure, but taking the others
    for less sure would make everybody look better than they are (measured: docs/numbers/aggregation.md).
    """
    if aggregate.raw is not None:
        log = np.log(np.maximum(aggregate.raw, 1e-300))[votes.items]
        log -= log_said(votes, aggregate)
        log -= log.max(axis=1, keepdims=True)
        belief = np.exp(log)
        belief /= belief.sum(axis=1, keepdims=True)
    else:
        left = votes.counts()[votes.items]
        left[np.arange(len(votes)), votes.values] -= 1.0
        sums = left.sum(axis=1, keepdims=True)
        belief = np.divide(left, sums, out=np.tile(aggregate.prior, (len(votes), 1)), where=sums > 0)
    known = votes.gold[votes.items]
    sure = np.flatnonzero(known >= 0)
    belief[sure] = 0.0
    belief[sure, known[sure]] = 1.0
    return belief


def log_said(votes: Votes, aggregate: Aggregate) -> Table:
    """(answers, classes) log of the probability that this actor says this, were the class the column's."""
    if aggregate.confusions is not None:
        return np.log(np.maximum(aggregate.confusions[votes.actors, :, votes.values], 1e-300))
    right = np.clip(aggregate.accuracy[votes.actors], 1e-9, 1 - 1e-9)
    out = np.tile(np.log((1 - right) / max(votes.n_classes - 1, 1))[:, None], (1, votes.n_classes))
    out[np.arange(len(votes)), votes.values] = np.log(right)
    return out
