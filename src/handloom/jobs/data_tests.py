"""Data tests on a version of a project's data: what was found is in the log, and a failing test stops the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core import registry
from ..core.errors import WrongState
from ..core.ids import show
from ..core.protocols import Finding
from ..dataset import run
from ..dataset.similar import images
from ..dataset.subject import Subject
from ..dataset.table import Pictures, Table
from ..store import Store, commits, items, projects
from ..store.commits import Revision
from ..store.projects import TaskRow
from .learn import task_of
from .work import State, Work

SHOWN = 100
"""Items of a finding that the log names; all are counted."""


def test(work: Work, state: State) -> State:
    """Run the tests that the project requires on the version just made. Raises `WrongState` when one finds an error."""
    task = task_of(work)
    with work.store.read() as connection:
        required = projects.find(connection, task.project_id).settings.get("data_tests", [])
    if not required:
        return {}
    findings, keys = tested(work.store, task, state["commit"], required)
    name = show("commit", state["commit"])
    failed = [finding for finding in findings if finding.severity == "error"]
    body = {"passed": not failed, "tests": list(required), "findings": [_told(finding, keys) for finding in findings]}
    work.write(
        lambda tx: tx.emit("dataset.tested", project=task.project_id, actor=work.job.actor_id, subject=name, body=body)
    )
    if failed:
        words = "; ".join(f"{finding.check}: {finding.message}" for finding in failed[:3])
        raise WrongState(
            f"version {name} fails the data tests that this project requires ({words}); mend the data, or require fewer "
            "tests in the setting data_tests",
            commit=name,
            checks=sorted({finding.check for finding in failed}),
        )
    return {"tested": len(required)}


def tested(
    store: Store, task: TaskRow, commit_id: int, checks: Sequence[str]
) -> tuple[list[Finding], Mapping[str, Sequence[int]]]:
    """What some checks find in a version, and its items by table: ``train`` is what is learned from, ``test`` the rest."""
    with store.read() as connection:
        rows = list(commits.checkout(connection, commits.get(connection, commit_id)))
        data = {key: row.data for key, row in items.get(connection, [row.item_id for row in rows]).items()}
    sides = {"train": [row for row in rows if not row.test], "test": [row for row in rows if row.test]}
    fields = registry.find("tasks", task.kind).fields
    tables = [_table(store, name, side, data, fields) for name, side in sides.items() if side]
    text = next((field for field in fields if any(field in table.columns for table in tables)), None)
    subject = Subject(tuple(tables), text=text, label="label")
    found = run.run(subject, run.installed(checks)) if tables else []
    return found, {name: [row.item_id for row in side] for name, side in sides.items()}


def _table(
    store: Store, name: str, rows: Sequence[Revision], data: Mapping[int, Mapping[str, Any]], fields: Mapping[str, str]
) -> Table:
    """One side of a version; a field of media becomes a small picture of each image."""
    columns: dict[str, list[Any]] = {"label": [row.value for row in rows]}
    for field in dict.fromkeys(key for row in rows for key in data[row.item_id]):
        values = [data[row.item_id].get(field) for row in rows]
        if not any(isinstance(value, Mapping) and "blob" in value for value in values):
            columns[field] = values
    media = [field for field in fields if field not in columns]
    return Table(
        name, columns, pictures=_pictures(store, [data[row.item_id].get(media[0]) for row in rows]) if media else None
    )


def _pictures(store: Store, values: Sequence[Any]) -> Pictures:
    digests: list[str | None] = []
    small = np.zeros((len(values), images.SIDE**2), dtype=np.uint8)
    sizes = np.zeros((len(values), 2), dtype=np.int64)
    for k, value in enumerate(values):
        digest = value.get("blob") if isinstance(value, Mapping) else None
        digests.append(digest)
        if digest is not None:
            small[k], sizes[k] = images.thumbnail(store.blobs.get(digest))
    return Pictures(digests, small, sizes)


def _told(finding: Finding, keys: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """A finding for the log: items by id instead of rows, the first of them only."""
    details = {key: value for key, value in finding.details.items() if key not in ("rows", "similar_to", "file")}
    side = str(finding.details.get("file"))
    named = [show("item", keys[side][row]) for row in finding.details.get("rows", ())[:SHOWN]]
    return {"check": finding.check, "severity": finding.severity, "message": finding.message, "side": side,
            "items": named, **details}  # fmt: skip
