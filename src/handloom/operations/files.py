"""Files of any format on their way into a project: a look beforehand, and records as lines of an import."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..core.errors import EmptyInput
from ..core.later import later
from ..core.protocols import Bad, Record
from .session import Session

if TYPE_CHECKING:
    from .. import collect
else:  # the readers bring Pillow
    collect = later("handloom.collect")

_TOO_LONG = 2000
"""Characters of a cell that a preview shows."""


def preview(
    session: Session, project: str, name: str, body: bytes, task: str | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """A look at a file that was sent. name: only its endings are used. options: ``encoding`` and ``reader``.

    Raises `Forbidden`, `NotFound`, `EmptyInput`, and what the reader refuses.
    """
    session.require("add_items")
    wanted = session.case(project).task(task)
    if not body:
        raise EmptyInput("there is no file in this request")
    endings = "".join(PurePath(name.replace("\\", "/")).suffixes[-3:])
    plain = "".join(c for c in endings if c.isascii() and (c.isalnum() or c == "."))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"file{plain}"
        path.write_bytes(body)
        given = {key: value for key, value in options.items() if value}
        return shown(collect.look(path, {"task": wanted.name, **given}, wanted.kind))


def shown(look: collect.Look) -> dict[str, Any]:
    """A look at a file as JSON."""
    guess = look.guess
    return {
        "format": look.format,
        "encoding": None if look.encoding is None else _encoding(look.encoding),
        "delimiter": look.delimiter,
        "columns": list(look.columns),
        "rows": [{name: _cell(value) for name, value in row.items()} for row in look.rows],
        "guess": None if guess is None else {**guess.columns.options(), "reasons": dict(guess.reasons)},
        "problem": look.problem,
        "records": [_record(record) for record in look.records],
        "bad": [_bad(one) for one in look.bad],
    }


def _encoding(encoding: collect.Encoding) -> dict[str, Any]:
    return {"name": encoding.name, "mark": encoding.mark, "advice": encoding.advice}


def _record(record: Record) -> dict[str, Any]:
    made = {"line": record.line, "key": record.key, "data": {name: _cell(v) for name, v in record.data.items()}}
    return made | {"labels": dict(record.labels or {}), "meta": _cell(record.meta or {}), "losses": list(record.losses)}


def _bad(bad: Bad) -> dict[str, Any]:
    return {"line": bad.line, "code": getattr(bad.error, "code", ""), "message": getattr(bad.error, "message", "")}


def _cell(value: Any) -> Any:
    """A value that JSON holds, long texts and bytes cut."""
    if isinstance(value, str):
        return value if len(value) <= _TOO_LONG else value[:_TOO_LONG] + " ..."
    if isinstance(value, Mapping):
        return {str(name): _cell(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cell(one) for one in value[:100]]
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    if value is None or isinstance(value, bool | int):
        return value
    return value if isinstance(value, float) and value == value and abs(value) != float("inf") else str(value)
