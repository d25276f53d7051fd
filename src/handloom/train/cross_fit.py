"""What a learner thinks of each item when it was not trained on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..core.arrays import Features, Indices, Probs
from ..core.protocols import Learner
from .fit import trainable

FOLDS = 5


def folds(classes: Indices, groups: Indices | None, n: int, *, rng: np.random.Generator) -> Indices:
    """(rows,) number of the fold that each row is held out in; -1 for rows that are never held out.

    Every class is spread over all folds. Rows of a group (identical items) share a fold: a twin with the same wrong label
    would confirm it. The only group of a class is never held out, since nothing else could teach that class.
    """
    owner = np.arange(len(classes)) if groups is None else np.unique(groups, return_inverse=True)[1]
    count = int(owner.max()) + 1 if owner.size else 0
    named = np.zeros(count, dtype=np.int64)
    named[owner] = classes  # a group with several labels is spread as one of them
    out = np.full(count, -1, dtype=np.int64)
    start = 0
    for one in np.unique(named):
        members = rng.permutation(np.flatnonzero(named == one))
        if len(members) > 1:
            out[members] = (start + np.arange(len(members))) % n
            start += len(members)
    return out[owner]


def strata(targets: npt.NDArray[np.float32], *, multi: bool) -> Indices:
    """(rows,) the class that each row is spread over the folds as: its rarest one, where it may have several or none."""
    if not multi:
        return targets.argmax(axis=1)
    many = targets.sum(axis=0)
    rarest = np.where(targets > 0, many, np.inf).argmin(axis=1)
    return np.where(targets.any(axis=1), rarest, targets.shape[1])


def cross_fit(
    make: Callable[[], Learner],
    features: Features,
    targets: npt.NDArray[np.float32],
    *,
    n: int = FOLDS,
    groups: Indices | None = None,
    multi: bool = False,
    rng: np.random.Generator,
) -> Probs:
    """(rows, classes) probabilities by models that did not see the row.

    make: a new, unfitted learner. targets: (rows, classes) of 0 and 1, one 1 per row unless ``multi``. Rows that `folds`
    never holds out are predicted by a model that did see them. Raises `NotEnoughLabels`.
    """
    trainable(targets, [str(k) for k in range(targets.shape[1])], multi=multi)
    place = folds(strata(targets, multi=multi), groups, n, rng=rng)
    out = np.zeros(targets.shape, dtype=np.float32)
    always = np.flatnonzero(place < 0)
    used = np.unique(place[place >= 0])
    for fold in used:
        held = np.flatnonzero(place == fold)
        rest = np.flatnonzero(place != fold)
        learner = make()
        learner.fit(features.take(rest), targets[rest], weights=None, rng=rng)
        out[held] = learner.predict(features.take(held))
        if always.size:
            out[always] += learner.predict(features.take(always)) / len(used)
    return out
