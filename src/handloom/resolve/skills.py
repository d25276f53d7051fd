"""How good each actor is, with n and an interval: from gold, overlap and experts' verdicts. Skills weigh, never delete."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices
from ..core.errors import Malformed
from .aggregate.others import blocks, supported
from .aggregate.result import Aggregate
from .aggregate.votes import Table, Votes
from .deferred import csr

LEVEL = 0.95
STEPS = 10
BINS = 40
GRID = 201


@dataclass(frozen=True, slots=True)
class Skills:
    """Skills of all actors, row i being actor i.

    accuracy, low, high: (actors,) share of right answers with its interval. n: (actors,) answers that say something about
    the skill: on gold, or on items where somebody else answered too. gold, gold_right: (actors,) answers on gold, and how
    many of these were right. answers: (actors,) all answers. recall, recall_low, recall_high, recall_n: (actors, classes)
    share right among items of each class; n is the expected number of such items, so it need not be whole; the share is nan
    where it is 0.
    """

    accuracy: Table
    low: Table
    high: Table
    n: Indices
    gold: Indices
    gold_right: Indices
    answers: Indices
    recall: Table
    recall_low: Table
    recall_high: Table
    recall_n: Table


def estimate(votes: Votes, aggregate: Aggregate, *, level: float = LEVEL) -> Skills:
    """Skills from one aggregation of these votes.

    An actor's answer is judged by what all *others* (and gold) say of its item: their own answer is divided out of the
    posterior. With q the others' belief in the class the actor named, the answer's likelihood as a function of the
    skill p is p q + (1 - p)(1 - q) / (classes - 1). The posterior of p under Jeffreys' prior is computed on a grid, so
    an actor whose items nobody else saw gets a wide interval and not a praise. Experts' verdicts count as gold.
    """
    told = supported(votes)
    n = votes.n_actors
    named = np.zeros(len(votes))
    for rows, belief in blocks(votes, aggregate):
        named[rows] = belief[np.arange(rows.size), votes.values[rows]]
    cell = votes.actors[told]
    accuracy, low, high = judged(cell, named[told], n, votes.n_classes, level)
    certain = votes.gold[votes.items] >= 0
    right = certain & (votes.gold[votes.items] == votes.values)
    share, total = _by_class(votes, aggregate, told, accuracy)
    recall, recall_low, recall_high = wilson(share * total, total, level=level)
    return Skills(
        accuracy, low, high,
        np.bincount(cell, None, n), np.bincount(votes.actors, certain, n).astype(np.int64),
        np.bincount(votes.actors, right, n).astype(np.int64), np.bincount(votes.actors, None, n),
        recall, recall_low, recall_high, total,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """One actor in one period: accuracy with its interval, n answers that could be checked."""

    actor: int
    period: int
    accuracy: float
    low: float
    high: float
    n: int


def over_time(votes: Votes, aggregate: Aggregate, periods: npt.ArrayLike, *, level: float = LEVEL) -> list[Period]:
    """Accuracy of every actor in every period in which an answer could be checked, sorted by actor and period.

    periods: (n,) number of the period of each answer, from 0. What is believed of the items stays that of all answers.
    """
    when = np.asarray(periods, dtype=np.int64)
    if when.shape != votes.actors.shape or (when.size and when.min() < 0):
        raise Malformed(f"every answer has a period, numbered from 0; found {when.size} for {len(votes)} answers")
    told, named = supported(votes), np.zeros(len(votes))
    for rows, belief in blocks(votes, aggregate):
        named[rows] = belief[np.arange(rows.size), votes.values[rows]]
    cells, place = np.unique(np.stack((votes.actors[told], when[told]), axis=1), axis=0, return_inverse=True)
    place = place.ravel()
    accuracy, low, high = judged(place, named[told], len(cells), votes.n_classes, level)
    times = np.bincount(place, minlength=len(cells))
    return [
        Period(int(actor), int(period), float(accuracy[c]), float(low[c]), float(high[c]), int(times[c]))
        for c, (actor, period) in enumerate(cells)
    ]


def wilson(successes: npt.ArrayLike, n: npt.ArrayLike, *, level: float = LEVEL) -> tuple[Table, Table, Table]:
    """(share, low, high) of proportions, elementwise (Wilson 1927); share nan and interval 0 to 1 where n is 0.

    n may be an expected, broken number. The interval always holds the share.
    """
    hits, total = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(n, np.float64))
    if (hits < 0).any() or (total < hits - 1e-6).any():
        raise Malformed("successes lie between 0 and n")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    some = total > 1e-9
    safe = np.where(some, total, 1.0)
    part = np.clip(hits / safe, 0.0, 1.0)
    centre = (part + z * z / (2 * safe)) / (1 + z * z / safe)
    half = z / (1 + z * z / safe) * np.sqrt(part * (1 - part) / safe + z * z / (4 * safe * safe))
    low, high = np.maximum(0.0, np.minimum(centre - half, part)), np.minimum(1.0, np.maximum(centre + half, part))
    return np.where(some, part, np.nan), np.where(some, low, 0.0), np.where(some, high, 1.0)


def _by_class(votes: Votes, aggregate: Aggregate, told: npt.NDArray[np.bool_], accuracy: Table) -> tuple[Table, Table]:
    """((actors, classes) share right among the items of each class, how many such items).

    Maximum likelihood by EM, what the others believe being given: the actor is right in class k with probability p_k and else
    names each other class alike. Counting agreement with the others' belief instead would make everybody worse than they
    are wherever the others are unsure. An item that they are unsure of counts for less than one: by the square of the belief.
    """
    n, k = votes.n_actors, votes.n_classes
    share = np.repeat(np.clip(accuracy, 0.05, 0.95)[:, None], k, axis=1)
    weight = np.zeros((n, k))
    for step in range(STEPS):
        hits, total = np.zeros((n, k)), np.zeros((n, k))
        for rows, belief in blocks(votes, aggregate):
            rows, belief = rows[told[rows]], belief[told[rows]]
            who, said, each = votes.actors[rows], votes.values[rows], np.arange(rows.size)
            if step == 0:
                weight += _sums(who, belief**2, n)
            chance = belief * (1 - share[who]) / max(k - 1, 1)
            chance[each, said] = belief[each, said] * share[who, said]
            chance /= np.maximum(chance.sum(axis=1, keepdims=True), 1e-300)
            total += _sums(who, chance, n)
            hits += np.bincount(who * k + said, chance[each, said], n * k).reshape(n, k)
        share = np.divide(hits, total, out=np.full((n, k), 0.5), where=total > 1e-9)
    return np.minimum(share, 1.0), weight


def _sums(group: Indices, rows: Table, groups: int) -> Table:
    """(groups, columns) sums of the rows of each group; a product with one sparse row of ones per group."""
    there = csr((np.ones(group.size), (group, np.arange(group.size))), (groups, group.size))
    return there @ rows


def judged(group: Indices, named: Table, groups: int, classes: int, level: float = LEVEL) -> tuple[Table, Table, Table]:
    """(groups,) posterior mean, low and high of the share right, from the others' belief in what each answer named.

    group: (n,) numbers of who or what said it; named: (n,) belief of all others in it.
    """
    place = np.minimum((named * BINS).astype(np.int64), BINS - 1)
    seen = np.bincount(group * BINS + place, minlength=groups * BINS).reshape(groups, BINS).astype(np.float64)
    mean = np.bincount(place, named, BINS) / np.maximum(np.bincount(place, minlength=BINS), 1)
    return _on_grid(seen, mean, classes, level)


def _on_grid(seen: Table, mean: Table, classes: int, level: float) -> tuple[Table, Table, Table]:
    """Posterior mean and central interval of the skill from (actors, bins) counts of answers by others' belief."""
    skill = (np.arange(GRID) + 0.5) / GRID
    wrong = (1 - mean) / max(classes - 1, 1)
    chance = mean[:, None] * skill[None, :] + wrong[:, None] * (1 - skill[None, :])
    log = seen @ np.log(np.maximum(chance, 1e-300)) - 0.5 * np.log(skill * (1 - skill))
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    mean_skill = weight @ skill
    upto = np.cumsum(weight, axis=1)
    tail = (1 - level) / 2
    low = (np.argmax(upto >= tail, axis=1)) / GRID
    high = (np.argmax(upto >= 1 - tail - 1e-12, axis=1) + 1) / GRID
    return mean_skill, low, high
