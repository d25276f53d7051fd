"""Data tests on a version of a project's data: results are rows attached to it, and a failing test stops what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core import registry
from ..core.ids import show
from ..core.protocols import Finding
from ..dataset import run
from ..dataset.similar import images
from ..dataset.subject import SEVERITIES, Given, Subject
from ..dataset.table import Pictures, Table
from ..store import Store, commits, items, projects, tested
from ..store.commits import Commit, Revision
from ..store.projects import TaskRow
from ..store.tested import Result
from .learn import task_of
from .proposals import failure, required
from .work import State, Work

SHOWN = 100
"""Items of a finding that are kept; all are counted."""
KEPT = 20
"""Findings of a test that are kept, the worst first."""
ABOUT_PEOPLE = ("gold_accuracy", "label_share")
TOLD = ("class_floor", "missing", "places", *ABOUT_PEOPLE)
"""Tests that look at every merge request, required or not: cheap, and worth knowing before deciding."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the items of its rows."""

    finding: Finding
    side: str
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What one test finds. fails_at: severity from which on it fails; None: it only tells."""

    name: str
    fails_at: str | None
    found: tuple[Found, ...]

    def failures(self) -> list[Found]:
        """What it fails for."""
        if self.fails_at is None:
            return []
        least = SEVERITIES.index(self.fails_at)
        return [one for one in self.found if SEVERITIES.index(one.finding.severity) >= least]

    def blocks(self, before: Look | None) -> bool:
        """Whether it fails for something that it does not fail for in the version before: a change is not to blame for
        what was there."""
        known: dict[Any, set[int]] = {}
        for one in before.failures() if before else ():
            known.setdefault(_about(one), set()).update(one.items)
        return any(_about(one) not in known or set(one.items) - known[_about(one)] for one in self.failures())


def _about(one: Found) -> tuple[Any, ...]:
    details = one.finding.details
    return one.side, details.get("column"), details.get("actor")


def test(work: Work, state: State) -> State:
    """Run the tests that the project requires on the version to train on. Raises `WrongState` when one fails."""
    task = task_of(work)
    with work.store.read() as connection:
        wanted = required(projects.find(connection, task.project_id).settings)
        version = commits.get(connection, state["commit"])
        known = {one.name: one for one in tested.results(connection, [version.id]).get(version.id, ())}
    if not wanted:
        return {}
    if set(wanted) <= known.keys():  # as merged just now
        results = [known[name] for name in wanted]
    else:
        with work.store.read() as connection:
            rows = list(commits.checkout(connection, version))
        results = told(version, None, look(work.store, task, rows, wanted), ())
        record(work, version, None, results)
    failed = [one for one in results if _fails(one, wanted)]
    if failed:
        raise failure(f"version {show('commit', version.id)}", failed, commit=show("commit", version.id))
    return {"tested": len(wanted)}


def _fails(one: Result, wanted: Mapping[str, str]) -> bool:
    return one.severity is not None and SEVERITIES.index(one.severity) >= SEVERITIES.index(wanted[one.name])


def record(work: Work, version: Commit, into_id: int | None, results: Sequence[Result]) -> None:
    """Keep results beside their version, and tell of them."""
    name = show("commit", version.id)
    body = {
        "passed": not any(one.blocks for one in results),
        "into": None if into_id is None else show("commit", into_id),
        "tests": [one.name for one in results],
        "findings": [finding for one in results for finding in one.findings],
    }

    def unit(tx: Any) -> None:
        tested.put(tx, version, into_id, results)
        tx.emit("dataset.tested", project=version.project_id, actor=work.job.actor_id, subject=name, body=body)

    work.write(unit)


def told(version: Commit, into_id: int | None, looks: Iterable[Look], before: Iterable[Look]) -> list[Result]:
    """Looks at a version as rows to keep. before: what the same tests find in the version it is merged into."""
    was = {one.name: one for one in before}
    return [
        Result(
            version.id,
            into_id,
            one.name,
            one.fails_at is not None,
            one.blocks(was.get(one.name)),
            run.worst(found.finding for found in one.found),
            sum(int(found.finding.details.get("count") or 0) for found in one.found),
            [_told(found) for found in one.found[:KEPT]],
        )
        for one in looks
    ]


def look(
    store: Store, task: TaskRow, rows: Sequence[Revision], wanted: Mapping[str, str], tell: Sequence[str] = ()
) -> list[Look]:
    """What tests find in rows. wanted: those that may fail, with the severity; tell: others, which only tell."""
    names: dict[str, str | None] = {**dict.fromkeys(tell), **wanted}
    with store.read() as connection:
        data = {key: row.data for key, row in items.get(connection, [row.item_id for row in rows]).items()}
        people = tested.given(connection, task.id) if set(ABOUT_PEOPLE) & names.keys() else []
    sides = {"train": [row for row in rows if not row.test], "test": [row for row in rows if row.test]}
    fields = registry.find("tasks", task.kind).fields
    tables = [_table(store, name, side, data, fields) for name, side in sides.items() if side]
    text = next((field for field in fields if any(field in table.columns for table in tables)), None)
    places = {row.item_id: k for k, row in enumerate(next((side for side in sides.values() if side), []))}
    answers = [Given(row.name, places[row.item_id], row.value, row.truth) for row in people if row.item_id in places]
    subject = Subject(tuple(tables), text=text, label="label", answers=answers)
    ids = {name: [row.item_id for row in side] for name, side in sides.items()}
    return [
        Look(
            name, fails_at, tuple(_found(one, ids) for one in run.run(subject, run.installed([name]))) if tables else ()
        )
        for name, fails_at in names.items()
    ]


def _found(finding: Finding, ids: Mapping[str, Sequence[int]]) -> Found:
    side = str(finding.details.get("file"))
    return Found(finding, side, tuple(ids[side][row] for row in finding.details.get("rows", ())))


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


def _told(one: Found) -> dict[str, Any]:
    """A finding as it is kept: items by id instead of rows, the first of them only."""
    details = {key: value for key, value in one.finding.details.items() if key not in ("rows", "similar_to", "file")}
    named = [show("item", item) for item in one.items[:SHOWN]]
    return {"check": one.finding.check, "severity": one.finding.severity, "message": one.finding.message,
            "side": one.side, "items": named, **details}  # fmt: skip
