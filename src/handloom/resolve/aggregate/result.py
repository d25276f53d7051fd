"""What an aggregator gives back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...core.arrays import Indices
from .votes import Table

DEPENDENCE = 0.25
"""Correlation taken for granted between the answers to one item, beyond what actors' skills explain: hard items are hard
for everybody. m answers then weigh as m / (1 + (m - 1) * 0.25) independent ones (Kish's design effect). Without it,
posteriors of ten answers claim 0.99 and are right in 0.93. Chosen once for all on the four sets of docs/numbers."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Labels of all items, and what they rest on.

    method: which aggregator, with its settings in words. labels: (items,) the likeliest class, -1 where nobody answered
    and there is no gold. posteriors: (items, classes), rows sum to 1; gold rows are 0 and 1. prior: (classes,) how common
    each class is. accuracy: (actors,) probability of a right answer on this mix of classes. raw: (items, classes)
    posteriors as if all answers were independent, from which the skills were learned. confusions: (actors, true class,
    said class), rows sum to 1. pull: pseudo-counts behind them, the part that is not the actor's own. These three are
    None for methods without. evidence: natural log of (a lower bound of) the probability of all answers under the
    model, -inf for methods that are no model of answers. iterations: steps made.
    """

    method: str
    labels: Indices
    posteriors: Table
    prior: Table
    accuracy: Table
    raw: Table | None = None
    confusions: Table | None = None
    pull: Table | None = None
    evidence: float = float("-inf")
    iterations: int = 0

    @property
    def confidence(self) -> Table:
        """(items,) posterior of the label."""
        return self.posteriors.max(axis=1)

    def runner_up(self) -> tuple[Indices, Table]:
        """(items,) the second likeliest class and its posterior; class -1 where there is only one class."""
        if self.posteriors.shape[1] < 2:
            return np.full(len(self.labels), -1, dtype=np.int64), np.zeros(len(self.labels))
        rest = self.posteriors.copy()
        rest[np.arange(len(rest)), self.labels] = -1.0
        second = likeliest(rest)
        return second, np.maximum(rest[np.arange(len(rest)), second], 0.0)


def likeliest(posteriors: Table) -> Indices:
    """(n,) class of the largest posterior; of equal ones (to nine digits) the first, so that rounding decides nothing."""
    return np.round(posteriors, 9).argmax(axis=1).astype(np.int64)


def clamp(posteriors: Table, gold: Indices) -> Table:
    """The same array, with rows of gold items set to their class."""
    known = np.flatnonzero(gold >= 0)
    posteriors[known] = 0.0
    posteriors[known, gold[known]] = 1.0
    return posteriors


def tempered(raw: Table, answers: Table, *, dependence: float = DEPENDENCE) -> Table:
    """Posteriors that allow for dependent answers: powers of the raw ones, so the order of classes stays.

    raw: (items, classes); answers: (items,) how many each has. Certain rows stay certain.
    """
    power = 1.0 / (1.0 + dependence * np.maximum(answers - 1.0, 0.0))
    out = raw ** power[:, None]
    out /= out.sum(axis=1, keepdims=True)
    return out
