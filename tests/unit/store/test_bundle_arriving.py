"""A project on its way: seen by nobody, taken away after a kill, in nobody's way."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from handloom import loop
from handloom.core.errors import NotFound, Unavailable
from handloom.store import Store, Tx, browse, people, projects, rebuild, schema
from handloom.store.bundle import arriving, reading
from tests.workshop import text_workshop

from .test_bundle import bundle, made


class Killed(BaseException):
    """Stands for SIGKILL: nothing is cleaned up after it."""


def counts(store: Store) -> dict[str, int]:
    """Rows of every table."""
    with store.read() as connection:
        n = sa.select(sa.func.count())
        return {
            table.name: connection.execute(n.select_from(table)).scalar_one() for table in schema.metadata.sorted_tables
        }


def killed(store: Store, path: Path, after: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Import, and die before the piece of that number; how many pieces there were."""
    pieces = 0

    def step() -> None:
        nonlocal pieces
        pieces += 1
        if pieces > after:
            raise Killed

    with store.read() as connection:
        owner = people.owner(connection)
    assert owner is not None
    with monkeypatch.context() as patch:
        patch.setattr(arriving.Arrival, "drop", lambda _self: None)
        with contextlib.suppress(Killed):
            reading.bring(store, path, owner.id, give_way=step)
    return pieces


def as_of_another_process(tx: Tx) -> None:
    """Let what is arriving belong to a process that there cannot be."""
    p = schema.project
    settings = tx.execute(sa.select(p.c.settings).where(p.c.created < 0)).scalar_one()
    tx.execute(sa.update(p).where(p.c.created < 0).values(settings={**settings, "pid": 2**22 + 1}))


def test_nobody_sees_a_project_before_it_is_whole_and_a_kill_leaves_nothing(
    store: Store, tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_workshop(store, n=20, given=8)
    path = bundle(store, tmp_path / "a.bundle")
    with made(tmp_path / "new", clock) as new:
        before = counts(new)
        total = killed(new, path, 10_000, monkeypatch)
        whole = counts(new)
        assert whole["project"] == before["project"] + 1
    for after in (1, 2, total // 2, total - 1):
        with made(tmp_path / f"at {after}", clock) as new:
            killed(new, path, after, monkeypatch)
            with new.read() as connection:
                seen = projects.page(connection, after=0, limit=9)
                assert [one.name for one in seen] == ["before"]
                assert projects.arriving(connection)
                with pytest.raises(NotFound):
                    projects.find(connection, 2)
                with pytest.raises(Unavailable, match="is being imported"):
                    rebuild.compare(connection, new.hooks)
                assert {event.project_id for event in browse.events(connection, 0)} <= {None, 1}
                assert {one.name for one in people.page(connection, after=0, limit=99)} == {"root", "p1"}
            more = new.write(lambda tx: projects.add(tx, name="meanwhile", settings={}, salt="y", actor_id=1))
            loop.wire(new)
            assert counts(new) != before  # this process is alive, so it may still be at it
            new.write(as_of_another_process)
            loop.wire(new)
            with new.read() as connection:
                assert projects.find(connection, more.id).name == "meanwhile"
                assert not projects.arriving(connection)
            now = counts(new)
            gained = {name: now[name] - before[name] for name in now if now[name] != before[name]}
            assert gained == {"project": 1, "event": 1}


def test_rows_added_meanwhile_get_numbers_of_their_own(store: Store, tmp_path: Path, clock: Any) -> None:
    text_workshop(store, n=20, given=8)
    path = bundle(store, tmp_path / "a.bundle")
    with made(tmp_path / "new", clock) as new:

        def work() -> None:
            row = {"project_id": 1, "n": 1, "needs": 1, "lane": "label", "strategy": "random", "created": 0.0}
            new.write(lambda tx: tx.execute(sa.insert(schema.batch).values(row)))
            new.write(lambda tx: tx.emit("project.changed", project=1, body={}))

        found = reading.bring(new, path, 1, give_way=work)
        with new.read() as connection:
            assert rebuild.compare(connection, new.hooks) == []
            e = schema.event.c
            told = sa.select(sa.func.count()).where(e.project_id == found.project_id, e.kind != "project.imported")
            assert connection.execute(told).scalar_one() == found.rows["event"]


def test_an_import_that_fails_leaves_nothing(store: Store, tmp_path: Path, clock: Any) -> None:
    text_workshop(store, n=20, given=8)
    path = bundle(store, tmp_path / "a.bundle")
    with made(tmp_path / "new", clock) as new:
        before = counts(new)
        pieces = 0

        def fail() -> None:
            nonlocal pieces
            pieces += 1
            if pieces == 4:
                raise Unavailable("the disk is gone")

        with pytest.raises(Unavailable):
            reading.bring(new, path, 1, give_way=fail)
        assert counts(new) == before
        reading.bring(new, path, 1)
        with new.read() as connection:
            assert rebuild.compare(connection, new.hooks) == []
