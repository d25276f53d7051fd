"""Versions made before branches existed keep their rows, and get the digests of today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from handloom import dataset
from handloom.store import Store, branches, commits, schema
from handloom.store.migrations import upgrade

_ROWS: dict[str, list[dict[str, Any]]] = {
    "actor": [{"id": 1, "name": "o", "kind": "person", "role": "owner", "state": "active", "created": 0.0}],
    "project": [{"id": 1, "name": "p", "settings": "{}", "salt": "s", "created": 0.0}],
    "task": [
        {"id": 1, "project_id": 1, "name": "t", "kind": "text_class@1", "version": 1, "options": "{}", "created": 0.0}
    ],
    "item": [
        {"id": k, "project_id": 1, "key": f"k{k}", "digest": f"{k:040x}", "data": "{}", "test": k == 3, "created": 0.0}
        for k in (1, 2, 3)
    ],
    "commit_": [
        {"id": k, "project_id": 1, "task_id": 1, "parent_id": k - 1 or None, "digest": "0" * 40, "position": 5 * k}
        | {"rows": 2, "test_rows": 1, "changed": 2, "message": "m", "actor_id": 1, "created": 0.0}
        for k in (1, 2)
    ],
    "revision": [
        {"task_id": 1, "item_id": item, "commit_id": commit, "value": value, "confidence": 1.0 if value else None}
        | {"answers": '["a"]' if value else None, "test": item == 3}
        for item, commit, value in (
            (1, 1, '{"labels": ["x"]}'),
            (3, 1, '{"labels": ["y"]}'),
            (1, 2, None),
            (2, 2, '{"labels": ["x"]}'),
        )
    ],
}


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_versions_without_branches_move_forward(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    given = request.getfixturevalue("postgres_url") if database == "postgresql" else None
    address = (
        f"sqlite:///{tmp_path / 'handloom.sqlite'}"
        if given is None
        else "postgresql+psycopg://" + given.split("://", 1)[1]
    )
    (tmp_path / "workspace.json").write_text(json.dumps({"format": 1, "store": given}))
    upgrade(address, to="0002")
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        for table, rows in _ROWS.items():
            for row in rows:
                marks = ", ".join(f":{name}" for name in row)
                connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"), row)
    engine.dispose()
    with Store.open(tmp_path, durable=False) as store, store.read() as connection:
        first, second = (commits.get(connection, number) for number in (1, 2))
        held = [
            {row.item_id: row.value["labels"][0] for row in commits.checkout(connection, c)} for c in (first, second)
        ]
        assert held == [{1: "x", 3: "y"}, {2: "x", 3: "y"}]
        for one in (first, second):
            rows = list(commits.checkout(connection, one))
            assert one.digest == dataset.of(rows)
            assert sum(row.test for row in rows) == one.test_rows
            assert all(row.answers == ("a",) for row in rows)
        assert commits.newest(connection, 1) == second
        assert [one.name for one in branches.branches(connection, 1)] == ["main"]
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
