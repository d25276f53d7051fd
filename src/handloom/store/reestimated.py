"""Labels of many items estimated anew at once: what they are, what the log says they are now, and the difference written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from . import estimates, relabelling, schema
from .bulk import as_json, insert_rows
from .history import among
from .labels import NOT_REVOKED
from .relabelled import one_of
from .schema.people import aside
from .writer import Hooks, Tx

a, lab = schema.answer, schema.label
_newer = a.alias("newer")
PAGE = 1_000
"""Items estimated between two looks at whether somebody waits."""


class Label(NamedTuple):
    """A label as its row holds it. value, answers: JSON text."""

    value: str
    confidence: float
    n: int
    answers: str
    test: bool
    position: int
    basis: int | None


def now(connection: sa.Connection, task_id: int, items: Sequence[int]) -> dict[int, Label]:
    """The labels that these items have, by item."""
    columns = "item_id, CAST(value AS TEXT), confidence, n, CAST(answers AS TEXT), test, position, basis"
    query = f"SELECT {columns} FROM label WHERE task_id = {task_id:d} AND item_id"
    return {
        item: Label(value, sure, n, answers, bool(test), position, basis)
        for item, value, sure, n, answers, test, position, basis in among(connection, query, items)
    }


def derived(
    connection: sa.Connection,
    hooks: Hooks,
    task_id: int,
    items: Sequence[int],
    old: Mapping[int, Label],
    breathe: Callable[[], None],
) -> dict[int, Label]:
    """What the answers of these items say, by item; one without a label is absent.

    old: the labels they have, of which each keeps its position: no newer answer came. breathe: called between pages.
    """
    found: dict[int, Label] = {}
    newest = connection.execute(sa.select(sa.func.max(a.c.seq))).scalar() or 0
    special, _ = estimates.special(connection)
    estimating = _Estimating(connection, hooks, task_id)
    for start in range(0, len(items), PAGE):
        part = items[start : start + PAGE]
        missing = [item for item in part if item not in old]
        tests = dict(among(connection, "SELECT id, test FROM item WHERE id", missing))
        said = estimating.said([item for item in part if (task_id, item) not in special])
        for item in part:
            if (task_id, item) in special:
                estimate, basis = estimates.derive(connection, hooks, task_id, item, basis=None)
                worth = None if estimate is None else _texts(estimate)
            else:
                worth, basis = estimating.worth(said.get(item, ())), None
            if worth is not None:
                before = old.get(item)
                at = (bool(tests[item]), newest) if before is None else (before.test, before.position)
                found[item] = Label(*worth, *at, basis)
        breathe()
    return found


Worth = tuple[str, float, int, str]
_Row = Sequence[Any]
"""Item, answer, kind of actor, value as JSON text, version of the task."""


def _texts(estimate: Any) -> Worth:
    return (as_json(estimate.value) or "", estimate.confidence, estimate.n, as_json(list(estimate.answers)) or "[]")


class _Estimating:
    """Majorities of items; a single answer, which most items have, is worked out once for each thing it may say."""

    def __init__(self, connection: sa.Connection, hooks: Hooks, task_id: int) -> None:
        assert hooks.estimate is not None
        self._connection, self._task, self._estimate = connection, task_id, hooks.estimate
        self._steps = relabelling.chain(connection, task_id)
        self._values: dict[tuple[str, int | None], Any] = {}
        self._alone: dict[tuple[str, str, int | None], tuple[str, float, int, bool] | None] = {}

    def said(self, items: Sequence[int]) -> dict[int, list[_Row]]:
        """The answers that count of each item, oldest first."""
        found: dict[int, list[_Row]] = {}
        if items:
            for row in self._connection.execute(_standing(self._connection, self._task, items)):
                found.setdefault(row[0], []).append(row)
        return found

    def worth(self, rows: Sequence[_Row]) -> Worth | None:
        """What the answers of one item are worth today; None: nothing. See `relabelling.standing`."""
        if len(rows) == 1:
            return self._single(rows[0])
        read = [(name, kind, self._read(text, version)) for _, name, kind, text, version in rows]
        left = [one for one in read if one[2] is not None]
        estimate = self._estimate(left) if 2 * len(left) >= len(read) else None
        return None if estimate is None else _texts(estimate)

    def _single(self, row: _Row) -> Worth | None:
        _, name, kind, text, version = row
        key = (kind, text, version)
        if key not in self._alone:
            value = self._read(text, version)
            estimate = None if value is None else self._estimate([(name, kind, value)])
            self._alone[key] = (
                None
                if estimate is None
                else (as_json(estimate.value) or "", estimate.confidence, estimate.n, bool(estimate.answers))
            )
        found = self._alone[key]
        return None if found is None else (*found[:3], f'["{name}"]' if found[3] else "[]")

    def _read(self, text: str, version: int | None) -> Any:
        key = (text, version)
        if key not in self._values:
            self._values[key] = self._steps.read(json.loads(text), version)
        return self._values[key]


def _standing(connection: sa.Connection, task_id: int, items: Sequence[int]) -> Any:
    return (
        sa.select(a.c.item_id, a.c.id, schema.actor.c.kind, sa.cast(a.c.value, sa.Text), a.c.version)
        .join(schema.actor, schema.actor.c.id == a.c.actor_id)
        .where(
            one_of(connection, a.c.item_id, items), a.c.task_id == task_id, a.c.outcome == "answered", a.c.late == sa.false(),
            ~sa.exists().where(_newer.c.supersedes == a.c.id),
            ~sa.exists().where(aside.c.answer_id == a.c.id), NOT_REVOKED,
        )
        .order_by(a.c.item_id, a.c.seq)
    )  # fmt: skip


def write(
    tx: Tx, project_id: int, task_id: int, items: Iterable[int], old: Mapping[int, Label], new: Mapping[int, Label]
) -> None:
    """Make ``new`` the labels of these items where they differ from ``old``: a few statements for whatever many rows."""
    called: dict[str, list[int]] = {}
    rows: list[tuple[Any, ...]] = []
    gone: list[int] = []
    change, in_test = 0, 0
    for item in items:
        before, label = old.get(item), new.get(item)
        if before == label:
            continue
        if before is not None and label is not None and before[1:] == label[1:]:
            called.setdefault(label.value, []).append(item)
            continue
        if before is not None:
            gone.append(item)
            change, in_test = change - 1, in_test - before.test
        if label is not None:
            rows.append((task_id, item, *label))
            change, in_test = change + 1, in_test + label.test
    for value, named in called.items():
        _on(tx, "UPDATE label SET value = {}", (value,), task_id, named)
    if gone:
        _on(tx, "DELETE FROM label", (), task_id, gone)
    insert_rows(tx, lab, ("task_id", "item_id", *Label._fields), rows)
    tx.count(project_id, f"labels.{task_id}", change)
    tx.count(project_id, f"labels.{task_id}.test", in_test)


def _on(tx: Tx, statement: str, values: tuple[Any, ...], task_id: int, items: Sequence[int]) -> None:
    """Run a statement on the labels of these items."""
    sqlite = tx.dialect == "sqlite"
    among_these = "IN (SELECT value FROM json_each(?))" if sqlite else "= ANY(%s)"
    wanted: Any = json.dumps(list(items)) if sqlite else list(items)
    query = f"{statement.format('?' if sqlite else '%s')} WHERE task_id = {task_id:d} AND item_id {among_these}"
    tx.connection.exec_driver_sql(query, (*values, wanted))
