"""The profile of a project's data, of the items as they stand or of a version, and what slices of it hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..core import registry
from ..core.errors import HandloomError
from ..core.ids import show
from ..dataset import contents as rows
from ..dataset import slices
from ..dataset.profile import profile
from ..evaluate import accuracy
from ..store import Store, commits, contents, projects
from ..store.contents import Content
from ..store.projects import TaskRow
from .learn import task_of
from .work import State, Work

SHOWN = 20
"""Items of an outlying value that are named; all are counted."""
_EVERY = 5000


def describe(work: Work, _state: State) -> State:
    """Look at every row and store what was found as a blob; its digest is the result."""
    task, number = task_of(work), work.job.args.get("commit")
    found = of_version(work.store, number) if number else contents.now(work.store, task.project_id, task.id)
    ids: list[int] = []

    def cells() -> Iterable[Mapping[str, Any]]:
        for k, one in enumerate(found):
            ids.append(one.item_id)
            if k % _EVERY == 0:
                work.report(f"{k:,} rows read", k)
            yield rows.cells(one.data, one.meta, one.value)

    table = rows.table(show("commit", number) if number else "items", cells())
    work.report(f"{len(ids):,} rows read", len(ids), len(ids))
    texts = [name for name, kind in registry.find("tasks", task.kind).fields.items() if kind == "text"]
    told = profile(table, rows.LABEL, named(work.job.args.get("slices", ())), texts) if ids else {"rows": 0}
    digest = work.store.blobs.put(json.dumps(_by_item(told, ids), allow_nan=False, default=str).encode())
    work.write(lambda _tx: None)  # an attempt that was overtaken meanwhile must not end the job
    return {"profile": digest, "rows": len(ids), "words": f"{len(ids):,} rows described"}


def of_version(store: Store, number: int) -> Iterable[Content]:
    """The rows of the commit of that number."""
    with store.read() as connection:
        version = commits.get(connection, number)
    return contents.of(store, version)


def named(given: Sequence[Mapping[str, str]]) -> dict[str, slices.Predicate]:
    """Saved slices as predicates; one that cannot be read any more is left out."""
    found = {}
    for one in given:
        try:
            found[one["name"]] = slices.parse(one["where"])
        except HandloomError:  # saved by another version of handloom
            continue
    return found


def per_slice(
    store: Store, task: TaskRow, ids: Sequence[int], truth: np.ndarray, predicted: np.ndarray
) -> list[dict[str, Any]]:
    """Accuracy on the test items of each saved slice of the project: ``[{"name", "where", "accuracy"}]``.

    truth, predicted: class numbers, or (n, classes) of 0 and 1, row by row of ``ids``.
    """
    with store.read() as connection:
        given = projects.find(connection, task.project_id).settings.get("slices", [])
    predicates = named(given)
    if not predicates or not len(ids):
        return []
    places = {number: k for k, number in enumerate(ids)}
    held = {name: np.zeros(len(ids), dtype=bool) for name in predicates}
    for one in contents.some(store, list(ids), task.id):
        row = rows.cells(one.data, one.meta, one.value)
        for name, predicate in predicates.items():
            held[name][places[one.item_id]] = predicate.holds(row)
    return [
        {"name": name, "where": str(predicates[name]), "accuracy": accuracy(truth[inside], predicted[inside])}
        for name, inside in held.items()
    ]


def _by_item(told: dict[str, Any], ids: Sequence[int]) -> dict[str, Any]:
    """Outlying rows as items: how many, and the first of them."""
    for one in told.get("fields", {}).values():
        if "outliers" in one:
            far = one["outliers"]
            one["outliers"] = {"count": len(far), "items": [show("item", ids[k]) for k in far[:SHOWN]]}
    return told
