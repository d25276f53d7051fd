"""Every actor has one number, the share of right answers; errors fall on the other classes alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ..deferred import digamma
from .em import TOLERANCE, class_prior, labelled, log_beta, softmax
from .result import Aggregate, tempered
from .votes import Table, Votes

ITERATIONS = 10
COUNTED = 4.0
"""Pseudo-answers of average quality in every actor's accuracy."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One step: posteriors (items, classes), right and wrong (actors,) counts, mass (classes,), evidence, its number."""

    posteriors: Table
    right: Table
    wrong: Table
    mass: Table
    evidence: float
    number: int


def one_coin(votes: Votes, *, iterations: int = ITERATIONS, priors: npt.ArrayLike | None = None) -> Aggregate:
    """Labels and one accuracy per actor, by few steps of variational EM (two-parameter-free case of Raykar et al. 2010).

    For many classes and few answers per actor: it learns one number where Dawid-Skene learns classes squared. Memory is
    that of the posteriors; ``confusions`` is None, since the accuracy says it all. priors: (classes,) pseudo-items.
    """
    prior = class_prior(votes, priors)
    cells = votes.items * votes.n_classes + votes.values
    posteriors = votes.counts()
    posteriors /= np.maximum(posteriors.sum(axis=1, keepdims=True), 1.0)
    best: _Step | None = None
    for number in range(1, iterations + 1):
        step = _step(votes, cells, prior, posteriors, number)
        gained = np.inf if best is None else step.evidence - best.evidence
        if best is None or gained > 0:
            best = step
        if gained < TOLERANCE * abs(step.evidence):
            break
        posteriors = step.posteriors
    assert best is not None
    labels, given = labelled(votes, best.posteriors)
    return Aggregate(
        "one_coin", labels, tempered(best.posteriors, given), best.mass / best.mass.sum(),
        best.right / (best.right + best.wrong), best.posteriors, None, None, best.evidence, best.number,
    )  # fmt: skip


def _step(votes: Votes, cells: Indices, prior: Table, posteriors: Table, number: int) -> _Step:
    n, k = votes.n_actors, votes.n_classes
    given = np.bincount(votes.actors, minlength=n)
    hits = np.bincount(votes.actors, posteriors.ravel()[cells], n).astype(np.float64)
    # The average counts like an estimate of its own, so that a set without an error does not end in log 0.
    mean = (np.bincount(votes.kinds, hits) + COUNTED) / (np.bincount(votes.kinds, given) + COUNTED + 1.0)
    pulls = COUNTED * np.stack((mean, 1 - mean))[:, votes.kinds]
    right, wrong = hits + pulls[0], given - hits + pulls[1]
    both = digamma(right + wrong)
    hit, miss = digamma(right) - both, digamma(wrong) - both - np.log(max(k - 1, 1))
    mass = prior + posteriors.sum(axis=0)
    common = digamma(mass) - digamma(mass.sum())
    scores = np.bincount(cells, (hit - miss)[votes.actors], votes.n_items * k).astype(np.float64)
    scores = scores.reshape(votes.n_items, k)
    scores += np.bincount(votes.items, miss[votes.actors], votes.n_items)[:, None]
    scores += common
    after, norm = softmax(scores, votes.gold, np.flatnonzero(votes.gold >= 0))
    # KL of the accuracies' posteriors from their priors, and of the classes'; log(k - 1) stays with the likelihood.
    gap = float((hits * hit + (given - hits) * (digamma(wrong) - both)).sum())
    gap += float((log_beta(pulls.T) - log_beta(np.stack((right, wrong), axis=1))).sum())
    gap += float(((mass - prior) * common).sum() + log_beta(prior) - log_beta(mass))
    return _Step(after, right, wrong, mass, float(norm.sum()) - gap, number)
