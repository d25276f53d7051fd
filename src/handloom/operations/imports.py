"""Items coming in: line by line, checked, committed in small chunks, so that nobody's answer waits for an import."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core import registry, shapes
from ..core.errors import BadEncoding, BadItem, EmptyInput, HandloomError, KeyConflict, Malformed, TooLarge, Unavailable
from ..core.ids import show
from ..core.protocols import Task
from ..store import Tx, items, people
from ..store.projects import TaskRow
from .media import Media
from .session import Case, Session, in_project
from .strict import loads

CHUNK = 4000
"""Lines committed together at most, while nobody answers."""
MIN_CHUNK, SHARED_CHUNK = 50, 1000
"""Lines committed together at least, and at most, while somebody answers."""
TURN_SECONDS = 0.005
"""How long a commit may keep the writer from somebody's answer: chunks shrink or grow towards it."""
ALONE_SECONDS = 5.0
"""After so long without an answer an import takes whole chunks, which costs a third less CPU: the first answer then
waits 0.1 s at most."""
PIECE = 32
"""Lines read between two looks at whether somebody waits: less than a millisecond."""
CHUNK_BYTES = 4 * 1024 * 1024
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

    def shown(self) -> dict[str, Any]:
        return {
            "added": self.added,
            "duplicates": self.duplicates,
            "rejected": sorted(self.rejected, key=lambda r: r["line"]),
            "rejected_total": self.rejected_total,
        }


class Importer:
    """Takes chunks of lines; each is committed when `feed` returns. A bad line is reported and the others go on."""

    def __init__(self, session: Session, project: str) -> None:
        session = session.within(project)
        session.require("add_items")
        self._session = session
        self._case: Case = session.case(project)
        self._plugins: list[tuple[TaskRow, Task]] = [(t, registry.find("tasks", t.kind)) for t in self._case.tasks]
        self._size = SHARED_CHUNK // 4  # until the first commit has told how long such a chunk takes
        self._known: dict[tuple[int, str | tuple[str, ...]], dict[str, Any]] = {}
        self.media = Media(session)
        self.tally = Tally()

    def feed(self, lines: Sequence[tuple[int, bytes | Mapping[str, Any] | HandloomError]]) -> None:
        """Add up to `CHUNK` numbered lines: JSON as bytes, an object, or why the line could not be read."""
        new: list[items.NewItem] = []
        for k, (number, raw) in enumerate(lines):
            if k % PIECE == 0:
                self._session.site.give_way()
            try:
                if isinstance(raw, HandloomError):
                    raise raw
                new.append(self._item(number, _object(raw)))
            except HandloomError as error:
                self.tally.reject(number, error)
        while new:
            part, new = new[: self._size], new[self._size :]
            self._session.site.give_way()
            self._store(part)

    def _store(self, new: Sequence[items.NewItem]) -> None:
        try:
            added = self._session.store.write(lambda tx: self._add(tx, new))
        except Unavailable as error:
            # Its first clause says what happened; the rest of it speaks of a request that is stored whole or not at all.
            words = (
                f"{error.message.partition(';')[0]}; {self.tally.added:,} items of this import were stored before. "
                "Send it again when that is mended: they count as duplicates then, and the others are added"
            )
            raise type(error)(words, added=self.tally.added, duplicates=self.tally.duplicates) from error
        self.tally.added += added.added
        self.tally.duplicates += added.duplicates
        for number, key in added.conflicts:
            words = f"key {key[:80]!r} belongs to an item with other content; use another key"
            self.tally.reject(number, KeyConflict(words, key=key))

    def done(self) -> dict[str, Any]:
        """``{"added", "duplicates", "rejected", "rejected_total"}``; tells the loop that there are new items."""
        if self.tally.added:
            self._session.site.nudge(self._case.project.id)
        return self.tally.shown()

    def _add(self, tx: Tx, new: Sequence[items.NewItem]) -> items.Added:
        began = time.perf_counter()
        labelled = any(item.labels for item in new)
        project = self._case.project
        added = items.add(
            tx,
            project_id=project.id,
            salt=project.salt,
            test_share=project.settings["test_share"],
            items=new,
            actor_id=people.importer(tx).id if labelled else self._session.actor.id,
        )
        took = max(time.perf_counter() - began, 1e-6)
        alone = time.monotonic() - self._session.site.answered > ALONE_SECONDS
        self._size = CHUNK if alone else int(min(SHARED_CHUNK, max(MIN_CHUNK, len(new) * TURN_SECONDS / took)))
        return added

    def _item(self, line: int, row: Mapping[str, Any]) -> items.NewItem:
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
        data = self.media.resolved(data)
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
            task = self._case.task(name)
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


def _words(raw: Any) -> str | tuple[str, ...] | None:
    """A label that is a word or ``{"labels": [words]}`` as a key; None for any other value."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, dict) and len(raw) == 1:
        words = raw.get("labels")
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return tuple(words)
    return None


def add_items(session: Session, project: str, lines: Iterable[Mapping[str, Any]], chunk: int = CHUNK) -> dict[str, Any]:
    """Add items from any iterable of ``{"key"?, "data", "labels"?, "meta"?, "split"?}``, in constant memory."""
    importer = Importer(session, project)
    size, empty = max(1, min(chunk, CHUNK)), True
    for part in _chunks(enumerate(lines, 1), size):
        empty = False
        importer.feed(part)
    if empty:
        raise EmptyInput("there are no items in this import; send one JSON object per line")
    return importer.done()


@in_project
def add_media(
    session: Session,
    project: str,
    files: Iterable[tuple[str, bytes]],
    labels: Mapping[str, Any] | None = None,
    task: str | None = None,
) -> dict[str, Any]:
    """Add one item per image. files: (name, bytes). labels: value by file name, of the task."""
    importer = Importer(session, project)
    name = session.case(project).task(task).name
    if labels is not None and not isinstance(labels, dict):
        raise Malformed("labels is an object: file name -> label", field="labels")
    field_name = _image_field(session.case(project).task(task))
    number = 0
    for number, (file, content) in enumerate(files, 1):
        try:
            line: dict[str, Any] = {"data": {field_name: importer.media.image(content)}, "meta": {"file": file[:500]}}
        except HandloomError as error:
            importer.tally.reject(number, type(error)(f"{file[:200]}: {error.message}"))
            continue
        if labels and file in labels:
            line["labels"] = {name: labels[file]}
        importer.feed([(number, line)])
    if not number:
        raise EmptyInput("there are no files in this upload")
    return importer.done()


def _image_field(task: TaskRow) -> str:
    fields = registry.find("tasks", task.kind).fields
    for name, kind in fields.items():
        if kind == "image":
            return name
    raise BadItem(f"task {task.name} ({task.kind}, {show('task', task.id)}) takes no images")


def _chunks(lines: Iterable[Any], size: int) -> Iterator[list[Any]]:
    part: list[Any] = []
    for line in lines:
        part.append(line)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def _object(raw: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
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
