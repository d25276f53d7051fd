"""The common engine: variational EM over single choices, as products with one sparse matrix.

The class of item i is t_i ~ prior; actor a, asked about an item of class k, says l with probability C[a, k, l]. What is
believed of C, given expected counts, is what tells the models of this folder apart: `Model`. Items may have gold, which
clamps them, and weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.arrays import Indices
from ...core.errors import Malformed
from ..deferred import digamma, gammaln
from .result import Aggregate, clamp, likeliest, tempered
from .votes import UNKNOWN, Table, Votes

TOLERANCE = 1e-7


@dataclass(frozen=True, slots=True)
class Problem:
    """Votes made ready: said, the sparse matrix; start, (items, classes) posteriors to begin with; prior, pseudo-items
    of each class; weights, (items,) how many times each item counts, or None."""

    votes: Votes
    said: Any
    start: Table
    prior: Table
    weights: Table | None = None

    @staticmethod
    def of(votes: Votes, priors: Any = None, weights: Any = None) -> Problem:
        """The problem of these votes, to begin at the shares of the answers. Raises `Malformed` where sizes differ."""
        prior = class_prior(votes, priors)
        start = votes.counts()
        start += 1e-9
        start /= start.sum(axis=1, keepdims=True)
        load = None if weights is None else np.asarray(weights, dtype=np.float64)
        return Problem(votes, votes.said(), clamp(start, votes.gold), prior, load)


@dataclass(frozen=True, slots=True)
class Belief:
    """What a model believes of the confusions: log, (actors, true, said) expected logs; gap, the divergence from the prior
    that the evidence pays for it; confusions, their means; pull, pseudo-counts in them that are not the actor's own."""

    log: Table
    gap: float
    confusions: Table
    pull: Table | None = None


Model = Callable[[Table], Belief]
"""(actors, true, said) expected counts -> belief."""


@dataclass(frozen=True, slots=True)
class State:
    """One step of the EM: posteriors (items, classes); what was believed of the confusions; mass (classes,) pseudo-items
    and items; evidence a lower bound of log p(answers, gold); step how many iterations led here."""

    posteriors: Table
    belief: Belief
    mass: Table
    evidence: float
    step: int


def fit(problem: Problem, model: Model, *, iterations: int, state: State | None = None) -> State:
    """Steps from the start, or on from a state; the one with the most evidence. At least one step is made."""
    best = state
    posteriors, made = (problem.start, 0) if state is None else (state.posteriors, state.step)
    for number in range(made + 1, made + max(iterations, 1) + 1):
        now = _step(problem, model, posteriors, number)
        gained = np.inf if best is None else now.evidence - best.evidence
        if best is None or gained > 0:
            best = now
        if gained < TOLERANCE * abs(now.evidence):
            break
        posteriors = now.posteriors
    assert best is not None
    return best


def _step(problem: Problem, model: Model, posteriors: Table, number: int) -> State:
    n, k = problem.votes.n_actors, problem.votes.n_classes
    weighed = posteriors if problem.weights is None else posteriors * problem.weights[:, None]
    flat = problem.said.T @ weighed
    belief = model(np.ascontiguousarray(flat.reshape(n, k, k).transpose(0, 2, 1)))
    mass = problem.prior + weighed.sum(axis=0)
    common = digamma(mass) - digamma(mass.sum())
    scores = problem.said @ np.ascontiguousarray(belief.log.transpose(0, 2, 1)).reshape(n * k, k)
    scores += common
    after, norm = softmax(scores, problem.votes.gold, np.flatnonzero(problem.votes.gold >= 0))
    likelihood = norm.sum() if problem.weights is None else norm @ problem.weights
    return State(after, belief, mass, float(likelihood) - belief.gap - divergence(mass, problem.prior), number)


def divergence(shape: Table, prior: Table) -> float:
    """Sum of KL(Dirichlet(shape), Dirichlet(prior)) over all but the last axis; the prior may broadcast."""
    log = digamma(shape) - digamma(shape.sum(axis=-1, keepdims=True))
    wide = np.broadcast_to(prior, shape.shape)
    return float(((shape - wide) * log).sum() + (log_beta(wide) - log_beta(shape)).sum())


def softmax(scores: Table, gold: Indices, known: Indices) -> tuple[Table, Table]:
    """(rows that sum to 1, log of their sums), in place; a gold row is its class, and its sum is that class's score."""
    certain = scores[known, gold[known]]
    # Column by column: numpy reduces short rows slowly.
    top = scores[:, 0].copy()
    for column in scores.T[1:]:
        np.maximum(top, column, out=top)
    scores -= top[:, None]
    np.exp(scores, out=scores)
    sums = total(scores)
    scores /= sums[:, None]
    norm = np.log(sums)
    norm += top
    norm[known] = certain
    return clamp(scores, gold), norm


def log_beta(shape: Table) -> Any:
    """Log of the multivariate beta function over the last axis."""
    return total(gammaln(shape)) - gammaln(total(shape))


def total(table: Table) -> Table:
    """Sums over the last axis; a product with ones is several times as fast as a sum over a short axis."""
    return table @ np.ones(table.shape[-1])


def finish(method: str, votes: Votes, state: State) -> Aggregate:
    """The result of an EM that ended in ``state``."""
    labels, given = labelled(votes, state.posteriors)
    common = state.mass / state.mass.sum()
    confusions = state.belief.confusions
    return Aggregate(
        method, labels, tempered(state.posteriors, given), common, np.einsum("akk,k->a", confusions, common),
        state.posteriors, confusions, state.belief.pull, state.evidence, state.step,
    )  # fmt: skip


def labelled(votes: Votes, posteriors: Table) -> tuple[Indices, Table]:
    """((items,) likeliest class, -1 where nothing is known; (items,) how many answers)."""
    given = np.bincount(votes.items, minlength=votes.n_items).astype(np.float64)
    labels = likeliest(posteriors)
    labels[(given == 0) & (votes.gold == UNKNOWN)] = UNKNOWN
    return labels, given


def class_prior(votes: Votes, priors: Any) -> Table:
    """(classes,) pseudo-items, one of each class by default. Raises `Malformed`."""
    prior = np.ones(votes.n_classes) if priors is None else np.asarray(priors, dtype=np.float64)
    if prior.shape != (votes.n_classes,) or not (prior > 0).all():
        raise Malformed(f"priors is a number above 0 for each of {votes.n_classes} classes; found {prior.tolist()}")
    return prior
