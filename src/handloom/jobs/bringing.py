"""An uploaded file as items of a project, step by step, with a report of every line that was refused."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from .. import collect
from ..collect.delimited import DelimitedReader
from ..collect.jsonl import JsonLinesReader
from ..core.errors import HandloomError, Malformed, NotFound
from ..core.protocols import Bad, Record
from ..store import Store, Tx, items, people, projects, uploads
from ..store.projects import Project, TaskRow
from .intake import Intake, RecordLines, Tally
from .learn import task_of
from .media import Media
from .work import State, Stopped, Work

MIN_CHUNK, CHUNK = 50, 1000
TURN_SECONDS = 0.008
"""How long a commit may keep the writer from somebody's answer: chunks shrink or grow towards it."""
CHUNK_BYTES = 4 * 1024 * 1024
MAX_LISTED = 1_000_000
"""Refused lines that the file of them holds."""
REPORT, REFUSED = "report.json", "refused.csv"


@dataclass(slots=True)
class Refusals(Tally):
    """A tally that writes every refused line to a file: ``line``, ``code``, ``message``."""

    file: IO[str] | None = field(default=None)

    def reject(self, line: int, error: HandloomError) -> None:
        # Not super(): a dataclass with slots is a new class, which the cell of super() does not know.
        Tally.reject(self, line, error)
        if self.file is not None and self.rejected_total <= MAX_LISTED:
            csv.writer(self.file).writerow((line, error.code, error.message))


def bring(work: Work, _state: State) -> State:
    """Read the upload and add its items. Run again after a crash, what was added before counts as duplicates.

    Whatever ends it (a cancel, a file that breaks off), the report says how far it came; the upload is forgotten.
    """
    store, task = work.store, task_of(work)
    upload = uploads.find(store, work.job.args["upload"])
    with store.read() as connection:
        project = projects.find(connection, task.project_id)
        tasks = projects.tasks(connection, [project.id])[project.id]
    folder = uploads.of_job(store, work.job.id)
    folder.mkdir(parents=True, exist_ok=True)
    lines = RecordLines(tasks)
    around = upload.path if upload.path.is_dir() else upload.path.parent
    ended = "failed"
    with (folder / REFUSED).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(("line", "code", "message"))
        bringing = Bringing(work, project, tasks, Refusals(file=file), around)
        try:
            bringing.all(upload.path, work.job.args["options"], lines)
            ended = "done"
        except Stopped as stopped:
            ended = stopped.why
            raise
        finally:
            if ended != "outrun":
                told = {"file": upload.name, "state": ended, **bringing.tally.shown(), "notes": lines.notes()}
                uploads.keep_json(folder / REPORT, told)
                uploads.remove(store, upload.id)
    tally = bringing.tally
    words = f"{tally.added:,} added, {tally.duplicates:,} duplicates, {tally.rejected_total:,} refused"
    return {"added": tally.added, "duplicates": tally.duplicates, "refused": tally.rejected_total, "words": words}


class Bringing:
    """Adds chunks of records under the job's fence, each in one short transaction. around: where paths may point to."""

    def __init__(self, work: Work, project: Project, tasks: list[TaskRow], tally: Tally, around: Path) -> None:
        self._work, self._project = work, project
        self._intake = Intake(tasks, Media(work.store, (around,)).resolved)
        self._size = CHUNK // 4
        self.tally = tally

    def all(self, path: Path, options: Mapping[str, Any], lines: RecordLines) -> None:
        """Every record of a file."""
        total = how_many(path)
        for part, line in chunks(collect.read(path, options), self._work.store, lines):
            self._feed(part)
            tally = self.tally
            words = f"{tally.added:,} added, {tally.duplicates:,} duplicates, {tally.rejected_total:,} refused"
            self._work.report(words, line if total is None else min(line, total), total)

    def _feed(self, part: list[tuple[int, Mapping[str, Any] | HandloomError]]) -> None:
        new: list[items.NewItem] = []
        for number, raw in part:
            try:
                if isinstance(raw, HandloomError):
                    raise raw
                new.append(self._intake.line(number, raw))
            except HandloomError as error:
                self.tally.reject(number, error)
        while new:
            some, new = new[: self._size], new[self._size :]
            self.tally.count(self._work.write(lambda tx, some=some: self._add(tx, some)))

    def _add(self, tx: Tx, new: list[items.NewItem]) -> items.Added:
        began = time.perf_counter()
        project, actor = self._project, self._work.job.actor_id
        labelled = any(item.labels for item in new) or actor is None
        new = list(self._intake.today(tx, new)) if labelled else new
        added = items.add(
            tx,
            project_id=project.id,
            salt=project.salt,
            test_share=project.settings["test_share"],
            items=new,
            actor_id=people.importer(tx).id if labelled or actor is None else actor,
        )
        took = max(time.perf_counter() - began, 1e-6)
        self._size = int(min(CHUNK, max(MIN_CHUNK, len(new) * TURN_SECONDS / took)))
        return added


def chunks(
    records: Iterator[Record | Bad], store: Store, lines: RecordLines
) -> Iterator[tuple[list[tuple[int, Any]], int]]:
    """Chunks of lines of bounded count and size with their media stored beforehand, and the last line of each."""
    part: list[tuple[int, Any]] = []
    size = line = 0
    for record in records:
        line = max(line, record.line)
        if isinstance(record, Bad):
            error = record.error
            part.append((record.line, error if isinstance(error, HandloomError) else Malformed(str(error))))
        else:
            for content in (record.media or {}).values():
                store.blobs.put(content)
                size += len(content)
            part.append((record.line, lines.line(record)))
            size += sum(len(v) for v in record.data.values() if isinstance(v, str))
        if len(part) >= CHUNK or size >= CHUNK_BYTES:
            yield part, line
            part, size = [], 0
    if part:
        yield part, line


def how_many(path: Path) -> int | None:
    """Lines of a file of lines, rows of a Parquet file; None where only reading would tell."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq  # 60 MB that only this needs

        return pq.read_metadata(path).num_rows
    try:
        reader = collect.find_reader(path)
    except (HandloomError, NotFound):
        return None
    if not isinstance(reader, DelimitedReader | JsonLinesReader) or path.suffix == ".gz":
        return None
    return sum(piece.count(b"\n") for piece in uploads.pieces(path)) or 1
