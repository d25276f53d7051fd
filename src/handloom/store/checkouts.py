"""A version as one table: columns of Arrow, kept as a Parquet file under the version's content digest.

What a training reads again and again is read once from the database and then from the file. Two versions with the same
content share it; who answered is not content, so answers are asked of the database (`handloom.store.commits.checkout`).

Files lie in the workspace's folder, or in an object store at any address that fsspec knows (``s3://bucket/folder``), where
workers on other hosts and other tools read them too. They can be made anew, so a store that does not answer costs time only.
"""

from __future__ import annotations

import io
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import MissingExtra, Unavailable
from ..core.ids import canonical
from ..core.later import later
from .history import PAGE, Commit, Segment, last, segments, values, within

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import sqlalchemy as sa

    from .database import Store
else:
    np = later("numpy")

FOLDER = "checkouts"
ENVIRONMENT = "HANDLOOM_CHECKOUTS"
"""Where checkouts are kept instead of the place that the workspace names."""
log = logging.getLogger("handloom.store")


def table(store: Store, commit: Commit) -> pa.Table:
    """Columns ``item`` (int64), ``value`` (JSON, dictionary), ``confidence``, ``split`` (dictionary), ``weight``; rows in
    the order of the items."""
    kept = place(store)
    name = f"{commit.digest[:2]}/{commit.digest}.{commit.task_id}.parquet"
    found = kept.get(name)
    if found is None:
        with store.read() as connection:
            found = read(connection, commit)
        kept.put(name, found)
    return found


def place(store: Store) -> InFolder | InObjects:
    """Where the checkouts of a workspace are kept. Raises `MissingExtra` for an address without fsspec."""
    url = os.environ.get(ENVIRONMENT) or store.checkouts
    return InFolder(store.folder / "blobs" / FOLDER) if url is None else InObjects(url)


class InFolder:
    """Checkouts as files that are mapped into memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> pa.Table | None:
        """The checkout of that name, if it is there."""
        import pyarrow.parquet as pq  # 60 MB that only this needs

        path = self._folder / name
        return pq.read_table(path, memory_map=True) if path.exists() else None

    def put(self, name: str, found: pa.Table) -> None:
        """Keep a checkout, whole or not at all."""
        _keep(found, self._folder / name)

    def forget(self, task_id: int) -> None:
        """Remove all checkouts of a task; they are made anew when they are wanted."""
        for path in self._folder.rglob(f"*.{task_id}.parquet"):
            path.unlink(missing_ok=True)


class InObjects:
    """Checkouts as objects below an address that fsspec knows."""

    def __init__(self, url: str) -> None:
        try:
            import fsspec  # an extra: only who names an address needs it
        except ImportError as error:
            raise MissingExtra("fsspec", "objects") from error
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise Unavailable(f"checkouts cannot be kept at {url}: {error}") from error
        self._url = url

    def get(self, name: str) -> pa.Table | None:
        """The checkout of that name, if it is there, whole, and can be reached."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            content = self._files.cat_file(f"{self._root}/{name}")
            return pq.read_table(pa.BufferReader(content))
        except FileNotFoundError:
            return None
        except (OSError, pa.ArrowInvalid) as error:
            log.warning("the checkout %s at %s cannot be read, so the database is asked: %s", name, self._url, error)
            return None

    def put(self, name: str, found: pa.Table) -> None:
        """Keep a checkout. An object appears when it is whole; a file gets its name then."""
        import pyarrow.parquet as pq

        sink = io.BytesIO()
        pq.write_table(found, sink, compression="zstd")
        path = f"{self._root}/{name}"
        try:
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            if "file" in self._files.protocol:
                part = f"{path}.{os.getpid()}.part"
                self._files.pipe_file(part, sink.getvalue())
                os.replace(part, path)
            else:
                self._files.pipe_file(path, sink.getvalue())
        except OSError as error:
            log.warning("the checkout %s cannot be kept at %s: %s", name, self._url, error)

    def forget(self, task_id: int) -> None:
        """Remove all checkouts of a task. Raises `Unavailable` where they cannot be reached."""
        try:
            for path in self._files.glob(f"{self._root}/*/*.{task_id}.parquet"):
                self._files.rm_file(path)
        except OSError as error:
            raise Unavailable(f"checkouts at {self._url} cannot be removed: {error}") from error


def read(connection: sa.Connection, commit: Commit) -> pa.Table:
    """The same, from the database."""
    import pyarrow as pa

    parts = [_columns(connection, part) for part in segments(connection, commit)]
    item, content, confidence, weight = (np.concatenate([part[k] for part in parts]) for k in range(4))
    split = pa.chunked_array([chunk for part in parts for chunk in part[4]], pa.string()).combine_chunks()
    _, chosen = np.unique(item, return_index=True)  # of several branches the youngest comes first
    chosen = chosen[content[chosen] != 0]
    known, codes = np.unique(content[chosen], return_inverse=True)
    contents = values(connection, known.tolist())
    words = pa.array([canonical(contents[number]) for number in known.tolist()], pa.string())
    columns: dict[str, Any] = {
        "item": pa.array(item[chosen]),
        "value": pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words),
        "confidence": pa.array(confidence[chosen], from_pandas=True),
        "split": split.take(pa.array(chosen)).fill_null("train").dictionary_encode(),
        "weight": pa.array(weight[chosen], from_pandas=True).fill_null(1.0),
    }
    return pa.table(columns)


def _columns(connection: sa.Connection, part: Segment) -> tuple[Any, ...]:
    """Item, content (0: removed), confidence, weight (arrays) and split (chunks of texts) of the rows in a segment.

    Converted page by page: a million tuples at once cost more than reading them.
    """
    import pyarrow as pa

    columns = ("coalesce(content_id, 0) AS content_id", "confidence", "weight", "split")
    query = last(connection, part, columns)
    if _alike(connection, part):
        return _grouped(connection, query)
    cursor: Any = connection.exec_driver_sql(query).cursor
    pages: list[tuple[Any, ...]] = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))]
    splits = []
    while rows := cursor.fetchmany(PAGE):
        item, content, confidence, weight, split, _ = zip(*rows, strict=True)
        whole = (np.array(column, dtype=np.int64) for column in (item, content))
        parts = (np.array(column, dtype=np.float64) for column in (confidence, weight))
        pages.append((*whole, *parts))
        splits.append(pa.array(split, pa.string()))
    return *(np.concatenate(column) for column in zip(*pages, strict=True)), splits


_SAMPLE, _FEW = 5_000, 250


def _alike(connection: sa.Connection, part: Segment) -> bool:
    """Whether few different things are said of many items, as far as the first of them show."""
    columns = "content_id, confidence, weight, split"
    some = f"SELECT {columns} FROM revision WHERE {within(part)} LIMIT {_SAMPLE}"
    query = f"SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {columns} FROM ({some}) AS s) AS d) FROM ({some}) AS t"
    rows, states = connection.exec_driver_sql(query).one()
    return rows == _SAMPLE and states <= _FEW


def _grouped(connection: sa.Connection, query: str) -> tuple[Any, ...]:
    """The same columns, from one row for each thing that is said, with all items of which it is said in one text.

    The database adds up texts in half the time that a driver takes to hand out rows.
    """
    import pyarrow as pa

    together = "group_concat(item_id)" if connection.dialect.name == "sqlite" else "string_agg(item_id::text, ',')"
    states = "content_id, confidence, weight, split"
    found = connection.exec_driver_sql(f"SELECT {states}, {together} FROM ({query}) AS q GROUP BY {states}").all()
    parts = [np.fromstring(row[4], dtype=np.int64, sep=",") for row in found]
    item = np.concatenate(parts)
    order = np.argsort(item, kind="stable")
    state = np.repeat(np.arange(len(found)), [len(one) for one in parts])[order]
    content, confidence, weight = (
        np.array([row[k] for row in found], dtype=kind)[state]
        for k, kind in enumerate((np.int64, np.float64, np.float64))
    )
    split = pa.array([row[3] for row in found], pa.string()).take(pa.array(state))
    return item[order], content, confidence, weight, [split]


def _keep(found: pa.Table, path: Path) -> None:
    """Whole or not at all: written aside, flushed, then moved to its name."""
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            pq.write_table(found, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
