"""The rows in which two versions differ, found from the revisions that only one of them sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from . import relabelling
from .commits import Revision, revisions
from .history import GONE, Commit, Held, held, seen, segments, touched, written_by


@dataclass(frozen=True, slots=True)
class Difference:
    """What two versions hold of the items in which they differ; an item without a row on one side is absent there."""

    before: Mapping[int, Revision]
    after: Mapping[int, Revision]


def differing(
    connection: sa.Connection, before: Commit | None, after: Commit | None
) -> tuple[dict[int, Held], dict[int, Held]]:
    """The rows in which two versions of one task differ, as they are stored.

    What only one of the two sees was made after all that both see. So what such commits wrote is what that side holds, and
    only the other side is asked about those items.
    """
    mine, theirs = (_seen(connection, one) for one in (before, after))
    old, new = written_by(connection, sorted(mine - theirs)), written_by(connection, sorted(theirs - mine))
    missing = (new.keys() - old.keys(), old.keys() - new.keys())
    old |= held(connection, before, sorted(missing[0]))
    new |= held(connection, after, sorted(missing[1]))
    items = [item for item in sorted(new.keys() | old.keys()) if not old.get(item, GONE).same(new.get(item))]
    return tuple(  # type: ignore[return-value]  # two of them
        {item: row for item in items if (row := side.get(item, GONE)).content_id is not None} for side in (old, new)
    )


def difference(connection: sa.Connection, before: Commit | None, after: Commit | None) -> Difference:
    """`differing` with values and identities."""
    old, new = differing(connection, before, after)
    contents: dict[int, object] = {}
    made = ({row.item_id: row for row in revisions(connection, list(side.items()), contents)} for side in (old, new))
    return Difference(*made)


def suspects(connection: sa.Connection, before: Commit | None, after: Commit | None) -> list[int]:
    """Items that a commit wrote which only one of the two sees, in order."""
    return touched(connection, sorted(_seen(connection, before) ^ _seen(connection, after)))


def _seen(connection: sa.Connection, commit: Commit | None) -> set[int]:
    return set() if commit is None else seen(connection, segments(connection, commit))


def rows_of(connection: sa.Connection, commit: Commit | None, items: list[int]) -> dict[int, Revision]:
    """What a version holds of some items, in today's labels. One whose label was split says nothing and is left out."""
    found = _present(connection, commit, items)
    rows = list(revisions(connection, list(found.items()), {}))
    return {row.item_id: row for row in (rows if commit is None else relabelling.today(connection, commit, rows))}


def _present(connection: sa.Connection, commit: Commit | None, items: list[int]) -> dict[int, Held]:
    return {item: row for item, row in held(connection, commit, items).items() if row.content_id is not None}
