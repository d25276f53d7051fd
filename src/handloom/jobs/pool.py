"""Features of all items of a project, made once per item and kept; the encoder that made them, as a blob."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..core import ids, registry
from ..core.errors import WorkspaceLocked
from ..core.protocols import Content, Encoder
from ..store import Store, picking, projects
from ..store.features import FeatureFolder, Pool, State, siblings
from ..store.projects import TaskRow

CHUNK = 4096
"""Items encoded between two reports of progress."""
FIT_MOST = 200_000
"""Items an encoder learns from at most."""
PATIENCE = 1800.0
Report = Callable[[str, int, int | None], None]
_NOT_OF_THE_ENCODER = frozenset(("labels", "multi", "learner"))


def folder(store: Store, task: TaskRow) -> FeatureFolder:
    """Where the features of a task's project lie; tasks with the same encoder options share them."""
    return FeatureFolder(store.cache / "features" / f"{ids.show('project', task.project_id)}-{_signature(task)}")


def _signature(task: TaskRow) -> str:
    options = {name: value for name, value in task.options.items() if name not in _NOT_OF_THE_ENCODER}
    return ids.digest({"kind": task.kind, "options": options})[:16]


def ready(store: Store, task: TaskRow) -> Pool | None:
    """The features as they are, without making any; None before the first job."""
    place = folder(store, task)
    state = place.state
    return place.load() if state is not None and state.rows else None


def prepare(store: Store, task: TaskRow, report: Report) -> Pool:
    """Features of every item: fits the encoder when there is none or the pool has doubled since, encodes what is new."""
    place = folder(store, task)
    with _held(place, report):
        with store.read() as connection:
            total = projects.counts(connection, [task.project_id])[task.project_id].get("items", 0)
        state = place.state
        if state is None or (total >= 2 * state.fitted and state.fitted < FIT_MOST):
            state = _adopted(store, task, place, total) or _fitted(store, task, place, total, report)
        if state.rows < total:
            _append(store, task, place, state, total, report)
        return place.load()


@contextlib.contextmanager
def _held(place: FeatureFolder, report: Report) -> Iterator[None]:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            lock = place.lock()
            break
        except WorkspaceLocked:
            if time.monotonic() > give_up:
                raise
            report("waits for another job that encodes the same items", 0, None)
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.release()


def _adopted(store: Store, task: TaskRow, place: FeatureFolder, total: int) -> State | None:
    """What another project has for the very same items, as happens when one data set is tried several ways."""
    found = []
    for other in siblings(place.folder.parent, _signature(task)):
        state = other.state
        if other.folder != place.folder and state is not None and state.rows == total:
            found.append((other, state))
    if not found:
        return None
    numbers, tests, content = [], [], ""
    for rows in _pages(store, task.project_id, 0):
        numbers += [row.id for row in rows]
        tests += [row.test for row in rows]
        content = _running(content, rows)
    for other, state in found:
        if state.content == content:
            return place.adopt(other, numbers, tests)
    return None


def _fitted(store: Store, task: TaskRow, place: FeatureFolder, total: int, report: Report) -> State:
    encoder = _plugin(task).encoder(task.options)
    most = min(total, FIT_MOST)

    def contents() -> Iterator[Content]:
        seen = 0
        for rows in _pages(store, task.project_id, 0):
            for row in rows[: most - seen]:
                yield Content(row.data, store.blobs.get)
            seen += len(rows)
            report("learns the words or shapes of the items", min(seen, most), most)
            if seen >= most:
                return

    encoder.fit(contents())
    with tempfile.TemporaryDirectory() as temporary:
        encoder.save(Path(temporary))
        digest = store.blobs.put_folder(Path(temporary))
    return place.start(digest, most)


def _append(store: Store, task: TaskRow, place: FeatureFolder, state: State, total: int, report: Report) -> None:
    encoder = load_encoder(store, task, state.encoder)
    for rows in _pages(store, task.project_id, state.newest):
        features = encoder.encode(Content(row.data, store.blobs.get) for row in rows)
        numbers, tests = [row.id for row in rows], [row.test for row in rows]
        state = place.append(numbers, tests, features, _running(state.content, rows))
        report("encodes the items", state.rows, max(total, state.rows))


def load_encoder(store: Store, task: TaskRow, digest: str) -> Encoder:
    """The encoder that was packed under this digest."""
    encoder = _plugin(task).encoder(task.options)
    with tempfile.TemporaryDirectory() as temporary:
        store.blobs.get_folder(digest, Path(temporary))
        encoder.load(Path(temporary))
    return encoder


def _plugin(task: TaskRow) -> Any:
    return registry.find("tasks", task.kind)


def _pages(store: Store, project_id: int, after: int) -> Iterator[Sequence[Any]]:
    read = partial(picking.pool_page, project_id=project_id, limit=CHUNK)
    while True:
        with store.read() as connection:
            rows = read(connection, after=after)
        if not rows:
            return
        yield rows
        after = rows[-1].id


def _running(content: str, rows: Sequence[Any]) -> str:
    """A digest of all rows so far that does not depend on how they were cut into pages."""
    for row in rows:
        content = hashlib.blake2b((content + row.digest).encode("ascii"), digest_size=16).hexdigest()
    return content
