"""A project as one file: the same project in another workspace, in either database; and two of one project united."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from handloom import dataset, loop
from handloom.jobs import versions
from handloom.store import Store, branches, commits, lineage, people, projects, rebuild, schema
from handloom.store import export as rows
from handloom.store.bundle import plan, reading, uniting, writing
from handloom.store.edits import Edit, edit
from handloom.store.recording import Note
from tests.conftest import TestClock
from tests.workshop import Workshop, text_workshop
from tests.workspaces import new_store

NOT_HERE = ("meta", "session", "login", "worker", "actor", "counter")


@pytest.fixture
def other(request: pytest.FixtureRequest, store: Store, tmp_path: Path, clock: TestClock) -> Iterator[Store]:
    """A second workspace, in the other database: SQLite for PostgreSQL and PostgreSQL for SQLite."""
    url = request.getfixturevalue("postgres_made") if store.dialect == "sqlite" else None
    with made(tmp_path / "other", clock, url) as found:
        yield found


def made(folder: Path, clock: TestClock, url: str | None = None) -> Store:
    """A workspace with an owner, and a project that makes its numbers differ from those of a new one."""
    found = new_store(folder, url, clock=clock)
    loop.wire(found)
    owner = found.write(lambda tx: people.add(tx, name="root", kind="person", role="owner")).id
    found.write(lambda tx: people.add(tx, name="p1", kind="person", role="annotator"))
    first = found.write(lambda tx: projects.add(tx, name="before", settings={}, salt="x", actor_id=owner))
    found.write(
        lambda tx: projects.add_task(
            tx, project_id=first.id, name="t", kind="text_class@1", options={"labels": ["a"]}, actor_id=owner
        )
    )
    return found


def lived(store: Store, n: int = 60) -> Workshop:
    """A project that has been through the loop: answers, a correction, models, a release, branches, a tag."""
    shop = text_workshop(store, n=n, given=12, settings={"test_share": 0.3})
    shop.rounds(2, 12)
    shop.decide(shop.questions("decide", "open")[0].id, "approve")
    with store.read() as connection:
        first = commits.newest(connection, shop.task.id)
    assert first is not None
    work = store.write(lambda tx: branches.add_branch(tx, first, "corrections", shop.owner))
    pool = sorted(set(shop.truth) - shop.tests())
    with store.read() as connection:
        there = [row.item_id for row in commits.checkout(connection, first) if row.item_id in pool][:2]
    edits = {there[0]: Edit({"labels": ["money"]}, weight=2.0), there[1]: Edit(remove=True)}
    store.write(lambda tx: edit(tx, work, edits, Note(shop.owner, "by hand", first.position), versions.DIGESTS))
    store.write(lambda tx: branches.add_tag(tx, first, "v1", "the first", shop.owner))
    return shop


def bundle(store: Store, path: Path, project: int = 1) -> Path:
    path.write_bytes(b"".join(writing.pieces(store, project, "0")))
    return path


def bring(store: Store, path: Path, name: str | None = None) -> reading.Brought:
    with store.read() as connection:
        owner = people.owner(connection)
    assert owner is not None
    return reading.bring(store, path, owner.id, name)


def differences(store: Store) -> list[Any]:
    with store.read() as connection:
        return rebuild.compare(connection, store.hooks)


def said(store: Store, project: int) -> list[Any]:
    """Every answer as an export gives it, but for numbers of this workspace."""
    found = [row for page in rows.answers(store, project, None) for row in page]
    return [(r[1], r[5], r[7], r[8], r[9], r[10], r[11], *r[12:22]) for r in found]


def labels(store: Store, task: int) -> list[Any]:
    return [tuple(row[1:]) for page in rows.labels(store, task) for row in page]


def log(store: Store, project: int) -> list[tuple[Any, ...]]:
    """Every version of a project with what it holds, checked against its digest."""
    with store.read() as connection:
        query = sa.select(schema.commit_.c.id).where(schema.commit_.c.project_id == project)
        found = []
        for number in connection.execute(query.order_by(schema.commit_.c.id)).scalars():
            one = commits.get(connection, number)
            held = list(commits.checkout(connection, one))
            assert (one.digest, one.rows) == (dataset.of(held), len(held))
            name = branches.by_id(connection, one.branch_id).name
            found.append((one.digest, one.message, name, one.rows, [(r.identity, r.answers) for r in held]))
    return found


def task_of(store: Store, project: int) -> int:
    with store.read() as connection:
        return connection.execute(sa.select(schema.task.c.id).where(schema.task.c.project_id == project)).scalar_one()


def test_every_table_is_carried_or_left_out_on_purpose() -> None:
    """A new table needs a way to its project, and a word about every whole number that no foreign key explains."""
    assert plan.undeclared() == []
    assert set(plan.LEFT_OUT) <= set(schema.metadata.tables)


@pytest.mark.postgres
def test_project_is_the_same_in_the_other_database_and_back(store: Store, other: Store, tmp_path: Path) -> None:
    lived(store)
    found = bring(other, bundle(store, tmp_path / "a.bundle"))
    assert differences(other) == []
    assert (found.project_id, found.matched, set(found.added)) == (2, ("p1",), {"p0", "p2", "boss"})
    assert said(other, 2) == said(store, 1)
    assert labels(other, task_of(other, 2)) == labels(store, 1)
    assert log(other, 2) == log(store, 1)
    with made(tmp_path / "back", store.clock) as back:  # type: ignore[arg-type]
        bring(back, bundle(other, tmp_path / "b.bundle", 2))
        assert differences(back) == []
        assert said(back, 2) == said(store, 1)
        assert log(back, 2) == log(store, 1)
        for model in models(store, 1):
            assert story(back, found_model(back, model)) == story(store, model)


def models(store: Store, project: int) -> list[int]:
    with store.read() as connection:
        query = sa.select(schema.model.c.id).where(schema.model.c.project_id == project).order_by(schema.model.c.id)
        return list(connection.execute(query).scalars())


def found_model(store: Store, number: int) -> int:
    return models(store, 2)[number - 1]


def story(store: Store, model: int) -> list[Any]:
    """The lineage of a model by what it says, not by its numbers."""
    with store.read() as connection:
        graph = lineage.trace(connection, "model", model)
    return sorted(graph.nodes.values())


def test_loop_goes_on_where_it_was(store: Store, tmp_path: Path, clock: TestClock) -> None:
    """Scores, features, open questions and a decision that waits are all of use in the new workspace."""
    shop = text_workshop(store, n=60, given=12, settings={"test_share": 0.3})
    shop.rounds(2, 12)
    waiting = shop.questions("decide", "open")[0]
    with made(tmp_path / "w", clock) as new:
        found = bring(new, bundle(store, tmp_path / "a.bundle"))
        with new.read() as connection:
            q = schema.question
            query = sa.select(q).where(q.c.project_id == found.project_id, q.c.lane == "decide", q.c.state == "open")
            there = connection.execute(query).one()
            model = connection.execute(
                sa.select(schema.model).where(schema.model.c.project_id == found.project_id)
            ).first()
        assert there.body["title"] == waiting.body["title"]
        assert model is not None
        assert new.blobs.has(model.scores)
        loop.advance(new, found.project_id)
        assert differences(new) == []


def test_nobody_gets_in_with_a_bundle(store: Store, tmp_path: Path, clock: TestClock) -> None:
    shop = lived(store)
    secret = "0" * 64
    store.write(lambda tx: people.set_token(tx, shop.people[0], secret))
    path = bundle(store, tmp_path / "a.bundle")
    assert secret.encode() not in path.read_bytes()
    with made(tmp_path / "w", clock) as new:
        bring(new, path)
        with new.read() as connection:
            a = schema.actor.c
            found = {r.name: r for r in connection.execute(sa.select(a.name, a.state, a.role, a.token_hash))}
            members = connection.execute(sa.select(schema.member.c.state)).scalars().all()
        assert (found["p0"].state, found["p0"].token_hash) == ("paused", None)
        assert (found["boss"].state, found["boss"].role) == ("paused", "annotator")
        assert found["p1"].state == "active"
        assert set(members) <= {"paused", "removed"}


def test_same_project_is_not_brought_in_twice(store: Store, tmp_path: Path, clock: TestClock) -> None:
    lived(store)
    path = bundle(store, tmp_path / "a.bundle")
    with made(tmp_path / "w", clock) as new:
        bring(new, path)
        before = dump(new)
        with pytest.raises(Exception, match=r"this workspace has that project already, as 'p'"):
            bring(new, path, "another")
        assert dump(new) == before


def dump(store: Store) -> dict[str, list[Any]]:
    """Everything that is stored."""
    with store.read() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in schema.metadata.sorted_tables
        }


def apart(store: Store, tmp_path: Path, clock: TestClock) -> tuple[Path, Path]:
    """Two bundles of a project that was taken to another workspace, and went on in both."""
    shop = lived(store)
    start = bundle(store, tmp_path / "start.bundle")
    with made(tmp_path / "away", clock) as away:
        found = bring(away, start)
        clock.move(1000)
        guest = Away(away, found.project_id)
        guest.work(8, "food")
        guest.commit("away")
        there = bundle(away, tmp_path / "there.bundle", found.project_id)
    clock.move(1000)
    shop.work(10)
    shop.advance()
    return bundle(store, tmp_path / "here.bundle"), there


class Away:
    """The project in the workspace it was taken to, where somebody who is new there works."""

    def __init__(self, store: Store, project: int) -> None:
        self.store, self.project = store, project
        with store.read() as connection:
            self.task = projects.task_by_id(connection, task_of(store, project))
        self.owner = store.write(lambda tx: people.add(tx, name="guest", kind="person", role="owner")).id

    def work(self, n: int, label: str) -> None:
        import uuid

        from handloom.store import answers, queue

        loop.advance(self.store, self.project)
        done = 0
        claim: Any = {"project_id": self.project, "actor_id": self.owner, "lane": "label", "n": 5, "lease_seconds": 600}
        while done < n:
            found = self.store.write(lambda tx: queue.claim(tx, **claim))
            if not found:
                return
            for question in found:
                new = answers.NewAnswer(str(uuid.uuid4()), question, self.owner, "answered", {"labels": [label]}, 1.0)
                self.store.write(lambda tx, new=new: answers.answer(tx, new))
                done += 1

    def commit(self, message: str) -> None:
        self.store.write(
            lambda tx: commits.commit(tx, self.task, message=message, actor_id=self.owner, digests=versions.DIGESTS)
        )


def test_two_bundles_are_united_in_either_order(store: Store, tmp_path: Path, clock: TestClock) -> None:
    here, there = apart(store, tmp_path, clock)
    ab, ba = tmp_path / "ab.bundle", tmp_path / "ba.bundle"
    found = uniting.unite(here, there, ab)
    uniting.unite(there, here, ba)
    assert ab.read_bytes() == ba.read_bytes()
    assert [one.what for one in found.conflicts if one.what in ("answer", "item")] == []
    with made(tmp_path / "new", clock) as new:
        project = bring(new, ab).project_id
        assert differences(new) == []
        both = {one[0] for one in said(new, project)}
        assert both == ids(here) | ids(there)
        assert len(both) > max(len(ids(here)), len(ids(there)))
        names = {name for *_, name, _, _ in log(new, project)}
        assert any(name.startswith("main-") for name in names)
        loop.advance(new, project)
        assert differences(new) == []


def ids(path: Path) -> set[str]:
    from handloom.store.bundle.container import Bundle

    with Bundle(path) as found:
        at = found.columns("answer").index("id")
        return {json.loads(line)[at] for line in list(found.lines("answer"))[1:]}


def test_bundle_united_with_itself_is_itself(store: Store, tmp_path: Path, clock: TestClock) -> None:
    lived(store)
    path = bundle(store, tmp_path / "a.bundle")
    found = uniting.unite(path, path, tmp_path / "b.bundle")
    assert found.conflicts == []
    with made(tmp_path / "w", clock) as new:
        bring(new, tmp_path / "b.bundle")
        assert differences(new) == []
        assert sorted(said(new, 2)) == sorted(said(store, 1))
        assert log(new, 2) == log(store, 1)
