"""Exports: labels, answers or items as JSON lines, CSV or Parquet, streamed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import chain, islice
from typing import Any, Literal

from ..core.errors import Malformed
from ..core.ids import LETTERS
from ..core.relabel import Chain
from ..store import export as rows
from ..store import relabelling
from .session import Case, Session, in_project

FORMATS = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
Kind = Literal["text", "id", "whole", "number", "flag", "time", "json", "labels"]
GROUP = 5
"""Pages in a row group of Parquet: few, since all columns of a group are held until it is written."""
_REPEATED = frozenset(("task", "actor_name", "actor_kind", "outcome"))
"""Columns of few different values, which a dictionary makes small. For others it would be built in vain: a fifth of the time."""
Column = Sequence[Any]
Table = Sequence[Column]
"""A page of rows, column by column: what is done to a whole column at once costs a tenth of doing it row by row."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column of an export. noun: whose letter an id gets."""

    name: str
    kind: Kind
    noun: str = ""


def _fields(text: str) -> tuple[Field, ...]:
    return tuple(Field(*word.split(":")) for word in text.split())  # type: ignore[arg-type]


# In the order in which `store.export` gives them; the task's name is put in here.
FIELDS: dict[str, tuple[Field, ...]] = {
    "labels": _fields(
        "item:id:item key:text labels:labels confidence:number n:whole test:flag data:json automatic:flag task:text"
    ),
    "items": _fields("item:id:item key:text test:flag created:time meta:json data:json"),
    "answers": _fields(
        "id:text question:id:question task:text item:id:item key:text actor:id:actor actor_name:text actor_kind:text "
        "outcome:text value:json seconds:number suggestion_shown:flag edited:flag confidence:number rationale:text "
        "note:text guidelines:whole supersedes:text superseded_by:text late:flag created:time"
    ),
}


@in_project
def export(
    session: Session, project: str, what: str = "labels", format: str = "jsonl", task: str | None = None
) -> Iterator[bytes]:
    """Pieces of a file. Checks come before the first piece, so that a refusal is a refusal and not half a file."""
    session.require("export")
    if what not in FIELDS:
        raise Malformed(f"what is one of {', '.join(FIELDS)}; found {what[:40]!r}", field="what")
    if format not in FORMATS:
        raise Malformed(f"format is one of {', '.join(FORMATS)}; found {format[:40]!r}", field="format")
    case = session.case(project)
    if task is not None:
        case.task(task)
    tables = {"labels": _labels, "items": _items, "answers": _answers}[what](session, case, task)
    return {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}[format](FIELDS[what], tables)


def file_name(case: Case, what: str, format: str) -> str:
    """A name for the download, of plain letters only."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in case.project.name)
    return f"{plain}-{what}.{format}"


def _labels(session: Session, case: Case, task: str | None) -> Iterator[Table]:
    for one in (case.task(task),) if task is not None else case.tasks:
        for page in rows.labels(session.store, one.id):
            yield [*zip(*page, strict=True), [one.name] * len(page)]


def _items(session: Session, case: Case, _task: str | None) -> Iterator[Table]:
    for page in rows.items(session.store, case.project.id):
        yield list(zip(*page, strict=True))


def _answers(session: Session, case: Case, task: str | None) -> Iterator[Table]:
    """Values are in today's labels; null where a label was split since."""
    names = {t.id: t.name for t in case.tasks}
    with session.store.read() as connection:
        steps = {t.id: relabelling.chain(connection, t.id) for t in case.tasks if t.version > 1}
    read = lru_cache(maxsize=20_000)(partial(_read, steps))
    for page in rows.answers(session.store, case.project.id, None if task is None else case.task(task).id):
        _, *table, version = zip(*page, strict=True)
        if any(steps.values()):
            table[_VALUE] = tuple(map(read, table[2], table[_VALUE], version))
        table[2] = tuple(map(names.get, table[2]))
        yield table


_VALUE = [field.name for field in FIELDS["answers"]].index("value")


def _read(steps: Mapping[int, Chain], task_id: int | None, text: str | None, version: int | None) -> str | None:
    """A stored value in today's labels."""
    found = steps.get(task_id or 0)
    if not found or text is None:
        return text
    value = json.loads(text)
    now = found.read(value, version)
    return text if now is value else None if now is None else json.dumps(now)


def _jsonl(fields: Sequence[Field], tables: Iterable[Table]) -> Iterator[bytes]:
    template = "{" + ",".join(f'"{field.name}":%s' for field in fields) + "}\n"
    writers = [_JSON[field.kind](field) for field in fields]
    for table in tables:
        columns = [map(write, column) for write, column in zip(writers, table, strict=True)]
        yield "".join(map(template.__mod__, zip(*columns, strict=True))).encode("utf-8", "replace")


def _csv(fields: Sequence[Field], tables: Iterable[Table]) -> Iterator[bytes]:
    """RFC 4180 with a header. Labels are joined by ``|``; other lists and objects are JSON.

    Cells that begin with ``=`` stay as they are: a mark against spreadsheets that run them would change the data for
    everybody else. Import such a file into a spreadsheet as text.
    """
    # Not the csv module: it looks at every character of a text by itself, which doubles the time of an export.
    yield (",".join(field.name for field in fields) + "\r\n").encode()
    template = ",".join(["%s"] * len(fields)) + "\r\n"
    writers = [_CELL[field.kind](field) for field in fields]
    for table in tables:
        columns = [map(write, column) for write, column in zip(writers, table, strict=True)]
        yield "".join(map(template.__mod__, zip(*columns, strict=True))).encode("utf-8", "replace")


def _parquet(fields: Sequence[Field], tables: Iterable[Table]) -> Iterator[bytes]:
    """One row group per `GROUP` pages. ``data``, ``meta`` and ``value`` are JSON texts, since their fields differ by row."""
    import pyarrow as pa  # 60 MB that only this needs
    import pyarrow.parquet as pq

    types: dict[str, Any] = {"whole": pa.int64(), "number": pa.float64(), "flag": pa.bool_()}
    types["labels"] = pa.list_(pa.string())
    schema = pa.schema([(field.name, types.get(field.kind, pa.string())) for field in fields])
    writers = [_PLAIN[field.kind](field) for field in fields]
    repeated = ["labels.list.element" if f.kind == "labels" else f.name for f in fields if _is_repeated(f)]
    sink = _Pieces()
    file = pa.PythonFile(sink, mode="w")
    # The stubs know only True and False here; pyarrow takes the names of columns too.
    with pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=repeated) as writer:  # type: ignore[arg-type]
        for group in _groups(tables):
            columns = [list(map(write, column)) for write, column in zip(writers, group, strict=True)]
            arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema))
            yield from sink.take()
    yield from sink.take()


def _is_repeated(field: Field) -> bool:
    return field.kind == "labels" or field.name in _REPEATED


def _groups(tables: Iterable[Table]) -> Iterator[Table]:
    """Several pages as one."""
    waiting = iter(tables)
    while group := list(islice(waiting, GROUP)):
        yield [list(chain.from_iterable(parts)) for parts in zip(*group, strict=True)]


Write = Callable[[Any], Any]
_quote = json.encoder.encode_basestring  # as C when there is one; leaves letters that are not ASCII as they are


def _always(write: Write) -> Callable[[Field], Write]:
    return lambda _: write


def _or(missing: str, write: Write) -> Callable[[Field], Write]:
    return lambda _: lambda value: missing if value is None else write(value)


def _lettered(field: Field, form: str, missing: Any) -> Write:
    made = form.replace("#", LETTERS[field.noun] + "%d")
    return lambda number: missing if number is None else made % number


@lru_cache(maxsize=20_000)
def _names(value: str) -> tuple[str, ...]:
    """The labels in a stored value; few differ, so each is read once."""
    return tuple(json.loads(value)["labels"])


@lru_cache(maxsize=20_000)
def _names_json(value: str) -> str:
    return "[" + ",".join(map(_quote, _names(value))) + "]"


@lru_cache(maxsize=20_000)
def _names_cell(value: str) -> str:
    names = _names(value)
    return _cell(_names_json(value) if any("|" in name for name in names) else "|".join(names))


_needs_quotes = re.compile('[",\r\n]').search


def _cell(text: str) -> str:
    """A cell of a CSV file, in quotes only where it needs them (RFC 4180, 2.6 and 2.7)."""
    return '"' + text.replace('"', '""') + '"' if _needs_quotes(text) else text


def _readable(text: str | None) -> str | None:
    r"""Stored JSON with letters instead of ``\u00e9``, which both databases may keep."""
    if text is None or "\\u" not in text:
        return text
    return json.dumps(json.loads(text), ensure_ascii=False)


def _json_or_null(text: str | None) -> str:
    return _readable(text) or "null"


def _json_cell(text: str | None) -> str:
    return _cell(_readable(text) or "")


@lru_cache(maxsize=1)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _time(seconds: float) -> str:
    """As `core.clock.iso`; rows that came together share their second, which is the costly part."""
    millis = round(seconds * 1000)
    return f"{_second(millis // 1000)}.{millis % 1000:03d}Z"


def _same(value: Any) -> Any:
    return value


def _flag(value: Any) -> str:
    return "true" if value else "false"


_JSON: dict[Kind, Callable[[Field], Write]] = {
    "text": _or("null", _quote),
    "id": lambda field: _lettered(field, '"#"', "null"),
    "whole": _or("null", str),
    "number": _or("null", repr),
    "flag": _always(_flag),
    "time": _always(lambda seconds: f'"{_time(seconds)}"'),
    "json": _always(_json_or_null),
    "labels": _always(_names_json),
}
_CELL: dict[Kind, Callable[[Field], Write]] = {
    "text": _or("", _cell),
    "id": lambda field: _lettered(field, "#", ""),
    "whole": _or("", str),
    "number": _or("", repr),
    "flag": _always(_flag),
    "time": _always(_time),
    "json": _always(_json_cell),
    "labels": _always(_names_cell),
}
_PLAIN: dict[Kind, Callable[[Field], Write]] = {
    "text": _always(_same),
    "id": lambda field: _lettered(field, "#", None),
    "whole": _always(_same),
    "number": _always(_same),
    "flag": _always(bool),
    "time": _always(_time),
    "json": _always(_readable),
    "labels": _always(_names),
}


class _Pieces(io.RawIOBase):
    """A file that is handed on while it is written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._position += len(piece)
        return len(piece)

    def take(self) -> list[bytes]:
        pieces, self._pieces = self._pieces, []
        return pieces
