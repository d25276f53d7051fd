"""Every actor either knows the class or answers by habit without looking (MACE; Hovy et al. 2013)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..deferred import digamma
from .em import Belief, Problem, divergence, finish, fit
from .result import Aggregate
from .votes import Table, Votes

ITERATIONS = 10
INNER = 5
"""Steps that share each actor's right answers between knowing and habit, within one step for the items."""
KNOWS = (2.0, 1.0)
"""Pseudo-answers given knowingly and by habit, per actor."""
HABIT = 1.0
"""Pseudo-answers by habit of every class, per actor."""


def mace(votes: Votes, *, iterations: int = ITERATIONS, priors: npt.ArrayLike | None = None) -> Aggregate:
    """Labels when people may be spammers: actor a knows the class with probability k_a, else says l with habit h_al.

    Variational EM with a Beta prior on k_a and a Dirichlet prior on h_a. priors: (classes,) pseudo-items of each class.
    """
    return finish("mace", votes, fit(Problem.of(votes, priors), believe, iterations=iterations))


def believe(tables: Table) -> Belief:
    """Knowing and habit of every actor, as confusions."""
    k = tables.shape[1]
    said, hits = tables.sum(axis=1), np.einsum("akk->ak", tables)
    total = said.sum(axis=1)
    knows = np.tile(np.array(KNOWS), (len(tables), 1))
    habit = said + HABIT
    for _ in range(INNER):
        # Of the right answers, the part that knowing explains; the rest and all wrong ones are habit.
        know, guess = _logs(knows), _logs(habit)
        by_habit = know[:, 1:] + guess
        knowing = hits * np.exp(know[:, :1] - np.logaddexp(know[:, :1], by_habit))
        known = knowing.sum(axis=1)
        knows = np.array(KNOWS) + np.stack((known, total - known), axis=1)
        habit = said - knowing + HABIT
    know, guess = _logs(knows), _logs(habit)
    log = np.repeat((know[:, 1:] + guess)[:, None, :], k, axis=1)
    log[:, np.arange(k), np.arange(k)] = np.logaddexp(know[:, :1], know[:, 1:] + guess)
    share, mean = knows / knows.sum(axis=1, keepdims=True), habit / habit.sum(axis=1, keepdims=True)
    confusions = np.repeat((share[:, 1:] * mean)[:, None, :], k, axis=1)
    confusions[:, np.arange(k), np.arange(k)] += share[:, :1]
    gap = divergence(knows, np.array(KNOWS)) + divergence(habit, np.full(k, HABIT))
    return Belief(log, gap, confusions)


def _logs(shape: Table) -> Table:
    return digamma(shape) - digamma(shape.sum(axis=1, keepdims=True))
