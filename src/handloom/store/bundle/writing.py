"""A project as the pieces of a bundle: every table in one moment of the workspace, then the blobs that its rows name."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from json.encoder import encode_basestring_ascii as quote
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ...core.clock import iso
from ...core.errors import NotFound
from .. import schema
from ..schema.base import HEAD, Json
from .container import BLOCK, Making, Pieces, Table
from .plan import SCORES, SHARED, Plan, mine, plans
from .progress import Step, nowhere

if TYPE_CHECKING:
    from ..database import Store

PAGE = 2_000
_BLOB = re.compile(r'"blob": ?"([0-9a-f]{40})"')


def pieces(store: Store, project_id: int, version: str, step: Step = nowhere) -> Iterator[bytes]:
    """The bytes of a project's bundle. version: of this handloom, for whoever reads the manifest.

    Memory stays the same however large the project is, but for 20 bytes of each blob's digest.
    """
    sink = Pieces()
    with store.read() as connection:
        _one_moment(connection)
        project = connection.execute(sa.select(schema.project).where(schema.project.c.id == project_id)).first()
        if project is None:
            raise NotFound("project", project_id)
        about = {"schema": HEAD, "handloom": version, "exported": iso(store.clock())}
        making = Making(sink, about | {"project": {"name": project.name, "salt": project.salt}})
        needed: set[bytes] = set()
        for plan in plans().values():
            with making.table(plan.name, plan.columns) as table:
                for size in _rows(connection, plan, project_id, table, needed):
                    step(plan.name, size, None)
                    yield sink.take()
    missing = yield from _blobs(store, making, sink, needed, step)
    making.finish(missing=missing)
    yield sink.take()


def _one_moment(connection: sa.Connection) -> None:
    """Every statement of this connection sees the same rows. SQLite's transactions are like that by themselves."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _rows(connection: sa.Connection, plan: Plan, project_id: int, table: Table, needed: set[bytes]) -> Iterator[int]:
    """Write the project's rows of a table, and note the blobs they name; how many there are so far, page by page."""
    condition = _shared(plan, project_id) if plan.name in SHARED else mine(plan, project_id)
    assert condition is not None  # a test holds every table against its plan
    columns = [plan.table.c[name] for name in plan.columns]
    texts = [sa.cast(c, sa.Text).label(c.name) if isinstance(c.type, type(Json)) else c for c in columns]
    query = sa.select(*texts).where(condition).order_by(*plan.table.primary_key.columns)
    template = "[" + ",".join(["%s"] * len(columns)) + "]"
    writers = [_WRITE[_kind(column)] for column in columns]
    digests = [k for k, name in enumerate(plan.columns) if f"{plan.name}.{name}" in (*SCORES, "model.digest")]
    told = [k for k, column in enumerate(columns) if column.name in ("data", "value") and _kind(column) == "text"]
    done = 0
    for page in connection.execution_options(stream_results=True).execute(query).partitions(PAGE):
        written = [map(write, column) for write, column in zip(writers, zip(*page, strict=True), strict=True)]
        table.add([template % row for row in zip(*written, strict=True)])
        for k in digests:
            needed.update(bytes.fromhex(row[k]) for row in page if row[k])
        for k in told:
            for row in page:
                if row[k] and '"blob"' in row[k]:
                    needed.update(map(bytes.fromhex, _BLOB.findall(row[k])))
        done += len(page)
        yield done


def _shared(plan: Plan, project_id: int) -> sa.ColumnElement[bool]:
    """Actors and contents that rows of the project name."""
    number = plan.table.c[plan.number or "id"]
    uses = [
        sa.select(other.table.c[column]).where(condition)
        for other in plans().values()
        if other.name not in SHARED and (condition := mine(other, project_id)) is not None
        for column, table in other.refers.items()
        if table == plan.name
    ]
    return number.in_(sa.union(*uses)) if len(uses) > 1 else number.in_(uses[0])


def _kind(column: sa.Column[Any]) -> str:
    if isinstance(column.type, sa.Boolean):
        return "flag"
    if isinstance(column.type, sa.Integer):
        return "whole"
    return "number" if isinstance(column.type, sa.Float) else "text"


_WRITE: dict[str, Callable[[Any], str]] = {
    "flag": lambda value: "null" if value is None else "true" if value else "false",
    "whole": lambda value: "null" if value is None else str(value),
    "number": lambda value: "null" if value is None else json.dumps(float(value)),
    "text": lambda value: "null" if value is None else quote(value),
}


def _blobs(store: Store, making: Making, sink: Pieces, needed: set[bytes], step: Step) -> Iterator[Any]:
    """Write the blobs, and those that packed models name in turn; returns the digests of those that are not there."""
    wanted = {one.hex() for one in needed}
    wanted |= {inner for digest in sorted(wanted) if (inner := encoder_of(store.blobs.path(digest)))}
    missing: list[str] = []
    for done, digest in enumerate(sorted(wanted)):
        path = store.blobs.path(digest)
        if not path.is_file():
            missing.append(digest)
            continue
        with making.blob(digest) as out, path.open("rb") as source:
            while piece := source.read(BLOCK):
                out.write(piece)
                yield sink.take()
        step("blobs", done + 1, len(wanted))
    return missing


def encoder_of(path: Path) -> str | None:
    """Digest of the encoder that a packed model names; None for any other blob."""
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PK\x03\x04":
                return None
        with zipfile.ZipFile(path) as pack:
            if "model.json" not in pack.namelist() or pack.getinfo("model.json").file_size > BLOCK:
                return None
            found = json.loads(pack.read("model.json")).get("encoder")
    except (OSError, zipfile.BadZipFile, ValueError, AttributeError):
        return None
    return found if isinstance(found, str) and re.fullmatch("[0-9a-f]{40}", found) else None
