"""Orders: which of two is better, and whole rankings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.errors import BadValue, EmptyInput, Malformed
from .votes import Table

ITERATIONS = 1000
TOLERANCE = 1e-9
PRIOR = 0.5
"""Wins and losses of every item against an imagined average one, so that an item that never lost has a finite worth."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """worth (items,): item i beats j with probability worth_i / (worth_i + worth_j); geometric mean 1. errors (items,):
    standard error of log worth. order (items,): best first; of equal ones the first number. n (items,) comparisons."""

    worth: Table
    errors: Table
    order: npt.NDArray[np.int64]
    n: npt.NDArray[np.int64]

    def beats(self, one: int, other: int) -> float:
        """Probability that one is preferred to the other."""
        return float(self.worth[one] / (self.worth[one] + self.worth[other]))


def bradley_terry(
    winners: npt.ArrayLike,
    losers: npt.ArrayLike,
    *,
    ties: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    items: int | None = None,
) -> Ranking:
    """Worth from n comparisons of two (Bradley and Terry 1952), by Hunter's MM algorithm (2004).

    ties: (n,) true where neither was preferred, which counts half a win for each. weights: (n,) such as the skill of who
    said it, 1 by default. items: how many there are, when some were never compared.
    """
    won, lost = _numbers(winners), _numbers(losers)
    if won.shape != lost.shape:
        raise Malformed(f"winners and losers differ in length: {won.size} and {lost.size}")
    if not won.size:
        raise EmptyInput("there is no comparison to aggregate")
    if (won == lost).any():
        raise BadValue("an item is compared with itself")
    load = np.ones(won.size) if weights is None else np.asarray(weights, dtype=np.float64)
    even = np.zeros(won.size, dtype=bool) if ties is None else np.asarray(ties, dtype=bool)
    n_items = max(items or 0, int(max(won.max(), lost.max())) + 1)
    first = np.where(even, load / 2, load)
    wins = np.bincount(won, first, n_items) + np.bincount(lost, load - first, n_items) + PRIOR
    worth = np.ones(n_items)
    for _ in range(ITERATIONS):
        share = load / (worth[won] + worth[lost])
        below = np.bincount(won, share, n_items) + np.bincount(lost, share, n_items) + 2 * PRIOR / (worth + 1.0)
        before, worth = worth, wins / below
        worth /= np.exp(np.log(worth).mean())
        if np.abs(np.log(worth / before)).max() < TOLERANCE:
            break
    chance = worth[won] / (worth[won] + worth[lost])
    told = load * chance * (1 - chance)
    against = worth / (worth + 1.0)
    information = (
        np.bincount(won, told, n_items) + np.bincount(lost, told, n_items) + 2 * PRIOR * against * (1 - against)
    )
    times = np.bincount(won, minlength=n_items) + np.bincount(lost, minlength=n_items)
    return Ranking(worth, 1 / np.sqrt(information), _best_first(worth), times)


def plackett_luce(
    rankings: Sequence[Sequence[int]], *, weights: npt.ArrayLike | None = None, items: int | None = None
) -> Ranking:
    """Worth from rankings, best first, each of some of the items (Plackett 1975; MM algorithm of Hunter 2004).

    A ranking is a row of choices: the first from all it names, the second from the rest ... Of two items it is
    `bradley_terry`. weights: one per ranking.
    """
    if not any(len(ranking) > 1 for ranking in rankings):
        raise EmptyInput("there is no ranking of two or more items to aggregate")
    load = np.ones(len(rankings)) if weights is None else np.asarray(weights, dtype=np.float64)
    stage, member, chosen, weight = _stages(rankings, load)
    n_items, stages = max(items or 0, int(member.max()) + 1), int(stage[-1]) + 1
    wins = np.bincount(chosen, weight, n_items) + PRIOR
    worth = np.ones(n_items)
    for _ in range(ITERATIONS):
        share = weight / np.bincount(stage, worth[member], stages)
        below = np.bincount(member, share[stage], n_items) + 2 * PRIOR / (worth + 1.0)
        before, worth = worth, wins / below
        worth /= np.exp(np.log(worth).mean())
        if np.abs(np.log(worth / before)).max() < TOLERANCE:
            break
    chance = worth[member] / np.bincount(stage, worth[member], stages)[stage]
    against = worth / (worth + 1.0)
    information = np.bincount(member, weight[stage] * chance * (1 - chance), n_items) + 2 * PRIOR * against * (
        1 - against
    )
    times = np.bincount(np.concatenate([np.asarray(r, dtype=np.int64) for r in rankings]), minlength=n_items)
    return Ranking(worth, 1 / np.sqrt(information), _best_first(worth), times)


def _stages(
    rankings: Sequence[Sequence[int]], load: Table
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], Table]:
    """Every choice made: (stage and member of each item on offer, item chosen at each stage, weight of each stage)."""
    offers, chosen, weight = [], [], []
    for ranking, counts in zip(rankings, load.tolist(), strict=True):
        row = _numbers(ranking)
        if np.unique(row).size != row.size:
            raise BadValue(f"an item stands twice in one ranking: {list(ranking)[:20]}")
        for place in range(row.size - 1):
            offers.append(row[place:])
            chosen.append(row[place])
            weight.append(counts)
    stage = np.repeat(np.arange(len(offers)), [offer.size for offer in offers])
    return stage, np.concatenate(offers), np.array(chosen), np.array(weight)


def _best_first(worth: Table) -> npt.NDArray[np.int64]:
    return np.argsort(-np.round(np.log(worth), 9), kind="stable").astype(np.int64)


def _numbers(items: npt.ArrayLike) -> npt.NDArray[np.int64]:
    found = np.asarray(items, dtype=np.int64)
    if found.ndim != 1 or (found.size and found.min() < 0):
        raise BadValue("items are numbered from 0")
    return found
