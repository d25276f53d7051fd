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
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import MissingExtra, Unavailable
from ..core.ids import canonical
from ..core.later import later
from .history import PAGE, Commit, Segment, last, listed, segments, values, within

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
_WRITTEN: dict[str, Any] = {
    "compression": "zstd",
    "use_dictionary": ["value", "confidence", "split", "weight"],
    "column_encoding": {"item": "DELTA_BINARY_PACKED"},
}
"""Numbers of items rise and are all different: a dictionary of them costs six times the time of everything else."""


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
            raise Unavailable(f"checkouts cannot be kept at {shown(url)}: {_told(error, url)}") from None
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
        except Exception as error:  # each library has errors of its own: no connection, no credentials, a broken file
            told = _told(error, self._url)
            log.warning(
                "the checkout %s at %s cannot be read, so the database is asked: %s", name, shown(self._url), told
            )
            return None

    def put(self, name: str, found: pa.Table) -> None:
        """Keep a checkout. An object appears when it is whole; a file gets its name then."""
        import pyarrow.parquet as pq

        sink = io.BytesIO()
        pq.write_table(found, sink, **_WRITTEN)
        path = f"{self._root}/{name}"
        try:
            if "file" in self._files.protocol:
                self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
                part = f"{path}.{os.getpid()}.part"
                self._files.pipe_file(part, sink.getvalue())
                os.replace(part, path)
            else:
                self._files.pipe_file(path, sink.getvalue())
        except Exception as error:
            log.warning("the checkout %s cannot be kept at %s: %s", name, shown(self._url), _told(error, self._url))

    def forget(self, task_id: int) -> None:
        """Remove all checkouts of a task. Raises `Unavailable` where they cannot be reached."""
        try:
            self._files.invalidate_cache()  # other processes have kept some since this one looked
            for path in self._files.glob(f"{self._root}/*/*.{task_id}.parquet"):
                self._files.rm_file(path)
        except Exception as error:
            told = _told(error, self._url)
            raise Unavailable(f"checkouts at {shown(self._url)} cannot be removed: {told}") from None


_SECRET = re.compile(r"(?<=//)[^/@]+(?=@)|(?<=\?).+")


def shown(url: str) -> str:
    """The address without user, password and query, for people to read."""
    return _SECRET.sub("...", url)


def _told(error: Exception, url: str) -> str:
    """What a library says, in one line and without what the address keeps secret."""
    words = " ".join(str(error).split()) or type(error).__name__
    for secret in (part for found in _SECRET.findall(url) for part in (found, *found.split(":")) if part):
        words = words.replace(secret, "...")
    return words


def read(connection: sa.Connection, commit: Commit) -> pa.Table:
    """The same, from the database."""
    import pyarrow as pa

    names: dict[str | None, int] = {None: 0}
    parts = [_columns(connection, part, names) for part in segments(connection, commit)]
    item, content, confidence, weight, split = (np.concatenate(column) for column in zip(*parts, strict=True))
    _, chosen = np.unique(item, return_index=True)  # of several branches the youngest comes first
    chosen = chosen[content[chosen] != 0]
    known, codes = np.unique(content[chosen], return_inverse=True)
    contents = values(connection, known.tolist())
    words = pa.array([canonical(contents[number]) for number in known.tolist()], pa.string())
    words_of_split = pa.array(["train" if name is None else name for name in names], pa.string())
    columns: dict[str, Any] = {
        "item": pa.array(item[chosen]),
        "value": pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words),
        "confidence": pa.array(confidence[chosen], from_pandas=True),
        "split": pa.DictionaryArray.from_arrays(pa.array(split[chosen]), words_of_split),
        "weight": pa.array(weight[chosen], from_pandas=True).fill_null(1.0),
    }
    return pa.table(columns)


def _columns(connection: sa.Connection, part: Segment, names: dict[str | None, int]) -> Sequence[Any]:
    """Item, content (0: removed), confidence, weight (nan: none) and split (a number in ``names``) of the rows in a segment."""
    usual = _usual(connection, part)
    if usual:
        return _in_texts(connection, part, usual, names)
    query = last(connection, part, ("coalesce(content_id, 0) AS content_id", "confidence", "weight", "split"))
    return _by_row(connection, query, (), names)


def _by_row(connection: sa.Connection, query: str, params: tuple[Any, ...], names: dict[str | None, int]) -> list[Any]:
    """The columns, converted page by page: a million tuples at once cost more than reading them."""
    cursor: Any = connection.exec_driver_sql(query, params).cursor
    pages: list[tuple[Any, ...]] = [tuple(np.empty(0, kind) for kind in _KINDS)]
    while rows := cursor.fetchmany(PAGE):
        item, content, confidence, weight, split, _ = zip(*rows, strict=True)
        numbers = [names.setdefault(name, len(names)) for name in split]
        whole = zip((item, content, confidence, weight, numbers), _KINDS, strict=True)
        pages.append(tuple(np.array(column, dtype=kind) for column, kind in whole))
    return [np.concatenate(column) for column in zip(*pages, strict=True)]


_KINDS = ("int64", "int64", "float64", "float64", "int32")
_SAMPLE, _ARMS, _MOST = 5_000, 12, 0.9
Said = tuple[float | None, float | None, str | None]


def _usual(connection: sa.Connection, part: Segment) -> list[Said]:
    """What is said beside the value (confidence, weight, split) of nearly all items, as far as the first of them show,
    the most frequent first; nothing where the segment is small or says many different things."""
    said = "confidence, weight, split"
    some = f"SELECT {said} FROM revision WHERE {within(part)} LIMIT {_SAMPLE}"
    query = f"SELECT {said}, count(*) FROM ({some}) AS s GROUP BY {said} ORDER BY count(*) DESC"
    rows = connection.exec_driver_sql(query).all()
    usual = rows[:_ARMS]
    enough = sum(row[3] for row in rows) == _SAMPLE and sum(row[3] for row in usual) >= _MOST * _SAMPLE
    return [(row[0], row[1], row[2]) for row in usual] if enough else []


def _in_texts(
    connection: sa.Connection, part: Segment, usual: Sequence[Said], names: dict[str | None, int]
) -> list[Any]:
    """The same columns, from two texts: all items, and for each a number that says its content and which of the usual
    things is said of it. Items of which something else is said are read row by row.

    A database adds up texts in a third of the time that a driver takes to hand out rows. Revisions come by item and
    commit, as they lie, and the last one of each item is kept.
    """
    lite = connection.dialect.name == "sqlite"
    same, mark = ("IS", "?") if lite else ("IS NOT DISTINCT FROM", "%s")
    fits = " AND ".join(f"{column} {same} {mark}" for column in ("confidence", "weight", "split"))
    arms = " ".join(f"WHEN {fits} THEN {k}" for k in range(len(usual)))
    size = len(usual) + 1
    coded = f"coalesce(content_id, 0) * {size} + CASE {arms} ELSE {len(usual)} END"
    inner = f"SELECT item_id, {coded} AS coded FROM revision WHERE {within(part)} ORDER BY item_id, commit_id"
    joined = "group_concat({})" if lite else "string_agg({}::text, ',')"
    outer = f"SELECT {joined.format('item_id')}, {joined.format('coded')} FROM ({inner}) AS q"
    texts = connection.exec_driver_sql(outer, tuple(value for said in usual for value in said)).one()
    item, coded = (np.fromstring(text, dtype=np.int64, sep=",") for text in texts)
    newest = np.append(item[1:] != item[:-1], True)
    content, which = np.divmod(coded[newest], size)
    item, rare = item[newest], which == len(usual)
    confidence, weight = (np.array([said[k] for said in usual] + [None], dtype=float)[which] for k in (0, 1))
    split = np.array([names.setdefault(said[2], len(names)) for said in usual] + [0], dtype=np.int32)[which]
    if rare.any():
        columns = ("coalesce(content_id, 0) AS content_id", "confidence", "weight", "split")
        wanted = (listed(connection, item[rare].tolist()),)
        found = _by_row(connection, last(connection, part, columns, among=True), wanted, names)
        confidence[rare], weight[rare], split[rare] = found[2], found[3], found[4]
    return [item, content, confidence, weight, split]


def _keep(found: pa.Table, path: Path) -> None:
    """Whole or not at all: written aside, flushed, then moved to its name."""
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            pq.write_table(found, file, **_WRITTEN)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
