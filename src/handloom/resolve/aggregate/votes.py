"""Answers as arrays of numbers: what every aggregator of single choices takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ...core.errors import BadValue, EmptyInput, Malformed
from ..deferred import csr

Table = npt.NDArray[np.float64]
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Votes:
    """n answers: answer j says that actor ``actors[j]`` gave item ``items[j]`` the class ``values[j]``.

    All are numbers from 0. gold: (n_items,) trusted class of each item, -1 where there is none. An actor may have answered
    an item more than once; every answer counts. kinds: (n_actors,) number of the kind of each actor, people being 0; actors
    of one kind are pooled with each other, so that a model that joins as an actor is judged as one of its own kind.
    """

    actors: Indices
    items: Indices
    values: Indices
    n_actors: int
    n_items: int
    n_classes: int
    gold: Indices
    kinds: Indices

    def __len__(self) -> int:
        return int(self.values.size)

    def said(self) -> Any:
        """(items, actors * classes) sparse counts, column ``actor * classes + value``: E and M steps are products with it."""
        column = self.actors * self.n_classes + self.values
        narrow = np.int32 if self.n_actors * self.n_classes < 2**31 and len(self) < 2**31 else np.int64
        start = np.zeros(self.n_items + 1, dtype=narrow)
        np.cumsum(np.bincount(self.items, minlength=self.n_items), out=start[1:])
        order = np.argsort(self.items, kind="stable") if np.any(np.diff(self.items) < 0) else slice(None)
        where = column[order].astype(narrow)
        shape = (self.n_items, self.n_actors * self.n_classes)
        return csr((np.ones(len(self)), where, start), shape)

    def counts(self) -> Table:
        """(items, classes) how many answers named each class."""
        flat = np.bincount(self.items * self.n_classes + self.values, minlength=self.n_items * self.n_classes)
        return flat.reshape(self.n_items, self.n_classes).astype(np.float64)

    def take(self, rows: npt.ArrayLike) -> Votes:
        """Some of the answers (indices or a mask), over the same actors, items, classes and gold."""
        keep = np.asarray(rows)
        return replace(self, actors=self.actors[keep], items=self.items[keep], values=self.values[keep])


def votes(
    actors: npt.ArrayLike,
    items: npt.ArrayLike,
    values: npt.ArrayLike,
    *,
    classes: int | None = None,
    gold: npt.ArrayLike | None = None,
    kinds: npt.ArrayLike | None = None,
) -> Votes:
    """Checked `Votes` from three arrays of whole numbers >= 0; sizes are one more than the largest number found.

    gold: (items,) with -1 for unknown; may be longer than the items answered, never shorter. ``classes``: how many there
    are, when some may be unused. kinds: (actors,) as in `Votes`, all 0 by default. Raises `EmptyInput`, `Malformed`, `BadValue`.
    """
    who, which, said = _whole("actors", actors), _whole("items", items), _whole("values", values)
    if not who.size == which.size == said.size:
        raise Malformed(f"actors, items and values differ in length: {who.size}, {which.size}, {said.size}")
    if not who.size:
        raise EmptyInput("there is no answer to aggregate")
    trusted = None if gold is None else np.asarray(gold, dtype=np.int64)
    n_items = int(which.max()) + 1
    if trusted is not None:
        if trusted.ndim != 1 or trusted.size < n_items:
            raise Malformed(f"gold has {trusted.size} entries for {n_items} items; give one per item, -1 for unknown")
        n_items = trusted.size
    largest = max(int(said.max()), -1 if trusted is None or not trusted.size else int(trusted.max()))
    if classes is not None and largest >= classes:
        raise BadValue(f"value {largest} does not fit {classes} classes, which are numbered from 0")
    n_actors = int(who.max()) + 1
    sort = np.zeros(n_actors, dtype=np.int64) if kinds is None else _whole("kinds", kinds)
    if sort.size < n_actors:
        raise Malformed(f"kinds has {sort.size} entries for {n_actors} actors")
    return Votes(
        who,
        which,
        said,
        sort.size,
        n_items,
        max(classes or 0, largest + 1, 1),
        np.full(n_items, UNKNOWN, dtype=np.int64) if trusted is None else trusted,
        sort,
    )


def _whole(name: str, column: npt.ArrayLike) -> Indices:
    found = np.asarray(column)
    if found.ndim != 1 or (found.size and not np.issubdtype(found.dtype, np.integer)):
        raise Malformed(f"{name} is a one-dimensional array of whole numbers; found {found.dtype} {found.shape}")
    if found.size and found.min() < 0:
        raise BadValue(f"{name} are numbered from 0; found {found.min()}")
    return found.astype(np.int64, copy=False)
