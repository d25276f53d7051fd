"""Items: added in chunks, each once per key; read by id."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ..core.ids import canonical, digest, show
from . import labels as label_store
from . import schema
from .bulk import as_json, insert_rows
from .queue import CHUNK
from .writer import Tx

i = schema.item


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to add. key None: its content digest. test None: drawn by the project's test share. labels: task id -> value."""

    line: int
    data: Mapping[str, Any]
    key: str | None = None
    meta: Mapping[str, Any] | None = None
    test: bool | None = None
    labels: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a chunk: counts, and the lines whose key already holds other content."""

    added: int
    duplicates: int
    conflicts: tuple[tuple[int, str], ...]
    first: int | None = None
    last: int | None = None


def in_test_set(salt: str, key: str, share: float) -> bool:
    """Whether a key falls into the living test set: a uniform draw, the same for a key however often it is imported."""
    number = int.from_bytes(
        hashlib.blake2b(f"{salt}:{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )
    return number < share * 2**64


def add(tx: Tx, *, project_id: int, salt: str, test_share: float, items: Sequence[NewItem], actor_id: int) -> Added:
    """Add a chunk. The same key with the same content is a duplicate; with other content, a conflict."""
    rows: dict[str, dict[str, Any]] = {}
    labelled: dict[str, Mapping[int, Mapping[str, Any]]] = {}
    lines: dict[str, int] = {}
    duplicates, conflicts = 0, []
    for new in items:
        stamp = digest(canonical(new.data).encode("utf-8", "surrogatepass"))
        key = new.key if new.key is not None else stamp
        if key in rows:
            if rows[key]["digest"] == stamp:
                duplicates += 1
            else:
                conflicts.append((new.line, key))
            continue
        rows[key] = {
            "project_id": project_id,
            "key": key,
            "digest": stamp,
            "data": new.data,
            "meta": new.meta,
            "test": in_test_set(salt, key, test_share) if new.test is None else new.test,
            "created": tx.now,
        }
        lines[key] = new.line
        if new.labels:
            labelled[key] = new.labels
    for key, stamp in _known(tx, project_id, list(rows)):
        row = rows.pop(key)
        labelled.pop(key, None)
        if row["digest"] == stamp:
            duplicates += 1
        else:
            conflicts.append((lines[key], key))
    if not rows:
        return Added(0, duplicates, tuple(conflicts))
    before = tx.execute(_NEWEST).scalar() or 0
    insert_rows(tx, i, _COLUMNS, [_row(row) for row in rows.values()])
    last = tx.execute(_NEWEST).scalar_one()
    tx.count(project_id, "items", len(rows))
    tx.count(project_id, "items.test", sum(row["test"] for row in rows.values()))
    tx.emit(
        "item.added",
        project=project_id,
        actor=actor_id,
        body={"count": len(rows), "first": show("item", before + 1), "last": show("item", last)},
    )
    if labelled:
        _label(tx, project_id, rows, labelled, actor_id)
    return Added(len(rows), duplicates, tuple(conflicts), before + 1, last)


_COLUMNS = ("project_id", "key", "digest", "data", "meta", "test", "created")


def _row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        row["project_id"],
        row["key"],
        row["digest"],
        as_json(row["data"]),
        as_json(row["meta"]),
        row["test"],
        row["created"],
    )


_NEWEST = sa.select(sa.func.max(i.c.id))


def _known(tx: Tx, project_id: int, keys: Sequence[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for start in range(0, len(keys), CHUNK):
        rows = tx.execute(
            sa.select(i.c.key, i.c.digest).where(i.c.project_id == project_id, i.c.key.in_(keys[start : start + CHUNK]))
        )
        found.extend((row.key, row.digest) for row in rows)
    return found


def _label(
    tx: Tx,
    project_id: int,
    rows: Mapping[str, Mapping[str, Any]],
    labelled: Mapping[str, Mapping[int, Mapping[str, Any]]],
    actor_id: int,
) -> None:
    """Labels that came with items are answers without a question, by the actor who stands for the import."""
    ids: dict[str, int] = {}
    keys = list(labelled)
    for start in range(0, len(keys), CHUNK):
        found = tx.execute(
            sa.select(i.c.key, i.c.id).where(i.c.project_id == project_id, i.c.key.in_(keys[start : start + CHUNK]))
        )
        ids.update((row.key, row.id) for row in found)
    answers, first = [], []
    digests: dict[str, str] = {}  # an import repeats few values
    for key, values in labelled.items():
        for task_id, value in values.items():
            text = as_json(value) or "null"
            if text not in digests:
                digests[text] = digest(value)
            answer_id = str(uuid.uuid4())
            place = label_store.Place(project_id, task_id, ids[key], rows[key]["test"])
            answers.append((answer_id, project_id, task_id, ids[key], actor_id, text, digests[text], tx.now, *_FIXED))
            first.append((place, answer_id, value))
    insert_rows(tx, schema.answer, _ANSWER_COLUMNS, answers)
    position = tx.execute(sa.select(sa.func.max(schema.answer.c.seq))).scalar_one()
    tx.count(project_id, "answers", len(answers))
    tx.emit("label.imported", project=project_id, actor=actor_id, body={"count": len(answers)})
    label_store.first(tx, first, position)


_ANSWER_COLUMNS = (
    *("id", "project_id", "task_id", "item_id", "actor_id", "value", "digest", "created"),
    *("outcome", "seconds", "suggestion_shown", "edited", "late"),
)
_FIXED = ("answered", 0.0, False, False, False)


def get(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Any]:
    """Rows of items by id; ids that do not exist are absent."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), CHUNK):
        rows = connection.execute(sa.select(i).where(i.c.id.in_(ids[start : start + CHUNK])))
        found.update((row.id, row) for row in rows)
    return found
