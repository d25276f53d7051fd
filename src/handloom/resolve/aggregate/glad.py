"""Actors have ability, items have difficulty (GLAD; Whitehill et al. 2009)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..deferred import expit
from .em import class_prior, labelled, softmax
from .result import Aggregate, tempered
from .votes import Table, Votes

ITERATIONS = 10
STEPS = 10
"""Steps of the scoring for abilities and eases, within one step of the EM."""


def glad(votes: Votes, *, iterations: int = ITERATIONS, priors: npt.ArrayLike | None = None) -> Aggregate:
    """Labels where the probability that actor a is right on item i is 1 / (1 + exp(-ability_a * ease_i)), ease_i > 0.

    Errors fall on the other classes alike. Priors as in the paper: ability ~ N(1, 1), log ease ~ N(1, 1). One long step
    per iteration over all answers, so it is the slowest method here; ``accuracy`` is that on an item of average ease.
    priors: (classes,) pseudo-items.
    """
    prior = class_prior(votes, priors)
    k, cells = votes.n_classes, votes.items * votes.n_classes + votes.values
    ability, log_ease = np.ones(votes.n_actors), np.ones(votes.n_items)
    posteriors = votes.counts()
    posteriors /= np.maximum(posteriors.sum(axis=1, keepdims=True), 1.0)
    mass, done, before = prior, 0, -np.inf
    while done < iterations:
        done += 1
        right = posteriors.ravel()[cells]
        ability, log_ease = _scored(votes, right, ability, log_ease)
        mass = prior + posteriors.sum(axis=0)
        chance = np.clip(expit(ability[votes.actors] * np.exp(log_ease)[votes.items]), 1e-9, 1 - 1e-9)
        miss = np.log((1 - chance) / max(k - 1, 1))
        scores = np.bincount(cells, np.log(chance) - miss, votes.n_items * k).reshape(votes.n_items, k)
        scores = scores + np.bincount(votes.items, miss, votes.n_items)[:, None] + np.log(mass / mass.sum())
        posteriors, norm = softmax(scores, votes.gold, np.flatnonzero(votes.gold >= 0))
        if abs(norm.sum() - before) < 1e-6 * abs(before):
            break
        before = float(norm.sum())
    labels, given = labelled(votes, posteriors)
    accuracy = expit(ability * np.exp(log_ease).mean())
    return Aggregate(
        "glad", labels, tempered(posteriors, given), mass / mass.sum(), accuracy, posteriors, iterations=done
    )


def _scored(votes: Votes, right: Table, ability: Table, log_ease: Table) -> tuple[Table, Table]:
    """Fisher scoring by turns toward the most probable abilities and eases. right: (answers,) belief that it is so.

    The steps of log ease are kept below one, since its information vanishes where it is far off.
    """
    for _ in range(STEPS):
        ease = np.exp(log_ease)[votes.items]
        chance = expit(ability[votes.actors] * ease)
        slope = np.bincount(votes.actors, (right - chance) * ease, votes.n_actors) - (ability - 1)
        told = np.bincount(votes.actors, chance * (1 - chance) * ease**2, votes.n_actors) + 1
        ability = ability + slope / told
        product = ability[votes.actors] * ease
        chance = expit(product)
        slope = np.bincount(votes.items, (right - chance) * product, votes.n_items) - (log_ease - 1)
        told = np.bincount(votes.items, chance * (1 - chance) * product**2, votes.n_items) + 1
        log_ease = log_ease + np.clip(slope / told, -1.0, 1.0)
    return ability, log_ease
