"""Writing a version: rows that differ from its parent become revisions, and the digest follows from the parent's.

Everything happens in one transaction, so a crash leaves the version before or the version after.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.ids import digest as digest_of
from ..core.ids import show
from . import freezing, schema
from .bulk import as_json, insert_rows, select_among
from .history import COLUMNS, Commit, Held, held
from .history import values as contents_of
from .schema.versions import branch as b
from .schema.versions import content

if TYPE_CHECKING:
    from .writer import Tx

c, r = schema.commit_, schema.revision
TEST = "test"
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Digests:
    """How the content of a version is digested; `handloom.dataset.digest` has the functions, the store knows no step.

    state: (value, confidence, split, weight) -> number; shift: (parent's digest, shares taken out, shares put in) ->
    digest, a share being (sum of fingerprints, state); empty: of a dataset without rows.
    """

    empty: str
    state: Callable[[Any, float | None, str | None, float | None], int]
    shift: Callable[[str, Iterable[Any], Iterable[Any]], str]


@dataclass(frozen=True, slots=True)
class Note:
    """Who makes a version, and what for. position: newest answer in it. other_id: the second parent of a merge."""

    actor_id: int
    message: str
    position: int
    other_id: int | None = None


def main(tx: Tx, *, project_id: int, task_id: int, actor_id: int) -> int:
    """The branch on which a task's labels are committed, made when it is first needed."""
    found = tx.execute(sa.select(b.c.id).where(b.c.task_id == task_id, b.c.name == MAIN, b.c.closed.is_(None))).scalar()
    if found is not None:
        return found
    row = {"project_id": project_id, "task_id": task_id, "name": MAIN, "actor_id": actor_id, "created": tx.now}
    return tx.execute(sa.insert(b).values(row).returning(b.c.id)).scalar_one()


MAIN = "main"


def record(
    tx: Tx,
    parent: Commit,
    branch_id: int,
    rows: Mapping[int, Held],
    note: Note,
    digests: Digests,
    loose: int | None = None,
    before: Mapping[int, Held] | None = None,
) -> Commit | None:
    """A version that differs from ``parent`` in these rows; None when none of them differs.

    A merge is recorded even so: it says that the other line is in. loose: see `Commit`; without it, as after an edit.
    before: what the parent holds of these items, where that is known already.
    """
    before = held(tx.connection, parent, sorted(rows)) if before is None else before
    put = {item: row for item, row in rows.items() if not row.same(before.get(item))}
    name = tx.execute(sa.select(b.c.name).where(b.c.id == branch_id)).scalar_one()
    freezing.check(tx.connection, parent.project_id, parent.task_id, items=put, branch=name)
    if not put and note.other_id is None:
        return None
    taken = {item: before[item] for item in put if item in before and before[item].content_id is not None}
    kept = {item: row for item, row in put.items() if row.content_id is not None}
    states = _States(tx, digests)
    states.know(row.content_id for row in (*taken.values(), *kept.values()))
    numbers = _fingerprints(tx, sorted(put))
    grown = len(kept) - len(taken)
    new = _insert_commit(
        tx,
        branch_id,
        (parent.project_id, parent.task_id, parent.id),
        note,
        digest=digests.shift(parent.digest, states.shares(taken, numbers), states.shares(kept, numbers)),
        rows=parent.rows + grown,
        test_rows=parent.test_rows + _tests(kept.values()) - _tests(taken.values()),
        loose=parent.loose + grown if loose is None else loose,
        changed=len(put),
    )
    _insert_revisions(tx, new, put)
    return _told(tx, new)


def record_labels(tx: Tx, project_id: int, task_id: int, note: Note, digests: Digests) -> Commit:
    """The first version of a task: all its labels, put together by the database, which may be a million."""
    freezing.check(tx.connection, project_id, task_id, branch=MAIN)
    branch_id = main(tx, project_id=project_id, task_id=task_id, actor_id=note.actor_id)
    new = _insert_commit(
        *(tx, branch_id, (project_id, task_id, None), note),
        **{"digest": digests.empty, "rows": 0, "test_rows": 0, "loose": 0, "changed": 0},
    )
    query = f"SELECT DISTINCT CAST(value AS TEXT) FROM label WHERE task_id = {task_id:d}"
    known = store_values(tx, (text for (text,) in tx.connection.exec_driver_sql(query)))
    kind = "TEXT PRIMARY KEY, id BIGINT" + (") WITHOUT ROWID" if tx.dialect == "sqlite" else ") ON COMMIT DROP")
    tx.connection.exec_driver_sql(f"CREATE TEMPORARY TABLE known_value (text {kind}")
    mark = "?, ?" if tx.dialect == "sqlite" else "%s, %s"
    tx.connection.exec_driver_sql(f"INSERT INTO known_value VALUES ({mark})", list(known.items()) or [("", 0)])
    test = "CASE WHEN l.test THEN 'test' END"
    tx.connection.exec_driver_sql(
        "INSERT INTO revision (branch_id, item_id, commit_id, content_id, confidence, answers, split, edited, position) "
        f"SELECT {branch_id:d}, l.item_id, {new.id:d}, v.id, l.confidence, l.answers, {test}, 0, "
        "l.position FROM label AS l JOIN known_value AS v ON v.text = CAST(l.value AS TEXT) "
        f"WHERE l.task_id = {task_id:d} ORDER BY l.item_id"
    )
    tx.connection.exec_driver_sql("DROP TABLE known_value")
    return _told(tx, _with_totals(tx, new, digests))


def _with_totals(tx: Tx, new: Commit, digests: Digests) -> Commit:
    """Counts and digest of a first version, from one pass over its rows, added up by state."""
    halves = ", ".join(f"sum(n.{name} >> 32 & {_WORD}), sum(n.{name} & {_WORD})" for name in ("high", "low"))
    groups = tx.connection.exec_driver_sql(
        f"SELECT r.content_id, r.confidence, r.split, count(*), {halves} FROM revision AS r JOIN identity AS n "
        f"ON n.item_id = r.item_id WHERE r.branch_id = {new.branch_id:d} GROUP BY r.content_id, r.confidence, r.split"
    ).all()
    states = _States(tx, digests)
    states.know(group[0] for group in groups)
    shares = []
    for content_id, confidence, split, _, *words in groups:
        total = sum(int(word) << shift for word, shift in zip(words, (96, 64, 32, 0), strict=True))
        shares.append((total, states.state((content_id, confidence, split, None))))
    rows = sum(group[3] for group in groups)
    found = {
        "digest": digests.shift(digests.empty, (), shares),
        "rows": rows,
        "test_rows": sum(group[3] for group in groups if group[2] == TEST),
        "changed": rows,
    }
    return Commit(*tx.execute(sa.update(c).where(c.c.id == new.id).values(found).returning(*COLUMNS)).one())


class _States:
    """Numbers of states, each worked out once per version."""

    def __init__(self, tx: Tx, digests: Digests) -> None:
        self._tx, self._digests = tx, digests
        self._values: dict[int, Any] = {}

    def know(self, contents: Iterable[int | None]) -> None:
        self._values |= contents_of(self._tx.connection, [number for number in contents if number is not None])

    def state(self, key: tuple[Any, ...]) -> int:
        """The number of (content, confidence, split, weight)."""
        content_id, *rest = key
        return self._digests.state(self._values[content_id], *rest)

    def shares(self, rows: Mapping[int, Held], fingerprints: Mapping[int, int]) -> list[tuple[int, int]]:
        totals: dict[tuple[Any, ...], int] = {}
        for item, row in rows.items():
            key = (row.content_id, row.confidence, row.split, row.weight)
            totals[key] = totals.get(key, 0) + fingerprints[item]
        return [(total, self.state(key)) for key, total in totals.items()]


def store_values(tx: Tx, texts: Iterable[str]) -> dict[str, int]:
    """Contents by the JSON texts that said them; what is new is stored."""
    stamps = {text: digest_of(json.loads(text)) for text in set(texts)}
    wanted = sorted(set(stamps.values()))
    query = "SELECT digest, id FROM content WHERE digest"
    known = dict(select_among(tx, query, wanted))
    fresh = {stamp: text for text, stamp in stamps.items() if stamp not in known}
    if fresh:
        insert_rows(tx, content, ("digest", "value"), list(fresh.items()))
        known |= dict(select_among(tx, query, list(fresh)))
    return {text: known[stamp] for text, stamp in stamps.items()}


def _fingerprints(tx: Tx, items: Sequence[int]) -> dict[int, int]:
    rows = select_among(tx, "SELECT item_id, high, low FROM identity WHERE item_id", items)
    whole = (1 << 64) - 1
    return {item: (high & whole) << 64 | low & whole for item, high, low in rows}


def _tests(rows: Iterable[Held]) -> int:
    return sum(row.split == TEST for row in rows)


def _insert_commit(tx: Tx, branch_id: int, place: tuple[int, int, int | None], note: Note, **counted: Any) -> Commit:
    project_id, task_id, parent_id = place
    values = {
        "project_id": project_id,
        "task_id": task_id,
        "branch_id": branch_id,
        "parent_id": parent_id,
        "other_id": note.other_id,
        "position": note.position,
        "message": note.message,
        "actor_id": note.actor_id,
        "created": tx.now,
    }
    return Commit(*tx.execute(sa.insert(c).values(values | counted).returning(*COLUMNS)).one())


def _insert_revisions(tx: Tx, new: Commit, rows: Mapping[int, Held]) -> None:
    start = (new.id, new.branch_id)
    insert_rows(
        tx,
        r,
        ("commit_id", "branch_id", "item_id", *Held._fields),
        [(*start, item, *rows[item]) for item in sorted(rows)],
    )


def _told(tx: Tx, new: Commit) -> Commit:
    body = {"commit": show("commit", new.id), "rows": new.rows, "changed": new.changed, "digest": new.digest}
    tx.emit("dataset.committed", project=new.project_id, actor=new.actor_id, subject=show("commit", new.id), body=body)
    return new


def answers_text(answers: Sequence[str]) -> str | None:
    """Answers of a row as they are stored; no text for none."""
    return as_json(list(answers)) if answers else None
