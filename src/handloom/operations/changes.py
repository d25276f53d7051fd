"""How changes of rows and results of data tests look from outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import dataset
from ..core.clock import iso
from ..core.ids import show
from ..store import items
from ..store.commits import Revision
from ..store.tested import Result
from .session import Session

SHOWN = 200
"""Rows of a difference that are listed; all are counted."""


def shown(session: Session, changed: Iterable[dataset.Change[int, Revision]]) -> dict[str, Any]:
    """Changes counted by kind and by label, with the first rows and what they are about."""
    every = list(changed)
    found = dataset.summary(every)
    numbers = [one.key for one in every[:SHOWN]]
    with session.store.read() as connection:
        about, keys = items.get(connection, numbers), items.keys(connection, numbers)
    return {
        "rows": found.rows,
        "kinds": dict(found.kinds),
        "labels": [{"before": a, "after": z, "count": n} for (a, z), n in sorted(found.labels.items(), key=_often)],
        "changes": [
            {
                "item": show("item", one.key),
                "key": keys[one.key],
                "data": about[one.key].data,
                "kinds": list(one.kinds),
                "before": _row(one.before),
                "after": _row(one.after),
            }
            for one in every[:SHOWN]
        ],
    }


def result(one: Result) -> dict[str, Any]:
    """What one data test says of a version."""
    return {
        "test": one.name,
        "into": None if one.into_id is None else show("commit", one.into_id),
        "required": one.required,
        "blocks": one.blocks,
        "severity": one.severity,
        "count": one.count,
        "findings": list(one.findings),
        "created": iso(one.created),
    }


def _often(pair: tuple[Any, int]) -> tuple[int, str, str]:
    (before, after), count = pair
    return -count, before or "", after or ""


def _row(row: Revision | None) -> dict[str, Any] | None:
    if row is None:
        return None
    weight = 1.0 if row.weight is None else row.weight
    return {"value": row.value, "confidence": row.confidence, "split": row.split or "train", "weight": weight}
