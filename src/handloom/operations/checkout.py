"""A version of a dataset as a file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from ..core.errors import Malformed
from ..core.ids import show
from ..store import checkouts, items
from .datasets import of_commit
from .session import Session

FORMATS = {"parquet": "application/vnd.apache.parquet", "jsonl": "application/x-ndjson"}


def checkout(session: Session, commit: str, format: str = "parquet") -> Iterator[bytes]:
    """The rows of a version as a file: ``item`` ``key`` ``value`` ``confidence`` ``split`` ``weight``."""
    if format not in FORMATS:
        raise Malformed(f"format is one of {', '.join(FORMATS)}; found {format[:40]!r}", field="format")
    found, session, _ = of_commit(session, commit)
    table = checkouts.table(session.store, found)
    return _parquet(session, table) if format == "parquet" else _jsonl(session, table)


def _parquet(session: Session, table: Any) -> Iterator[bytes]:
    import pyarrow as pa  # 60 MB that only this needs
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    names = _keys(session, table.column("item").to_pylist())
    shown = pa.array([show("item", item) for item in table.column("item").to_pylist()])
    whole = table.set_column(0, "item", shown).add_column(1, "key", pa.array(names, pa.string()))
    pq.write_table(whole, sink, compression="zstd")
    yield sink.getvalue()


def _jsonl(session: Session, table: Any) -> Iterator[bytes]:
    for batch in table.to_batches(max_chunksize=1000):
        rows = batch.to_pylist()
        names = _keys(session, [row["item"] for row in rows])
        for row, name in zip(rows, names, strict=True):
            row |= {"item": show("item", row["item"]), "key": name, "value": json.loads(row["value"])}
        yield "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _keys(session: Session, numbers: Sequence[int]) -> list[str]:
    with session.store.read() as connection:
        found = items.keys(connection, numbers)
    return [found[number] for number in numbers]
