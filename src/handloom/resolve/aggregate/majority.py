"""The class that most answers named."""

from __future__ import annotations

import numpy as np

from .result import Aggregate, clamp, likeliest
from .votes import UNKNOWN, Table, Votes


def majority(votes: Votes) -> Aggregate:
    """Majority vote; posteriors are the shares of the answers, so a tie of two reads 0.5. Gold overrules.

    Of classes with equally many votes the first wins, so number the classes in a fixed order. accuracy: share of an
    actor's answers that agree with the label, their own answer included; a tie of two counts one half.
    """
    counts = votes.counts()
    total = counts.sum(axis=1)
    overall = counts.sum(axis=0) / total.sum()
    shares = np.divide(counts, total[:, None], out=np.tile(overall, (votes.n_items, 1)), where=total[:, None] > 0)
    shares = clamp(shares, votes.gold)
    labels = likeliest(shares)
    best = np.round(shares, 9) == np.round(shares.max(axis=1, keepdims=True), 9)
    agree = (best / best.sum(axis=1, keepdims=True))[votes.items, votes.values]
    given = np.bincount(votes.actors, minlength=votes.n_actors).astype(np.float64)
    accuracy = share(np.bincount(votes.actors, agree, votes.n_actors).astype(np.float64), given)
    labels[(total == 0) & (votes.gold == UNKNOWN)] = UNKNOWN
    return Aggregate("majority", labels, shares, overall, accuracy)


def share(part: Table, whole: Table) -> Table:
    """part / whole, nan where there is nothing to divide by."""
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
