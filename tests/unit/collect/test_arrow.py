from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from PIL import Image

from handloom.collect import read
from handloom.core.errors import EmptyInput, Malformed
from handloom.core.ids import digest
from handloom.core.protocols import Bad, Record

TABLE = pa.table({"text": [f"row {i}" for i in range(1500)], "label": [i % 2 for i in range(1500)]})


def test_feather_and_arrow_streams_and_parquet_give_the_same(tmp_path: Path) -> None:
    feather.write_feather(TABLE, tmp_path / "a.feather")
    pq.write_table(TABLE, tmp_path / "a.parquet")
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as out, pa.ipc.new_stream(out, TABLE.schema) as writer:
        writer.write_table(TABLE)
    found = [list(read(tmp_path / f"a.{s}", {"task": "x"})) for s in ("feather", "arrow", "parquet")]
    assert found[0] == found[1] == found[2]
    last = found[0][-1]
    assert isinstance(last, Record)
    assert (last.line, last.data, last.labels) == (1500, {"text": "row 1499"}, {"x": "1"})


def test_images_as_bytes_in_a_column(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("L", (5, 4)).save(out, "PNG")
    cell = [{"bytes": out.getvalue(), "path": None}, {"bytes": b"broken", "path": None}]
    pq.write_table(pa.table({"image": cell, "label": ["a", "b"]}), tmp_path / "a.parquet")
    good, bad = list(read(tmp_path / "a.parquet", {"task": "x"}))
    assert isinstance(good, Record)
    assert good.data["image"] == {"blob": digest(out.getvalue()), "media_type": "image/png", "width": 5, "height": 4}
    assert good.media == {"image": out.getvalue()}
    assert isinstance(bad, Bad)


def test_damaged_and_empty_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 nothing here PAR1")
    with pytest.raises(Malformed, match="cannot be read as parquet"):
        list(read(path))
    path.write_bytes(b"")
    with pytest.raises(EmptyInput):
        list(read(path))
