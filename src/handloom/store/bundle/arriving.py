"""A project that is on its way into the workspace: its rows are there, and nobody sees it before all of them are.

Until then the time at which the project was made is negated, and whatever looks for projects leaves such ones out
(`handloom.store.projects`); so it is with the people who come with it. Rows are stored in short pieces, so that nobody's
answer waits for an import. A last short transaction lets everybody see the project.

Numbers for all rows are taken at the start. On SQLite, which gives the number behind the largest there is, one row of each
table stands at the end of its numbers, and becomes the last row of the bundle in the end.

A process that is killed leaves rows that nobody sees. `sweep` takes them away at the next start, or before the next import.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from ...core.errors import BadBundle, Unavailable
from .. import schema
from ..bulk import insert_rows
from ..history import among
from ..pieces import Pace, breathe, forsaken, trace
from ..schema.base import Json
from .plan import SHARED, Plan, mine, plans

if TYPE_CHECKING:
    from ..database import Store
    from ..writer import Tx

T = TypeVar("T")
p = schema.project
LEAST, FIRST, MOST = 50, 250, 4_000
"""Rows of a piece at least, of the first one, and at most."""


class Arrival:
    """One project on its way."""

    def __init__(self, store: Store, give_way: Callable[[], None] = breathe) -> None:
        self.store, self.give_way = store, give_way
        self.project, self.pace = 0, Pace(FIRST, LEAST, MOST)
        self.people: list[int] = []
        self.contents: list[int] = []

    def begin(self, tx: Tx) -> int:
        """Make the project that nobody sees; its number."""
        name = f"arriving {os.getpid()} {time.time_ns()}"  # never seen; unique, as names of projects are
        row = {"name": name, "settings": self._record(), "salt": "arriving", "created": -tx.now}
        self.project = tx.execute(sa.insert(p).values(row).returning(p.c.id)).scalar_one()
        return self.project

    def _record(self) -> dict[str, Any]:
        return trace() | {"people": self.people, "contents": self.contents}

    def piece(self, unit: Callable[[Tx], T]) -> T:
        """Run one short unit. Raises `Unavailable` when the rows before it were swept away."""

        def alive(tx: Tx) -> T:
            mine = sa.update(p).where(p.c.id == self.project, p.c.created < 0)
            if tx.execute(mine.values(created=-tx.now)).rowcount != 1:
                raise Unavailable("this import stood still for so long that its rows were taken away; import it again")
            before = json.dumps(self._record())
            found = unit(tx)
            if json.dumps(self._record()) != before:
                tx.execute(mine.values(settings=self._record()))
            return found

        self.give_way()
        return self.store.write(alive)

    def each(self, rows: Sequence[T], put: Callable[[Tx, Sequence[T]], None]) -> None:
        """Put all rows, piece by piece."""
        start = 0
        while start < len(rows):
            part = rows[start : start + self.pace.size]
            self.piece(lambda tx, part=part: self.pace.keep(len(part), lambda: put(tx, part)))
            start += len(part)

    def hold(self, tx: Tx, last: Mapping[str, int], actor_id: int) -> None:
        """Take the numbers of all tables up to these. last: the last number of each table, by name."""
        for plan in plans().values():
            if plan.name in last and tx.dialect == "postgresql":
                move = sa.text("SELECT setval(pg_get_serial_sequence(:t, :c), :last)")
                tx.execute(move, {"t": f'"{plan.name}"', "c": plan.number, "last": last[plan.name]})
            elif plan.name in last:
                tx.execute(sa.insert(plan.table).values(self._end(plan, last, actor_id)))

    def _end(self, plan: Plan, last: Mapping[str, int], actor_id: int) -> dict[str, Any]:
        """A row that stands at the end of a table's numbers and refers to others of its kind."""
        numbers = {**last, "project": self.project, "actor": actor_id}
        row: dict[str, Any] = {}
        for column in plan.table.columns:
            refers = next(iter(column.foreign_keys), None)
            if column.name == plan.number:
                row[column.name] = last[plan.name]
            elif column.name == "project_id":
                row[column.name] = self.project
            elif column.nullable or column.server_default is not None:
                continue
            elif refers is not None:
                target = refers.column.table.name
                if target not in numbers:
                    raise BadBundle(f"rows of {plan.name} refer to {target}, of which the bundle has none")
                row[column.name] = numbers[target]
            elif column.name in plan.refers:
                # without a foreign key; a commit of a branch below zero would be another thing
                row[column.name] = numbers.get(plan.refers[column.name], 0)
            else:
                row[column.name] = self._filler(column)
        return row

    def _filler(self, column: sa.Column[Any]) -> Any:
        if isinstance(column.type, sa.Boolean):
            return False
        if isinstance(column.type, sa.Integer | sa.Float):
            return -1
        return {} if isinstance(column.type, type(Json)) else f"@{self.project}"

    def put(self, tx: Tx, plan: Plan, columns: Sequence[str], rows: Sequence[Sequence[Any]], last: int) -> None:
        """Store rows; the one with the last number of the table takes the place that stands there."""
        place = columns.index(plan.number) if plan.number in columns and tx.dialect == "sqlite" else -1
        ends = place >= 0 and rows[-1][place] == last
        insert_rows(tx, plan.table, columns, [tuple(row) for row in (rows[:-1] if ends else rows)])
        if ends:
            names = ", ".join(f"{name} = ?" for name in columns)
            query = f"UPDATE {plan.name} SET {names} WHERE {plan.number} = {last:d}"
            tx.connection.exec_driver_sql(query, tuple(rows[-1]))

    def arrived(self) -> None:
        """Everybody sees it."""
        self.project = 0

    def drop(self) -> None:
        """Take everything away again, unless it is seen by now."""
        with self.store.read() as connection:
            query = sa.select(p.c.id).where(p.c.id == self.project, p.c.created < 0)
            left = connection.execute(query).first() is not None
        if left:
            _drop(self.store, self.project, self._record(), self.give_way)


def sweep(store: Store) -> int:
    """Take away what killed processes have left of projects; how many there were."""
    with store.read() as connection:
        there = connection.execute(sa.select(p.c.id, p.c.settings, p.c.created).where(p.c.created < 0)).all()
    gone = [row for row in there if forsaken(row.settings, -row.created, store.clock())]
    for row in gone:
        _drop(store, row.id, row.settings, breathe)
    return len(gone)


def _drop(store: Store, project: int, record: Mapping[str, Any], give_way: Callable[[], None]) -> None:
    """Tables that refer to others first, the youngest rows first; the project itself last."""
    for table, condition in _tables(project):
        left = MOST
        while left == MOST:
            give_way()
            left = store.write(lambda tx, table=table, condition=condition: _some(tx, table, condition))
    store.write(lambda tx: _rest(tx, project, record))


def _tables(project: int) -> Iterator[tuple[sa.Table, Any]]:
    items = sa.select(schema.item.c.id).where(schema.item.c.project_id == project)
    yield schema.identity, schema.identity.c.item_id.in_(items)
    yield schema.counter, schema.counter.c.project_id == project
    for plan in reversed(list(plans().values())):
        if plan.name not in (*SHARED, "project"):
            yield (
                plan.table,
                plan.table.c.project_id == project if "project_id" in plan.table.c else mine(plan, project),
            )


def _some(tx: Tx, table: sa.Table, condition: Any) -> int:
    """Take some rows away, the last first; how many."""
    keys = list(table.primary_key.columns)
    rows = tx.execute(sa.select(*keys).where(condition).order_by(*(key.desc() for key in keys)).limit(MOST)).all()
    if rows:
        mark = "?" if tx.dialect == "sqlite" else "%s"
        where = " AND ".join(f"{key.name} = {mark}" for key in keys)
        tx.connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE {where}", [tuple(row) for row in rows])
    return len(rows)


def _rest(tx: Tx, project: int, record: Mapping[str, Any]) -> None:
    """The people and values that came with it, as far as nobody else has come to use them, and the project."""
    if tx.execute(sa.delete(p).where(p.c.id == project, p.c.created < 0)).rowcount != 1:
        return
    a, answered = schema.actor, schema.answer
    for number in record["people"]:
        used = sa.select(answered.c.seq).where(answered.c.actor_id == number).limit(1)
        if tx.execute(used).first() is None:
            tx.execute(sa.delete(a).where(a.c.id == number, a.c.created < 0))
    staged = tx.execute(sa.select(schema.commit_.c.id).where(schema.commit_.c.branch_id < 0).limit(1)).first()
    others = tx.execute(sa.select(p.c.id).where(p.c.created < 0).limit(1)).first()
    if record["contents"] and staged is None and others is None:
        low, high = record["contents"]
        content = schema.content
        numbers = tx.execute(sa.select(content.c.id).where(content.c.id.between(low, high))).scalars().all()
        used_by = "SELECT DISTINCT content_id FROM revision WHERE content_id"
        in_use = {one for (one,) in among(tx.connection, used_by, numbers)}
        rows = [{"gone": number} for number in numbers if number not in in_use]
        if rows:
            tx.execute(sa.delete(content).where(content.c.id == sa.bindparam("gone")), rows)
