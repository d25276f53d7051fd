"""A bundle brought into a workspace as a project of its own: in short pieces, which nobody sees before all are there.

Rows get numbers of this workspace. People are found by name; whoever is not here comes without a token, paused, and
belongs to the project only once an owner lets them: a file never gives anybody access.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ...core.errors import BadBundle, NameTaken, WrongState
from ...core.ids import digest as digest_of
from ...core.ids import show
from ...core.later import later
from .. import items, rebuild, schema
from ..bulk import as_json, insert_rows, select_among
from ..pieces import breathe
from . import arriving
from .arriving import Arrival
from .checking import Checked, check
from .container import Bundle
from .numbers import Column, Numbers, changes
from .packs import renumbered, safe
from .plan import SCORES, SHARED, Plan, plans
from .progress import Step, nowhere

if TYPE_CHECKING:
    from .. import migrations
    from ..database import Store
    from ..writer import Tx
else:
    migrations = later("handloom.store.migrations")  # Alembic is only needed to say which schemas there are

PAUSED = "came with a bundle; an owner lets people in again"


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import made. matched: people of this workspace who are the bundle's; added: people who are new, and paused."""

    project_id: int
    name: str
    rows: Mapping[str, int]
    blobs: int
    missing: tuple[str, ...]
    matched: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(slots=True)
class _People:
    matched: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)


def bring(
    store: Store,
    path: Path,
    actor_id: int,
    name: str | None = None,
    step: Step = nowhere,
    give_way: Callable[[], None] = breathe,
) -> Brought:
    """Import a bundle as a project. give_way: called between short pieces.

    Raises `BadBundle`, `WorkspaceTooNew`, `NameTaken`, `WrongState`; then nothing changed.
    """
    with Bundle(path) as bundle:
        checked = check(bundle, sorted(migrations.known()), step)
        wanted = name or bundle.manifest["project"]["name"]
        with store.read() as connection:
            _free(connection, bundle, wanted)
        arriving.sweep(store)
        arrival = Arrival(store, give_way)
        fresh: list[str] = []
        try:
            for done, digest in enumerate(bundle.blobs(), 1):
                if store.blobs.take(digest, bundle.blob(digest)):
                    fresh.append(digest)
                step("blobs", done, bundle.manifest["blobs"]["count"])
            _packs(store, checked)
            return _Import(arrival, checked, actor_id, step).run(wanted)
        except BaseException:
            arrival.drop()
            for digest in fresh:  # nobody refers to them
                store.blobs.remove(digest)
            raise


def _free(connection: sa.Connection, bundle: Bundle, name: str) -> None:
    p = schema.project
    salt = bundle.manifest["project"]["salt"]
    same = connection.execute(sa.select(p.c.name).where(p.c.salt == salt)).scalar()
    if same is not None:
        raise WrongState(
            f"this workspace has that project already, as {same!r}. To unite the two: export it, then "
            "handloom bundle merge FIRST SECOND OUT, and import OUT into a new workspace",
            project=same,
        )
    if connection.execute(sa.select(p.c.id).where(p.c.name == name)).first():
        raise NameTaken(f"there is a project {name!r} already; import the bundle under another name", name=name)


def _packs(store: Store, checked: Checked) -> None:
    """Look into packed models before anybody unpacks them."""
    for columns, page in checked.pages("model"):
        for row in page:
            digest = row[columns.index("digest")]
            if _is_digest(digest) and store.blobs.has(digest):
                safe(store.blobs.path(digest))


def _is_digest(text: str) -> bool:
    return len(text) == 40 and set(text) <= set("0123456789abcdef")


class _Import:
    """One run of an import: rows in pieces, below a project that nobody sees before `publish`."""

    def __init__(self, arrival: Arrival, checked: Checked, actor_id: int, step: Step) -> None:
        self.arrival, self.store = arrival, arrival.store
        self.checked, self.actor_id, self.step = checked, actor_id, step
        self.people = _People()
        self.numbers = Numbers({name: Column(found.olds) for name, found in checked.numbers.items()})
        self.project: dict[str, Any] = {}

    def run(self, name: str) -> Brought:
        self.store.write(self._begin)
        for plan in sorted(
            plans().values(), key=lambda one: one.name == "event"
        ):  # who reads the log finds what it names
            if plan.name == "project":
                self._project(name)
            elif plan.name == "actor":
                self.arrival.piece(self._actors)
            elif plan.name == "content":
                self._contents()
            else:
                self._table(plan)
        if self.checked.bundle.manifest.get("derive"):
            derive(self.arrival)
        return self.arrival.piece(lambda tx: self._publish(tx, name))

    def _begin(self, tx: Tx) -> None:
        """Numbers for every row, behind those that are there."""
        held = [plan for plan in plans().values() if plan.number is not None and plan.name not in (*SHARED, "project")]
        if tx.dialect == "postgresql":  # nobody else draws numbers until this transaction is over
            names = ", ".join(f'"{plan.name}"' for plan in held)
            tx.connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
        self.numbers.columns["project"].base = self.arrival.begin(tx)
        last: dict[str, int] = {}
        for plan in held:
            column = self.numbers.columns[plan.name]
            newest = tx.execute(sa.select(sa.func.max(plan.table.c[plan.number or ""]))).scalar() or 0
            if tx.dialect == "postgresql":  # numbers that were drawn and given back are not used again
                drawn = sa.text(f"SELECT coalesce(pg_sequence_last_value({_SEQUENCE}), 0)")
                newest = max(newest, tx.execute(drawn, {"t": f'"{plan.name}"', "c": plan.number}).scalar() or 0)
            column.base = newest + 1
            if column.olds:
                last[plan.name] = newest + len(column.olds)
        self.arrival.hold(tx, last, self.actor_id)

    def _project(self, name: str) -> None:
        """What the project will be once it is seen."""
        for columns, page in self.checked.pages("project"):
            for cells in page:
                fixes = dict(changes(plans()["project"], columns, self.numbers))
                row = [fixes[k](cell) if k in fixes else cell for k, cell in enumerate(cells)]
                self.project = dict(zip(columns, row, strict=True)) | {"name": name}

    def _table(self, plan: Plan) -> None:
        total = self.checked.bundle.tables.get(plan.name, {}).get("rows", 0)
        done = 0
        column = self.numbers.columns.get(plan.name)
        last = column.base + len(column.olds) - 1 if column is not None else 0
        for columns, page in self.checked.pages(plan.name):
            if not page:
                continue
            for k, change in changes(plan, columns, self.numbers):
                for row in page:
                    row[k] = change(row[k])
            place = {name: k for k, name in enumerate(columns)}
            self._special(plan, place, page)

            def put(tx: Tx, part: Sequence[list[Any]], columns: list[str] = columns, place: Any = place) -> None:
                if plan.name == "answer":
                    _unknown(tx, [row[place["id"]] for row in part])
                self.arrival.put(tx, plan, columns, part, last)
                if plan.name == "item":
                    items.identify(tx, [(row[place["id"]], row[place["key"]], row[place["digest"]]) for row in part])

            self.arrival.each(page, put)
            done += len(page)
            self.step(plan.name, done, total)

    def _special(self, plan: Plan, place: Mapping[str, int], page: list[list[Any]]) -> None:
        """What a table needs besides new numbers."""
        for full in SCORES:
            table, column = full.split(".")
            if plan.name == table and column in place:
                for row in page:
                    row[place[column]] = renumbered(self.store.blobs, row[place[column]], self.numbers.columns["item"])
        match plan.name:
            case "member":
                for row in page:
                    if row[place["state"]] == "active":
                        row[place["state"]], row[place["reason"]] = "paused", PAUSED
            case "job":
                for row in page:
                    row[place["worker"]] = row[place["heartbeat"]] = None

    def _actors(self, tx: Tx) -> None:
        column = self.numbers.columns["actor"]
        column.news = array("q")
        for columns, page in self.checked.pages("actor"):
            for cells in page:
                row = dict(zip(columns, cells, strict=True))
                here = self._same(tx, row)
                if here is None:
                    here = self._add(tx, row)
                    self.arrival.people.append(here)
                elif row["kind"] == "person":
                    self.people.matched.append(row["name"])
                column.news.append(here)

    def _same(self, tx: Tx, row: Mapping[str, Any]) -> int | None:
        """The actor of this workspace who is that one: a person of that name, or the one who stands for imports."""
        a = schema.actor
        if row["kind"] == "person":
            return tx.execute(sa.select(a.c.id).where(a.c.name == row["name"], a.c.kind == "person")).scalar()
        if row["kind"] == "import":
            return tx.execute(sa.select(a.c.id).where(a.c.kind == "import").order_by(a.c.id)).scalar()
        return None

    def _add(self, tx: Tx, row: Mapping[str, Any]) -> int:
        a = schema.actor
        name, number = row["name"], 1
        while tx.execute(sa.select(a.c.id).where(a.c.name == name)).first():
            number += 1
            name = f"{row['name'][:180]} ({number})"
        person = row["kind"] == "person"
        values = {"name": name, "kind": row["kind"], "created": -max(row["created"], 1e-9), "token_hash": None}
        values |= {"role": "annotator", "state": "paused"} if person else {"role": row["role"], "state": row["state"]}
        new = tx.execute(sa.insert(a).values(values).returning(a.c.id)).scalar_one()
        if person:
            self.people.added.append(name)
        return new

    def _contents(self) -> None:
        """Values of dataset rows, which the workspace holds once each."""
        column = self.numbers.columns["content"]
        column.news = array("q")
        for columns, page in self.checked.pages("content"):
            stamp, value = columns.index("digest"), columns.index("value")
            stamps = [row[stamp] for row in page]
            for row in page:
                if digest_of(json.loads(row[value])) != row[stamp]:
                    raise BadBundle(
                        f"content {row[stamp]} of the bundle is not what its digest says; nothing was changed"
                    )
            known: dict[str, int] = {}
            rows = [(row[stamp], row[value]) for row in page]
            self.arrival.each(rows, lambda tx, part, known=known: self._put_contents(tx, part, known))
            column.news.extend(known[one] for one in stamps)

    def _put_contents(self, tx: Tx, rows: Sequence[tuple[str, str]], known: dict[str, int]) -> None:
        query = "SELECT digest, id FROM content WHERE digest"
        there = dict(select_among(tx, query, [one for one, _ in rows]))
        fresh = [row for row in rows if row[0] not in there]
        insert_rows(tx, schema.content, ("digest", "value"), fresh)
        made = dict(select_among(tx, query, [one for one, _ in fresh]))
        if made:
            span = [*self.arrival.contents, *made.values()]
            self.arrival.contents = [min(span), max(span)]
        known |= there | made

    def _publish(self, tx: Tx, name: str) -> Brought:
        """Let everybody see it."""
        _free(tx.connection, self.checked.bundle, name)  # somebody may have made it since
        project, a = self.arrival.project, schema.actor
        counter = schema.counter
        tx.execute(sa.delete(counter).where(counter.c.project_id == project))
        for (_, counted), value in rebuild.derive_counters(tx.connection, project).items():
            tx.count(project, counted, value)
        for number in self.arrival.people:
            row = tx.execute(sa.update(a).where(a.c.id == number).values(created=-a.c.created).returning(a)).one()
            body = {"name": row.name, "kind": row.kind, "role": row.role, "state": row.state}
            tx.emit("actor.added", actor=self.actor_id, subject=show("actor", number), body=body)
        values = self.project | {"settings": json.loads(self.project["settings"])}
        values["created"] = max(values["created"], 0.0)  # whatever the file says: everybody is to see it
        tx.after.append(self.arrival.arrived)
        tx.execute(sa.update(schema.project).where(schema.project.c.id == project).values(values))
        return self._told(tx, project, name)

    def _told(self, tx: Tx, project: int, name: str) -> Brought:
        manifest = self.checked.bundle.manifest
        rows = {table: about["rows"] for table, about in manifest["tables"].items() if about["rows"]}
        body = {"name": name, "exported": manifest.get("exported"), "rows": rows, "added": self.people.added}
        tx.emit("project.imported", project=project, actor=self.actor_id, subject=show("project", project), body=body)
        missing = tuple(str(one) for one in manifest.get("missing", ()))
        blobs = manifest["blobs"]["count"]
        return Brought(project, name, rows, blobs, missing, tuple(self.people.matched), tuple(self.people.added))


def _unknown(tx: Tx, answers: Sequence[str]) -> None:
    found = select_among(tx, "SELECT id FROM answer WHERE id", answers)
    if found:
        raise WrongState(
            f"this workspace has answers of that bundle already, {found[0][0]} for one; "
            "unite bundles with: handloom bundle merge"
        )


_SEQUENCE = "pg_get_serial_sequence(:t, :c)"


def derive(arrival: Arrival) -> None:
    """Work out what follows from the log anew, for one project: where questions stand, turns, labels."""
    store, project = arrival.store, arrival.project
    q, t, lab, task = schema.question, schema.turn, schema.label, schema.task
    with store.read() as connection:
        state = rebuild.replay(connection, project)
        derived = rebuild.derive_labels(connection, store.hooks, project)
        tasks = set(connection.execute(sa.select(task.c.id).where(task.c.project_id == project)).scalars())
        turns = sa.select(t.c.question_id, t.c.actor_id).join(q, q.c.id == t.c.question_id)
        old_turns = [tuple(row) for row in connection.execute(turns.where(q.c.project_id == project))]
        old_labels = connection.execute(sa.select(lab.c.task_id, lab.c.item_id).where(lab.c.task_id.in_(tasks)))
        gone = [tuple(row) for row in old_labels]
    move = sa.update(q).where(q.c.id == sa.bindparam("question"))
    move = move.values({name: sa.bindparam(f"to_{name}") for name in ("got", "held", "skips", "doubts", "state")})
    moved = [
        {"question": number} | {f"to_{name}": value for name, value in rebuild.standing(one).items()}
        for number, one in state.progress.items()
    ]
    arrival.each(moved, lambda tx, part: tx.execute(move, list(part)) and None)
    arrival.each(old_turns, lambda tx, part: _delete(tx, "turn", ("question_id", "actor_id"), part))
    new_turns = [(question, actor, one) for (question, actor), one in state.turns.items()]
    names = ("question_id", "actor_id", "state", "until")
    arrival.each(new_turns, lambda tx, part: insert_rows(tx, t, names, [(*row, tx.now) for row in part]))
    arrival.each(gone, lambda tx, part: _delete(tx, "label", ("task_id", "item_id"), part))
    columns = ("task_id", "item_id", "value", "confidence", "n", "answers", "test", "position", "basis")
    rows = [
        (*key, as_json(e.value), e.confidence, e.n, as_json(list(e.answers)), bool(test), position, basis)
        for key, (e, position, test, basis) in derived.items()
    ]
    arrival.each(rows, lambda tx, part: insert_rows(tx, lab, columns, part))


def _delete(tx: Tx, table: str, keys: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    mark = "?" if tx.dialect == "sqlite" else "%s"
    where = " AND ".join(f"{key} = {mark}" for key in keys)
    tx.connection.exec_driver_sql(f"DELETE FROM {table} WHERE {where}", list(rows))
