"""A version as one table: columns of Arrow, kept as a Parquet file under the version's content digest.

What a training reads again and again is read once from the database and then from the file. Two versions with the same
content share it; who answered is not content, so answers are asked of the database (`handloom.store.commits.checkout`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.ids import canonical
from .history import Commit, fetched, last, segments, values

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa

    from .database import Store

FOLDER = "checkouts"


def table(store: Store, commit: Commit) -> pa.Table:
    """Columns ``item`` (int64), ``value`` (JSON, dictionary), ``confidence``, ``split`` (dictionary), ``weight``; rows in
    the order of the items."""
    import pyarrow.parquet as pq  # 60 MB that only this needs

    path = store.folder / "blobs" / FOLDER / commit.digest[:2] / f"{commit.digest}.{commit.task_id}.parquet"
    if path.exists():
        return pq.read_table(path, memory_map=True)
    with store.read() as connection:
        found = read(connection, commit)
    _keep(found, path)
    return found


def read(connection: sa.Connection, commit: Commit) -> pa.Table:
    """The same, from the database."""
    import pyarrow as pa

    item, content, confidence, split, weight = _columns(connection, commit)
    numbers = np.array(content, dtype=np.int64)
    known, codes = np.unique(numbers, return_inverse=True)
    contents = values(connection, known.tolist())
    words = pa.array([canonical(contents[number]) for number in known.tolist()], pa.string())
    splits = pa.array(split, pa.string()).fill_null("train").dictionary_encode()
    columns: dict[str, Any] = {
        "item": pa.array(np.array(item, dtype=np.int64)),
        "value": pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words),
        "confidence": pa.array(confidence, pa.float64()),
        "split": splits,
        "weight": pa.array(weight, pa.float64()).fill_null(1.0),
    }
    return pa.table(columns)


def _columns(connection: sa.Connection, commit: Commit) -> Sequence[Sequence[Any]]:
    """Item, content, confidence, split and weight of every row, column by column."""
    columns = ("content_id", "confidence", "split", "weight")
    parts = segments(connection, commit)
    found = [fetched(connection, last(connection, part, columns)) for part in parts]
    rows = found[-1]
    if len(found) > 1:
        by_item = {row[0]: row for part in reversed(found) for row in part}
        rows = [by_item[item] for item in sorted(by_item)]
    rows = [row for row in rows if row[1] is not None]
    return list(zip(*rows, strict=True))[:5] if rows else [()] * 5


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
