"""Labels and probabilities as arrays that fit each other, checked once for all detectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ...core.errors import BadValue, EmptyInput

CHUNK = 1 << 19
"""Cells of a table of probabilities looked at together: 2 MB of float32, which stays in the cache."""


@dataclass(frozen=True, slots=True)
class Given:
    """n rows with a label, and what a model thinks of them.

    labels: (n,) class numbers, -1 where a row has none. classes: names of the classes, in the order of the columns.
    """

    labels: Indices
    classes: tuple[Any, ...]

    def name(self, number: int) -> Any:
        """The class of that number; None for -1."""
        return None if number < 0 else self.classes[number]


def given(labels: npt.ArrayLike, columns: int | None, classes: Sequence[Any] | None = None) -> Given:
    """Labels as class numbers.

    labels: class numbers, or names with ``classes`` in the order of the columns; without ``classes`` the names are put
    in order, and there must be as many as columns. Whole numbers are class numbers unless a class is one itself.
    None, nan, an empty string and -1 mean that a row has no label. A label that is none of the classes counts as the class
    that is written alike, as "1" and 1.
    Raises `EmptyInput`, `BadValue`.
    """
    raw = array(labels, "labels")
    if raw.ndim != 1:
        raise BadValue(f"labels are one per row; found an array of shape {raw.shape}")
    if not raw.size:
        raise EmptyInput("there are no labels to look at")
    if classes is not None and len(set(classes)) < len(classes):
        raise BadValue(f"each class once; found {', '.join(map(str, list(classes)[:20]))}")
    if raw.dtype.kind == "f" and (raw == np.round(raw))[~np.isnan(raw)].all():
        raw = np.nan_to_num(raw, nan=-1.0).astype(np.int64)  # whole numbers in a column with gaps
    if raw.dtype.kind in "iub" and not any(isinstance(name, int | np.integer) for name in classes or ()):
        return _numbers(raw.astype(np.int64), columns, classes)
    values = raw.tolist()
    missing = [value is None or value == "" or value != value for value in values]
    if all(missing):
        raise EmptyInput("no row has a label")
    if classes is None:
        known = sorted({value for value, gone in zip(values, missing, strict=True) if not gone}, key=_in_order)
        if columns is not None and len(known) != columns:
            raise BadValue(
                f"{len(known)} different labels, but {columns} columns of probabilities; "
                "give the classes in the order of the columns"
            )
    else:
        known = list(classes)
        if columns is not None and len(known) != columns:
            raise BadValue(f"{len(known)} classes, but {columns} columns of probabilities")
    place = {str(name): number for number, name in enumerate(known)}
    place = {} if len(place) < len(known) else place
    place |= {name: number for number, name in enumerate(known)}
    values = [v if gone or v in place else str(v) for v, gone in zip(values, missing, strict=True)]
    strange = [v for v, gone in zip(values, missing, strict=True) if not gone and v not in place]
    if strange:
        raise BadValue(f"label {strange[0]!r} is none of the classes ({', '.join(map(str, known[:20]))})")
    numbers = [-1 if gone else place[v] for v, gone in zip(values, missing, strict=True)]
    return Given(np.array(numbers, dtype=np.int64), tuple(known))


def _numbers(labels: Indices, columns: int | None, classes: Sequence[Any] | None) -> Given:
    if classes is not None and columns not in (None, len(classes)):
        raise BadValue(f"{len(classes)} classes, but {columns} columns of probabilities")
    most = len(classes) if classes is not None else int(labels.max()) + 1 if columns is None else columns
    if labels.max() >= most or labels.min() < -1:
        raise BadValue(
            f"labels are class numbers from 0 to {most - 1} (-1: none); found {labels.min()} to {labels.max()}"
        )
    if labels.max() < 0:
        raise EmptyInput("no row has a label")
    return Given(labels, tuple(range(most)) if classes is None else tuple(classes))


def _in_order(label: Any) -> tuple[int, float, str]:
    text = str(label)
    return (0, float(text), text) if text.isdecimal() else (1, 0.0, text)


def table(probabilities: npt.ArrayLike, n: int) -> npt.NDArray[Any]:
    """(n, classes) floating probabilities as they are, without a copy. Raises `BadValue`."""
    values = array(probabilities, "probabilities")
    if values.dtype.kind in "iub":
        values = values.astype(np.float32)
    if values.ndim != 2 or len(values) != n or values.shape[1] < 2 or values.dtype.kind != "f":
        raise BadValue(
            f"probabilities are a table of {n} rows and two or more classes, in floating point; "
            f"found shape {values.shape} of {values.dtype}"
        )
    rows = max(1, CHUNK // values.shape[1])
    for start in range(0, n, rows):
        part = values[start : start + rows]
        if not (part.min() >= 0 and part.max() <= 1.001):  # nan fails this comparison too
            bad = start + int(np.flatnonzero(~((part >= 0) & (part <= 1.001)).all(axis=1))[0])
            raise BadValue(f"probabilities are between 0 and 1; row {bad} has {values[bad].tolist()[:10]}")
    return values


def array(values: npt.ArrayLike, name: str) -> npt.NDArray[Any]:
    """Lists and data frames as an array. Raises `BadValue`."""
    try:
        return np.asarray(values)
    except ValueError as error:
        raise BadValue(f"{name} are no array: {error}") from error


def of_labels(labels: Indices, probabilities: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(n,) probability of each row's own label; nan where it has none."""
    own = probabilities[np.arange(len(labels)), np.maximum(labels, 0)]
    if labels.size and labels.min() < 0:
        own[labels < 0] = np.nan
    return own


def others(labels: Indices, probabilities: npt.NDArray[Any]) -> tuple[Indices, npt.NDArray[Any]]:
    """(n,) the likeliest class other than the row's label, and (n,) its probability."""
    best = np.empty(len(labels), dtype=np.int64)
    chance = np.empty(len(labels), dtype=probabilities.dtype)
    rows = max(1, CHUNK // probabilities.shape[1])
    for start in range(0, len(labels), rows):
        part = probabilities[start : start + rows].copy()
        own = labels[start : start + rows]
        here = np.arange(len(part))
        part[here[own >= 0], own[own >= 0]] = -1
        best[start : start + rows] = part.argmax(axis=1)
        chance[start : start + rows] = part[here, best[start : start + rows]]
    return best, chance
