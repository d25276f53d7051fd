"""Items: added in chunks, each once per key; read by id."""

from __future__ import annotations

import hashlib
import json.encoder
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..core.ids import canonical, digest, fingerprint, show
from . import freezing, given, schema
from .bulk import as_json, insert_rows, select_among
from .queue import CHUNK
from .schema.versions import identity
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
    return _draw(salt, share)(key)


def _draw(salt: str, share: float) -> Callable[[str], bool]:
    """`in_test_set` for many keys: whether the first 64 bits of a hash, read as a number, lie in the share."""
    limit = math.ceil(share * 2**64)
    if limit >= 2**64:
        return lambda _: True
    below = limit.to_bytes(8, "big")
    salted = hashlib.blake2b(f"{salt}:".encode("utf-8", "surrogatepass"), digest_size=8)

    def drawn(key: str) -> bool:
        one = salted.copy()
        one.update(key.encode("utf-8", "surrogatepass"))
        return one.digest() < below

    return drawn


class _Known(NamedTuple):
    """An item that is stored."""

    id: int
    stamp: str
    test: bool


class _Read(NamedTuple):
    """An item with its key, the digest of its content and the JSON text that is stored."""

    new: NewItem
    key: str
    stamp: str
    text: str


def add(tx: Tx, *, project_id: int, salt: str, test_share: float, items: Sequence[NewItem], actor_id: int) -> Added:
    """Add a chunk. The same key with the same content is a duplicate; with other content, a conflict.

    Labels are answers of ``actor_id``. Those of a duplicate count too: they are what is now said of an item known before.
    """
    freezing.check(tx.connection, project_id)
    read = [_read(new) for new in items]
    firsts: dict[str, _Read] = {}
    for one in read:
        firsts.setdefault(one.key, one)
    before = _known(tx, project_id, list(firsts))
    added = [one for key, one in firsts.items() if key not in before]
    span = _insert(tx, project_id, added, _draw(salt, test_share), actor_id) if added else (None, None)
    conflicts = []
    if before or len(added) < len(items) or any(new.labels for new in items):
        known = before | _known(tx, project_id, [one.key for one in added])
        conflicts = [(one.new.line, one.key) for one in read if known[one.key].stamp != one.stamp]
        fresh, again = [], []
        for one in read:
            there = known[one.key]
            if one.new.labels and there.stamp == one.stamp:
                is_new = firsts[one.key] is one and one.key not in before
                (fresh if is_new else again).append((there.id, there.test, one.new.labels))
        given.first(tx, project_id, fresh, actor_id)
        given.again(tx, project_id, again, actor_id)
    return Added(len(added), len(items) - len(added) - len(conflicts), tuple(conflicts), *span)


def _read(new: NewItem) -> _Read:
    data = new.data
    text = _flat(data)
    if text is None:
        text = canonical(data)
        stamp = digest(text.encode("utf-8", "surrogatepass"))
        if not (text.isascii() and _in_order(data)):
            text = json.dumps(data)
    else:
        stamp = digest(text.encode())
    return _Read(new, stamp if new.key is None else new.key, stamp, text)


def content_key(data: Mapping[str, Any]) -> str:
    """The key of an item that came without one: the digest of its content."""
    return digest(canonical(data).encode("utf-8", "surrogatepass"))


_quote = json.encoder.encode_basestring  # as C when there is one; leaves letters that are not ASCII as they are


def _flat(data: Mapping[str, Any]) -> str | None:
    """The canonical JSON of a few texts in the order of their names, which is most items: at a fifth of the encoder's cost."""
    parts, last = [], ""
    for name, value in data.items():
        if type(value) is not str or name < last:
            return None
        parts.append(f"{_quote(name)}:{_quote(value)}")
        last = name
    return "{" + ",".join(parts) + "}"


def _in_order(value: Any) -> bool:
    """Whether canonical JSON leaves every name where it is, so that one text serves digest and storage."""
    if isinstance(value, Mapping):
        return list(value) == sorted(value) and all(map(_in_order, value.values()))
    return all(map(_in_order, value)) if isinstance(value, list | tuple) else True


def _known(tx: Tx, project_id: int, keys: Sequence[str]) -> dict[str, _Known]:
    query = f"SELECT key, id, digest, test FROM item WHERE project_id = {project_id:d} AND key"
    return {key: _Known(number, stamp, bool(test)) for key, number, stamp, test in select_among(tx, query, keys)}


def _insert(
    tx: Tx, project_id: int, added: Sequence[_Read], draw: Callable[[str], bool], actor_id: int
) -> tuple[int, int]:
    """The new rows; their first and last number."""
    tests = [draw(one.key) if one.new.test is None else one.new.test for one in added]
    before = tx.execute(_NEWEST).scalar() or 0
    rows = [
        (project_id, one.key, one.stamp, one.text, as_json(one.new.meta), test, tx.now)
        for one, test in zip(added, tests, strict=True)
    ]
    insert_rows(tx, i, ("project_id", "key", "digest", "data", "meta", "test", "created"), rows)
    first, last = before + 1, tx.execute(_NEWEST).scalar_one()
    _identify(tx, project_id, rows, first, last)
    tx.count(project_id, "items", len(rows))
    tx.count(project_id, "items.test", sum(tests))
    body = {"count": len(rows), "first": show("item", first), "last": show("item", last)}
    tx.emit("item.added", project=project_id, actor=actor_id, body=body)
    return first, last


_NEWEST = sa.select(sa.func.max(i.c.id))


def _identify(tx: Tx, project_id: int, rows: Sequence[tuple[Any, ...]], first: int, last: int) -> None:
    """What stands for each item in the digest of a dataset, so that a version need not read a million keys for it."""
    if last - first + 1 == len(rows):  # nobody else has inserted between
        numbers: Sequence[int] = range(first, last + 1)
    else:
        known = _known(tx, project_id, [row[1] for row in rows])
        numbers = [known[row[1]].id for row in rows]
    identify(tx, [(number, row[1], row[2]) for number, row in zip(numbers, rows, strict=True)])


def identify(tx: Tx, rows: Sequence[tuple[int, str, str]]) -> None:
    """Store what stands for each item, given as (number, key, digest of its content)."""
    pairs = (_SIGNED.unpack(fingerprint(f"{key}\n{stamp}").to_bytes(16, "big")) for _, key, stamp in rows)
    made = [(row[0], *pair) for row, pair in zip(rows, pairs, strict=True)]
    insert_rows(tx, identity, ("item_id", "high", "low"), made)


_SIGNED = struct.Struct(">qq")


def get(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Any]:
    """Rows of items by id; ids that do not exist are absent."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), CHUNK):
        rows = connection.execute(sa.select(i).where(i.c.id.in_(ids[start : start + CHUNK])))
        found.update((row.id, row) for row in rows)
    return found


def keys(connection: sa.Connection, ids: Sequence[int]) -> dict[int, str]:
    """Keys of items by id."""
    found: dict[int, str] = {}
    for start in range(0, len(ids), CHUNK):
        query = sa.select(i.c.id, i.c.key).where(i.c.id.in_(ids[start : start + CHUNK]))
        found.update((row.id, row.key) for row in connection.execute(query))
    return found
