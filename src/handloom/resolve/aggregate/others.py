"""What everybody else says: the belief in an item's class without one of its answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .result import Aggregate
from .votes import Table, Votes


def others(votes: Votes, aggregate: Aggregate) -> tuple[Table, npt.NDArray[np.bool_]]:
    """((answers, classes) belief without the answer itself, (answers,) whether anybody else or gold supports it).

    The belief is the raw one, not tempered: that answers depend on each other makes a label less sure, but taking the others
    for less sure would make everybody look better than they are (measured: docs/numbers/aggregation.md).
    """
    if aggregate.raw is not None:
        log = np.log(np.maximum(aggregate.raw, 1e-300))[votes.items]
        log -= _log_said(votes, aggregate)
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
    several = np.bincount(votes.items, minlength=votes.n_items)[votes.items] > 1
    return belief, several | (known >= 0)


def _log_said(votes: Votes, aggregate: Aggregate) -> Table:
    """(answers, classes) log of the probability that this actor says this, were the class the column's."""
    if aggregate.confusions is not None:
        return np.log(np.maximum(aggregate.confusions[votes.actors, :, votes.values], 1e-300))
    right = np.clip(aggregate.accuracy[votes.actors], 1e-9, 1 - 1e-9)
    out = np.tile(np.log((1 - right) / max(votes.n_classes - 1, 1))[:, None], (1, votes.n_classes))
    out[np.arange(len(votes)), votes.values] = np.log(right)
    return out
