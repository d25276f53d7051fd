"""Numbers: ratings, sliders, measurements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ...core.errors import BadValue, EmptyInput, Malformed
from .votes import Table

ITERATIONS = 20
COUNTED = 3.0
"""Pseudo-answers with the spread of all, in every actor's own bias and spread."""


@dataclass(frozen=True, slots=True)
class Numeric:
    """values (items,), nan where nobody answered; errors (items,) standard error of each value; bias and spread (actors,):
    mean and standard deviation of an actor's answers around the values, nan where unknown."""

    method: str
    values: Table
    errors: Table
    bias: Table
    spread: Table


def median(actors: npt.ArrayLike, items: npt.ArrayLike, numbers: npt.ArrayLike) -> Numeric:
    """Middle answer of each item: one wild answer among three changes nothing.

    errors: 1.2533 times the pooled spread over the root of n, the standard error of a median of normal answers.
    """
    who, which, given = _checked(actors, items, numbers)
    n_items = int(which.max()) + 1
    counts = np.bincount(which, minlength=n_items)
    order = np.lexsort((given, which))
    start = np.concatenate(([0], np.cumsum(counts)))[:-1]
    ranked = np.append(given[order], np.nan)
    filled = counts > 0
    low = np.where(filled, start + (counts - 1) // 2, given.size)
    high = np.where(filled, start + counts // 2, given.size)
    values = (ranked[low] + ranked[high]) / 2
    rest = given - values[which]
    several = counts[which] > 1
    pooled = float(np.sqrt((rest[several] ** 2).mean())) if several.any() else float("nan")
    errors = np.where(filled, 1.2533 * pooled / np.sqrt(np.maximum(counts, 1)), np.nan)
    return Numeric("median", values, errors, *_actors(who, rest, int(who.max()) + 1))


def weighted_mean(
    actors: npt.ArrayLike, items: npt.ArrayLike, numbers: npt.ArrayLike, *, iterations: int = ITERATIONS
) -> Numeric:
    """Mean weighed by reliability: answer = value of the item + bias of the actor + noise with the actor's own spread.

    Maximum a posteriori by turns, from the medians; biases average 0 over the answers, and each actor's bias and spread are
    pulled toward those of all by `COUNTED` pseudo-answers. No actor's spread falls below a tenth of the common one, so that
    somebody who agrees by chance does not decide alone.
    """
    who, which, given = _checked(actors, items, numbers)
    n_actors, n_items = int(who.max()) + 1, int(which.max()) + 1
    counts, mine = np.bincount(which, minlength=n_items), np.bincount(who, minlength=n_actors)
    several = counts[which] > 1
    values = median(who, which, given).values
    bias, weight = np.zeros(n_actors), np.ones(n_actors)
    common = 0.0
    for _ in range(iterations):
        rest = given - values[which]
        bias = np.bincount(who, rest, n_actors) / (mine + COUNTED)
        bias -= (bias * mine).sum() / mine.sum()
        rest -= bias[who]
        common = float((rest[several] ** 2).mean()) if several.any() else 0.0
        if common == 0.0:
            break
        variance = (np.bincount(who, rest**2 * several, n_actors) + COUNTED * common) / (
            np.bincount(who, several, n_actors) + COUNTED
        )
        weight = 1.0 / np.maximum(variance, common / 100)
        load = np.bincount(which, weight[who], n_items)
        before = values
        values = np.bincount(which, weight[who] * (given - bias[who]), n_items) / np.where(load > 0, load, np.nan)
        if np.nanmax(np.abs(values - before)) <= 1e-9 * np.sqrt(common):
            break
    load = np.bincount(which, weight[who], n_items)
    errors = np.where(load > 0, (1.0 if common else 0.0) / np.sqrt(np.where(load > 0, load, 1.0)), np.nan)
    spread = np.sqrt(1.0 / weight) if common else np.zeros(n_actors)
    seen = mine > 0
    return Numeric("weighted_mean", values, errors, np.where(seen, bias, np.nan), np.where(seen, spread, np.nan))


def _actors(who: Indices, rest: Table, n: int) -> tuple[Table, Table]:
    mine = np.bincount(who, minlength=n).astype(np.float64)
    mine[mine == 0] = np.nan
    bias = np.bincount(who, rest, n) / mine
    spread = np.sqrt(np.maximum(np.bincount(who, (rest - bias[who]) ** 2, n) / mine, 0.0))
    return bias, spread


def _checked(actors: npt.ArrayLike, items: npt.ArrayLike, numbers: npt.ArrayLike) -> tuple[Indices, Indices, Table]:
    who, which = np.asarray(actors, dtype=np.int64), np.asarray(items, dtype=np.int64)
    given = np.asarray(numbers, dtype=np.float64)
    if not who.shape == which.shape == given.shape or given.ndim != 1:
        raise Malformed(f"actors, items and numbers differ in length: {who.shape}, {which.shape}, {given.shape}")
    if not given.size:
        raise EmptyInput("there is no answer to aggregate")
    if min(who.min(), which.min()) < 0 or not np.isfinite(given).all():
        raise BadValue("actors and items are numbered from 0 and answers are finite; leave missing answers out")
    return who, which, given
