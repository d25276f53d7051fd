"""Dataset versions: what a commit holds, and that a checkout is the last revision at or before it."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from handloom import dataset
from handloom.core.errors import NotFound
from handloom.jobs.versions import DIGESTS
from handloom.store import Store, answers, commits, queue, recording, schema
from handloom.store.commits import Commit
from tests.workshop import Workshop, text_workshop
from tests.workspaces import new_store


def commit(shop: Workshop) -> Commit:
    return shop.store.write(
        lambda tx: commits.commit(
            tx,
            shop.task,
            message="test",
            actor_id=shop.owner,
            digests=DIGESTS,
        )
    )


def content(shop: Workshop, version: Commit) -> dict[int, str]:
    with shop.store.read() as connection:
        return {row.item_id: row.value["labels"][0] for row in commits.checkout(connection, version)}


class Versions(RuleBasedStateMachine):
    """People answer, correct and take back; versions are made; every version keeps what it held."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.store = new_store(Path(self._folder.name) / "w")
        self.shop = text_workshop(self.store, n=30, settings={"test_share": 0.3}, n_people=1)
        self.labels: dict[int, str] = {}
        self.answers: dict[int, tuple[int, str]] = {}
        self.versions: list[tuple[Commit, dict[int, str]]] = []
        self.ids = (f"00000000-0000-4000-8000-{n:012d}" for n in itertools.count())
        shop, person = self.shop, self.shop.people[0]
        batch = queue.NewBatch(shop.project.id, shop.task.id, "random", 1, "label")
        new = [queue.NewQuestion(item, "choice", "random", 0.5, 0.0, "drawn at random") for item in sorted(shop.truth)]
        self.open = self.store.write(lambda tx: queue.ask(tx, batch, new))[1]
        self.store.write(
            lambda tx: queue.claim(
                tx, project_id=shop.project.id, actor_id=person, lane="label", n=30, lease_seconds=1e6
            )
        )

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    def _say(self, question: int, outcome: Any, label: str | None, supersedes: str | None) -> str:
        value = {"labels": [label]} if label else None
        answer_id = next(self.ids)
        new = answers.NewAnswer(answer_id, question, self.shop.people[0], outcome, value, 1.0, supersedes=supersedes)
        self.store.write(lambda tx: answers.answer(tx, new))
        return answer_id

    @rule(label=st.sampled_from(["food", "money", "sport"]))
    def answer(self, label: str) -> None:
        if self.open:
            question = self.open.pop()
            item = self.shop.item_of(question)
            self.answers[item] = (question, self._say(question, "answered", label, None))
            self.labels[item] = label

    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        if self.answers:
            item = data.draw(st.sampled_from(sorted(self.answers)))
            label = data.draw(st.sampled_from(["food", "money", "sport", None]))
            question, old = self.answers[item]
            self.answers[item] = (question, self._say(question, "answered" if label else "skip", label, old))
            if label:
                self.labels[item] = label
            else:
                self.labels.pop(item, None)

    @rule()
    def make_a_version(self) -> None:
        version = commit(self.shop)
        before = self.versions[-1][0] if self.versions else None
        if before is not None and content(self.shop, before) == self.labels and version.id != before.id:
            assert version.digest == before.digest, "only the answers behind the labels are others"
        self.versions.append((version, dict(self.labels)))

    @invariant()
    def every_version_holds_what_it_held(self) -> None:
        for version, labels in self.versions[-3:]:
            assert content(self.shop, version) == labels
            assert version.rows == len(labels)
        if self.versions:
            version = self.versions[-1][0]
            with self.store.read() as connection:
                rows = list(commits.checkout(connection, version))
            assert version.digest == dataset.of(rows)
            assert version.test_rows == sum(row.test for row in rows)


TestVersions = Versions.TestCase
TestVersions.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)


@pytest.fixture
def shop(store: Store) -> Workshop:
    return text_workshop(store, settings={"test_share": 0.3})


def test_nothing_new_gives_the_same_version(shop: Workshop) -> None:
    shop.advance()
    shop.work(10)
    first = commit(shop)
    assert (first.rows, first.changed, first.parent_id) == (10, 10, None)
    assert commit(shop) == first
    shop.work(5)
    second = commit(shop)
    assert (second.rows, second.changed, second.parent_id) == (15, 5, first.id)
    assert len(content(shop, first)) == 10


def test_a_version_names_the_answers_behind_its_rows(shop: Workshop) -> None:
    shop.advance()
    shop.work(3)
    version = commit(shop)
    with shop.store.read() as connection:
        rows = list(commits.checkout(connection, version))
        changed = commits.changes(connection, version.id)
    assert rows == changed
    assert all(len(row.answers) == 1 for row in rows)


def test_a_checkout_of_some_items(shop: Workshop) -> None:
    shop.advance()
    shop.work(10)
    version = commit(shop)
    some = sorted(content(shop, version))[:4]
    with shop.store.read() as connection:
        assert [row.item_id for row in commits.checkout(connection, version, some)] == some


def test_equal_datasets_in_different_workspaces_have_equal_digests(tmp_path: Path) -> None:
    digests = set()
    for name in "ab":
        with new_store(tmp_path / name) as store:
            made = text_workshop(store, n=30)
            loop_all = sorted(made.truth, reverse=name == "b")
            batch = queue.NewBatch(made.project.id, made.task.id, "random", 1, "label")
            new = [queue.NewQuestion(item, "choice", "random", 0.5, 0.0, "r") for item in loop_all]
            store.write(lambda tx, batch=batch, new=new: queue.ask(tx, batch, new))
            made.work(30)
            digests.add(commit(made).digest)
    assert len(digests) == 1


@pytest.mark.parametrize("some", [1, 5_000])
def test_a_first_digest_adds_up_whatever_confidences_are_usual(
    store: Store, monkeypatch: pytest.MonkeyPatch, some: int
) -> None:
    shop = text_workshop(store, n=40, given=40, settings={"test_share": 0.3})
    sure = [1 / 3, 0.1, 0.7] * 8
    change = sa.update(schema.label).where(schema.label.c.item_id == sa.bindparam("item"))
    change = change.values(confidence=sa.bindparam("sure"))
    rows = [{"item": item, "sure": sure[k]} for k, item in enumerate(sorted(shop.truth)[: len(sure)])]
    store.write(lambda tx: tx.execute(change, rows))
    monkeypatch.setattr(recording, "_SOME", some)
    made = commit(shop)
    with store.read() as connection:
        held = list(commits.checkout(connection, made))
    assert len({row.confidence for row in held}) == 4
    assert (made.rows, made.test_rows) == (40, sum(row.test for row in held))
    assert made.digest == dataset.of(held)


def test_an_unknown_version(shop: Workshop) -> None:
    with shop.store.read() as connection, pytest.raises(NotFound, match="c99"):
        commits.get(connection, 99)
