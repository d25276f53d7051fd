"""Which revision of a row a commit sees: the last one at or before it, along the branches it came from.

Commits are numbered in the order they are made. A commit sees its own branch up to itself, the branch that this one
left up to where it left, and so on; whatever is seen of an older branch was made before anything on a younger one, so
of all revisions that are seen the one with the highest commit is the row's last.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..core.errors import NotFound
from ..core.ids import show
from . import schema
from .schema.versions import branch as b

c = schema.commit_
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Commit:
    """One version of a task's dataset. position: newest answer in it. rows include test_rows; changed: against its parent.

    other_id: the second parent of a merge. loose: rows without a label less labels without a row, left by edits.
    """

    id: int
    project_id: int
    task_id: int
    branch_id: int
    parent_id: int | None
    other_id: int | None
    digest: str
    position: int
    rows: int
    test_rows: int
    loose: int
    changed: int
    message: str
    actor_id: int
    created: float


COLUMNS = tuple(c.c[name] for name in Commit.__slots__)


class Segment(NamedTuple):
    """A stretch of a branch: everything up to and with commit ``last``, but for rows that are being written and are not
    a version yet (`handloom.store.staging`)."""

    branch: int
    last: int
    hidden: tuple[int, ...] = ()


class Held(NamedTuple):
    """What a version holds of an item. content_id None: the row was removed. answers: JSON text of their ids.

    edited: 0 as the label says, 1 instead of a label, 2 where no label stands. position: newest answer known then.
    """

    content_id: int | None
    confidence: float | None
    answers: str | None
    split: str | None
    weight: float | None
    edited: int = 0
    position: int = 0

    def same(self, other: Held | None) -> bool:
        """Whether both say the same, whoever said it and when. No row and a removed one are the same."""
        if other is None or other.content_id is None or self.content_id is None:
            return self.content_id is None and (other is None or other.content_id is None)
        return self[:5] == other[:5]


GONE = Held(None, None, None, None, None)
"""No row."""


def get(connection: sa.Connection, commit_id: int) -> Commit:
    """The commit of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*COLUMNS).where(c.c.id == commit_id, c.c.branch_id > 0)).first()
    if row is None:
        raise NotFound("commit", show("commit", commit_id))
    return Commit(*row)


def segments(connection: sa.Connection, commit: Commit) -> tuple[Segment, ...]:
    """What a commit sees, youngest branch first."""
    found = [Segment(commit.branch_id, commit.id)]
    query = sa.select(c.c.branch_id, c.c.id).join(b, b.c.base_id == c.c.id).where(b.c.id == sa.bindparam("branch"))
    while row := connection.execute(query, {"branch": found[-1].branch}).first():
        found.append(Segment(row.branch_id, row.id))
    hidden = connection.execute(_HIDDEN).all()
    if not hidden:
        return tuple(found)
    return tuple(
        part._replace(hidden=tuple(row.id for row in hidden if row.branch_id == -part.branch)) for part in found
    )


_HIDDEN = sa.select(c.c.branch_id, c.c.id).where(c.c.branch_id < 0)


def seen(connection: sa.Connection, parts: Sequence[Segment]) -> set[int]:
    """Numbers of all commits in these segments."""
    within = sa.or_(*(sa.and_(c.c.branch_id == part.branch, c.c.id <= part.last) for part in parts))
    return set(connection.execute(sa.select(c.c.id).where(within)).scalars())


def held(connection: sa.Connection, commit: Commit | None, items: Sequence[int]) -> dict[int, Held]:
    """What a version holds of these items, removed rows included; an item it never held is absent.

    The youngest branch is asked first, and older ones only for what it does not have.
    """
    found: dict[int, Held] = {}
    missing = sorted(items)
    for part in segments(connection, commit) if commit is not None and missing else ():
        query = last(connection, part, HELD, among=True)
        found.update(
            (row[0], Held._make(row[1:8])) for row in fetched(connection, query, (listed(connection, missing),))
        )
        missing = [item for item in missing if item not in found]
        if not missing:
            break
    return found


def held_by_all(connection: sa.Connection, commit: Commit) -> Iterator[tuple[int, Held]]:
    """(item, what is held of it) of every item in order, removed rows included."""
    parts = segments(connection, commit)
    walks = [_walk(connection, part, age) for age, part in enumerate(parts)]
    before = 0
    for item, _, row in heapq.merge(*walks) if len(walks) > 1 else walks[0]:
        if item != before:  # of several branches the youngest comes first
            yield item, row
            before = item


def _walk(connection: sa.Connection, part: Segment, age: int) -> Iterator[tuple[int, int, Held]]:
    for row in connection.exec_driver_sql(last(connection, part, HELD)).yield_per(PAGE):
        yield row[0], age, Held(*row[1:8])


HELD = ("content_id", "confidence", "CAST(answers AS TEXT)", "split", "weight", "edited", "position")


def last(connection: sa.Connection, part: Segment, columns: Sequence[str], *, among: bool = False) -> str:
    """SQL that gives ``item_id``, the columns and ``commit_id`` of each item's last revision in a segment, by item.

    Both databases walk the key and stop at one row per item; they only spell it differently. among: the statement takes a
    list of items as its parameter.
    """
    if among:
        return _last(connection, f"{within(part)} AND item_id", columns, among=True)
    return _last(connection, within(part), columns)


def _last(connection: sa.Connection, where: str, columns: Sequence[str], *, among: bool = False) -> str:
    named = ", ".join(columns)
    if connection.dialect.name == "sqlite":  # the other columns come from the row that has the maximum
        where += " IN (SELECT value FROM json_each(?))" if among else ""
        return f"SELECT item_id, {named}, max(commit_id) AS commit_id FROM revision WHERE {where} GROUP BY item_id"
    where += " = ANY(%s)" if among else ""
    order = "ORDER BY item_id, commit_id DESC"
    return f"SELECT DISTINCT ON (item_id) item_id, {named}, commit_id FROM revision WHERE {where} {order}"


def within(part: Segment) -> str:
    """SQL that is true of the revisions in a segment."""
    hidden = f" AND commit_id NOT IN ({', '.join(map(str, part.hidden))})" if part.hidden else ""
    return f"branch_id = {part.branch:d} AND commit_id <= {part.last:d}{hidden}"


def written_at(connection: sa.Connection, commit: Commit, item_id: int) -> int | None:
    """Number of the commit that wrote an item's row as a version sees it."""
    for part in segments(connection, commit):
        query = f"SELECT max(commit_id) FROM revision WHERE {within(part)} AND item_id = {item_id:d}"
        found = connection.exec_driver_sql(query).scalar()
        if found is not None:
            return found
    return None


def touched(connection: sa.Connection, commits: Sequence[int]) -> list[int]:
    """Items that any of these commits wrote, in order."""
    query = "SELECT item_id FROM revision WHERE commit_id"
    return sorted({row[0] for row in among(connection, query, list(commits))})


def written_by(connection: sa.Connection, commits: Sequence[int]) -> dict[int, Held]:
    """The last row of each item that any of these commits wrote."""
    if not commits:
        return {}
    found = fetched(connection, _last(connection, "commit_id", HELD, among=True), (listed(connection, commits),))
    return {row[0]: Held._make(row[1:8]) for row in found}


def values(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Any]:
    """Contents by number."""
    query = "SELECT id, CAST(value AS TEXT) FROM content WHERE id"
    return {number: json.loads(text) for number, text in among(connection, query, sorted(set(ids)))}


def among(connection: sa.Connection, query: str, wanted: Sequence[int] | Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows of a statement that ends in the name of a column, where it holds one of these; see `handloom.store.bulk`."""
    if not wanted:
        return []
    within_them = " IN (SELECT value FROM json_each(?))" if connection.dialect.name == "sqlite" else " = ANY(%s)"
    return fetched(connection, query + within_them, (listed(connection, wanted),))


def fetched(connection: sa.Connection, query: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All rows as the driver gives them: a version has many, and what SQLAlchemy makes of each costs more than reading it."""
    cursor: Any = connection.exec_driver_sql(query, params).cursor
    return cursor.fetchall()


def listed(connection: sa.Connection, wanted: Sequence[Any]) -> Any:
    """Values as the one parameter of a statement with ``among``."""
    return json.dumps(list(wanted)) if connection.dialect.name == "sqlite" else list(wanted)
