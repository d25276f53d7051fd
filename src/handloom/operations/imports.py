"""Items coming in: line by line, checked, committed in small chunks, so that nobody's answer waits for an import."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..core import registry
from ..core.errors import BadItem, EmptyInput, HandloomError, Malformed, Unavailable
from ..core.ids import show
from ..jobs.intake import Intake, Tally
from ..jobs.media import Media
from ..store import Tx, items, people
from ..store.projects import TaskRow
from .session import Case, Session, in_project

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


class Importer:
    """Takes chunks of lines; each is committed when `feed` returns. A bad line is reported and the others go on."""

    def __init__(self, session: Session, project: str) -> None:
        session = session.within(project)
        session.require("add_items")
        self._session = session
        self._case: Case = session.case(project)
        self._size = SHARED_CHUNK // 4  # until the first commit has told how long such a chunk takes
        self.media = Media(session.store, session.site.media_roots)
        self._intake = Intake(self._case.tasks, self.media.resolved)
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
                new.append(self._intake.line(number, raw))
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
        self.tally.count(added)

    def done(self) -> dict[str, Any]:
        """``{"added", "duplicates", "rejected", "rejected_total"}``; tells the loop that there are new items."""
        if self.tally.added:
            self._session.site.nudge(self._case.project.id)
        return self.tally.shown()

    def _add(self, tx: Tx, new: Sequence[items.NewItem]) -> items.Added:
        began = time.perf_counter()
        labelled = any(item.labels for item in new)
        new = self._intake.today(tx, new) if labelled else new
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
