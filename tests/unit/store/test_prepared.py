"""Prepared statements give what SQLAlchemy gives: values, rows, errors, transactions, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from handloom.store import Store, Tx
from handloom.store.prepared import Prepared
from handloom.store.upsert import upsert

_metadata = sa.MetaData()
_thing = sa.Table(
    "thing",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sure", sa.Boolean, nullable=False),
    sa.Column("weight", sa.Float),
    sa.Column("body", sa.JSON(none_as_null=True)),
)
_PUT = Prepared(sa.insert(_thing), columns=("id", "sure", "weight", "body"))
_ALL = Prepared(sa.select(_thing).where(_thing.c.id >= sa.bindparam("low")).order_by(_thing.c.id))
_SURE = Prepared(sa.update(_thing).where(_thing.c.sure == sa.false()).values(sure=sa.bindparam("to")))
_HEAVIER = Prepared(lambda dialect: upsert(dialect, _thing, add=("weight",)), columns=("id", "sure", "weight", "body"))
_ROWS: list[dict[str, Any]] = [
    {"id": 1, "sure": True, "weight": 0.5, "body": {"name": "é 100%", "parts": [1, None]}},
    {"id": 2, "sure": False, "weight": None, "body": None},
]


def _made(tx: Tx) -> None:
    _metadata.create_all(tx.connection)
    _PUT.many(tx.connection, _ROWS)


def test_values_come_back_as_sqlalchemy_gives_them(store: Store) -> None:
    store.write(_made)

    def unit(tx: Tx) -> tuple[list[Any], list[Any]]:
        plain = tx.execute(sa.select(_thing).order_by(_thing.c.id)).all()
        return [row._asdict() for row in plain], [row._asdict() for row in _ALL.rows(tx.connection, {"low": 0})]

    theirs, ours = store.write(unit)
    assert ours == theirs == _ROWS
    assert [type(row["sure"]) for row in ours] == [bool, bool]


def test_it_says_how_many_rows_it_changed_and_gives_none_for_nothing(store: Store) -> None:
    store.write(_made)
    assert store.write(lambda tx: [_SURE.run(tx.connection, {"to": True}) for _ in range(2)]) == [1, 0]
    assert store.write(lambda tx: _ALL.one(tx.connection, {"low": 3})) is None
    heavy = {"id": 1, "sure": False, "weight": 2.0, "body": None}
    store.write(lambda tx: _HEAVIER.many(tx.connection, [heavy, heavy]))
    assert store.write(lambda tx: _ALL.one(tx.connection, {"low": 1}).weight) == 4.5


def test_a_fault_is_one_that_the_writer_knows_and_leaves_nothing_behind(store: Store) -> None:
    store.write(_made)

    def unit(tx: Tx) -> None:
        _PUT.many(tx.connection, [_ROWS[0] | {"id": 3}])
        _PUT.many(tx.connection, [_ROWS[0]])

    with pytest.raises(IntegrityError):
        store.write(unit)
    assert store.write(lambda tx: len(_ALL.rows(tx.connection, {"low": 0}))) == 2


def test_a_reader_sees_one_moment(store: Store) -> None:
    store.write(_made)
    with store.read() as connection:
        assert len(_ALL.rows(connection, {"low": 0})) == 2
        assert connection.in_transaction()


def test_a_missing_parameter_is_an_error_and_not_a_null(store: Store) -> None:
    store.write(_made)
    with pytest.raises(KeyError):
        store.write(lambda tx: _PUT.run(tx.connection, {"id": 4, "sure": True, "weight": 1.0}))
