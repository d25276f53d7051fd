"""Items that would teach the model most, and each something else. Ash, Zhang, Krishnamurthy, Langford and Agarwal 2020.

Every row stands for the gradient it would cause if its likeliest answer were right: long where the model is unsure. Rows are
drawn with probability ~ squared distance to the nearest drawn one (k-means++). Exact: see `greedy` for how.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.arrays import Indices, Probs, Vectors
from ..core.protocols import Pick
from .given import checked
from .greedy import NOTHING, TOGETHER, Gradients, gaps, lower, tops
from .margin import Margin, torn
from .picks import filled, finite, sides
from .plugin import Plugin
from .uncertainty import is_multi

MISSES = 12
"""Rows drawn in vain before the distances are brought up to date."""


@checked
def badge(
    embeddings: Vectors,
    probabilities: Probs,
    n: int,
    *,
    labelled: npt.ArrayLike | None = None,
    candidates: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    multi: bool | None = None,
    classes: Sequence[str] | None = None,
) -> list[Pick]:
    """n rows; the score is the distance of the gradient to those drawn before, that of the first its length.

    embeddings: (rows, d). probabilities: (rows, classes). labelled: rows not to be picked. candidates: rows to pick from
    (default: all others). Rows with nan come last. Memory: some floats per row and 8 MB; where fewer than half of the rows
    take part, a copy of those; never a gradient.
    """
    pool, _ = sides(len(embeddings), candidates, labelled)
    usable = finite(probabilities, finite(embeddings, pool))
    multi = is_multi(probabilities) if multi is None else multi
    wanted = min(n, usable.size)
    picks: list[Pick] = []
    if wanted > 0:
        if 2 * usable.size < len(embeddings):
            inside, space = np.arange(usable.size), Gradients(embeddings[usable], probabilities[usable], multi=multi)
            chosen, far = _drawn(space, inside, wanted, rng)
            chosen = usable[chosen]
        else:
            chosen, far = _drawn(Gradients(embeddings, probabilities, multi=multi), usable, wanted, rng)
        for row, gap in zip(chosen.tolist(), far, strict=True):
            picks.append(
                Pick(row, gap, 0.0, "badge", f"teaches something new: {torn(probabilities[row], multi, classes)}")
            )
        picks = filled(picks, usable, wanted, "badge", rng, "the model would learn nothing new from what is left")
    return filled(picks, pool, n, "badge", rng, "it has no usable embedding or probability, so it came last")


def _drawn(space: Gradients, usable: Indices, n: int, rng: np.random.Generator) -> tuple[Indices, list[float]]:
    """Rows in the order they are drawn, with their distances; ends early when all that is left lies on a drawn one."""
    square = space.square[usable]
    first = int(rng.choice(usable[tops(square)]))
    nothing = NOTHING * float(square.max())
    gap = gaps(space, usable)
    gap[first] = -np.inf
    chosen, far, begun = [first], [float(space.square[first]) ** 0.5], 0
    while len(chosen) < n:
        lower(gap, space, np.array(chosen[begun:]))
        begun = len(chosen)
        if gap.max() <= nothing:
            break
        total = np.cumsum(np.maximum(gap, 0), dtype=np.float64)
        _by_distance(space, gap, total, min(n, begun + TOGETHER), chosen, far, rng)
    return np.array(chosen, dtype=np.int64), far


def _by_distance(
    space: Gradients,
    gap: np.ndarray,
    total: npt.NDArray[np.float64],
    until: int,
    chosen: list[int],
    far: list[float],
    rng: np.random.Generator,
) -> None:
    """Draw rows with probability ~ true distance: by their bound first, then accepted with probability true / bound.

    ``total`` is the running sum of ``gap`` as it was after the last pass. Chosen rows get -infinity in ``gap``, so a row
    drawn twice is refused. Ends after `MISSES` refusals, which says that the bounds have become too loose.
    """
    begun = len(chosen)
    misses = 0
    while len(chosen) < until and misses < MISSES:
        row = min(int(np.searchsorted(total, rng.random() * total[-1], side="right")), len(gap) - 1)
        bound = float(gap[row])
        true = bound
        if bound > 0 and len(chosen) > begun:
            since = np.array(chosen[begun:])
            inner = space.inner(space.take(np.array([row])), since)[0]
            true = min(bound, float((space.square[since] - 2 * inner).min()) + float(space.square[row]))
        if bound > 0 and rng.random() * bound < true:
            chosen.append(row)
            far.append(max(true, 0.0) ** 0.5)
            gap[row] = -np.inf
        else:
            misses += 1


class Badge(Plugin):
    """`badge` as a plug-in; without embeddings it is `margin`, before the first model it draws at random."""

    name = "badge"
    help = "items that would teach the model most, each something else"
    needs = ("features", "probabilities")
    takes = ("classes",)
    instead = (Margin,)
    function = staticmethod(badge)
