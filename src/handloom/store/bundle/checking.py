"""Every row of a bundle looked at before anything is stored: its digest, its form, and numbers that grow."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ...core.errors import BadBundle, WorkspaceTooNew
from ..schema.base import Json
from .container import Bundle
from .numbers import Column
from .plan import Plan, plans
from .progress import Step, nowhere
from .writing import PAGE

MOST = 2**53
"""No number of a row is larger: JSON readers of other languages would round it."""


@dataclass(slots=True)
class Checked:
    """A bundle whose rows are in order. numbers: of each table that numbers its rows."""

    bundle: Bundle
    numbers: dict[str, Column] = field(default_factory=dict)

    def pages(self, name: str) -> Iterator[tuple[list[str], list[list[Any]]]]:
        """(columns, rows) of a table, page by page."""
        if name not in self.bundle.tables:
            return
        lines = self.bundle.lines(name)
        columns = json.loads(next(lines))
        page: list[list[Any]] = []
        for line in lines:
            page.append(json.loads(line))
            if len(page) == PAGE:
                yield columns, page
                page = []
        yield columns, page


def check(bundle: Bundle, known: Sequence[str], step: Step = nowhere) -> Checked:
    """Read the whole file once. known: schemas that this handloom has. Raises `BadBundle`, `WorkspaceTooNew`."""
    schema = bundle.manifest["schema"]
    if schema not in known:
        raise WorkspaceTooNew(
            f"{bundle.path.name} was made by a newer handloom (schema {schema}, this one knows up to {max(known)}); "
            "install that version or a later one. Nothing was changed",
            schema=schema,
        )
    strange = sorted(set(bundle.tables) - set(plans()))
    if strange:
        raise BadBundle(
            f"{bundle.path.name} holds tables that schema {schema} does not have: {', '.join(strange)[:200]}"
        )
    found = Checked(bundle)
    for plan in plans().values():
        column = _check_table(found, plan, step) if plan.name in bundle.tables else Column()
        if plan.number is not None:
            found.numbers[plan.name] = column
    if len(found.numbers["project"].olds) != 1:
        raise BadBundle(f"{bundle.path.name} holds {len(found.numbers['project'].olds)} projects; a bundle holds one")
    return found


def _check_table(found: Checked, plan: Plan, step: Step) -> Column:
    columns = found.bundle.columns(plan.name)
    strange = sorted(set(columns) - set(plan.columns))
    if strange:
        raise BadBundle(f"table {plan.name} has columns that nobody knows: {', '.join(strange)[:200]}")
    for column in plan.table.columns:
        needed = column.name in plan.columns and not column.nullable and column.server_default is None
        if needed and column.name not in columns:
            raise BadBundle(f"table {plan.name} lacks its column {column.name}")
    tests = [_test(plan.table.c[name]) for name in columns]
    number = columns.index(plan.number) if plan.number is not None else -1
    olds: array[int] = array("q")
    lines = found.bundle.lines(plan.name)
    next(lines)
    rows = last = 0
    for rows, line in enumerate(lines, 1):  # the count is needed after the loop
        row = _parsed(line, plan.name, rows)
        if (
            not isinstance(row, list)
            or len(row) != len(tests)
            or not all(t(c) for t, c in zip(tests, row, strict=True))
        ):
            raise BadBundle(f"row {rows} of table {plan.name} {_why(row, columns, tests)}", table=plan.name, row=rows)
        if number >= 0:
            if not 0 < row[number] < MOST or row[number] <= last:
                raise BadBundle(
                    f"row {rows} of table {plan.name} has number {row[number]}, which does not follow {last}"
                )
            last = row[number]
            olds.append(last)
        if rows % PAGE == 0:
            step(f"checking {plan.name}", rows, found.bundle.tables[plan.name]["rows"])
    if rows != found.bundle.tables[plan.name]["rows"]:
        raise BadBundle(
            f"table {plan.name} has {rows} rows, its manifest says {found.bundle.tables[plan.name]['rows']}"
        )
    return Column(olds)


def _parsed(line: bytes, table: str, row: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadBundle(f"row {row} of table {table} is not JSON: {error}", table=table, row=row) from error


def _why(row: Any, columns: Sequence[str], tests: Sequence[Callable[[Any], bool]]) -> str:
    if not isinstance(row, list) or len(row) != len(columns):
        return f"does not have the {len(columns)} cells of its header"
    wrong = next(k for k, test in enumerate(tests) if not test(row[k]))
    return f"has {str(row[wrong])[:40]!r} as {columns[wrong]}, which that column cannot hold"


def _test(column: sa.Column[Any]) -> Callable[[Any], bool]:
    """Whether a column can hold a value, as JSON gave it."""
    empty = bool(column.nullable)
    if isinstance(column.type, sa.Boolean):
        return lambda value: value is True or value is False or (empty and value is None)
    if isinstance(column.type, sa.Integer):
        return lambda value: (type(value) is int and -(2**63) <= value < 2**63) or (empty and value is None)
    if isinstance(column.type, sa.Float):
        return lambda value: (type(value) in (int, float) and value == value) or (empty and value is None)
    if isinstance(column.type, type(Json)):
        return lambda value: _is_json(value) if isinstance(value, str) else empty and value is None
    most = getattr(column.type, "length", None) or 2**31
    return lambda value: (
        (isinstance(value, str) and len(value) <= most and "\0" not in value) or (empty and value is None)
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return "\0" not in text


def counts(bundle: Bundle) -> Mapping[str, int]:
    """Rows by table, as the manifest says."""
    return {name: int(about["rows"]) for name, about in bundle.tables.items()}
