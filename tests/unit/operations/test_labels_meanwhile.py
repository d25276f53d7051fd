"""What happens between the moment at which a label migration is foreseen and the one at which it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from handloom import dataset
from handloom.jobs import relabel, relabel_asking
from handloom.loop import advance
from handloom.store import Store, commits, projects, relabelling, schema

from .desk import Desk


class Table:
    """A desk whose items are half answered, and a migration between being foreseen and written."""

    def __init__(self, store: Store, n: int = 12, known: int = 0, **settings: Any) -> None:
        self.store = store
        self.desk = Desk(store, n, known, **settings)
        self.ann = self.desk.person("ann")
        if not known:
            self.desk.project.ask(n=n)
            self.answer(n // 2)

    def answer(self, n: int) -> None:
        self.desk.work(self.ann, n)

    def change(self, kind: str, sources: list[str], into: list[str], meanwhile: Callable[[], Any]) -> Any:
        """Foresee it, let something happen, write it. The migration as it was written."""

        def now() -> projects.TaskRow:
            with self.store.read() as connection:
                return projects.task_by_id(connection, 1)

        seen = relabel.foresee(self.store, now(), relabel.draft(now(), kind, sources, into))
        meanwhile()
        step = relabel.draft(now(), kind, sources, into)
        made = self.store.write(
            lambda tx: relabel.carry_out(tx, now(), step, reason="why", actor_id=1, seen=seen),
        )
        self.desk.site.site.forget()
        return made

    def labels(self) -> dict[str, Any]:
        page = self.desk.project.items(limit=200)["items"]
        return {one["key"]: one["label"] and one["label"]["value"]["labels"][0] for one in page}

    def check(self) -> None:
        """What is stored is what the log says, and every version is what its digest says."""
        self.desk.check()
        with self.store.read() as connection:
            for number in connection.execute(sa.select(schema.commit_.c.id)).scalars().all():
                one = commits.get(connection, number)
                rows = list(commits.checkout(connection, one))
                assert (one.digest, one.rows) == (dataset.of(rows), len(rows))
                assert one.test_rows == sum(row.test for row in rows)


def called(table: Table, names: dict[str, str | None]) -> dict[str, Any]:
    return {key: names.get(label, label) for key, label in table.desk.truth.items()}


def test_nobody_sees_what_is_foreseen(store: Store) -> None:
    table = Table(store)
    before = table.labels()
    with store.read() as connection:
        task = projects.task_by_id(connection, 1)
    seen = relabel.foresee(store, task, relabel.draft(task, "rename", ["spam"], ["junk"]))
    assert {label.value for label in seen.new.values()} == {'{"labels": ["junk"]}'}
    for _ in range(10):  # whichever connection of the pool it was
        with store.read() as connection:
            assert projects.task_by_id(connection, 1) == task
            assert not relabelling.chain(connection, 1)
    assert table.labels() == before
    table.check()


def test_answers_given_meanwhile_are_read_as_the_migration_makes_of_them(store: Store) -> None:
    table = Table(store)
    made = table.change("rename", ["spam"], ["junk"], lambda: table.answer(6))
    assert table.labels() == called(table, {"spam": "junk"})
    assert made.body["counts"]["answers"] == 4
    table.check()


def test_an_answer_corrected_meanwhile_counts_as_corrected(store: Store) -> None:
    table = Table(store, 3, overlap=1)
    table.answer(3)

    def correct() -> None:
        said = next(q for q in table.desk.site.item("i2")["tasks"][0]["questions"])
        table.ann.answer(said["id"], "ham", seconds=1.0, supersedes=said["answers"][0]["id"])

    assert table.labels()["k1"] == "spam"
    table.change("rename", ["spam"], ["junk"], correct)
    assert table.labels()["k1"] == "ham"
    table.check()


def test_versions_made_meanwhile_are_brought_to_the_new_names(store: Store) -> None:
    table = Table(store)
    data = table.desk.project.dataset
    data.commit("first")
    data.add_branch("fix")

    def work() -> None:
        table.answer(6)
        data.commit("second")
        data.edit("fix", [{"item": first_labelled(table), "value": {"labels": ["spam"]}}], "by hand")
        data.add_branch("late")
        table.desk.project.add_items([{"key": "new", "data": {"text": "x"}, "labels": {"mail": "spam"}}])

    table.change("rename", ["spam"], ["junk"], work)
    assert table.labels() == called(table, {"spam": "junk"}) | {"new": "junk"}
    for branch in ("main", "fix", "late"):
        held = "".join(piece.decode() for piece in data.export(data.log(at=branch)["commits"][0]["id"], "jsonl"))
        assert '"spam"' not in held
        assert '"junk"' in held
    assert data.commit("third")["digest"] == data.log(at="main")["commits"][0]["digest"]
    table.check()


def first_labelled(table: Table) -> str:
    return next(one["id"] for one in table.desk.project.items(limit=200)["items"] if one["label"])


def test_gold_taken_away_meanwhile_stays_away(store: Store) -> None:
    table = Table(store, 5, known=5)
    table.change("rename", ["spam"], ["junk"], lambda: table.desk.project.remove_gold("i2"))
    assert [(g["item"], g["value"]["labels"]) for g in table.desk.project.golds()["gold"]] == [
        ("i1", ["ham"]),
        ("i3", ["other"]),
        ("i4", ["ham"]),
        ("i5", ["junk"]),
    ]
    assert table.labels() == called(table, {"spam": "junk"})
    table.check()


def test_a_split_with_answers_meanwhile_leaves_right_versions(store: Store) -> None:
    table = Table(store)
    data = table.desk.project.dataset
    data.commit("first")
    data.add_branch("fix")
    table.change("split", ["spam"], ["scam", "promo"], lambda: table.answer(6))
    assert table.labels() == called(table, {"spam": None})
    rows = sum(label is not None for label in table.labels().values())
    assert data.log()["commits"][0]["rows"] == rows
    table.check()


@pytest.mark.parametrize("times", [0, 1])
def test_questions_that_a_killed_process_left_are_asked_when_the_loop_looks(store: Store, times: int) -> None:
    table = Table(store, 9)
    table.answer(9)
    made = table.change("split", ["spam"], ["scam", "promo"], lambda: None)
    assert len(made.body["asking"]["items"]) == 3
    for _ in range(times):
        store.write(lambda tx: relabel_asking._piece(tx, made, made.body["asking"]["items"]))
    advance(store, 1)
    query = sa.select(schema.question.c.item_id).where(schema.question.c.state == "open").order_by("item_id")
    with store.read() as connection:
        assert list(connection.execute(query).scalars()) == made.body["asking"]["items"]
        assert relabelling.unfinished(connection, 1) == []
        assert relabelling.get(connection, made.step.id).body["counts"]["asked"] == 3
    table.check()
