"""Where people agree: per class, pair of actors, slice and time."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.errors import Malformed
from ...core.intervals import Measured, wilson
from ..deferred import csr
from .cohen import kappa
from .krippendorff import Level, krippendorff
from .units import ROUNDS, categories

MOST_ACTORS = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """Two actors on the items both answered: n, share of equal answers with Wilson's interval, kappa (nan: undefined)."""

    first: Any
    second: Any
    n: int
    share: float
    low: float
    high: float
    kappa: float


def by_class(
    items: npt.ArrayLike, values: npt.ArrayLike, *, rng: np.random.Generator, rounds: int = ROUNDS
) -> dict[Hashable, Measured]:
    """Nominal alpha of "this class or another" for every class: which label people do not share an idea of."""
    known, number = categories(values)
    return {
        name: krippendorff(items, number == place, rng=rng, rounds=rounds) for place, name in enumerate(known.tolist())
    }


def by_group(
    items: npt.ArrayLike,
    values: npt.ArrayLike,
    groups: npt.ArrayLike,
    level: Level = "nominal",
    *,
    rng: np.random.Generator,
    rounds: int = ROUNDS,
) -> dict[Hashable, Measured]:
    """Alpha within each group of answers: a slice of the items, or a period of time.

    groups: (n,) the group of each answer. Only answers of the same group to the same item are compared, so for time give
    each item one period, such as that of its last answer.
    """
    which, said, group = np.asarray(items), np.asarray(values), np.asarray(groups)
    if group.shape != which.shape:
        raise Malformed(f"every answer has a group; found {which.size} answers and {group.size} groups")
    return {
        name: krippendorff(which[group == name], said[group == name], level, rng=rng, rounds=rounds)
        for name in np.unique(group).tolist()
    }


def by_pair(
    actors: npt.ArrayLike, items: npt.ArrayLike, values: npt.ArrayLike, *, most: int = MOST_ACTORS
) -> list[Pair]:
    """Every two actors who share an item, of the ``most`` actors with most answers, in order of their names.

    Where an actor answered an item more than once, every answer is compared.
    """
    names, who = np.unique(np.asarray(actors), return_inverse=True)
    _, which = np.unique(np.asarray(items), return_inverse=True)
    _, said = categories(values)
    k = int(said.max()) + 1 if said.size else 1
    kept = np.sort(np.argsort(-np.bincount(who, minlength=names.size), kind="stable")[:most])
    place = np.full(names.size, -1)
    place[kept] = np.arange(kept.size)
    used = place[who] >= 0
    n_items = int(which.max()) + 1 if which.size else 0
    shape = (n_items, kept.size * k)
    given = csr((np.ones(used.sum()), (which[used], place[who[used]] * k + said[used])), shape)
    both = (given.T @ given).toarray().reshape(kept.size, k, kept.size, k).transpose(0, 2, 1, 3)
    found = []
    for a in range(kept.size):
        for b in range(a + 1, kept.size):
            counts = both[a, b]
            n = int(counts.sum())
            if n:
                equal = float(np.trace(counts))
                beyond = float(kappa(counts[None])[0])
                found.append(Pair(names[kept[a]], names[kept[b]], n, equal / n, *wilson(equal, n), beyond))
    return found
