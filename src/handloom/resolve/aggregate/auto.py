"""The default: the model of the answers that has the most evidence, and no setting to be told."""

from __future__ import annotations

import numpy.typing as npt

from .dawid_skene import clearly_more, dawid_skene
from .mace import mace
from .one_coin import one_coin
from .result import Aggregate
from .votes import Votes

MANY_CLASSES = 50
"""Above this, confusions (classes squared per actor) cannot be learned from what people answer."""
MOST_CELLS = 8_000_000
"""Cells of all confusions together, 64 MB, above which only one number per actor is learned."""


def many(votes: Votes) -> bool:
    """Whether confusions, classes squared of each actor, are too many to learn or to hold."""
    k = votes.n_classes
    return k > MANY_CLASSES or votes.n_actors * k * k > MOST_CELLS


def confusable(votes: Votes) -> Aggregate:
    """`dawid_skene`, or `one_coin` where there are too `many` confusions: what people are measured by."""
    return one_coin(votes) if many(votes) else dawid_skene(votes)


def auto(votes: Votes, *, priors: npt.ArrayLike | None = None) -> Aggregate:
    """One of `one_coin`, `dawid_skene` and `mace`, by the evidence lower bound of the answers alone.

    With more than `MANY_CLASSES` classes, or more than `MOST_CELLS` cells of confusions: `one_coin`. With a single
    class: that class.
    """
    found = one_coin(votes, priors=priors)
    if votes.n_classes > 1 and not many(votes):
        for other in (dawid_skene(votes, priors=priors), mace(votes, priors=priors)):
            if clearly_more(other.evidence, found.evidence):
                found = other
    return found
