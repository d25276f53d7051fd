"""The row that is farthest from everything asked so far, again and again: no item stays far from a labelled one.

Greedy k-centre (Gonzalez 1985), known as core-set selection (Sener and Savarese 2018). Exact: see `greedy` for how.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Vectors
from ..core.protocols import Pick
from .given import checked
from .greedy import NOTHING, TOGETHER, Floats, Plain, gaps, lower, shrunk, spans, tops
from .picks import NO_EMBEDDING, filled, finite, sides
from .plugin import Plugin

LEAST_NEAR, MOST_NEAR = 512, 8192
"""Rows with the largest bounds that are looked at closely between two passes over all rows."""
ENOUGH = 24
"""Picks between two passes that are worth a pass; with fewer, more rows are looked at closely."""


@checked
def k_center(
    embeddings: Vectors,
    n: int,
    *,
    labelled: npt.ArrayLike | None = None,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
) -> list[Pick]:
    """n rows, each the farthest from the labelled rows and those picked before it; the score is that distance.

    embeddings: (rows, d). labelled: rows that have a label. candidates: rows to pick from (default: all others). Without
    labels the first pick is the row nearest to the middle. Ties fall by ``rng`` when nothing is far any more; rows with nan
    come last. Memory: some floats per row and 16 MB; where fewer than half of the rows take part, a copy of those.
    """
    pool, known = sides(len(embeddings), candidates, labelled)
    usable, known = finite(embeddings, pool), finite(embeddings, known)
    wanted = min(n, usable.size)
    picks: list[Pick] = []
    if wanted > 0:
        small = shrunk(embeddings, usable, known)
        if small is None:
            chosen, far = _farthest(embeddings, usable, known, wanted, rng)
        else:
            inside = np.arange(len(small[1]))
            chosen, far = _farthest(small[0], inside[: usable.size], inside[usable.size :], wanted, rng)
            chosen = small[1][chosen]
        picks = [
            Pick(int(row), float(gap), 0.0, "k_center", _reason(gap, first=not known.size and i == 0))
            for i, (row, gap) in enumerate(zip(chosen.tolist(), far.tolist(), strict=True))
        ]
        picks = filled(picks, usable, wanted, "k_center", rng, "everything left is the same as something asked before")
    return filled(picks, pool, n, "k_center", rng, NO_EMBEDDING)


def _reason(gap: float, *, first: bool) -> str:
    return "nearest to the middle of all items" if first else f"nothing asked is nearer to it than {gap:.2f}"


def _farthest(
    vectors: Vectors, usable: Indices, known: Indices, n: int, rng: np.random.Generator
) -> tuple[Indices, Floats]:
    """Rows in the order they are picked, with their distances; ends early when all that is left lies on a centre."""
    space = Plain(vectors)
    gap = gaps(space, usable)
    chosen: list[int] = []
    far: list[float] = []
    if known.size:
        lower(gap, space, known)
    else:
        chosen.append(_middle(space, usable, rng))
        far.append(0.0)
        gap[chosen[0]] = -np.inf
        lower(gap, space, np.array(chosen))
    nothing = NOTHING * float(space.square[usable].max())
    near = LEAST_NEAR
    while len(chosen) < n:
        begun = len(chosen)
        with np.errstate(invalid="ignore"):  # rows that are not finite are never picked, but lie among the others
            more = _among_bounds(space, gap, near, min(n, begun + TOGETHER), nothing, chosen, far, rng)
        if not more:
            break
        if len(chosen) < n:
            lower(gap, space, np.array(chosen[begun:]))
            near = min(2 * near, MOST_NEAR) if len(chosen) - begun < ENOUGH else near
    return np.array(chosen, dtype=np.int64), np.sqrt(np.array(far, dtype=np.float32))


def _middle(space: Plain, usable: Indices, rng: np.random.Generator) -> int:
    total = np.zeros(space.vectors.shape[1], dtype=np.float64)
    for span in spans(usable.size):
        total += space.vectors[usable[span]].sum(axis=0, dtype=np.float64)
    mean = (total / usable.size).astype(np.float32)
    close = np.concatenate([space.vectors[usable[span]] @ mean for span in spans(usable.size)])
    return int(rng.choice(usable[tops(2 * close - space.square[usable])]))


def _among_bounds(
    space: Plain,
    gap: Floats,
    near: int,
    until: int,
    nothing: float,
    chosen: list[int],
    far: list[float],
    rng: np.random.Generator,
) -> bool:
    """Pick while the farthest of the ``near`` largest bounds is farther than every other bound; False when none is far.

    ``gap`` holds true distances to all centres before the call, and bounds after it.
    """
    near = min(near, len(gap))
    top = np.argpartition(gap, len(gap) - near)[len(gap) - near :]
    mine = gap[top]
    rest = float(mine.min()) if near < len(gap) else -np.inf
    vectors, square = space.vectors[top], space.square[top]
    while len(chosen) < until:
        high = mine.max()
        if high <= nothing:
            return rest > nothing
        if high < rest:
            break
        level = np.flatnonzero(mine == high)
        place = int(level[0] if level.size == 1 else rng.choice(level))
        chosen.append(int(top[place]))
        far.append(float(high))
        now = vectors @ vectors[place]
        now *= -2
        now += square
        now += square[place]
        np.fmin(mine, np.maximum(now, 0, out=now), out=mine)
        mine[place] = gap[top[place]] = -np.inf
    return True


class KCenter(Plugin):
    """`k_center` as a plug-in; without embeddings it draws at random."""

    name = "k_center"
    help = "the item farthest from everything asked so far, again and again"
    needs = ("features",)
    takes = ("labelled",)
    function = staticmethod(k_center)
