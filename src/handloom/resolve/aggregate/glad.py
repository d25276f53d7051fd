"""Actors have ability, items have difficulty (GLAD; Whitehill et al. 2009)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from .em import class_prior, labelled, softmax
from .result import Aggregate, tempered
from .votes import Table, Votes

ITERATIONS = 10
STEPS = 10
"""Steps of the optimiser within one step of the EM."""


def glad(votes: Votes, *, iterations: int = ITERATIONS, priors: npt.ArrayLike | None = None) -> Aggregate:
    """Labels where the probability that actor a is right on item i is 1 / (1 + exp(-ability_a * ease_i)), ease_i > 0.

    Errors fall on the other classes alike. Priors as in the paper: ability ~ N(1, 1), log ease ~ N(1, 1). One long step
    per iteration over all answers, so it is the slowest method here; ``accuracy`` is that on an item of average ease.
    priors: (classes,) pseudo-items.
    """
    prior = class_prior(votes, priors)
    k, cells = votes.n_classes, votes.items * votes.n_classes + votes.values
    parameters = np.ones(votes.n_actors + votes.n_items)
    posteriors = votes.counts()
    posteriors /= np.maximum(posteriors.sum(axis=1, keepdims=True), 1.0)
    mass, done, before = prior, 0, -np.inf
    while done < iterations:
        done += 1
        right = posteriors.ravel()[cells]
        parameters = minimize(
            _cost, parameters, (votes, right), method="L-BFGS-B", jac=True, options={"maxiter": STEPS}
        ).x
        mass = prior + posteriors.sum(axis=0)
        chance = np.clip(expit(_product(votes, parameters)), 1e-9, 1 - 1e-9)
        miss = np.log((1 - chance) / max(k - 1, 1))
        scores = np.bincount(cells, np.log(chance) - miss, votes.n_items * k).reshape(votes.n_items, k)
        scores = scores + np.bincount(votes.items, miss, votes.n_items)[:, None] + np.log(mass / mass.sum())
        posteriors, norm = softmax(scores, votes.gold, np.flatnonzero(votes.gold >= 0))
        if abs(norm.sum() - before) < 1e-6 * abs(before):
            break
        before = float(norm.sum())
    labels, given = labelled(votes, posteriors)
    ability, ease = parameters[: votes.n_actors], np.exp(parameters[votes.n_actors :])
    accuracy = expit(ability * ease.mean())
    return Aggregate(
        "glad", labels, tempered(posteriors, given), mass / mass.sum(), accuracy, posteriors, iterations=done
    )


def _product(votes: Votes, parameters: Table) -> Table:
    return parameters[votes.actors] * np.exp(parameters[votes.n_actors :])[votes.items]


def _cost(parameters: Table, votes: Votes, right: Table) -> tuple[float, Table]:
    """Negative expected log joint of answers and parameters, and its gradient. right: (answers,) belief that it is so."""
    ability, log_ease = parameters[: votes.n_actors], parameters[votes.n_actors :]
    product = _product(votes, parameters)
    # log(1 + exp(x)) without overflow; an answer is right with probability expit(product).
    value = (np.logaddexp(0.0, product) - right * product).sum()
    value += 0.5 * ((ability - 1) ** 2).sum() + 0.5 * ((log_ease - 1) ** 2).sum()
    slope = expit(product) - right
    towards_ability = np.bincount(votes.actors, slope * np.exp(log_ease)[votes.items], votes.n_actors) + ability - 1
    towards_ease = np.bincount(votes.items, slope * product, votes.n_items) + log_ease - 1
    return float(value), np.concatenate((towards_ability, towards_ease))
