"""Lines on their way into a project: checked, with labels in the form of their shapes and media as blobs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..core import registry, shapes
from ..core.errors import BadEncoding, BadItem, HandloomError, KeyConflict, Malformed, NotFound, TooLarge
from ..core.ids import show
from ..core.later import later
from ..core.protocols import Record, Task
from ..core.relabel import Chain
from ..core.strict import loads
from ..store import Tx, items, relabelling
from ..store.projects import TaskRow

if TYPE_CHECKING:
    from ..collect import mapping
else:  # the readers bring Pillow
    mapping = later("handloom.collect.mapping")

MAX_LINE = 16 * 1024 * 1024
"""A text of a million characters fits, with each of them escaped as two ``\\uXXXX``."""
MAX_KEY = 200
MAX_REJECTED = 1000
"""Rejected lines that are listed; more are counted."""
MAX_KNOWN = 10_000
"""Labels that an import remembers as judged."""
_FIELDS = frozenset(("key", "data", "labels", "meta", "split"))
_SPLITS = {"test": True, "pool": False}


@dataclass(slots=True)
class Tally:
    """What became of the lines so far."""

    added: int = 0
    duplicates: int = 0
    rejected_total: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, line: int, error: HandloomError) -> None:
        self.rejected_total += 1
        if len(self.rejected) < MAX_REJECTED:
            self.rejected.append({"line": line, "code": error.code, "message": error.message})

    def count(self, added: items.Added) -> None:
        """Add what became of a chunk."""
        self.added += added.added
        self.duplicates += added.duplicates
        for line, key in added.conflicts:
            words = f"key {key[:80]!r} belongs to an item with other content; use another key"
            self.reject(line, KeyConflict(words, key=key))

    def shown(self) -> dict[str, Any]:
        return {
            "added": self.added,
            "duplicates": self.duplicates,
            "rejected": sorted(self.rejected, key=lambda r: r["line"]),
            "rejected_total": self.rejected_total,
        }


class Intake:
    """Turns lines into new items of a project. resolved: puts blobs in the place of references to media."""

    def __init__(self, tasks: Sequence[TaskRow], resolved: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        self._all = tuple(tasks)
        self._tasks = {name: task for task in tasks for name in (task.name, show("task", task.id))}
        self._plugins: list[tuple[TaskRow, Task]] = [(t, registry.find("tasks", t.kind)) for t in tasks]
        self._resolved = resolved
        self._known: dict[tuple[int, str | tuple[str, ...]], dict[str, Any]] = {}

    def line(self, number: int, raw: bytes | Mapping[str, Any]) -> items.NewItem:
        """A line of JSON, or an object. Raises what is wrong with it."""
        return self.item(number, parsed(raw))

    def item(self, line: int, row: Mapping[str, Any]) -> items.NewItem:
        if not _FIELDS.issuperset(row):
            unknown = ", ".join(sorted(set(row) - _FIELDS))[:200]
            raise Malformed(f"unknown fields {unknown}; a line has {', '.join(sorted(_FIELDS))}")
        data, meta, key, split = row.get("data"), row.get("meta"), row.get("key"), row.get("split")
        if not isinstance(data, dict) or not data:
            raise Malformed('a line needs "data" with at least one field, as {"data": {"text": "..."}}')
        if meta is not None and not isinstance(meta, dict):
            raise Malformed('"meta" is an object of names and values')
        if key is not None:
            key = str(key) if isinstance(key, int) and not isinstance(key, bool) else key
            if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY:
                raise Malformed(f'"key" is a text of 1 to {MAX_KEY} characters')
        if split is not None and split not in _SPLITS:
            raise Malformed(f'"split" is test or pool; found {str(split)[:40]!r}')
        data = self._resolved(data)
        self._check(data)
        labels = self._labels(row.get("labels")) if row.get("labels") else {}
        return items.NewItem(line, data, key, meta, None if split is None else _SPLITS[split], labels)

    def _check(self, data: Mapping[str, Any]) -> None:
        """An item is good when at least one task of the project can use it."""
        first: BadItem | None = None
        for _, plugin in self._plugins:
            try:
                plugin.check(data)
            except BadItem as error:
                first = first or error
            else:
                return
        if first is not None:
            raise first

    def _labels(self, raw: Any) -> dict[int, Any]:
        if not isinstance(raw, dict):
            raise Malformed('"labels" is an object: {"task": "label"}')
        found: dict[int, Any] = {}
        for name, value in raw.items():
            task = self._task(name)
            found[task.id] = self._value(task, value)
        return found

    def _value(self, task: TaskRow, raw: Any) -> dict[str, Any]:
        """A label in the form of its shape. Words are judged once and then remembered: imports repeat few."""
        words = _words(raw)
        if words is not None and (task.id, words) in self._known:
            return self._known[task.id, words]
        shape = shapes.shape(registry.find("tasks", task.kind).shape)
        value = shape.show(shape.parse(raw, task.options, task.name))
        if words is not None and len(self._known) < MAX_KNOWN:
            self._known[task.id, words] = value
        return value

    def today(self, tx: Tx, new: Sequence[items.NewItem]) -> Sequence[items.NewItem]:
        """Labels were judged when the import began; those that have another name since get it, one that was split is left
        out."""
        now = relabelling.versions(tx, [task.id for task in self._all])
        for task in self._all:
            steps = relabelling.chain(tx.connection, task.id) if now[task.id] != task.version else None
            if steps:
                new = [_renamed(one, task, steps) for one in new]
        return new

    def _task(self, name: str) -> TaskRow:
        if name not in self._tasks:
            raise NotFound("task", name[:80])
        return self._tasks[name]


def _renamed(one: items.NewItem, task: TaskRow, steps: Chain) -> items.NewItem:
    if task.id not in (one.labels or {}):
        return one
    value = steps.read(one.labels[task.id], task.version)
    others = {number: said for number, said in one.labels.items() if number != task.id}
    return replace(one, labels=others if value is None else {**others, task.id: value})


def _words(raw: Any) -> str | tuple[str, ...] | None:
    """A label that is a word or ``{"labels": [words]}`` as a key; None for any other value."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, dict) and len(raw) == 1:
        words = raw.get("labels")
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return tuple(words)
    return None


def parsed(raw: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    """A line as an object that both databases can hold."""
    if not isinstance(raw, bytes):
        try:
            raw = json.dumps(raw, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise Malformed(f"an item is made of texts, numbers, lists and objects: {error}") from error
    if len(raw) > MAX_LINE:
        raise TooLarge(f"a line has at most {MAX_LINE // 2**20} MiB; found {len(raw):,} bytes", limit=MAX_LINE)
    try:
        value = loads(raw)
    except json.JSONDecodeError as error:
        if "UTF-8" in error.msg:
            raise BadEncoding(f"{error.msg}; save the file as UTF-8") from error
        raise Malformed(f"not JSON: {error.msg} at character {error.pos}") from error
    if not isinstance(value, dict):
        raise Malformed(f"a line is one JSON object; found {str(value)[:80]}")
    return value


class RecordLines:
    """Turns records into lines of an import. A label for which the project has no task, or none of its shape, is kept
    in meta, where an export finds it again; `notes` says so once per shape."""

    def __init__(self, tasks: Sequence[TaskRow]) -> None:
        self._shapes = {task.name: str(registry.find("tasks", task.kind).shape) for task in tasks}
        fields = [field for task in tasks for field in registry.find("tasks", task.kind).fields.items()]
        self._images = {name for name, kind in fields if kind == "image"}
        self._kept: Counter[str] = Counter()
        self._losses: Counter[str] = Counter()

    def line(self, record: Record) -> dict[str, Any]:
        """``{"data", "key"?, "labels"?, "meta"?, "split"?}``; test rows become part of the living test set."""
        self._losses.update(record.losses)
        line: dict[str, Any] = {"data": {name: self._reference(name, value) for name, value in record.data.items()}}
        if record.key is not None:
            line["key"] = record.key
        meta = dict(record.meta or {})
        labels = {}
        for name, value in (record.labels or {}).items():
            shape = next((one for one in ("spans", "regions") if isinstance(value, Mapping) and one in value), "choice")
            if self._shapes.get(name) == shape or (shape == "choice" and name in self._shapes):
                labels[name] = value
            else:
                meta[name if name not in self._shapes else shape] = value
                self._kept[shape] += 1
        if labels:
            line["labels"] = labels
        named = meta.get("split")
        if isinstance(named, str):
            line["split"] = "test" if named.casefold() in mapping.TEST_NAMES else "pool"
        if meta:
            line["meta"] = meta
        return line

    def _reference(self, name: str, value: Any) -> Any:
        """A cell that names an image, as a reference to it."""
        if name not in self._images or not isinstance(value, str):
            return value
        return {"url": value} if value.startswith("data:") else {"path": value}

    def notes(self) -> list[str]:
        """What was kept elsewhere or lost, in words, with counts."""
        kept = [
            f"{count:,} labels of the shape {shape} are kept in meta: no task of this project takes them"
            for shape, count in self._kept.items()
        ]
        return kept + [f"{count:,} times: {reason}" for reason, count in self._losses.most_common(20)]
