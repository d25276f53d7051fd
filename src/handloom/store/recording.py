"""Writing a version: rows that differ from its parent become revisions, and the digest follows from the parent's.

Everything happens in one transaction, so a crash leaves the version before or the version after.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import sqlalchemy as sa

from ..core.ids import digest as digest_of
from ..core.ids import show
from . import freezing, schema
from .bulk import as_json, insert_rows, select_among
from .history import COLUMNS, Commit, Held, among, fetched, held
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


def in_turn(tx: Tx) -> None:
    """Let one version after the other be written, so that numbers of commits rise in the order in which they are seen.
    SQLite has one writer; on PostgreSQL other processes wait here."""
    if tx.dialect == "postgresql":
        tx.connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_VERSIONS})")


_VERSIONS = 0x76657273  # any constant that nothing else locks by


def main(tx: Tx, *, project_id: int, task_id: int, actor_id: int) -> int:
    """The branch on which a task's labels are committed, made when it is first needed."""
    found = tx.execute(sa.select(b.c.id).where(b.c.task_id == task_id, b.c.name == MAIN, b.c.closed.is_(None))).scalar()
    if found is not None:
        return found
    row = {"project_id": project_id, "task_id": task_id, "name": MAIN, "actor_id": actor_id, "created": tx.now}
    return tx.execute(sa.insert(b).values(row).returning(b.c.id)).scalar_one()


MAIN = "main"


StoreValues: TypeAlias = Callable[[Iterable[str]], dict[str, int]]
"""Numbers of contents by the JSON texts that say them; what is new is stored."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A version that is worked out and not written yet: how it differs from its parent, and what it will come to."""

    parent: Commit
    branch_id: int
    put: Mapping[int, Held]
    note: Note
    counted: Mapping[str, Any]


def plan(
    connection: sa.Connection,
    parent: Commit,
    branch_id: int,
    rows: Mapping[int, Held],
    note: Note,
    digests: Digests,
    *,
    loose: int | None = None,
    before: Mapping[int, Held] | None = None,
    contents: Mapping[int, Any] | None = None,
) -> Planned | None:
    """A version that differs from ``parent`` in these rows; None when none of them differs.

    A merge is recorded even so: it says that the other line is in. loose: see `Commit`; without it, as after an edit.
    before: what the parent holds of these items, contents: values by number, as far as they are known already.
    """
    before = held(connection, parent, sorted(rows)) if before is None else before
    put = {item: rows[item] for item in sorted(rows) if not rows[item].same(before.get(item))}
    if not put and note.other_id is None:
        return None
    taken = {item: before[item] for item in put if item in before and before[item].content_id is not None}
    kept = {item: row for item, row in put.items() if row.content_id is not None}
    counted = counts(connection, digests, asdict(parent), taken, kept, contents)
    counted["loose"] = parent.loose + len(kept) - len(taken) if loose is None else loose
    counted["changed"] = len(put)
    return Planned(parent, branch_id, put, note, counted)


def counts(
    connection: sa.Connection,
    digests: Digests,
    before: Mapping[str, Any],
    taken: Mapping[int, Held],
    kept: Mapping[int, Held],
    contents: Mapping[int, Any] | None = None,
) -> dict[str, Any]:
    """Digest and counts after rows were taken out and others put in. contents: values that are known already."""
    states = _States(connection, digests, contents)
    states.know(row.content_id for row in (*taken.values(), *kept.values()))
    numbers = _fingerprints(connection, sorted(taken.keys() | kept.keys()))
    return {
        "digest": digests.shift(before["digest"], states.shares(taken, numbers), states.shares(kept, numbers)),
        "rows": before["rows"] + len(kept) - len(taken),
        "test_rows": before["test_rows"] + _tests(kept.values()) - _tests(taken.values()),
    }


def write(tx: Tx, planned: Planned) -> Commit:
    """Record a version that was planned in this transaction, or whose parent is still its branch's newest."""
    allowed(tx, planned)
    parent = planned.parent
    place = (parent.project_id, parent.task_id, parent.id)
    new = insert_commit(tx, planned.branch_id, place, planned.note, planned.counted)
    insert_revisions(tx, new.id, planned.branch_id, planned.put.items())
    return told(tx, new)


def allowed(tx: Tx, planned: Planned) -> None:
    """Raise `Frozen` when a version may not be made now."""
    parent = planned.parent
    name = _name(tx, planned.branch_id)
    freezing.check(tx.connection, parent.project_id, parent.task_id, items=planned.put, branch=name)


def _name(tx: Tx, branch_id: int) -> str:
    return tx.execute(sa.select(b.c.name).where(b.c.id == branch_id)).scalar_one()


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
    """`plan` a version and `write` it."""
    in_turn(tx)
    planned = plan(tx.connection, parent, branch_id, rows, note, digests, loose=loose, before=before)
    return written(tx, parent, branch_id, planned)


def written(tx: Tx, parent: Commit, branch_id: int, planned: Planned | None) -> Commit | None:
    """`write` what was planned; nothing when nothing is to change, which has to be allowed all the same."""
    if planned is None:
        freezing.check(tx.connection, parent.project_id, parent.task_id, branch=_name(tx, branch_id))
        return None
    return write(tx, planned)


def record_labels(tx: Tx, project_id: int, task_id: int, note: Note, digests: Digests) -> Commit:
    """The first version of a task: all its labels, put together by the database, which may be a million."""
    freezing.check(tx.connection, project_id, task_id, branch=MAIN)
    branch_id = main(tx, project_id=project_id, task_id=task_id, actor_id=note.actor_id)
    nothing = {"digest": digests.empty, "rows": 0, "test_rows": 0, "loose": 0, "changed": 0}
    new = insert_commit(tx, branch_id, (project_id, task_id, None), note, nothing)
    know_values(tx, new.id, list(store_values(tx, label_values(tx.connection, task_id)).items()))
    insert_labels(tx, new.id, branch_id, task_id)
    forget_values(tx, new.id)
    counted = totals(tx.connection, new.id, branch_id, digests)
    return told(tx, Commit(*tx.execute(sa.update(c).where(c.c.id == new.id).values(counted).returning(*COLUMNS)).one()))


def label_values(connection: sa.Connection, task_id: int) -> set[str]:
    """The different values of a task's labels, as JSON texts."""
    query = f"SELECT DISTINCT CAST(value AS TEXT) FROM label WHERE task_id = {task_id:d}"
    return {text for (text,) in fetched(connection, query)}


def know_values(tx: Tx, commit_id: int, known: Sequence[tuple[str, int]]) -> None:
    """Tell this connection the numbers of values, for `insert_labels`."""
    last = ") WITHOUT ROWID" if tx.dialect == "sqlite" else ")"
    columns = "commit_id BIGINT, text TEXT, id BIGINT, PRIMARY KEY (commit_id, text)"
    tx.connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS known_value ({columns}{last}")
    mark = "?, ?" if tx.dialect == "sqlite" else "%s, %s"
    if known:
        tx.connection.exec_driver_sql(f"INSERT INTO known_value VALUES ({commit_id:d}, {mark})", list(known))


def forget_values(tx: Tx, commit_id: int) -> None:
    """What `know_values` told is not needed any more."""
    tx.connection.exec_driver_sql(f"DELETE FROM known_value WHERE commit_id = {commit_id:d}")


def insert_labels(tx: Tx, commit_id: int, branch_id: int, task_id: int, some: tuple[int, int] | None = None) -> None:
    """Write labels as they stand as rows of a commit; those of items with ``some[0] < number <= some[1]``, or all."""
    within = "" if some is None else f" AND l.item_id > {some[0]:d} AND l.item_id <= {some[1]:d}"
    tx.connection.exec_driver_sql(
        "INSERT INTO revision (branch_id, item_id, commit_id, content_id, confidence, answers, split, edited, position) "
        f"SELECT {branch_id:d}, l.item_id, {commit_id:d}, v.id, l.confidence, l.answers, "
        f"CASE WHEN l.test THEN '{TEST}' END, 0, l.position FROM label AS l JOIN known_value AS v "
        f"ON v.commit_id = {commit_id:d} AND v.text = CAST(l.value AS TEXT) "
        f"WHERE l.task_id = {task_id:d}{within} ORDER BY l.item_id"
    )


def totals(connection: sa.Connection, commit_id: int, branch_id: int, digests: Digests) -> dict[str, Any]:
    """Digest and counts of a first version, from one pass over its rows, added up by state."""
    found = _sums(connection, f"r.branch_id = {branch_id:d} AND r.commit_id = {commit_id:d}")
    states = _States(connection, digests)
    states.know(content_id for content_id, *_ in found)
    shares = [(total, states.state((*state, None))) for *state, _, total in found]
    rows = sum(number for *_, number, _ in found)
    return {
        "digest": digests.shift(digests.empty, (), shares),
        "rows": rows,
        "test_rows": sum(number for _, _, split, number, _ in found if split == TEST),
        "changed": rows,
    }


_ARMS, _SOME = 8, 5_000


def _sums(connection: sa.Connection, where: str) -> list[tuple[int, float, str | None, int, int]]:
    """(content, confidence, split, rows, sum of fingerprints) of each state of a first version.

    SQLite sorts rows to group them, and whole numbers in half the time of anything else. So the confidences that are
    usual among the first rows become a part of one number, and only rows with another are grouped by what they hold.
    """
    halves = ", ".join(f"sum(n.{name} >> 32 & {_WORD}), sum(n.{name} & {_WORD})" for name in ("high", "low"))
    joined = "revision AS r JOIN identity AS n ON n.item_id = r.item_id"
    some = f"SELECT r.confidence FROM revision AS r WHERE {where} LIMIT {_SOME}"
    query = f"SELECT confidence FROM ({some}) AS s GROUP BY confidence ORDER BY count(*) DESC LIMIT {_ARMS}"
    usual = [sure for (sure,) in fetched(connection, query)]
    size, found, rare = 2 * (len(usual) + 1), [], False
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    arms = " ".join(f"WHEN {mark} THEN {2 * k}" for k in range(len(usual))) or "WHEN NULL THEN 0"
    coded = f"r.content_id * {size} + CASE r.confidence {arms} ELSE {size - 2} END + CASE WHEN r.split IS NULL THEN 0 ELSE 1 END"
    query = f"SELECT {coded} AS coded, count(*), {halves} FROM {joined} WHERE {where} GROUP BY 1"
    for code, number, *words in fetched(connection, query, tuple(usual)):
        content_id, state = divmod(code, size)
        if state < size - 2:
            found.append((content_id, usual[state // 2], TEST if state % 2 else None, number, _whole(words)))
        else:
            rare = True
    if rare:
        others = f"{where} AND r.confidence NOT IN ({', '.join([mark] * len(usual))})"
        state = "r.content_id, r.confidence, r.split"
        query = f"SELECT {state}, count(*), {halves} FROM {joined} WHERE {others} GROUP BY {state}"
        found += [(*row[:4], _whole(row[4:])) for row in fetched(connection, query, tuple(usual))]
    return found


def _whole(words: Sequence[Any]) -> int:
    """The sum whose parts of 32 bits were added up apart."""
    return sum(int(word) << shift for word, shift in zip(words, (96, 64, 32, 0), strict=True))


class _States:
    """Numbers of states, each worked out once per version."""

    def __init__(self, connection: sa.Connection, digests: Digests, contents: Mapping[int, Any] | None = None) -> None:
        self._connection, self._digests = connection, digests
        self._values: dict[int, Any] = dict(contents or {})

    def know(self, contents: Iterable[int | None]) -> None:
        wanted = {number for number in contents if number is not None} - self._values.keys()
        self._values |= contents_of(self._connection, sorted(wanted))

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
    stamps = digested(texts)
    wanted = sorted(set(stamps.values()))
    query = "SELECT digest, id FROM content WHERE digest"
    known = dict(select_among(tx, query, wanted))
    fresh = {stamp: text for text, stamp in stamps.items() if stamp not in known}
    if fresh:
        insert_contents(tx, fresh)
        known |= dict(select_among(tx, query, list(fresh)))
    return {text: known[stamp] for text, stamp in stamps.items()}


def digested(texts: Iterable[str]) -> dict[str, str]:
    """The digest of the value that each JSON text says."""
    return {text: digest_of(json.loads(text)) for text in set(texts)}


def insert_contents(tx: Tx, texts: Mapping[str, str]) -> None:
    """Store values: JSON texts by their digests."""
    insert_rows(tx, content, ("digest", "value"), list(texts.items()))


def _fingerprints(connection: sa.Connection, items: Sequence[int]) -> dict[int, int]:
    rows = among(connection, "SELECT item_id, high, low FROM identity WHERE item_id", items)
    whole = (1 << 64) - 1
    return {item: (high & whole) << 64 | low & whole for item, high, low in rows}


def _tests(rows: Iterable[Held]) -> int:
    return sum(row.split == TEST for row in rows)


def insert_commit(
    tx: Tx, branch_id: int, place: tuple[int, int, int | None], note: Note, counted: Mapping[str, Any]
) -> Commit:
    """A commit without its rows. place: project, task, parent."""
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
    return Commit(*tx.execute(sa.insert(c).values(values | dict(counted)).returning(*COLUMNS)).one())


def insert_revisions(tx: Tx, commit_id: int, branch_id: int, rows: Iterable[tuple[int, Held]]) -> None:
    """Rows of a commit."""
    columns = ("commit_id", "branch_id", "item_id", *Held._fields)
    insert_rows(tx, r, columns, [(commit_id, branch_id, item, *row) for item, row in rows])


def told(tx: Tx, new: Commit) -> Commit:
    """Tell that there is a version."""
    body = {"commit": show("commit", new.id), "rows": new.rows, "changed": new.changed, "digest": new.digest}
    tx.emit("dataset.committed", project=new.project_id, actor=new.actor_id, subject=show("commit", new.id), body=body)
    return new


def answers_text(answers: Sequence[str]) -> str | None:
    """Answers of a row as they are stored; no text for none."""
    return as_json(list(answers)) if answers else None
