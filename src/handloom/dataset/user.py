"""Data tests of your own: plain Python functions and pandera schemas, as checks.

    def test_no_empty_subject(table): assert all(table["subject"])
    def check_price(table): return [k for k, price in enumerate(table["price"]) if float(price) < 0]

A function is called once per file when its first parameter is called ``table``, and once in all when it is called
``tables`` (a list, what is learned from first) or ``subject``. It fails when it raises an `AssertionError`, or returns
False, a sentence, the rows that are wrong (numbers, or one truth value per row), or `Finding`s. All else passes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..core.errors import Malformed
from ..core.protocols import Check, Finding
from .subject import Subject, found, rows_that
from .table import Table

PREFIXES = ("test_", "check_")


class FunctionCheck:
    """A function as a `Check`, under its own name."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = function.__name__
        self._function = function
        parameters = list(inspect.signature(function).parameters)
        self._wants = parameters[0] if parameters else ""
        if self._wants not in ("table", "tables", "subject"):
            raise Malformed(
                f"the data test {self.name} takes {self._wants or 'nothing'}; its first parameter is called table, tables or "
                "subject"
            )

    def check(self, subject: Subject) -> list[Finding]:
        first = subject.tables[0]
        if self._wants == "table":
            return [finding for table in subject.tables for finding in self._called(table, table)]
        return list(self._called(subject if self._wants == "subject" else list(subject.tables), first))

    def _called(self, argument: Any, table: Table) -> Iterator[Finding]:
        try:
            said = self._function(argument)
        except AssertionError as error:
            words = str(error).partition("\n")[0] or inspect.getdoc(self._function) or "an assertion does not hold"
            yield found(self.name, "error", table, [], f"{self.name} failed: {words}")
            return
        except Exception as error:  # whatever a user's function raises is what the test has to say
            message = f"{self.name} did not run: {type(error).__name__}: {error}"
            yield found(self.name, "error", table, [], message)
            return
        yield from self._told(said, table)

    def _told(self, said: Any, table: Table) -> Iterator[Finding]:
        words = (inspect.getdoc(self._function) or self.name).partition("\n")[0]
        if said is None or said is True:
            return
        if said is False or isinstance(said, str):
            yield found(self.name, "error", table, [], said or f"{words}: does not hold")
        elif isinstance(said, Finding):
            yield said
        elif isinstance(said, Sequence | np.ndarray) and all(isinstance(one, Finding) for one in said):
            yield from said
        elif isinstance(said, Sequence) and said and all(isinstance(one, str) for one in said):
            yield from (found(self.name, "error", table, [], one) for one in said)
        elif (rows := _rows(said, len(table))) is not None:
            if len(rows):
                yield found(self.name, "error", table, rows, f"{words}: {rows_that(len(rows), 'are')} wrong")
        else:
            what = f"{type(said).__name__} {str(said)[:80]!r}"
            message = (
                f"{self.name} returned {what}, which is no truth, sentence or list of rows from 0 to {len(table) - 1}"
            )
            yield found(self.name, "error", table, [], message)


def _rows(said: Any, count: int) -> np.ndarray | None:
    """Rows by number or by a mask of all of them; None for what is neither."""
    if not isinstance(said, Sequence | np.ndarray | set | frozenset):
        return None
    rows = np.asarray(list(said))
    if rows.size == 0:
        return np.zeros(0, dtype=np.int64)
    if rows.ndim != 1 or rows.dtype.kind not in "biu":
        return None
    if rows.dtype == bool:
        return np.flatnonzero(rows) if len(rows) == count else None
    return np.sort(rows) if rows.min() >= 0 and rows.max() < count else None


class SchemaCheck:
    """A pandera schema as a `Check`: every table has to pass it. It needs pandera and pandas, which are not of handloom.

    frame: makes a data frame of columns.
    """

    def __init__(self, name: str, schema: Any, frame: Callable[[Mapping[str, Any]], Any]) -> None:
        self.name = name
        self._schema = schema
        self._frame = frame

    def check(self, subject: Subject) -> list[Finding]:
        findings = []
        for table in subject.tables:
            try:
                self._schema.validate(self._frame(table.columns), lazy=True)
            except Exception as error:
                cases = getattr(error, "failure_cases", None)
                if cases is None:
                    raise
                findings += self._cases(table, cases)
        return findings

    def _cases(self, table: Table, cases: Any) -> Iterator[Finding]:
        listed = cases.to_dict("list")
        by_check: dict[tuple[str, str], list[int]] = {}
        case_of = listed.get("failure_case") or listed["column"]
        for column, rule, index, case in zip(listed["column"], listed["check"], listed["index"], case_of, strict=True):
            if column is None or column != column:  # a column that is missing, or one too many
                column = case
            rows = by_check.setdefault((str(column), str(rule)), [])
            if index is not None and index == index:
                rows.append(int(index))
        for (column, rule), rows in by_check.items():
            message = f"{column!r} does not keep {rule}"
            yield found(self.name, "error", table, sorted(set(rows)), message, column=column)


def checks(names: Mapping[str, Any], frame: Callable[[Mapping[str, Any]], Any] | None) -> list[Check]:
    """The data tests among the names of a module: functions called ``test_...`` or ``check_...``, and pandera schemas.

    frame: makes a data frame; None where pandas is not installed. Raises `Malformed` when a schema then needs it.
    """
    out: list[Check] = []
    for name, thing in names.items():
        if inspect.isfunction(thing) and name.startswith(PREFIXES):
            out.append(FunctionCheck(thing))
            continue
        turned = getattr(thing, "to_schema", None)
        if inspect.isclass(thing) and turned is not None and thing.__module__ == names.get("__name__"):
            thing = turned()
        if not inspect.isclass(thing) and hasattr(thing, "validate") and hasattr(thing, "columns"):
            if frame is None:
                raise Malformed(f"the schema {name} needs pandas: pip install 'pandera[pandas]'")
            out.append(SchemaCheck(name, thing, frame))
    return out
