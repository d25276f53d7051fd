"""Privacy erasure: content blanked wherever the database holds it, its digests kept.

Items are blanked last of all: whoever goes on after a crash can still read from them what else has to be looked for.
"""

from __future__ import annotations

import mmap
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core import scrub
from ..core.errors import NotFound
from ..core.ids import canonical, digest, show
from ..core.scrub import Quotes
from . import schema
from .bulk import select_among
from .schema.curation import erasure as x
from .schema.people import aside, gold

if TYPE_CHECKING:
    from .database import Store
    from .writer import Tx

a, q, i, y, e = schema.answer, schema.question, schema.item, schema.prediction, schema.event
PAGE = 2_000
KEY = scrub.KEY
SWEPT_APART = frozenset(("item", "answer", "label", "prediction", "content", "revision", "identity", "turn", "counter"))
"""Tables that hold content of items by their ids, or none at all."""
_DULL = ("answer.given", "question.claimed", "question.asked", "claim.released", "claim.expired", "item.added")
"""Events that hold numbers alone, and are most of all."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to be erased, by whom and why. done: items whose rows are blank; counts: what was blanked, by name."""

    id: int
    project_id: int
    items: Sequence[int]
    state: str
    done: int
    counts: Mapping[str, Any]
    reason: str
    actor_id: int
    created: float
    finished: float | None


_COLUMNS = tuple(x.c[name] for name in Erasure.__slots__)


def add(tx: Tx, *, project_id: int, items: Sequence[int], reason: str, actor_id: int) -> Erasure:
    """Note what is to be erased: from now on it will be, whatever happens."""
    row = {
        "project_id": project_id, "items": list(items), "state": "running", "done": 0, "counts": {}, "reason": reason,
        "actor_id": actor_id, "created": tx.now,
    }  # fmt: skip
    made = Erasure(*tx.execute(sa.insert(x).values(row).returning(*_COLUMNS)).one())
    tx.emit("item.erasing", **_told(made))
    return made


def get(connection: sa.Connection, number: int) -> Erasure:
    """The erasure of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_COLUMNS).where(x.c.id == number)).first()
    if row is None:
        raise NotFound("erasure", show("erasure", number))
    return Erasure(*row)


def running(connection: sa.Connection, project_id: int) -> list[Erasure]:
    """What is not erased everywhere yet, oldest first."""
    query = sa.select(*_COLUMNS).where(x.c.project_id == project_id, x.c.state == "running").order_by(x.c.id)
    return [Erasure(*row) for row in connection.execute(query)]


def page(connection: sa.Connection, project_id: int, *, before: int | None, limit: int) -> list[Erasure]:
    """Erasures of a project, newest first."""
    query = sa.select(*_COLUMNS).where(x.c.project_id == project_id).order_by(x.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(x.c.id < before)
    return [Erasure(*row) for row in connection.execute(query)]


def step(tx: Tx, one: Erasure, *, done: int, counts: Mapping[str, int]) -> None:
    """How far it has come."""
    now = get(tx.connection, one.id)
    total = dict(now.counts)
    for name, n in counts.items():
        total[name] = total.get(name, 0) + n
    tx.execute(sa.update(x).where(x.c.id == one.id).values(done=max(now.done, done), counts=total))


def finish(tx: Tx, one: Erasure, counts: Mapping[str, Any]) -> Erasure:
    """It is erased everywhere that we know of; ``counts`` may name what is left to people."""
    total = {**get(tx.connection, one.id).counts, **counts}
    values = {"state": "done", "finished": tx.now, "counts": total, "done": len(one.items)}
    made = Erasure(*tx.execute(sa.update(x).where(x.c.id == one.id).values(values).returning(*_COLUMNS)).one())
    tx.emit("item.erased", **_told(made))
    return made


def _told(one: Erasure) -> dict[str, Any]:
    body = {"erasure": show("erasure", one.id), "items": [show("item", n) for n in one.items[:1000]]}
    body |= {"count": len(one.items), "reason": one.reason}
    return {"project": one.project_id, "actor": one.actor_id, "subject": show("erasure", one.id), "body": body}


def secure(tx: Tx) -> None:
    """What this connection deletes from now on is overwritten, in pages that become free too (SQLite)."""
    if tx.dialect == "sqlite":
        tx.connection.exec_driver_sql("PRAGMA secure_delete=ON")


def contents(connection: sa.Connection, items: Sequence[int]) -> list[Any]:
    """Rows (id, key, digest, data, meta) of items that are not blank yet."""
    query = sa.select(i.c.id, i.c.key, i.c.digest, i.c.data, i.c.meta).where(
        i.c.id.in_(list(items)), ~i.c.key.startswith(scrub.KEY, autoescape=True)
    )
    return list(connection.execute(query.order_by(i.c.id)).all())


def blank_items(tx: Tx, rows: Sequence[Any], erasure_id: int, image: Mapping[str, Any] | None) -> None:
    """Empty the fields of these items; the key becomes what stands for the item in content digests."""
    marks = {item: (high, low) for item, high, low in select_among(tx, _MARKS, [row.id for row in rows])}
    whole = (1 << 64) - 1
    for row in rows:
        high, low = marks[row.id]
        values = {
            "key": f"{scrub.KEY}{(high & whole) << 64 | low & whole:032x}",
            "data": scrub.blank(row.data, image),
            "meta": {"erased": show("erasure", erasure_id)},
        }
        tx.execute(sa.update(i).where(i.c.id == row.id).values(values))


_MARKS = "SELECT item_id, high, low FROM identity WHERE item_id"


def blank_said(tx: Tx, items: Sequence[int]) -> dict[str, int]:
    """Blank what was asked and said about items: notes, rationales, reasons, values with texts."""
    wanted = list(items)
    counts = {"answers": 0, "questions": 0, "gold": 0}
    for row in tx.execute(
        sa.select(a.c.seq, a.c.id, a.c.value, a.c.note, a.c.rationale).where(a.c.item_id.in_(wanted))
    ):
        kept = scrub.value(row.value)
        if kept != row.value or row.note is not None or row.rationale is not None:
            values = {"value": sa.null() if kept is None else kept, "note": None, "rationale": None}
            tx.execute(sa.update(a).where(a.c.seq == row.seq).values(values))
            counts["answers"] += 1
        tx.execute(sa.update(aside).where(aside.c.answer_id == row.id).values(reason=scrub.BLANK))
    for row in tx.execute(sa.select(q.c.id, q.c.suggestion, q.c.body).where(q.c.item_id.in_(wanted))):
        values: dict[str, Any] = {"reason": scrub.BLANK}
        if row.suggestion is not None:
            values["suggestion"] = {**row.suggestion, "value": scrub.value(row.suggestion["value"])}
        if row.body is not None:
            values["body"] = {name: part for name, part in row.body.items() if name in _PLAIN}
        tx.execute(sa.update(q).where(q.c.id == row.id).values(values))
        counts["questions"] += 1
    lab = schema.label
    for table in (gold, lab):
        for row in tx.execute(
            sa.select(table.c.task_id, table.c.item_id, table.c.value).where(table.c.item_id.in_(wanted))
        ):
            here = sa.and_(table.c.task_id == row.task_id, table.c.item_id == row.item_id)
            values = {"value": scrub.value(row.value)} | ({"note": None} if table is gold else {})
            tx.execute(sa.update(table).where(here).values(values))
            counts["gold"] += table is gold
    return counts


_PLAIN = frozenset(
    ("given", "labels", "multi", "same", "action", "replaces", "why", "class", "label", "roles", "default")
)


def open_questions(connection: sa.Connection, items: Sequence[int]) -> list[int]:
    """Questions about items that somebody might still be asked."""
    query = sa.select(q.c.id).where(q.c.item_id.in_(list(items)), q.c.state.in_(("open", "claimed")))
    return list(connection.execute(query).scalars())


def predictions(connection: sa.Connection, project_id: int, rows: Sequence[Any]) -> list[int]:
    """Predictions about these items: those that became them, and those of the very same content."""
    stamps = {row.digest for row in rows}
    found = set(connection.execute(sa.select(y.c.id).where(y.c.item_id.in_([row.id for row in rows]))).scalars())
    after = 0
    while True:
        query = sa.select(y.c.id, y.c.data).where(y.c.project_id == project_id, y.c.id > after)
        some = connection.execute(query.order_by(y.c.id).limit(PAGE)).all()
        for row in some:
            if digest(canonical(row.data).encode("utf-8", "surrogatepass")) in stamps:
                found.add(row.id)
        if len(some) < PAGE:
            return sorted(found)
        after = some[-1].id


def blank_predictions(tx: Tx, numbers: Sequence[int], image: Mapping[str, Any] | None) -> None:
    """Empty what releases were asked; what they answered, as far as it is labels, stays."""
    for row in tx.execute(sa.select(y.c.id, y.c.data, y.c.value, y.c.feedback).where(y.c.id.in_(list(numbers)))):
        values: dict[str, Any] = {"data": scrub.blank(row.data, image), "value": scrub.value(row.value)}
        if row.feedback is not None:
            values["feedback"] = {**row.feedback, "note": None, "value": scrub.value(row.feedback.get("value"))}
        tx.execute(sa.update(y).where(y.c.id == row.id).values(values))


def used_elsewhere(connection: sa.Connection, blob: str, items: Sequence[int], numbers: Sequence[int]) -> bool:
    """Whether an item or prediction that is not erased shows a blob."""
    find = sa.func.instr if connection.dialect.name == "sqlite" else sa.func.strpos
    for table, gone in ((i, items), (y, numbers)):
        query = sa.select(table.c.id).where(find(sa.cast(table.c.data, sa.Text), blob) > 0)
        if set(connection.execute(query).scalars()) - set(gone):
            return True
    return False


def quoting(connection: sa.Connection, quotes: Quotes) -> Iterator[tuple[sa.Table, Any, dict[str, Any]]]:
    """(table, condition for the row, columns without the quotes) of every other row that quotes some contents."""
    for table in schema.metadata.sorted_tables:
        if table.name in SWEPT_APART:
            continue
        columns = [c for c in table.c if isinstance(c.type, sa.Text | sa.JSON)]
        columns += [c for c in table.c if c.name == "name" and table.name in ("freeze", "tag", "branch")]
        keys = list(table.primary_key.columns)
        if not columns:
            continue
        query = sa.select(*keys, *(c for c in columns if c not in keys))
        if table.name == "event":
            query = query.where(e.c.kind.not_in(_DULL))
        for row in connection.execute(query.execution_options(yield_per=PAGE)).mappings():
            changed = {c.name: quotes.data(row[c.name]) for c in columns if c not in keys and row[c.name] is not None}
            changed = {name: now for name, now in changed.items() if now != row[name]}
            if changed:
                yield table, sa.and_(*(k == row[k.name] for k in keys)), changed


def write(tx: Tx, table: sa.Table, where: Any, changed: Mapping[str, Any]) -> None:
    """Write a row without its quotes."""
    tx.execute(sa.update(table).where(where).values(dict(changed)))


def erased(connection: sa.Connection, task_id: int) -> set[int]:
    """Items that are erased or about to be, of the project of a task."""
    t = schema.task
    project = sa.select(t.c.project_id).where(t.c.id == task_id).scalar_subquery()
    return {
        n
        for items in connection.execute(sa.select(x.c["items"]).where(x.c.project_id == project)).scalars()
        for n in items
    }


def compact(store: Store, raw: Sequence[bytes]) -> bool:
    """Take what was there from the database's files too; whether nothing of it is found in them any more.

    SQLite: the log is written back and cut off; free parts are overwritten already, and where something is found all the
    same, the file is written anew. PostgreSQL: what was replaced is given free.
    """
    if store.dialect != "sqlite":
        with store.read() as connection:
            connection.rollback()
            apart = connection.execution_options(isolation_level="AUTOCOMMIT")
            apart.exec_driver_sql("VACUUM")
        return True
    path = Path(sa.make_url(store.url).database or "")
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as own:
        own.execute("PRAGMA secure_delete=ON")
        written = not own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if raw and written and not any(holds(file, raw) for file in _files(path)):
            return True
        own.execute("VACUUM")  # what is found after it is part of rows that stand
        return not own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


def _files(path: Path) -> Iterable[Path]:
    return [found for found in (path, path.with_name(f"{path.name}-wal")) if found.exists()]


def holds(path: Path, raw: Sequence[bytes]) -> bool:
    """Whether a file holds one of these pieces of bytes."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return any(content.find(piece) >= 0 for piece in raw)


def quoted_in(path: Path, quotes: Quotes) -> bool:
    """Whether a file holds a text of some contents whole."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return quotes.stand_in(lambda piece: content.find(piece) >= 0)
