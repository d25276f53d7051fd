"""What every strategy is given, checked in one place: arrays that fit each other, rows that exist, a whole number of picks."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

import numpy as np
import numpy.typing as npt

from ..core.errors import BadValue
from ..core.protocols import Pick

P = ParamSpec("P")
SIDES = {"embeddings": 2, "probabilities": 2, "draws": 3, "noisy": 3, "seconds": 1}
"""Arguments that are arrays about the rows, and how many sides they have; of three, the second is the rows."""
CHANCES = ("probabilities", "draws", "noisy")
LOOKED_AT = 1000
"""Rows whose probabilities are looked at: enough to see logits or percentages, cheap for a million rows."""


def checked(function: Callable[P, list[Pick]]) -> Callable[P, list[Pick]]:
    """A strategy that takes lists and data frames too, and masks for ``labelled`` and ``candidates``.

    The arrays' names say what they must look like (`SIDES`). Arrays of floating point are passed on as they are. Raises
    `BadValue`.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def pick(*args: P.args, **kwargs: P.kwargs) -> list[Pick]:
        bound = signature.bind(*args, **kwargs)
        return function(**_fitting(bound.arguments))  # type: ignore[call-arg]

    return pick


def _fitting(given: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(given)
    counts: dict[str, int] = {}
    for name in SIDES.keys() & given.keys():
        out[name] = _array(name, given[name])
        counts[name] = out[name].shape[1 if SIDES[name] == 3 else 0]
    if len(set(counts.values())) > 1:
        raise BadValue(f"every array is about the same rows; found {_listed(counts)}")
    out["n"] = _count(given["n"])
    for name in ("labelled", "candidates"):
        if given.get(name) is not None:
            out[name] = _rows(name, given[name], next(iter(counts.values()), None))
    return out


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} of {count}" for name, count in sorted(counts.items()))


def _array(name: str, value: npt.ArrayLike) -> npt.NDArray[Any]:
    try:
        found = np.asarray(value)
        found = found.astype(np.float32) if found.dtype.kind not in "f" else found
    except (TypeError, ValueError) as error:
        raise BadValue(f"{name} are no array of numbers: {error}") from error
    sides = SIDES[name]
    if found.ndim != sides or (sides > 1 and found.shape[-1] == 0):
        wanted = {1: "(rows,)", 2: "(rows, columns)", 3: "(draws, rows, classes)"}[sides]
        raise BadValue(f"{name} have the shape {wanted}; found {found.shape}")
    if name in CHANCES:
        some = found[..., :LOOKED_AT, :]
        low, high = np.fmin.reduce(some, axis=None, initial=0.0), np.fmax.reduce(some, axis=None, initial=0.0)
        if low < 0 or high > 1.001:
            raise BadValue(
                f"{name} lie from 0 to 1; found {float(low if low < 0 else high):.6g}; are these logits or percentages?"
            )
    return found


def _count(n: Any) -> int:
    if isinstance(n, bool) or not (isinstance(n, int | np.integer) or (isinstance(n, float) and n.is_integer())):
        raise BadValue(f"n is a whole number of rows to pick; found {str(n)[:40]}")
    return max(int(n), 0)


def _rows(name: str, value: npt.ArrayLike, total: int | None) -> npt.NDArray[np.int64]:
    found = np.asarray(value).reshape(-1)
    if found.dtype == bool:
        if total is not None and found.size != total:
            raise BadValue(f"{name} as a mask has one value per row; found {found.size} for {total} rows")
        return np.flatnonzero(found)
    if found.size and found.dtype.kind not in "iu":
        raise BadValue(f"{name} are numbers of rows, or a mask; found {found.dtype}")
    found = found.astype(np.int64, copy=False)
    if found.size and (found.min() < 0 or (total is not None and found.max() >= total)):
        most = "" if total is None else f" to {total - 1}"
        raise BadValue(f"{name} are rows from 0{most}; found {found.min()} to {found.max()}")
    return found
