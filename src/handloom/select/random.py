"""Uniformly at random: the only picks from which the quality of a model can be read without correction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.protocols import Pick, Pool
from .given import checked
from .picks import make, rows


@checked
def random(n_items: int, n: int, *, candidates: npt.ArrayLike | None = None, rng: np.random.Generator) -> list[Pick]:
    """n distinct rows of ``n_items`` (or of ``candidates``), each with the same probability n / number of candidates."""
    pool = rows(candidates, n_items)
    n = min(n, pool.size)
    if n <= 0:
        return []
    chosen = pool[rng.choice(pool.size, size=n, replace=False)]
    reason = f"one of {n} drawn at random from {pool.size}"
    return make(chosen, np.zeros(n), "random", lambda _: reason, probability=n / pool.size)


class Random:
    """`random` as a plug-in."""

    name = "random"
    help = "every item with the same chance"

    def pick(self, pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]:
        """n rows of the pool's candidates at random."""
        return random(0, n, candidates=pool.candidates, rng=rng)
