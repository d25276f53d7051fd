"""A project's items with their labels as a file of any format that has a writer, with an account of what was lost."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import collect
from ..collect.normalise import record_digest
from ..core.errors import Refused
from ..core.ids import digest
from ..core.protocols import Record
from ..store import Store, commits, contents, items, projects, uploads
from ..store.contents import Content
from ..store.projects import TaskRow
from .learn import task_of
from .work import State, Work

REPORT, FILE = "export.json", "file"
_IMAGES = frozenset((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"))


def send(work: Work, _state: State) -> State:
    """Write the file into the job's folder, a folder as a zip; what was lost lies beside it."""
    store, task, args = work.store, task_of(work), work.job.args
    with store.read() as connection:
        known = projects.tasks(connection, [task.project_id])[task.project_id]
    wanted = [task] if args.get("one") else known
    folder = uploads.of_job(store, work.job.id)
    uploads.clear(folder)
    folder.mkdir(parents=True)
    writer = collect.find_writer(args["format"])
    target = folder / f"{FILE}{writer.suffix}"
    digests: list[str] = []

    def counted() -> Iterator[Record]:
        for record in records(store, wanted, task, args):
            digests.append(_digest(record))
            work.report(f"{len(digests):,} items written", len(digests))
            yield record

    account = collect.write(counted(), target, args["format"], {"task": task.name} if args.get("one") else {})
    if target.is_dir():
        target = packed(target, folder / f"{FILE}.zip")
    shown = account.shown()
    uploads.keep_json(
        folder / REPORT,
        {
            "file": target.name,
            "bytes": target.stat().st_size,
            "format": args["format"],
            "records": account.records,
            "losses": shown["losses"],
            "more_losses": shown["more_losses"],
            "digest": digest(sorted(digests)),
        },
    )
    work.write(lambda _tx: None)  # an attempt that was overtaken meanwhile must not end the job
    lost = sum(one["count"] for one in shown["losses"])
    words = f"{account.records:,} items as {args['format']}" + (f", {lost:,} losses" if lost else "")
    return {"records": account.records, "words": words}


def records(store: Store, tasks: Sequence[TaskRow], task: TaskRow, args: Mapping[str, Any]) -> Iterator[Record]:
    """The labelled items (all of them when ``what`` is items), or the rows of a version, as records with their media."""
    split = _has_tests(store, task.project_id)
    number = args.get("commit")
    if number:
        with store.read() as connection:
            found: Iterator[Content] = contents.of(store, commits.get(connection, number))
        others: list[TaskRow] = []
    else:
        found = contents.now(store, task.project_id, task.id)
        others = [one for one in tasks if one.id != task.id]
    line = 0
    for page in _pages(found):
        besides = _besides(store, page, others)
        for one in page:
            labels = {task.name: one.value} if one.value is not None else {}
            labels |= {
                other.name: besides[other.id][one.item_id] for other in others if one.item_id in besides[other.id]
            }
            meta, kept = _kept(one.meta or {})
            labels |= kept
            if not labels and args.get("what") != "items":
                continue
            line += 1
            yield _record(store, line, replace(one, meta=meta), labels, split=split)


def _kept(meta: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Meta without the spans and regions that an import kept there for want of a task, and these as labels again."""
    kept = {
        name: value
        for name, value in meta.items()
        if isinstance(value, Mapping) and any(isinstance(value.get(shape), list) for shape in ("spans", "regions"))
    }
    return {name: value for name, value in meta.items() if name not in kept}, kept


def _record(store: Store, line: int, one: Content, labels: Mapping[str, Any], *, split: bool) -> Record:
    media = {
        name: store.blobs.get(value["blob"])
        for name, value in one.data.items()
        if isinstance(value, Mapping) and isinstance(value.get("blob"), str)
    }
    meta = dict(one.meta or {})
    if split:
        meta["split"] = "test" if one.test else "train"
    key = None if one.key == items.content_key(one.data) else one.key
    return Record(line, one.data, key, labels or None, meta or None, media or None)


def _digest(record: Record) -> str:
    """A record that is wrong in itself counts by its number: it is left out and listed as a loss."""
    try:
        return record_digest(record)
    except Refused:
        return record_digest(replace(record, labels=None))


def _pages(found: Iterator[Content], size: int = contents.PAGE) -> Iterator[list[Content]]:
    page: list[Content] = []
    for one in found:
        page.append(one)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page


def _besides(store: Store, page: Sequence[Content], others: Sequence[TaskRow]) -> dict[int, dict[int, Any]]:
    with store.read() as connection:
        return {one.id: contents.labels(connection, one.id, [row.item_id for row in page]) for one in others}


def _has_tests(store: Store, project_id: int) -> bool:
    with store.read() as connection:
        return bool(projects.counts(connection, [project_id])[project_id].get("items.test"))


def packed(folder: Path, target: Path) -> Path:
    """A folder as a zip whose bytes follow from its content; images are not packed again."""
    part = target.with_name(f".{target.name}")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as pack:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            entry.compress_type = zipfile.ZIP_STORED if path.suffix.lower() in _IMAGES else zipfile.ZIP_DEFLATED
            with pack.open(entry, "w", force_zip64=True) as out:
                for piece in uploads.pieces(path):
                    out.write(piece)
    part.replace(target)
    uploads.clear(folder)
    return target
