"""Long versions: their rows are stored in short pieces, which nobody sees before one last short transaction.

While a version of hundred thousand rows is written, people answer, and there is one writer. So what it holds is worked out
beside the writer, from one moment of the workspace. Its rows are stored under a commit that is on no branch yet: the
number of its branch is negated, and whatever reads a branch leaves such commits out (`handloom.store.history`). The last
transaction looks whether everything is as it was at that moment, and puts the commit on its branch. Where something has
changed, the rows are taken away and the work is done again.

A process that is killed before that leaves rows that nobody sees; `sweep` takes them away at the next start, or before the
next long version.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import sqlalchemy as sa

from . import schema
from .branches import Branch, head
from .bulk import select_among
from .history import COLUMNS, Commit
from .pieces import Pace, breathe, forsaken, trace
from .recording import (
    Note,
    Planned,
    StoreValues,
    allowed,
    digested,
    in_turn,
    insert_commit,
    insert_contents,
    insert_revisions,
    told,
)
from .schema.curation import erasure
from .schema.versions import branch as b

if TYPE_CHECKING:
    from .database import Store
    from .writer import Tx

T = TypeVar("T")
A = TypeVar("A")
Write: TypeAlias = Callable[[Callable[["Tx"], Any]], Any]
Plan: TypeAlias = Callable[[sa.Connection, StoreValues], Planned | None]

c, r = schema.commit_, schema.revision
FEW = 1_000
"""Rows of a version that is written at once: it takes a few hundredths of a second."""
LEAST, FIRST, MOST = 50, 500, 10_000
"""Rows of a piece at least, of the first one, and at most."""
TRIES = 3


class Moved(Exception):
    """What a version was worked out from has changed since."""


class Mark(NamedTuple):
    """What tells a commit that nobody sees yet."""

    number: int
    token: str


def _marked(mark: Mark) -> tuple[Any, ...]:
    return c.c.id == mark.number, c.c.branch_id < 0, c.c.message.contains(mark.token)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A version whose rows are stored and which nobody sees yet. stamp: see `stamp`."""

    mark: Mark
    planned: Planned
    stamp: tuple[int, int]


@dataclass(slots=True)
class Stage:
    """Stores rows in pieces. number: of the commit that is on no branch yet, 0 before there is one; token: tells it from
    another of the same number, which SQLite gives again after a sweep."""

    store: Store
    write: Write
    give_way: Callable[[], None]
    number: int = 0
    branch_id: int = 0
    pace: Pace = field(default_factory=lambda: Pace(FIRST, LEAST, MOST))
    contents: list[int] = field(default_factory=list)
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def mark(self) -> Mark:
        return Mark(self.number, self.token)

    def piece(self, unit: Callable[[Tx], T]) -> T:
        """Run one short unit, with the sign that this stage lives. Raises `Moved` when its rows were swept away."""

        def alive(tx: Tx) -> T:
            if tx.execute(sa.update(c).where(*_marked(self.mark)).values(created=tx.now)).rowcount != 1:
                raise Moved
            return unit(tx)

        self.give_way()
        return self.write(alive)

    def each(self, rows: Sequence[A], put: Callable[[Tx, Sequence[A]], None]) -> None:
        """Put all rows, piece by piece."""
        start = 0
        while start < len(rows):
            part = rows[start : start + self.pace.size]
            self.piece(lambda tx, part=part: self.pace.keep(len(part), lambda: put(tx, part)))
            start += len(part)

    def values(self, texts: Iterable[str]) -> dict[str, int]:
        """`StoreValues`, piece by piece."""
        stamps = digested(texts)
        by_stamp = {stamp: text for text, stamp in stamps.items()}
        known: dict[str, int] = {}

        def put(tx: Tx, part: Sequence[str]) -> None:
            found = dict(select_among(tx, _KNOWN, part))
            fresh = {stamp: by_stamp[stamp] for stamp in part if stamp not in found}
            if fresh:
                insert_contents(tx, fresh)
                made = dict(select_among(tx, _KNOWN, list(fresh)))
                self.contents = [min([*self.contents, *made.values()]), max([*self.contents, *made.values()])]
                tx.execute(sa.update(c).where(c.c.id == self.number).values(message=self._record()))
                found |= made
            known.update(found)

        self.each(sorted(by_stamp), put)
        return {text: known[stamp] for text, stamp in stamps.items()}

    def _record(self) -> str:
        return json.dumps(trace() | {"token": self.token, "contents": self.contents})

    def begin(self, tx: Tx, place: tuple[int, int], branch_id: int, actor_id: int) -> None:
        """Make the commit that is on no branch yet. place: project, task."""
        in_turn(tx)
        nothing = {"digest": "", "rows": 0, "test_rows": 0, "loose": 0, "changed": 0}
        note = Note(actor_id, self._record(), 0)
        self.number = insert_commit(tx, -branch_id, (*place, None), note, nothing).id
        self.branch_id = branch_id

    def drop(self) -> None:
        """Take everything away again, unless it is a version by now."""
        with self.store.read() as connection:
            left = connection.execute(sa.select(c.c.id).where(*_marked(self.mark))).first() is not None
        if left:
            _drop(self.write, self.give_way, self.number)


_KNOWN = "SELECT digest, id FROM content WHERE digest"


def ahead(stage: Stage, branch: Branch, actor_id: int, plan: Plan) -> Ahead | None:
    """Work a version of a branch out and store its rows, seen by nobody; None when it would change nothing."""
    sweep(stage.store, stage.write)
    stage.write(lambda tx: stage.begin(tx, (branch.project_id, branch.task_id), branch.id, actor_id))
    with moment(stage.store) as connection:
        seen = stamp(connection, branch.project_id)
        planned = plan(connection, stage.values)
    if planned is None:
        stage.drop()
        return None
    rows = list(planned.put.items())
    stage.each(rows, lambda tx, part: insert_revisions(tx, stage.number, branch.id, part))
    return Ahead(stage.mark, planned, seen)


def carried(
    stage: Callable[[], Stage], prepare: Callable[[Stage], A | None], unit: Callable[[Tx, A | None], T], write: Write
) -> T:
    """Prepare a version beside the writer and finish it in one short unit; where it has moved, again, and in the end all of
    it in that unit."""
    for _ in range(TRIES):
        made = stage()
        try:
            found = prepare(made)
            if found is None:
                break
            return write(lambda tx, found=found: unit(tx, found))
        except Moved:
            continue
        finally:
            made.drop()
    return write(lambda tx: unit(tx, None))


def publish(tx: Tx, one: Ahead) -> Commit:
    """Let everybody see a version. Raises `Moved` when its branch has another one since, or something was erased."""
    in_turn(tx)
    planned, parent = one.planned, one.planned.parent
    at = tx.execute(sa.select(b).where(b.c.id == planned.branch_id)).one()
    newest = head(tx.connection, Branch(**{name: getattr(at, name) for name in Branch.__slots__}))
    if newest is None or newest.id != parent.id or stamp(tx.connection, parent.project_id) != one.stamp:
        raise Moved
    allowed(tx, planned)
    return told(tx, shown(tx, one.mark, planned.branch_id, parent.id, planned.note, planned.counted))


def shown(tx: Tx, mark: Mark, branch_id: int, parent_id: int | None, note: Note, counted: Mapping[str, Any]) -> Commit:
    """Put a commit on its branch. Raises `Moved` when it was swept away."""
    values = {
        "branch_id": branch_id,
        "parent_id": parent_id,
        "other_id": note.other_id,
        "position": note.position,
        "message": note.message,
        "actor_id": note.actor_id,
        "created": tx.now,
    }
    mine = sa.update(c).where(*_marked(mark))
    row = tx.execute(mine.values(values | dict(counted)).returning(*COLUMNS)).first()
    if row is None:
        raise Moved
    return Commit(*row)


@contextlib.contextmanager
def moment(store: Store) -> Iterator[sa.Connection]:
    """A connection all of whose statements see the same moment."""
    with store.read() as connection:
        if store.dialect == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def stamp(connection: sa.Connection, project_id: int) -> tuple[int, int]:
    """Moves when an erasure is asked for or done: then a version may hold rows that were to go."""
    query = sa.select(sa.func.count(), sa.func.count(erasure.c.finished)).where(erasure.c.project_id == project_id)
    asked, done = connection.execute(query).one()
    return asked, done


def sweep(store: Store, write: Write | None = None) -> int:
    """Take away what killed processes have left of versions; how many such versions there were.

    Contents go too, while nobody else is at it: what another stage has just found may be what this one stored.
    """
    with store.read() as connection:
        query = sa.select(c.c.id, c.c.message, c.c.created).where(c.c.branch_id < 0)
        there = connection.execute(query).all()
    gone = [row.id for row in there if forsaken(json.loads(row.message), row.created, store.clock())]
    for number in gone:
        _drop(write or store.write, breathe, number, contents=len(gone) == len(there))
    return len(gone)


def _drop(write: Write, give_way: Callable[[], None], number: int, *, contents: bool = True) -> None:
    left = True
    while left:
        give_way()
        left = write(lambda tx: _drop_some(tx, number))
    write(lambda tx: _drop_rest(tx, number, contents=contents))


def _drop_some(tx: Tx, number: int) -> bool:
    some = f"SELECT item_id FROM revision WHERE commit_id = {number:d} ORDER BY item_id LIMIT {MOST // 4}"
    staged = tx.execute(sa.select(c.c.id).where(c.c.id == number, c.c.branch_id < 0)).first()
    found = tx.connection.exec_driver_sql(some).scalars().all()
    if not found or staged is None:
        return False
    where = f"commit_id = {number:d} AND item_id BETWEEN {found[0]:d} AND {found[-1]:d}"
    tx.connection.exec_driver_sql(f"DELETE FROM revision WHERE {where}")
    return True


def _drop_rest(tx: Tx, number: int, *, contents: bool) -> None:
    in_turn(tx)
    row = tx.execute(sa.select(c.c.branch_id, c.c.message).where(c.c.id == number, c.c.branch_id < 0)).first()
    if row is None:
        return
    tx.execute(sa.delete(c).where(c.c.id == number))
    # A main that nothing was on yet: it is closed until its first version is there, and no other branch of that name is.
    tx.execute(sa.delete(b).where(b.c.id == -row.branch_id, b.c.name == "main", b.c.closed.is_not(None)))
    others = tx.execute(sa.select(sa.func.count()).where(c.c.branch_id < 0)).scalar_one()
    made = json.loads(row.message)["contents"]
    if made and contents and not others:
        low, high = made
        used = f"SELECT content_id FROM revision WHERE content_id BETWEEN {low:d} AND {high:d}"
        tx.connection.exec_driver_sql(
            f"DELETE FROM content WHERE id BETWEEN {low:d} AND {high:d} AND id NOT IN ({used})"
        )
