"""A bundle brought into a workspace as a project of its own: everything in one transaction, or nothing.

Rows get numbers of this workspace. People are found by name; whoever is not here comes without a token, paused, and
belongs to the project only once an owner lets them: a file never gives anybody access.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ...core.errors import BadBundle, NameTaken, WrongState
from ...core.ids import digest as digest_of
from ...core.ids import show
from ...core.later import later
from .. import items, rebuild, schema
from ..bulk import insert_rows, select_among
from .checking import Checked, check
from .container import Bundle
from .numbers import Column, Numbers, changes
from .packs import renumbered, safe
from .plan import SCORES, Plan, plans
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


def bring(store: Store, path: Path, actor_id: int, name: str | None = None, step: Step = nowhere) -> Brought:
    """Import a bundle as a project. Raises `BadBundle`, `WorkspaceTooNew`, `NameTaken`, `WrongState`; then nothing changed."""
    with Bundle(path) as bundle:
        checked = check(bundle, sorted(migrations.known()), step)
        wanted = name or bundle.manifest["project"]["name"]
        with store.read() as connection:
            _free(connection, bundle, wanted)
        fresh: list[str] = []
        try:
            for done, digest in enumerate(bundle.blobs(), 1):
                if store.blobs.take(digest, bundle.blob(digest)):
                    fresh.append(digest)
                step("blobs", done, bundle.manifest["blobs"]["count"])
            _packs(store, checked)
            return store.write(lambda tx: _Import(store, tx, checked, actor_id, step).run(wanted))
        except BaseException:
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
    """One run of an import inside the writer's transaction."""

    def __init__(self, store: Store, tx: Tx, checked: Checked, actor_id: int, step: Step) -> None:
        self.store, self.tx, self.checked, self.actor_id, self.step = store, tx, checked, actor_id, step
        self.people = _People()
        self.numbers = Numbers({name: Column(found.olds) for name, found in checked.numbers.items()})

    def run(self, name: str) -> Brought:
        _free(self.tx.connection, self.checked.bundle, name)  # somebody may have made it since
        self._reserve()
        for plan in plans().values():
            if plan.name == "actor":
                self._actors()
            elif plan.name == "content":
                self._contents()
            else:
                self._table(plan, name)
        project = self.numbers.columns["project"].base
        if self.checked.bundle.manifest.get("derive"):
            derive(self.tx, project)
        self._count(project)
        self._sequences()
        return self._told(project, name)

    def _reserve(self) -> None:
        """Numbers for every row, behind those that are there. On PostgreSQL nobody else may write until this is over."""
        tables = [plan for plan in plans().values() if plan.number is not None]
        if self.tx.dialect == "postgresql":
            names = ", ".join(f'"{plan.name}"' for plan in plans().values())
            self.tx.connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
        for plan in tables:
            newest = self.tx.execute(sa.select(sa.func.max(plan.table.c[plan.number or ""]))).scalar() or 0
            if self.tx.dialect == "postgresql":  # numbers that were drawn and given back are not used again
                drawn = sa.text(f"SELECT coalesce(pg_sequence_last_value({_SEQUENCE}), 0)")
                newest = max(newest, self.tx.execute(drawn, {"t": f'"{plan.name}"', "c": plan.number}).scalar() or 0)
            self.numbers.columns[plan.name].base = newest + 1

    def _sequences(self) -> None:
        if self.tx.dialect != "postgresql":
            return
        for plan in plans().values():
            column = self.numbers.columns.get(plan.name)
            if plan.number is not None and column is not None and column.olds and plan.name not in ("actor", "content"):
                last = column.base + len(column.olds) - 1
                move = sa.text(f"SELECT setval({_SEQUENCE}, :last)")
                self.tx.execute(move, {"t": f'"{plan.name}"', "c": plan.number, "last": last})

    def _table(self, plan: Plan, name: str) -> None:
        total = self.checked.bundle.tables.get(plan.name, {}).get("rows", 0)
        done = 0
        for columns, page in self.checked.pages(plan.name):
            if not page:
                continue
            for k, change in changes(plan, columns, self.numbers):
                for row in page:
                    row[k] = change(row[k])
            place = {column: k for k, column in enumerate(columns)}
            self._special(plan, place, page, name)
            insert_rows(self.tx, plan.table, columns, [tuple(row) for row in page])
            if plan.name == "item":
                items.identify(self.tx, [(row[place["id"]], row[place["key"]], row[place["digest"]]) for row in page])
            done += len(page)
            self.step(plan.name, done, total)

    def _special(self, plan: Plan, place: Mapping[str, int], page: list[list[Any]], name: str) -> None:
        """What a table needs besides new numbers."""
        for full in SCORES:
            table, column = full.split(".")
            if plan.name == table and column in place:
                for row in page:
                    row[place[column]] = renumbered(self.store.blobs, row[place[column]], self.numbers.columns["item"])
        match plan.name:
            case "project":
                page[0][place["name"]] = name
            case "member":
                for row in page:
                    if row[place["state"]] == "active":
                        row[place["state"]], row[place["reason"]] = "paused", PAUSED
            case "job":
                for row in page:
                    row[place["worker"]] = row[place["heartbeat"]] = None
            case "answer":
                self._unknown([row[place["id"]] for row in page])

    def _unknown(self, answers: Sequence[str]) -> None:
        found = select_among(self.tx, "SELECT id FROM answer WHERE id", answers)
        if found:
            raise WrongState(
                f"this workspace has answers of that bundle already, {found[0][0]} for one; "
                "unite bundles with: handloom bundle merge"
            )

    def _actors(self) -> None:
        a = schema.actor
        column = self.numbers.columns["actor"]
        column.news = array("q")
        for columns, page in self.checked.pages("actor"):
            for cells in page:
                row = dict(zip(columns, cells, strict=True))
                here = self._same(row)
                if here is None:
                    here = self._add(row, a)
                elif row["kind"] == "person":
                    self.people.matched.append(row["name"])
                column.news.append(here)

    def _same(self, row: Mapping[str, Any]) -> int | None:
        """The actor of this workspace who is that one: a person of that name, or the one who stands for imports."""
        a = schema.actor
        if row["kind"] == "person":
            return self.tx.execute(sa.select(a.c.id).where(a.c.name == row["name"], a.c.kind == "person")).scalar()
        if row["kind"] == "import":
            return self.tx.execute(sa.select(a.c.id).where(a.c.kind == "import").order_by(a.c.id)).scalar()
        return None

    def _add(self, row: Mapping[str, Any], a: sa.Table) -> int:
        name, number = row["name"], 1
        while self.tx.execute(sa.select(a.c.id).where(a.c.name == name)).first():
            number += 1
            name = f"{row['name'][:180]} ({number})"
        person = row["kind"] == "person"
        values = {"name": name, "kind": row["kind"], "created": row["created"], "token_hash": None}
        values |= {"role": "annotator", "state": "paused"} if person else {"role": row["role"], "state": row["state"]}
        new = self.tx.execute(sa.insert(a).values(values).returning(a.c.id)).scalar_one()
        body = {"name": name, "kind": row["kind"], "role": values["role"], "state": values["state"]}
        self.tx.emit("actor.added", actor=self.actor_id, subject=show("actor", new), body=body)
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
            query = "SELECT digest, id FROM content WHERE digest"
            there = dict(select_among(self.tx, query, stamps))
            fresh = [(row[stamp], row[value]) for row in page if row[stamp] not in there]
            insert_rows(self.tx, schema.content, ("digest", "value"), fresh)
            there |= dict(select_among(self.tx, query, [one for one, _ in fresh]))
            column.news.extend(there[one] for one in stamps)

    def _count(self, project: int) -> None:
        found = rebuild.derive_counters(self.tx.connection)
        for (owner, name), value in found.items():
            if owner == project:
                self.tx.count(project, name, value)

    def _told(self, project: int, name: str) -> Brought:
        manifest = self.checked.bundle.manifest
        rows = {table: about["rows"] for table, about in manifest["tables"].items() if about["rows"]}
        body = {"name": name, "exported": manifest.get("exported"), "rows": rows, "added": self.people.added}
        self.tx.emit(
            "project.imported", project=project, actor=self.actor_id, subject=show("project", project), body=body
        )
        missing = tuple(str(one) for one in manifest.get("missing", ()))
        blobs = manifest["blobs"]["count"]
        return Brought(project, name, rows, blobs, missing, tuple(self.people.matched), tuple(self.people.added))


_SEQUENCE = "pg_get_serial_sequence(:t, :c)"


def derive(tx: Tx, project: int) -> None:
    """Work out what follows from the log anew, for one project: where questions stand, turns, labels."""
    q, t, lab, task = schema.question, schema.turn, schema.label, schema.task
    state = rebuild.replay(tx.connection)
    mine = set(tx.execute(sa.select(q.c.id).where(q.c.project_id == project)).scalars())
    for number in mine:
        tx.execute(sa.update(q).where(q.c.id == number).values(**rebuild.standing(state.progress[number])))
    tx.execute(sa.delete(t).where(t.c.question_id.in_(sa.select(q.c.id).where(q.c.project_id == project))))
    turns = [
        {"question_id": question, "actor_id": actor, "state": one, "until": tx.now}
        for (question, actor), one in state.turns.items()
        if question in mine
    ]
    if turns:
        tx.execute(sa.insert(t), turns)
    tasks = set(tx.execute(sa.select(task.c.id).where(task.c.project_id == project)).scalars())
    derived = rebuild.derive_labels(tx.connection, tx.hooks)
    tx.execute(sa.delete(lab).where(lab.c.task_id.in_(tasks)))
    rows = [
        {"task_id": key[0], "item_id": key[1], "value": e.value, "confidence": e.confidence, "n": e.n}
        | {"answers": list(e.answers), "test": test, "position": position, "basis": basis}
        for key, (e, position, test, basis) in derived.items()
        if key[0] in tasks
    ]
    if rows:
        tx.execute(sa.insert(lab), rows)
