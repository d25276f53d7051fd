"""Every actor has their own confusions, pooled toward what is common (Dawid and Skene 1979)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from ...core.errors import Malformed
from ..deferred import digamma
from .em import Belief, Model, Problem, State, finish, fit, log_beta, total
from .result import Aggregate
from .votes import Table, Votes

Toward = Literal["population", "ability", "coin"]
TOWARD: tuple[Toward, ...] = ("ability", "coin", "population")
STRENGTHS = (1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 512.0)
"""Tried one after the other; the evidence chooses."""
ITERATIONS = 10
"""Few on purpose: running on to convergence raises the evidence and lowers the accuracy on real answers."""
TRIAL = 3
"""Steps after which strengths are compared; the best one goes on."""
COUNTED = 4.0
"""Pseudo-answers of average quality in every actor's own accuracy."""


def dawid_skene(
    votes: Votes,
    *,
    toward: Toward = "ability",
    strength: float | None = None,
    iterations: int = ITERATIONS,
    priors: npt.ArrayLike | None = None,
) -> Aggregate:
    """Labels, and the confusions of each actor, by few steps of variational EM.

    toward: what an actor's confusions are pulled to. ``population``: the confusions of all; ``coin``: the actor's own
    overall accuracy, the same for every class; ``ability``: the population's accuracy per class, all shifted by the
    actor's overall ability on the logit scale. strength: pseudo-answers per true class of that pull; None: the one of
    `STRENGTHS` with the most evidence. priors: (classes,) pseudo-items of each class.
    """
    if toward not in TOWARD:
        raise Malformed(f"confusions are pulled toward {', '.join(TOWARD)}; found {toward!r}")
    problem = Problem.of(votes, priors)
    chosen, state = solve(problem, toward, [strength] if strength else STRENGTHS, iterations)
    return finish(f"dawid_skene (toward {toward}, strength {chosen:g})", votes, state)


def solve(
    problem: Problem, toward: Toward, strengths: Sequence[float], iterations: int = ITERATIONS
) -> tuple[float, State]:
    """(strength, state): every strength makes a few steps, that with the most evidence makes the rest."""
    first = iterations if len(strengths) == 1 else min(TRIAL, iterations)
    found: tuple[float, State] | None = None
    for strength in strengths:
        tried = fit(problem, model(problem.votes, toward, strength), iterations=first)
        if found is None or clearly_more(tried.evidence, found[1].evidence):
            found = strength, tried
    assert found is not None
    strength, state = found
    if iterations > first:
        state = fit(problem, model(problem.votes, toward, strength), iterations=iterations - first, state=state)
    return strength, state


def clearly_more(evidence: float, than: float) -> bool:
    """Beyond what the order of a sum may change, so that no permutation of the answers changes the choice."""
    return evidence - than > 1e-9 * abs(than)


def model(votes: Votes, toward: Toward, strength: float) -> Model:
    """Dirichlet rows around what ``toward`` says is to be expected of the actor."""
    kinds = votes.kinds

    def believe(tables: Table) -> Belief:
        pooled = _by_kind(tables, kinds)
        common = pooled + np.eye(votes.n_classes) + 0.1  # as if one right answer per class stood beside them
        common /= common.sum(axis=2, keepdims=True)
        price = _price_of_common(pooled)
        if toward == "population":
            expected = common[0][None] if len(common) == 1 else common[kinds]
        else:
            hits, rows = np.einsum("akk->a", tables), total(tables)
            right, usual = _own(hits, rows, kinds) if toward == "coin" else _shifted(hits, rows, common, kinds)
            expected = _rows(right, common, kinds)
            price += _price(hits, rows, usual, strength)
        pull = strength * expected
        shape = tables + pull
        sums = total(shape)[:, :, None]
        log = digamma(shape)
        log -= digamma(sums)
        # KL of the rows from their prior: what they have more than it are the tables.
        before = log_beta(pull) if toward != "population" else np.broadcast_to(log_beta(pull), shape.shape[:2])
        gap = float(np.vdot(tables, log) + (before - log_beta(shape)).sum())
        return Belief(log, gap + price, shape / sums, pull)

    return believe


def _by_kind(tables: Table, kinds: npt.NDArray[np.int64]) -> Table:
    """(kinds, true, said) sums over the actors of each kind."""
    groups = int(kinds.max()) + 1
    if groups == 1:
        return tables.sum(axis=0)[None]
    return np.stack([tables[kinds == kind].sum(axis=0) for kind in range(groups)])


def _price(hits: Table, rows: Table, usual: Table, strength: float) -> float:
    """What one number per actor, fitted to the answers, costs in evidence (Laplace's approximation).

    usual: (actors,) accuracy to be expected of the actor. Half the log of how much narrower the answers make the number than
    its prior of `COUNTED` answers did, and its distance from the prior's mean. n answers to items of one class tell as
    much of the mean of a Dirichlet row as n s / (n + s) independent ones.
    """
    told = total(rows * strength / (rows + strength))
    own = (hits + COUNTED * usual) / (total(rows) + COUNTED)
    away = COUNTED * (own - usual) ** 2 / (usual * (1 - usual))
    return float(0.5 * (np.log1p(told / COUNTED) + away).sum())


def _price_of_common(pooled: Table) -> float:
    """The same for the population's confusions: classes - 1 numbers per row, each with one pseudo-answer per class before."""
    k = pooled.shape[1]
    return float(0.5 * (k - 1) * np.log1p(pooled.sum(axis=2) / k).sum())


def _own(hits: Table, rows: Table, kinds: npt.NDArray[np.int64]) -> tuple[Table, Table]:
    """((actors, 1) overall accuracy, `COUNTED` answers of their kind's average added, (actors,) that average)."""
    given, size = total(rows), kinds.max() + 1
    usual = ((np.bincount(kinds, hits, size) + 1.0) / (np.bincount(kinds, given, size) + 1.0 + 0.1))[kinds]
    return ((hits + COUNTED * usual) / (given + COUNTED))[:, None], usual


def _shifted(hits: Table, rows: Table, common: Table, kinds: npt.NDArray[np.int64]) -> tuple[Table, Table]:
    """((actors, classes) the kind's accuracy per class, moved by how the actor does against what would be usual on the same
    items; (actors,) what would be)."""
    diagonal = np.einsum("gkk->gk", common)
    before = COUNTED * diagonal.mean(axis=1)[kinds]
    given = total(rows) + COUNTED
    usual = (rows @ diagonal[0] if len(common) == 1 else total(rows * diagonal[kinds])) + before
    usual /= given
    ability = logit((hits + before) / given) - logit(usual)
    return 1.0 / (1.0 + np.exp(-(logit(diagonal)[kinds] + ability[:, None]))), usual


def logit(share: Table) -> Table:
    """Log odds, finite at the ends."""
    safe = np.clip(share, 1e-6, 1 - 1e-6)
    return np.log(safe) - np.log1p(-safe)


def _rows(right: Table, common: Table, kinds: npt.NDArray[np.int64]) -> Table:
    """(actors, true, said): right on the diagonal, the rest spread as the kind's errors are."""
    k = common.shape[1]
    if k == 1:
        return np.ones((len(kinds), 1, 1))
    errors = common * (1 - np.eye(k))
    errors /= errors.sum(axis=2, keepdims=True)
    spread = (1 - right)[:, :, None] * (errors[0][None] if len(errors) == 1 else errors[kinds])
    np.einsum("akk->ak", spread)[...] = right
    return spread
