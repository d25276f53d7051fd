"""How much a corrected label should count: more than others, up to a cap, and only where it was seen to help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..core.arrays import Features, Indices, Probs
from ..core.intervals import Measured, proportion
from ..core.protocols import Learner
from .cross_fit import FOLDS, folds, strata

CAP = 0.3
"""Share of the whole weight that corrected items may take at most: a handful must not outvote the rest."""
WEIGHTS = (1.0, 3.0, 10.0)


def weights(corrected: npt.NDArray[np.bool_], weight: float, *, cap: float = CAP) -> npt.NDArray[np.float64]:
    """(n,) weights: 1, and ``weight`` for corrected rows, less where they would take more than ``cap`` of the whole.

    Never below 1: items that are many already keep their own part.
    """
    n, many = len(corrected), int(corrected.sum())
    most = cap * (n - many) / ((1 - cap) * many) if many else weight
    return np.where(corrected, max(1.0, min(weight, most)), 1.0)


@dataclass(frozen=True, slots=True)
class Tried:
    """A weight and what came of it. used: after the cap. old, new: accuracy on the rows as they were, and on the corrected."""

    weight: float
    used: float
    old: Measured
    new: Measured


def compare(
    make: Callable[[], Learner],
    features: Features,
    targets: npt.NDArray[np.float32],
    corrected: npt.NDArray[np.bool_],
    *,
    groups: Indices | None = None,
    multi: bool = False,
    tried: Sequence[float] = WEIGHTS,
    rng: np.random.Generator,
) -> list[Tried]:
    """Accuracy by models that did not see the row, on both slices, for each weight; the same parts for all.

    A weight can hurt: what is gained on the corrected rows may be lost on the others, so both are told, with n. multi: a row
    is right when all of its labels are.
    """
    place = folds(strata(targets, multi=multi), groups, FOLDS, rng=rng)
    seeds = rng.integers(2**31, size=FOLDS)
    out = []
    for weight in tried:
        count = weights(corrected, weight)
        right = np.zeros(len(targets), dtype=bool)
        for fold in np.unique(place[place >= 0]):
            held, rest = np.flatnonzero(place == fold), np.flatnonzero(place != fold)
            learner = make()
            learner.fit(features.take(rest), targets[rest], weights=count[rest], rng=np.random.default_rng(seeds[fold]))
            right[held] = _right(learner.predict(features.take(held)), targets[held], multi=multi)
        told = place >= 0
        old, new = right[told & ~corrected], right[told & corrected]
        used = float(count[corrected].max(initial=1.0))
        out.append(Tried(weight, used, proportion(int(old.sum()), old.size), proportion(int(new.sum()), new.size)))
    return out


def _right(chances: Probs, truth: npt.NDArray[np.float32], *, multi: bool) -> npt.NDArray[np.bool_]:
    if multi:
        return np.equal(chances >= 0.5, truth > 0).min(axis=1)
    return chances.argmax(axis=1) == truth.argmax(axis=1)
