"""Any number of labels per item: one yes-or-no question for each label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.errors import Malformed
from .auto import auto
from .result import Aggregate
from .votes import Table, Votes, votes


@dataclass(frozen=True, slots=True)
class MultiLabel:
    """chosen (items, labels) true where a label holds; posteriors (items, labels) of yes; methods: one per label;
    sensitivity, specificity (actors, labels): shares of right yes and right no, nan for methods without confusions."""

    chosen: npt.NDArray[np.bool_]
    posteriors: Table
    methods: tuple[str, ...]
    sensitivity: Table
    specificity: Table


def multi_label(
    actors: npt.ArrayLike,
    items: npt.ArrayLike,
    named: npt.ArrayLike,
    *,
    gold: npt.ArrayLike | None = None,
    method: Callable[[Votes], Aggregate] = auto,
) -> MultiLabel:
    """Labels from n answers, each naming any subset (Nowak and Rueger 2010 for why labels are taken one by one).

    named: (n, labels) true where the answer names the label; not naming it is a no. gold: (items, labels) of 1, 0 and -1 for
    unknown. A label that was never named, or always, keeps what was said.
    """
    said = np.asarray(named, dtype=bool)
    who, which = np.asarray(actors), np.asarray(items)
    if said.ndim != 2 or len(said) != len(who):
        raise Malformed(f"named is a table of answers by labels; found {said.shape} for {len(who)} answers")
    known = None if gold is None else np.asarray(gold, dtype=np.int64)
    results = []
    for label in range(said.shape[1]):
        trusted = None if known is None else known[:, label]
        results.append(method(votes(who, which, said[:, label].astype(np.int64), classes=2, gold=trusted)))
    shares = np.stack([found.posteriors[:, 1] for found in results], axis=1)
    chosen = np.stack([found.labels == 1 for found in results], axis=1)
    right = np.stack([_diagonal(found) for found in results], axis=1)
    return MultiLabel(chosen, shares, tuple(found.method for found in results), right[:, :, 1], right[:, :, 0])


def _diagonal(found: Aggregate) -> Table:
    """(actors, 2) share of right no and right yes."""
    if found.confusions is not None:
        return np.einsum("akk->ak", found.confusions)
    known = found.raw is not None
    return np.repeat(found.accuracy[:, None] if known else np.full((len(found.accuracy), 1), np.nan), 2, axis=1)
