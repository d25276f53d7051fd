"""Parquet and Arrow files, one batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import EmptyInput, HandloomError, Malformed, NotFound
from ..core.protocols import Bad, Record
from . import exported
from .mapping import Row

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 512


class ArrowReader:
    """Options: those of `Columns`."""

    name = "parquet"
    general = True

    def matches(self, path: Path) -> bool:
        return path.suffix.lower() in (".parquet", ".pq", ".arrow", ".feather") and not path.is_dir()

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `EmptyInput`, and `Malformed` for a file that is damaged or of another kind."""
        return exported.read(self.rows(path, options), options)

    def rows(self, path: Path, options: Mapping[str, Any]) -> Iterator[Row | Bad]:
        """Rows by column name; a row's line is its number, from 1."""
        return exported.unfolded(self._rows(path))

    def _rows(self, path: Path) -> Iterator[Row | Bad]:
        line = 0
        for batch in arrow_batches(path):
            # An Arrow file may hold all its rows in one batch; a slice of it costs nothing.
            for start in range(0, batch.num_rows, _BATCH):
                for row in batch.slice(start, _BATCH).to_pylist():
                    line += 1
                    yield line, row
        if not line:
            raise EmptyInput(f"{path.name} has no rows")


def arrow_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """Batches of a Parquet or Arrow file. Raises `NotFound`, `EmptyInput`, `Malformed`."""
    # pyarrow costs a third of a second to import, which a CSV import need not pay.
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists():
        raise NotFound("file", path)
    if path.stat().st_size == 0:
        raise EmptyInput(f"{path.name} is empty (0 bytes)")
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            with pq.ParquetFile(path) as parquet:
                yield from parquet.iter_batches(batch_size=_BATCH)
        else:
            for batch in _ipc(path, pa):
                # The file's own offsets are trusted by whatever reads the rows; wrong ones lead out of its memory.
                batch.validate(full=True)
                yield batch
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _ipc(path: Path, pa: Any) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as source:
        try:
            file = pa.ipc.open_file(source)
        except pa.ArrowInvalid:
            source.seek(0)
            yield from pa.ipc.open_stream(source)
            return
        for i in range(file.num_record_batches):
            yield file.get_batch(i)


def _damaged(path: Path, error: Exception) -> HandloomError:
    return Malformed(f"{path.name} cannot be read as {path.suffix.lstrip('.').lower()}: {str(error)[:300]}")
