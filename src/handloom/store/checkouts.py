"""A version as one table: columns of Arrow, kept as a Parquet file under the version's content digest.

What a training reads again and again is read once from the database and then from the file. Two versions with the same
content share it; who answered is not content, so answers are asked of the database (`handloom.store.commits.checkout`).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.ids import canonical
from ..core.later import later
from .history import PAGE, Commit, Segment, last, segments, values

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import sqlalchemy as sa

    from .database import Store
else:
    np = later("numpy")

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

    query = last(connection, part, ("coalesce(content_id, 0)", "confidence", "weight", "split"))
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
