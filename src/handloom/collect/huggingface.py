"""Hugging Face datasets on disk (``save_to_disk``): Arrow files with their features, one folder per split."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import EmptyInput, HandloomError, Malformed, NotFound
from ..core.ids import digest
from ..core.protocols import Bad, Loss, Record
from . import json_text
from .arrow import arrow_batches
from .columns import Row
from .mapping import records
from .table_writers import arrow_schema, batches
from .tables import SPLIT, Rows

if TYPE_CHECKING:
    pass

_INFO, _STATE, _SPLITS = "dataset_info.json", "state.json", "dataset_dict.json"
MARKS = (_SPLITS, _INFO)
"""Files by which such a folder is known."""
_BATCH = 512
_VALUES = {"text": "string", "flag": "bool", "whole": "int64", "number": "float64", "json": "string", "empty": "string"}


class HuggingFaceReader:
    """A folder of ``save_to_disk``, or of a cache with ``dataset_info.json``. Options: those of `Columns`.

    Numbers of a ``ClassLabel`` become its names; images come with their bytes; the split is the folder's.
    """

    name = "huggingface"

    def matches(self, path: Path) -> bool:
        return path.is_dir() and any((path / name).is_file() for name in MARKS)

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `NotFound`, `EmptyInput`, and `Malformed` for files that are damaged."""
        return records(self.rows(path, options), options)

    def rows(self, path: Path, options: Mapping[str, Any]) -> Iterator[Row | Bad]:
        """Rows by column name; a row's line is its number over all splits, from 1."""
        if not path.exists():
            raise NotFound("folder", path)
        line = 0
        for split, folder in _folders(path):
            features = _json(folder / _INFO).get("features") or {}
            for file in _files(folder):
                for batch in arrow_batches(file):
                    for start in range(0, batch.num_rows, _BATCH):
                        for row in batch.slice(start, _BATCH).to_pylist():
                            line += 1
                            yield _row(line, row, features, split)
        if not line:
            raise EmptyInput(f"{path.name} has no rows")


def _folders(path: Path) -> Iterator[tuple[str | None, Path]]:
    """Split and folder of each part; only names of folders right below are followed."""
    if not (path / _SPLITS).is_file():
        yield None, path
        return
    named = _json(path / _SPLITS).get("splits")
    for split in named if isinstance(named, list) else ():
        if not isinstance(split, str) or Path(split).name != split:
            raise Malformed(f"{_SPLITS} names a split that is no folder beside it: {str(split)[:80]!r}")
        yield split, path / split


def _files(folder: Path) -> list[Path]:
    """The data files in the order that the state tells, else by name; none outside of the folder."""
    if not folder.is_dir():
        raise NotFound("folder", folder)
    told = _json(folder / _STATE).get("_data_files") if (folder / _STATE).is_file() else None
    if isinstance(told, list) and told:
        names = [str(one.get("filename")) for one in told if isinstance(one, Mapping)]
        wrong = [name for name in names if Path(name).name != name]
        if wrong:
            raise Malformed(f"{_STATE} names a file outside of its folder: {wrong[0][:80]!r}")
        return [folder / name for name in names]
    return sorted(folder.glob("*.arrow"))


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json_text.parse(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Malformed(f"{path.name} is not JSON: {str(error)[:200]}") from error
    if not isinstance(value, dict):
        raise Malformed(f"{path.name} is no JSON object")
    return value


def _row(line: int, row: dict[str, Any], features: Mapping[str, Any], split: str | None) -> Row | Bad:
    try:
        found = {name: _named(value, features.get(name), name) for name, value in row.items()}
    except HandloomError as error:
        return Bad(line, type(error)(f"row {line}: {error.message}", line=line))
    if split is not None:
        found.setdefault(SPLIT, split)
    return line, found


def _named(value: Any, feature: Any, column: str) -> Any:
    """Names for the numbers of class labels, also inside of lists; -1 is no label."""
    if isinstance(feature, list) and len(feature) == 1:
        feature = {"_type": "List", "feature": feature[0]}
    if not isinstance(feature, Mapping) or value is None:
        return value
    inner = feature.get("feature")
    if isinstance(value, list) and inner is not None:
        return [_named(one, inner, column) for one in value]
    if feature.get("_type") == "ClassLabel" and isinstance(value, int):
        names = feature.get("names") or []
        if value < 0:
            return None
        if value >= len(names):
            raise Malformed(f"{column!r} holds class {value}, but only {len(names)} are named")
        return str(names[value])
    return value


class HuggingFaceWriter:
    """What ``datasets.load_from_disk`` opens: a folder per split where items have splits, else one data set."""

    name = "huggingface"
    suffix = ""

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        splits: dict[str, None] = {}
        with Rows() as rows:
            yield from rows.fill(_seen(records, splits), "Hugging Face", images=True)
            named = [name for name in splits if name]
            if named and all(Path(name).name == name and name not in (".", "..") for name in named):
                folders = {name or "unsplit": path / (name or "unsplit") for name in splits}
                path.mkdir(parents=True, exist_ok=True)
                (path / _SPLITS).write_text(json.dumps({"splits": list(folders)}), "utf-8")
            else:
                folders = {"": path}
            kinds = {name: kind for name, kind in rows.columns.items() if not (len(folders) > 1 and name == SPLIT)}
            _write(rows, kinds, folders)


def _seen(records: Iterable[Record], splits: dict[str, None]) -> Iterator[Record]:
    for record in records:
        splits[str((record.meta or {}).get(SPLIT) or "")] = None
        yield record


def _write(rows: Rows, kinds: Mapping[str, str], folders: Mapping[str, Path]) -> None:
    import pyarrow as pa

    schema = arrow_schema(kinds)
    features = {name: _feature(kind) for name, kind in kinds.items()}
    schema = schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    for split, folder in folders.items():
        folder.mkdir(parents=True, exist_ok=True)
        name = "data-00000-of-00001.arrow"
        with pa.OSFile(str(folder / name), "wb") as sink, pa.ipc.new_stream(sink, schema) as out:
            for batch in batches(_of(rows, split, len(folders) > 1), kinds, schema):
                out.write_batch(batch)
        (folder / _INFO).write_text(json.dumps({"features": features}, indent=1), "utf-8")
        state = {
            "_data_files": [{"filename": name}],
            "_fingerprint": digest([split, features, rows.count])[:16],
            "_format_columns": None,
            "_format_kwargs": {},
            "_format_type": None,
            "_output_all_columns": False,
            "_split": split or None,
        }
        (folder / _STATE).write_text(json.dumps(state, indent=1), "utf-8")


def _of(rows: Rows, split: str, divided: bool) -> Iterator[dict[str, Any]]:
    return (row for row in rows if not divided or str(row.get(SPLIT) or "unsplit") == split)


def _feature(kind: str) -> dict[str, Any]:
    if kind == "image":
        return {"_type": "Image"}
    if kind == "words":
        return {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}
    return {"dtype": _VALUES[kind], "_type": "Value"}
