"""The job that erases: everything in the database, then every file of the workspace, in short steps that may be repeated.

A step that dies runs again from its start. Items are blanked after all else that was made of them, so what to look for is
there until it is needed no more. Somebody's answer waits for one small transaction at most.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..core.ids import show
from ..core.scrub import Quotes, blobs
from ..store import Store, branches, checkouts, comparing, edits, erasing, projects, queue, uploads
from ..store.erasing import Erasure
from ..store.features import FeatureFolder
from ..store.recording import Note
from .versions import DIGESTS
from .work import State, Work

CHUNK = 50
"""Items whose rows are written in one transaction."""
BATCH = 500
"""Items whose quotes are looked for together."""
MANAGED = ("blobs", "cache", "backups")
"""Folders of the workspace that are looked after by name."""


def erase(work: Work, _state: State) -> State:
    """Carry out every erasure of the project that is not done."""
    project_id = work.job.project_id
    done: list[int] = []
    while True:
        with work.store.read() as connection:
            waiting = erasing.running(connection, project_id)
        if not waiting:
            return {"erased": done, "words": f"erased {len(done)} times"} if done else {"words": "nothing to erase"}
        _one(work, waiting[0])
        done.append(waiting[0].id)


def _one(work: Work, one: Erasure) -> None:
    store, image = work.store, None
    work.write(erasing.secure)
    raw: set[bytes] = set()
    known = False
    counts: dict[str, int] = {"files": 0}
    for start in range(0, len(one.items), BATCH):
        part = one.items[start : start + BATCH]
        with store.read() as connection:
            rows = erasing.contents(connection, part)
        known = known or len(rows) < len(part)
        quotes = Quotes([[row.data, row.meta, row.key] for row in rows])
        raw.update(quotes.raw())
        image = image or _picture(store, rows)
        _database(work, one, rows, quotes, image)
        counts["files"] += _files(store, quotes)
        _media(work, one, rows)
        for k in range(0, len(rows), CHUNK):
            some = rows[k : k + CHUNK]
            work.write(lambda tx, some=some, image=image: erasing.blank_items(tx, some, one.id, image))
        work.write(lambda tx, done=start + len(part): erasing.step(tx, one, done=done, counts={}))
        work.report("erases", start + len(part), len(one.items))
    counts["rows"] = _versions(work, one)
    counts["features"] = _features(store, one)
    clean = erasing.compact(store, () if known else sorted(raw))
    left = [f"backups/{path.name}" for path in sorted((store.folder / "backups").glob("*"))]
    left += [] if clean else ["the database file, which somebody reads right now; erase again"]
    work.write(lambda tx: erasing.finish(tx, one, {**counts, "left": left}))


def _database(work: Work, one: Erasure, rows: Sequence[Any], quotes: Quotes, image: Mapping[str, Any] | None) -> None:
    """Everything in the database but the items themselves."""
    store, numbers = work.store, [row.id for row in rows]
    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]

        def unit(tx: Any, some: Sequence[int] = some) -> None:
            queue.close(tx, erasing.open_questions(tx.connection, some), "withdrawn", "its item is erased")
            erasing.step(tx, one, done=0, counts=erasing.blank_said(tx, some))

        work.write(unit)
    with store.read() as connection:
        asked = erasing.predictions(connection, one.project_id, rows) if rows else []
        quoting = list(erasing.quoting(connection, quotes)) if quotes else []
    for start in range(0, len(asked), CHUNK):
        some = asked[start : start + CHUNK]
        work.write(lambda tx, some=some: erasing.blank_predictions(tx, some, image))
    for start in range(0, len(quoting), CHUNK):
        part = quoting[start : start + CHUNK]
        work.write(lambda tx, part=part: [erasing.write(tx, *row) for row in part])
    work.write(lambda tx: erasing.step(tx, one, done=0, counts={"predictions": len(asked), "quotes": len(quoting)}))


def _media(work: Work, one: Erasure, rows: Sequence[Any]) -> None:
    """Blobs that only these items show, and their thumbnails. Before the items, which say what to remove."""
    store, numbers = work.store, list(one.items)
    gone = 0
    for digest in sorted({digest for row in rows for digest in blobs(row.data)}):
        with store.read() as connection:
            if erasing.used_elsewhere(connection, digest, numbers, ()):
                continue
        for path in (store.cache / "thumbnails" / digest[:2]).glob(f"{digest}-*"):
            path.unlink(missing_ok=True)
        store.blobs.remove(digest)
        gone += 1
    work.write(lambda tx: erasing.step(tx, one, done=0, counts={"blobs": gone}))


def _picture(store: Store, rows: Sequence[Any]) -> dict[str, Any] | None:
    """A grey pixel, to stand where pictures were; None where there was none."""
    if not any(True for row in rows for _ in blobs(row.data)):
        return None
    return {"blob": store.blobs.put(_pixel()), "media_type": "image/png", "width": 1, "height": 1}


@lru_cache(maxsize=1)
def _pixel() -> bytes:
    """A grey PNG of one pixel (the format's own example of the smallest picture)."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _files(store: Store, quotes: Quotes) -> int:
    """Files of the workspace beside its own: what holds a quote goes, and so does what cannot be searched (packed files
    of exports and uploads). How many."""
    gone = 0
    for path in _others(store.folder):
        packed = path.suffix in (".parquet", ".zip", ".xlsx", ".arrow", ".bundle", ".gz", ".spacy")
        if path.suffix == ".log":
            _log(path, quotes)
        elif packed or erasing.quoted_in(path, quotes):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _others(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in MANAGED:
            yield from sorted(found for found in path.rglob("*") if found.is_file())
        elif path.is_file() and not path.name.startswith(
            ("handloom.sqlite", "workflows.sqlite", "workspace.json", "serve.lock")
        ):
            yield path


def _log(path: Path, quotes: Quotes) -> None:
    """What a process has written about its work, without the quotes."""
    text = path.read_text("utf-8", errors="replace")
    kept = quotes.text(text)
    if kept != text:
        path.write_text(kept, "utf-8")


def _versions(work: Work, one: Erasure) -> int:
    """Take the rows of erased items from the heads of all open branches: nothing is to be learned from them any more."""
    store, taken = work.store, 0
    with store.read() as connection:
        tasks = projects.tasks(connection, [one.project_id])[one.project_id]
        lines = [line for task in tasks for line in branches.branches(connection, task.id)]
    for line in lines:

        def unit(tx: Any, line: Any = line) -> int:
            at = branches.head(tx.connection, line)
            if at is None:
                return 0
            there = comparing.rows_of(tx.connection, at, list(one.items))
            note = Note(one.actor_id, f"{show('erasure', one.id)}: items erased", at.position)
            edits.settle(tx, line, dict.fromkeys(there), note, DIGESTS) if there else None
            return len(there)

        taken += work.write(unit)
    return taken


def _features(store: Store, one: Erasure) -> int:
    """What was computed from the items: rows of features become zero; checkouts and maps are made anew when needed."""
    folder, wiped = store.cache / "features", 0
    for path in sorted(folder.glob(f"{show('project', one.project_id)}-*")) if folder.is_dir() else ():
        wiped += FeatureFolder(path).blank(one.items)
    shutil.rmtree(store.cache / "maps", ignore_errors=True)
    with store.read() as connection:
        tasks = projects.tasks(connection, [one.project_id])[one.project_id]
    kept = checkouts.place(store)
    for task in tasks:
        kept.forget(task.id)
    uploads.forget_project(store, one.project_id)
    return wiped
