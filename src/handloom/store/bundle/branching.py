"""Branches of two bundles: where both went on from the same version, one goes on and the other becomes a branch."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .checking import Checked
from .numbers import Numbers


@dataclass(slots=True)
class Branches:
    """moved: commit -> the branch that it is on instead. made: rows of new branches, as (number, cells by name)."""

    tasks: dict[int, int] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    made: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def of(self, commit: int, branch: int) -> int:
        """The branch of a commit in the union."""
        return self.moved.get(commit, branch)

    def task(self, branch: int) -> int:
        """The task of a branch."""
        return self.tasks[branch]

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The new branches as lines."""
        import json

        for number, cells in self.made:
            yield number, json.dumps([cells.get(name) for name in columns])


@dataclass(frozen=True, slots=True)
class _Made:
    """A commit under its new number."""

    id: int
    branch: int
    created: float
    digest: str
    actor: int
    project: int
    task: int


def branched(
    scratch: sqlite3.Connection, sides: Sequence[Checked], numbers: Sequence[Numbers], totals: dict[str, int]
) -> Branches:
    """Which versions move to a branch of their own. Numbers of new branches follow those there are, in ``totals`` too.

    Of two lines that left the same version the one whose first commit is older (of equally old ones: of the smaller
    digest) goes on under the old name. The other is called after it and its first commit.
    """
    del scratch
    found = Branches()
    lines: list[dict[int, list[_Made]]] = []
    bases: dict[int, tuple[str, int | None]] = {}
    for side, known in zip(sides, numbers, strict=True):
        own: dict[int, list[_Made]] = {}
        for commit in _commits(side, known):
            own.setdefault(commit.branch, []).append(commit)
        lines.append(own)
        for columns, page in side.pages("branch"):
            place = {name: k for k, name in enumerate(columns)}
            for row in page:
                number = known.needed("branch", "branch", row[place["id"]])
                base = row[place["base_id"]]
                found.tasks[number] = known.needed("branch", "task", row[place["task_id"]])
                bases[number] = (row[place["name"]], None if base is None else known.needed("branch", "commit_", base))
    for branch in sorted(set(lines[0]) & set(lines[1])):
        shared = {one.id for one in lines[0][branch]} & {one.id for one in lines[1][branch]}
        tails = [[one for one in side[branch] if one.id not in shared] for side in lines]
        if not all(tails):
            continue
        _, leaving = sorted(tails, key=lambda tail: (tail[0].created, tail[0].digest))
        totals["branch"] += 1
        number, first = totals["branch"], leaving[0]
        name, base = bases[branch]
        found.moved |= {one.id: number for one in leaving}
        found.tasks[number] = found.tasks[branch]
        cells = {"id": number, "project_id": first.project, "task_id": first.task, "actor_id": first.actor}
        cells |= {"name": f"{name[:180]}-{first.digest[:8]}", "base_id": max(shared) if shared else base}
        found.made.append((number, cells | {"created": first.created, "closed": None}))
    return found


def _commits(side: Checked, known: Numbers) -> Iterator[_Made]:
    for columns, page in side.pages("commit_"):
        place = {name: k for k, name in enumerate(columns)}
        for row in page:
            yield _Made(
                known.needed("commit_", "commit_", row[place["id"]]),
                known.needed("commit_", "branch", row[place["branch_id"]]),
                row[place["created"]],
                row[place["digest"]],
                known.needed("commit_", "actor", row[place["actor_id"]]),
                known.needed("commit_", "project", row[place["project_id"]]),
                known.needed("commit_", "task", row[place["task_id"]]),
            )
