"""Statements of the hot path: written in Core like all others, compiled once per database, then run by the driver.

What SQLAlchemy does around each execution (cache key, context, result proxy) costs ten times what SQLite needs for the
statement. An answer runs nine of them, so these are prepared: same text, same conversion of values, same errors.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

Convert = Callable[[Any], Any]


class Prepared:
    """A Core statement, or a function that builds it for a dialect's name, where databases spell it differently.

    columns: what an INSERT sets, which cannot be seen from the statement. Every call gives all parameters by name.
    """

    def __init__(self, statement: Any, *, columns: Sequence[str] = ()) -> None:
        self._build: Callable[[str], Any] = statement if callable(statement) else lambda _dialect: statement
        self._columns = columns
        self._forms: dict[str, _Form] = {}

    def rows(self, connection: sa.Connection, params: Mapping[str, Any]) -> list[Any]:
        """What it returns, as named tuples."""
        form = self._form(connection)
        return form.read(form.run(connection, form.bind(params)))

    def one(self, connection: sa.Connection, params: Mapping[str, Any]) -> Any:
        """The only row, None when there is none. For statements that find by key."""
        found = self.rows(connection, params)
        return found[0] if found else None

    def run(self, connection: sa.Connection, params: Mapping[str, Any]) -> int:
        """How many rows it changed."""
        form = self._form(connection)
        return form.run(connection, form.bind(params)).rowcount

    def many(self, connection: sa.Connection, params: Iterable[Mapping[str, Any]]) -> None:
        """Once for each set of parameters."""
        form = self._form(connection)
        form.run(connection, [form.bind(one) for one in params], many=True)

    def _form(self, connection: sa.Connection) -> _Form:
        found = self._forms.get(connection.dialect.name)
        if found is None:
            found = _Form(self._build(connection.dialect.name), connection.dialect, self._columns)
            self._forms[connection.dialect.name] = found
        return found


class _Form:
    """A statement in the words of one database, with how values go in and come out."""

    def __init__(self, statement: Any, dialect: sa.Dialect, columns: Sequence[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
        self._sql = compiled.string
        self._order: list[str] | None = compiled.positiontup
        self._constants = {k: bind.effective_value for k, bind in compiled.binds.items() if not bind.required}
        writers = {k: bind.type.dialect_impl(dialect).bind_processor(dialect) for k, bind in compiled.binds.items()}
        self._writers = {k: write for k, write in writers.items() if write is not None}
        found = list(statement.exported_columns)
        self._row: Any = namedtuple("Row", [column.key for column in found])
        self._types = [column.type.dialect_impl(dialect) for column in found]
        self._dialect = dialect
        self._readers: list[tuple[int, Convert]] | None = None  # known with the first result, which says its own types

    def bind(self, params: Mapping[str, Any]) -> Any:
        values = {**self._constants, **params}
        for name, write in self._writers.items():
            values[name] = write(values[name])
        return values if self._order is None else [values[name] for name in self._order]

    def run(self, connection: sa.Connection, values: Any, *, many: bool = False) -> Any:
        if not connection.in_transaction():
            connection.begin()  # as SQLAlchemy itself would
        raw: Any = connection.connection.dbapi_connection
        cursor = raw.cursor()
        try:
            cursor.executemany(self._sql, values) if many else cursor.execute(self._sql, values)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _wrapped(connection, error, self._sql) from error
        return cursor

    def read(self, cursor: Any) -> list[Any]:
        if self._readers is None:
            found = zip(self._types, cursor.description, strict=True)
            readers = [kind.result_processor(self._dialect, described[1]) for kind, described in found]
            self._readers = [(k, read) for k, read in enumerate(readers) if read is not None]
        if not self._readers:
            return list(map(self._row._make, cursor.fetchall()))
        rows = []
        for raw in cursor.fetchall():
            values = list(raw)
            for k, read in self._readers:
                values[k] = read(values[k])
            rows.append(self._row._make(values))
        return rows


def _wrapped(connection: sa.Connection, error: Exception, sql: str) -> BaseException:
    """A fault of the driver as SQLAlchemy raises it, which is what the writer knows how to go on from."""
    dialect = connection.dialect
    raw: Any = connection.connection.dbapi_connection
    lost = dialect.is_disconnect(error, raw, None)  # type: ignore[arg-type]
    known = DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
    )
    if lost:
        connection.invalidate(error)
    return known
