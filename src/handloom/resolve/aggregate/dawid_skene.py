"""Every actor has their own confusions, pooled toward those of all (Dawid and Skene 1979)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from .result import Aggregate, clamp, likeliest
from .votes import UNKNOWN, Table, Votes

STRENGTH = 4.0
"""How many answers per true class the population's confusions count for, beside an actor's own."""
ITERATIONS = 10


def dawid_skene(
    votes: Votes, *, strength: float = STRENGTH, iterations: int = ITERATIONS, priors: npt.ArrayLike | None = None
) -> Aggregate:
    """Labels and confusions by few steps of variational EM.

    strength: pseudo-answers per true class that pull each actor's confusions toward the population's; small means that
    everybody stands for themselves, large that all are alike. priors: (classes,) pseudo-items of each class.
    """
    said, counts = votes.said(), votes.counts()
    prior = np.ones(votes.n_classes) if priors is None else np.asarray(priors, dtype=np.float64)
    posteriors = clamp((counts + 1e-9) / (counts + 1e-9).sum(axis=1, keepdims=True), votes.gold)
    n, k = votes.n_actors, votes.n_classes
    evidence, done = -np.inf, 0
    shape, mass = np.ones((n, k, k)), prior
    while done < iterations:
        done += 1
        tables = (said.T @ posteriors).reshape(n, k, k).transpose(0, 2, 1)
        pooled = tables.sum(axis=0) + np.eye(k) + 0.1
        toward = strength * pooled / pooled.sum(axis=1, keepdims=True)
        mass = prior + posteriors.sum(axis=0)
        weight = digamma(mass) - digamma(mass.sum())
        shape = tables + toward
        log = digamma(shape) - digamma(shape.sum(axis=2, keepdims=True))
        scores = said @ np.ascontiguousarray(log.transpose(0, 2, 1)).reshape(n * k, k) + weight
        posteriors, norm = softmax(scores, votes.gold)
        before, evidence = evidence, float(norm.sum()) - _divergence(tables, toward, shape, log)
        if abs(evidence - before) < 1e-6 * abs(evidence):
            break
    confusions = shape / shape.sum(axis=2, keepdims=True)
    common = mass / mass.sum()
    labels = likeliest(posteriors)
    labels[(counts.sum(axis=1) == 0) & (votes.gold == UNKNOWN)] = UNKNOWN
    accuracy = np.einsum("akk,k->a", confusions, common)
    return Aggregate("dawid_skene", labels, posteriors, common, accuracy, confusions, evidence, done)


def softmax(scores: Table, gold: npt.NDArray[np.int64]) -> tuple[Table, Table]:
    """(rows that sum to 1, log of the sums); a gold row is its class, and its sum is that class's score."""
    top = scores.max(axis=1)
    known = np.flatnonzero(gold >= 0)
    certain = scores[known, gold[known]]
    out = np.exp(scores - top[:, None])
    total = out.sum(axis=1)
    out /= total[:, None]
    norm = np.log(total) + top
    norm[known] = certain
    return clamp(out, gold), norm


def _divergence(tables: Table, toward: Table, shape: Table, log: Table) -> float:
    """Sum over actors and classes of KL(posterior of the row, its prior)."""
    wide = np.broadcast_to(toward, shape.shape)
    return float((tables * log).sum() + (_log_beta(wide) - _log_beta(shape)).sum())


def _log_beta(shape: Table) -> Table:
    return gammaln(shape).sum(axis=-1) - gammaln(shape.sum(axis=-1))
