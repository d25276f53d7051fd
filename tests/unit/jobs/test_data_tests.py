"""A version that fails a required data test is trained on by nobody, and the log says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from handloom.core.errors import Malformed, UnknownKind
from handloom.core.ids import parse
from handloom.core.settings import merged
from handloom.store import Store, jobs, schema
from tests.workshop import Workshop, texts
from tests.workspaces import new_store

LEAKED = "the very same words stand in two items that differ in another field only"


def shop(store: Store, required: list[str], copies: int) -> Workshop:
    """Labelled texts, and the same text several times in items that differ otherwise."""
    rows: list[tuple[dict[str, Any], str]] = [({"text": text, "page": 0}, label) for text, label in texts(60)]
    rows += [({"text": LEAKED, "page": k}, rows[0][1]) for k in range(copies)]
    settings = {"test_share": 0.3, "data_tests": required}
    return Workshop(store, rows, settings=settings, given=len(rows))


def results(store: Store) -> list[Any]:
    with store.read() as connection:
        query = sa.select(schema.event).where(schema.event.c.kind == "dataset.tested")
        return list(connection.execute(query))


@pytest.fixture
def light(tmp_path: Path, clock: Any) -> Any:
    with new_store(tmp_path / "w", clock=clock) as store:
        yield store


def test_a_failing_test_stops_the_training_and_names_the_items(light: Store) -> None:
    made = shop(light, ["leakage", "missing"], copies=16)
    made.advance()
    assert made.models() == []
    with light.read() as connection:
        job = jobs.last(connection, made.task.id, "refresh")
    assert job is not None
    assert (job.state, (job.error or {})["code"]) == ("failed", "HL067")
    assert "leakage" in job.message
    (result,) = results(light)
    assert result.body["passed"] is False
    (finding,) = [f for f in result.body["findings"] if f["severity"] == "error"]
    assert (finding["check"], finding["side"]) == ("leakage", "test")
    with light.read() as connection:
        ids = [parse("item", name) for name in finding["items"]]
        rows = connection.execute(sa.select(schema.item).where(schema.item.c.id.in_(ids))).all()
    assert len(rows) == finding["count"] > 0
    assert {row.data["text"] for row in rows} == {LEAKED}


def test_a_version_that_passes_is_trained_on(light: Store) -> None:
    made = shop(light, ["leakage"], copies=0)
    made.advance()
    assert len(made.models()) == 1
    assert [result.body["passed"] for result in results(light)] == [True]


def test_without_required_tests_none_is_run(light: Store) -> None:
    made = shop(light, [], copies=16)
    made.advance()
    assert len(made.models()) == 1
    assert results(light) == []


def test_only_known_tests_can_be_required() -> None:
    assert merged({}, {"data_tests": ["leakage", "leakage"]})["data_tests"] == ["leakage"]
    with pytest.raises(UnknownKind, match="leakages"):
        merged({}, {"data_tests": ["leakages"]})
    with pytest.raises(Malformed):
        merged({}, {"data_tests": "leakage"})
