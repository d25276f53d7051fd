"""The rows in which two versions differ, found from the revisions that only one of them sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from . import relabelling
from .commits import Revision, revisions
from .history import Commit, Held, held, seen, segments, touched


@dataclass(frozen=True, slots=True)
class Difference:
    """What two versions hold of the items in which they differ; an item without a row on one side is absent there."""

    before: Mapping[int, Revision]
    after: Mapping[int, Revision]


def differing(
    connection: sa.Connection, before: Commit | None, after: Commit | None
) -> tuple[dict[int, Held], dict[int, Held]]:
    """The rows in which two versions of one task differ, as they are stored."""
    items = suspects(connection, before, after)
    old, new = (_present(connection, commit, items) for commit in (before, after))
    for item in items:
        a, z = old.get(item), new.get(item)
        if a is z is None or (a is not None and z is not None and a.same(z)):
            old.pop(item, None)
            new.pop(item, None)
    return old, new


def difference(connection: sa.Connection, before: Commit | None, after: Commit | None) -> Difference:
    """`differing` with values and identities."""
    old, new = differing(connection, before, after)
    contents: dict[int, object] = {}
    made = ({row.item_id: row for row in revisions(connection, list(side.items()), contents)} for side in (old, new))
    return Difference(*made)


def suspects(connection: sa.Connection, before: Commit | None, after: Commit | None) -> list[int]:
    """Items that a commit wrote which only one of the two sees, in order."""
    sides = [set() if one is None else seen(connection, segments(connection, one)) for one in (before, after)]
    return touched(connection, sorted(sides[0] ^ sides[1]))


def rows_of(connection: sa.Connection, commit: Commit | None, items: list[int]) -> dict[int, Revision]:
    """What a version holds of some items, in today's labels. One whose label was split says nothing and is left out."""
    found = _present(connection, commit, items)
    rows = list(revisions(connection, list(found.items()), {}))
    return {row.item_id: row for row in (rows if commit is None else relabelling.today(connection, commit, rows))}


def _present(connection: sa.Connection, commit: Commit | None, items: list[int]) -> dict[int, Held]:
    return {item: row for item, row in held(connection, commit, items).items() if row.content_id is not None}
