"""What is in a dataset, in numbers: classes, fields, lengths, sizes of images, missing and outlying values, slices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from . import columns
from .slices import Predicate, select
from .subject import label_word
from .table import Table, is_missing

Words = Sequence[str | tuple[str, ...] | None]
"""The class of each row, several where a row has several, None where it has no label."""

_QUANTILES = {"min": 0.0, "p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}
_SHOWN = 20
_FAR = 3.0
"""Widths of the middle half beyond its ends from which a value is an outlier (Tukey 1977: far out)."""
_BARS = 24
"""Bars of a histogram at most."""


def profile(
    table: Table,
    label: str | None = None,
    slices: Mapping[str, Predicate] | None = None,
    texts: Collection[str] = (),
) -> dict[str, Any]:
    """All of it as plain JSON: ``rows``, ``labels``, ``fields``, ``images`` and ``slices``.

    texts: columns that are texts, however few differ. Counts depend on the content
    alone, so they are the same after an export and an import.
    """
    out: dict[str, Any] = {"rows": len(table)}
    labels = (
        [label_words(value) for value in table.columns[label]] if label is not None and label in table.columns else None
    )
    if labels is not None:
        out["labels"] = balance(labels)
    out["fields"] = {name: field(values, name in texts) for name, values in table.columns.items() if name != label}
    if table.pictures is not None:
        sides = ("width", "height")
        out["images"] = {side: _spread(table.pictures.sizes[:, k].astype(float)) for k, side in enumerate(sides)}
    if slices:
        out["slices"] = heat(table, labels, slices)
    return out


def label_words(value: Any) -> tuple[str, ...] | None:
    """The classes of one row: of a choice its labels, of spans and regions those that occur, else the one word."""
    if is_missing(value):
        return None
    if isinstance(value, Mapping):
        for parts in ("spans", "regions"):
            if isinstance(value.get(parts), list | tuple):
                return tuple(sorted({str(part.get("label")) for part in value[parts]}))
        value = value.get("labels", value)
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return tuple(dict.fromkeys(value))
    return (str(label_word(value)),)


def balance(labels: Words) -> dict[str, Any]:
    """Rows by class, the largest first; a row of several classes counts in each. ``evenness`` in [0, 1]: entropy over
    that of equal classes (Pielou 1966)."""
    counts = _counted(labels)
    share = np.array(list(counts.values()), dtype=float) / max(1, sum(counts.values()))
    even = float(-(share * np.log(share)).sum() / np.log(len(share))) if len(share) > 1 else 1.0
    classes = [{"label": name, "rows": n} for name, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    return {"classes": classes, "missing": sum(label is None for label in labels), "evenness": round(even, 6)}


def _counted(labels: Words) -> Counter[str]:
    counts: Counter[str] = Counter()
    for label in labels:
        counts.update((label,) if isinstance(label, str) else label or ())
    return counts


def field(values: Sequence[Any], is_text: bool = False) -> dict[str, Any]:
    """Kind, missing and different values of one column, and its spread, its lengths or its commonest values."""
    present = [value for value in values if not is_missing(value)]
    kind = columns.TEXT if is_text and present else columns.kind(values)
    out: dict[str, Any] = {"kind": kind, "missing": len(values) - len(present)}
    if kind == columns.NUMBER:
        numbers = columns.numbers(values)
        known = numbers[~np.isnan(numbers)] if numbers is not None else np.zeros(0)
        out |= {"different": len(np.unique(known)), "spread": _spread(known), "outliers": outliers(numbers)}
    elif kind in (columns.CATEGORY, columns.TEXT):
        words = Counter(str(value) for value in present)
        out["different"] = len(words)
        if kind == columns.TEXT:
            lengths = np.array([len(str(value)) for value in present], dtype=float)
            counted = np.array([len(str(value).split()) for value in present], dtype=float)
            out |= {"characters": _spread(lengths), "words": _spread(counted)}
        else:
            common = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:_SHOWN]
            out["common"] = [{"value": value, "rows": n} for value, n in common]
    return out


def outliers(numbers: np.ndarray | None) -> list[int]:
    """Rows far outside the middle half of their column; none where that has no width."""
    if numbers is None or np.isnan(numbers).all():
        return []
    low, high = np.nanquantile(numbers, [0.25, 0.75])
    reach = _FAR * (high - low)
    if reach <= 0:
        return []
    return np.flatnonzero((numbers < low - reach) | (numbers > high + reach)).tolist()


def heat(table: Table, labels: Words | None, slices: Mapping[str, Predicate]) -> dict[str, Any]:
    """Rows of each slice, and of each class in it: ``{"labels": [...], "slices": [{"name", "predicate", "rows",
    "by_label": [...]}]}``, the columns of a heat map in the order of ``labels``."""
    names = [one["label"] for one in balance(labels)["classes"]] if labels is not None else []
    rows = []
    for name, predicate in slices.items():
        chosen = select(predicate, table)
        counts = _counted([labels[k] for k in np.flatnonzero(chosen).tolist()]) if labels is not None else Counter()
        told = {"name": name, "predicate": str(predicate), "rows": int(chosen.sum())}
        rows.append({**told, "by_label": [counts[label] for label in names]})
    return {"labels": names, "slices": rows}


def _spread(values: np.ndarray) -> dict[str, Any] | None:
    """Mean, quantiles and histogram; None where there are no values."""
    if not len(values):
        return None
    found = dict(zip(_QUANTILES, np.quantile(values, list(_QUANTILES.values())).tolist(), strict=True))
    return {"mean": float(values.mean()), **found, "histogram": histogram(values)}


def histogram(values: np.ndarray) -> dict[str, Any]:
    """``{"edges", "counts", "below", "above"}``: bars of equal width over what is not far out, and how many lie beyond.

    A few different whole numbers get a bar each. values: not empty, all finite.
    """
    q25, q75 = np.quantile(values, [0.25, 0.75])
    reach = _FAR * (q75 - q25)
    near = values[(values >= q25 - reach) & (values <= q75 + reach)] if reach > 0 else values
    low, high = float(near.min()), float(near.max())
    if high - low < _BARS and np.all(near == np.floor(near)):
        edges = np.arange(low, high + 2) - 0.5
    else:
        edges = np.linspace(low, high, _BARS + 1)
    counts, _ = np.histogram(near, edges)
    return {
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "below": int((values < low).sum()),
        "above": int((values > high).sum()),
    }
