"""Branches, merges, edits and restores of dataset versions, on both databases."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handloom import dataset
from handloom.core.errors import BadValue, Malformed, NameTaken, NotFound, WrongState
from handloom.jobs import versions
from handloom.jobs.versions import DIGESTS
from handloom.store import Store, branches, checkouts, commits, edits
from handloom.store import given as giving
from handloom.store.branches import Branch
from handloom.store.commits import Commit, Revision
from handloom.store.edits import Edit, Merging
from handloom.store.recording import Note
from tests.workshop import Workshop, text_workshop
from tests.workspaces import new_store

LABELS = ("food", "money", "sport")


class Desk:
    """A project whose 12 items are labelled and committed, and one person who works on branches."""

    def __init__(self, store: Store, n: int = 12) -> None:
        self.store = store
        self.shop: Workshop = text_workshop(store, n=n, settings={"test_share": 0.0}, given=n)
        self.items = sorted(self.shop.truth)
        self.first = self.commit()

    def commit(self) -> Commit:
        return self.store.write(
            lambda tx: commits.commit(tx, self.shop.task, message="labels", actor_id=self.shop.owner, digests=DIGESTS)
        )

    def branch(self, name: str, at: Commit | None = None) -> Branch:
        return self.store.write(lambda tx: branches.add_branch(tx, at or self.first, name, self.shop.owner))

    @property
    def main(self) -> Branch:
        with self.store.read() as connection:
            return branches.branch(connection, self.shop.task.id, "main")

    def head(self, branch: Branch) -> Commit:
        with self.store.read() as connection:
            found = branches.head(connection, branch)
        assert found is not None
        return found

    def edit(self, branch: Branch, changes: dict[int, Edit], who: int | None = None) -> Commit:
        note = Note(who or self.shop.owner, "by hand", 0)
        return self.store.write(lambda tx: edits.edit(tx, branch, changes, note, DIGESTS))

    def say(self, branch: Branch, **labels: str) -> Commit:
        """``say(branch, i3="food")``"""
        return self.edit(branch, {int(k[1:]): Edit({"labels": [label]}) for k, label in labels.items()})

    def merge(self, branch: Branch, theirs: Commit) -> Merging:
        return self.store.write(
            lambda tx: versions.merge(tx, branch, theirs, source="other", message="merge", actor_id=self.shop.owner)
        )

    def rows(self, version: Commit) -> dict[int, Revision]:
        with self.store.read() as connection:
            return {row.item_id: row for row in commits.checkout(connection, version)}

    def labels(self, version: Commit) -> dict[int, str]:
        return {item: row.value["labels"][0] for item, row in self.rows(version).items()}

    def sound(self, version: Commit) -> None:
        """Counts and digest are those of the rows."""
        rows = list(self.rows(version).values())
        assert version.digest == dataset.of(rows)
        assert version.rows == len(rows)

    def doctor(self) -> None:
        from handloom.store import rebuild

        with self.store.read() as connection:
            assert rebuild.compare(connection, self.store.hooks) == []


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def other(label: str) -> str:
    return LABELS[(LABELS.index(label) + 1) % 3]


def test_a_branch_sees_what_it_left_and_not_what_came_later(desk: Desk) -> None:
    work, a = desk.branch("work"), desk.items[0]
    was = desk.labels(desk.first)
    changed = desk.say(work, **{f"i{a}": other(was[a])})
    assert desk.labels(changed) == {**was, a: other(was[a])}
    assert desk.labels(desk.first) == was
    desk.edit(desk.main, {desk.items[1]: Edit(remove=True)})
    assert desk.labels(desk.head(work)) == {**was, a: other(was[a])}
    assert (changed.rows, changed.changed, changed.parent_id) == (12, 1, desk.first.id)
    desk.sound(changed)
    desk.sound(desk.head(desk.main))


def test_a_branch_of_a_branch(desk: Desk) -> None:
    a, b, c = desk.items[:3]
    was = desk.labels(desk.first)
    one = desk.say(desk.branch("one"), **{f"i{a}": other(was[a])})
    two = desk.say(desk.branch("two", one), **{f"i{b}": other(was[b])})
    desk.edit(desk.branch("three", one), {c: Edit(remove=True)})
    assert desk.labels(two) == {**was, a: other(was[a]), b: other(was[b])}
    desk.sound(two)
    with desk.store.read() as connection:
        assert [x.id for x in branches.log(connection, two)] == [two.id, one.id, desk.first.id]
        assert branches.merge_base(connection, two, desk.first) == desk.first
        some = list(commits.checkout(connection, two, [a, c]))
    assert [row.item_id for row in some] == [a, c]


def test_names_are_free_once_and_are_words(desk: Desk) -> None:
    work = desk.branch("fix/typos")
    for name, error in (
        ("fix/typos", NameTaken),
        ("main", NameTaken),
        ("c12", Malformed),
        ("a b", Malformed),
        ("", Malformed),
    ):
        with pytest.raises(error):
            desk.branch(name)
    owner, task = desk.shop.owner, desk.shop.task.id
    desk.store.write(lambda tx: branches.add_tag(tx, desk.first, "paper", "as published", owner))
    with pytest.raises(NameTaken):
        desk.branch("paper")
    desk.store.write(lambda tx: branches.close_branch(tx, work, owner))
    desk.branch("fix/typos")
    with pytest.raises(WrongState):
        desk.store.write(lambda tx: branches.close_branch(tx, desk.main, owner))
    with desk.store.read() as connection:
        for ref in ("paper", "main", f"c{desk.first.id}"):
            assert branches.resolve(connection, task, ref) == desk.first
        with pytest.raises(NotFound):
            branches.resolve(connection, task, "nowhere")


def test_an_edit_changes_value_split_and_weight_and_nothing_else(desk: Desk) -> None:
    work, (a, b, c, d) = desk.branch("work"), desk.items[:4]
    made = desk.edit(
        work, {a: Edit(weight=2.5), b: Edit(split="validation"), c: Edit(remove=True), d: Edit(weight=1.0)}
    )
    rows, was = desk.rows(made), desk.rows(desk.first)
    assert made.changed == 3
    assert (rows[a].weight, rows[a].value, rows[a].answers) == (2.5, was[a].value, was[a].answers)
    assert rows[b].split == "validation"
    assert c not in rows
    assert rows[d] == was[d]
    desk.sound(made)
    with pytest.raises(WrongState, match="exactly this already"):
        desk.edit(work, {a: Edit(weight=2.5)})
    with pytest.raises(BadValue, match="living test set"):
        desk.edit(work, {a: Edit(split="test")})
    with pytest.raises(NotFound):
        desk.edit(work, {10_000: Edit({"labels": ["food"]})})


def test_restore_is_a_new_version_with_the_old_content(desk: Desk) -> None:
    a, b = desk.items[:2]
    desk.edit(desk.main, {a: Edit(remove=True)})
    desk.edit(desk.main, {b: Edit(weight=3.0)})
    note = Note(desk.shop.owner, "back", 0)
    back = desk.store.write(lambda tx: edits.restore(tx, desk.main, desk.first, note, DIGESTS))
    assert back.digest == desk.first.digest
    assert desk.rows(back) == desk.rows(desk.first)
    assert back.id > desk.first.id


def test_a_merge_takes_what_only_one_side_changed(desk: Desk) -> None:
    a, b = desk.items[:2]
    was = desk.labels(desk.first)
    theirs = desk.say(desk.branch("work"), **{f"i{a}": other(was[a])})
    ours = desk.edit(desk.main, {b: Edit(weight=0.5)})
    result = desk.merge(desk.main, theirs)
    assert result.commit is not None
    assert (result.commit.parent_id, result.commit.other_id, result.conflicts) == (ours.id, theirs.id, ())
    assert desk.labels(result.commit) == {**was, a: other(was[a])}
    assert desk.rows(result.commit)[b].weight == 0.5
    desk.sound(result.commit)
    again = desk.merge(desk.main, theirs)
    assert again.commit is None
    more = desk.say(desk.branch("more", theirs), **{f"i{b}": other(was[b])})
    assert desk.merge(desk.main, more).base == theirs  # found along the second parent of the merge before


def test_a_label_of_a_merge_stands_until_somebody_answers_anew(desk: Desk) -> None:
    a, b = desk.items[:2]
    was = desk.labels(desk.first)
    theirs = desk.say(desk.branch("work"), **{f"i{a}": other(was[a])})
    merged = desk.merge(desk.main, theirs).commit
    assert desk.commit() == merged  # labels as they were say nothing new
    again(desk, b, other(was[b]))
    assert desk.labels(desk.commit()) == {**was, a: other(was[a]), b: other(was[b])}
    again(desk, a, other(other(was[a])))
    last = desk.commit()
    assert desk.labels(last)[a] == other(other(was[a]))
    desk.sound(last)
    desk.doctor()


def test_removed_rows_and_rows_without_labels_survive_the_next_commit_of_labels(desk: Desk) -> None:
    a, b = desk.items[:2]
    desk.edit(desk.main, {a: Edit(remove=True)})
    again(desk, b, "food" if desk.labels(desk.first)[b] != "food" else "money")
    last = desk.commit()
    assert a not in desk.labels(last)
    assert last.rows == 11
    again(desk, a, "sport")
    again(desk, a, "food")
    assert desk.labels(desk.commit())[a] == "food"
    desk.sound(desk.head(desk.main))


def again(desk: Desk, item: int, label: str) -> None:
    """An import says something else of a known item."""
    value = {desk.shop.task.id: {"labels": [label]}}
    desk.store.write(lambda tx: giving.again(tx, desk.shop.project.id, [(item, False, value)], desk.shop.owner))


def test_what_both_changed_differently_is_decided_by_a_person(desk: Desk) -> None:
    a, b = desk.items[:2]
    was = desk.labels(desk.first)
    mine, yours = other(was[a]), other(other(was[a]))
    theirs = desk.edit(
        desk.branch("work"),
        {a: Edit({"labels": [yours]}, weight=2.0), b: Edit({"labels": [other(was[b])]})},
        desk.shop.people[0],
    )
    desk.say(desk.main, **{f"i{a}": mine})
    result = desk.merge(desk.main, theirs)
    assert [(one.item_id, one.fields) for one in result.conflicts] == [(a, ("label",))]
    assert result.commit is not None
    assert desk.labels(result.commit) == {**was, b: other(was[b])}  # the row in conflict stays as it was before
    with desk.store.read() as connection:
        (row,) = edits.conflicts_of(connection, result.commit.id)
        body = connection.exec_driver_sql(
            f"SELECT CAST(body AS TEXT) FROM question WHERE id = {row.question_id}"
        ).scalar()
    assert mine in body
    assert yours in body
    assert "boss" in body
    assert "p0" in body
    desk.shop.decide(row.question_id, "approve", "the guidelines say so")
    settled = desk.head(desk.main)
    assert desk.labels(settled)[a] == yours
    assert desk.rows(settled)[a].weight == 2.0
    assert "the guidelines say so" in settled.message
    desk.sound(settled)
    desk.doctor()


def test_a_rejected_conflict_keeps_ours_with_what_theirs_changed_beside_it(desk: Desk) -> None:
    a = desk.items[0]
    was = desk.labels(desk.first)
    theirs = desk.edit(desk.branch("work"), {a: Edit({"labels": [other(other(was[a]))]}, weight=2.0)})
    desk.say(desk.main, **{f"i{a}": other(was[a])})
    result = desk.merge(desk.main, theirs)
    assert result.commit is not None
    with desk.store.read() as connection:
        (row,) = edits.conflicts_of(connection, result.commit.id)
    desk.shop.decide(row.question_id, "reject")
    settled = desk.head(desk.main)
    assert desk.labels(settled)[a] == other(was[a])
    assert desk.rows(settled)[a].weight == 2.0


def test_diff_by_type_and_applied_again(desk: Desk) -> None:
    work, (a, b, c) = desk.branch("work"), desk.items[:3]
    was = desk.labels(desk.first)
    after = desk.edit(
        work, {a: Edit({"labels": [other(was[a])]}), b: Edit(split="validation", weight=2.0), c: Edit(remove=True)}
    )
    found = list(versions.changes(desk.store, desk.first, after))
    assert {change.key: change.kinds for change in found} == {
        a: ("relabelled",),
        b: ("resplit", "reweighted"),
        c: ("removed",),
    }
    assert dataset.apply(desk.rows(desk.first), found) == desk.rows(after)
    assert list(versions.changes(desk.store, None, desk.first)) != []


def test_a_checkout_is_kept_as_parquet_under_its_digest(desk: Desk) -> None:
    work, a = desk.branch("work"), desk.items[0]
    made = desk.edit(work, {a: Edit(weight=2.0)})
    table = checkouts.table(desk.store, made)
    rows = desk.rows(made)
    assert table.column("item").to_pylist() == sorted(rows)
    assert table.column("weight").to_pylist()[0] == 2.0
    assert table.column("split").to_pylist() == ["train"] * 12
    files = list((desk.store.folder / "blobs" / "checkouts").rglob("*.parquet"))
    assert [file.name.startswith(made.digest) for file in files] == [True]
    assert checkouts.table(desk.store, made).equals(table)


# --- properties: over random edits on two branches, in one SQLite workspace per example -----------------------------


@pytest.fixture(scope="module")
def shared() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder, new_store(Path(folder) / "w") as store:
        yield Desk(store, 6)


names = (f"b{k}" for k in itertools.count())
an_edit = st.one_of(
    st.sampled_from(LABELS).map(lambda label: Edit({"labels": [label]})),
    st.sampled_from([0.5, 1.0, 2.0]).map(lambda weight: Edit(weight=weight)),
    st.sampled_from(["train", "validation"]).map(lambda split: Edit(split=split)),
    st.just(Edit(remove=True)),
)
some_edits = st.dictionaries(st.integers(0, 5), an_edit, max_size=4)


def attempt(desk: Desk, branch: Branch, changes: dict[int, Edit]) -> Commit:
    try:
        return desk.edit(branch, {desk.items[k]: one for k, one in changes.items()})
    except WrongState:
        return desk.head(branch)


def merged(desk: Desk, *order: Commit) -> Commit:
    """A branch at the first commit into which these are merged in turn."""
    into = desk.branch(next(names))
    for one in order:
        desk.merge(into, one)
    return desk.head(into)


@settings(max_examples=12, deadline=None)
@given(some_edits, some_edits)
def test_merging_is_the_same_in_either_order_and_once_is_enough(
    shared: Desk, one: dict[int, Edit], two: dict[int, Edit]
) -> None:
    a, b = (attempt(shared, shared.branch(next(names)), changes) for changes in (one, two))
    forth, back = merged(shared, a, b), merged(shared, b, a)
    assert forth.digest == back.digest
    shared.sound(forth)
    assert merged(shared, a, b, b, a).digest == forth.digest


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(6)), st.lists(an_edit, min_size=6, max_size=6))
def test_branches_that_touch_different_rows_merge_in_any_grouping(
    shared: Desk, order: list[int], changes: list[Edit]
) -> None:
    parts = [{k: changes[k] for k in order[start : start + 2]} for start in (0, 2, 4)]
    a, b, c = (attempt(shared, shared.branch(next(names)), part) for part in parts)
    left = merged(shared, merged(shared, a, b), c)
    right = merged(shared, a, merged(shared, b, c))
    assert left.digest == right.digest == merged(shared, c, b, a).digest


@settings(max_examples=12, deadline=None)
@given(some_edits, some_edits)
def test_a_diff_applied_to_the_one_gives_the_other(shared: Desk, one: dict[int, Edit], two: dict[int, Edit]) -> None:
    a, b = (attempt(shared, shared.branch(next(names)), changes) for changes in (one, two))
    found = list(versions.changes(shared.store, a, b))
    assert dataset.apply(shared.rows(a), found) == shared.rows(b)


def test_equal_content_has_an_equal_digest_however_it_came_about(desk: Desk) -> None:
    a, b = desk.items[:2]
    was = desk.labels(desk.first)
    one = desk.branch("one")
    desk.say(one, **{f"i{a}": other(was[a])})
    desk.say(one, **{f"i{b}": other(was[b])})
    two = desk.say(desk.branch("two"), **{f"i{b}": other(was[b]), f"i{a}": other(was[a])})
    assert desk.head(one).digest == two.digest


def test_databases_agree_on_the_digest(store: Store, tmp_path: Path) -> None:
    with new_store(tmp_path / "sqlite") as plain:
        assert Desk(plain).first.digest == Desk(store).first.digest


_KILLED = """
import os, sys, signal
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.unit.store.test_branches import *
from handloom.store import recording
from handloom import loop
store = Store.open(Path({folder!r}))
loop.wire(store)
def dying(*a, **k):
    os.kill(os.getpid(), signal.SIGKILL)
recording.told = dying
"""


@pytest.mark.parametrize("what", ["commit", "merge"])
def test_a_kill_in_the_middle_leaves_the_version_before(tmp_path: Path, what: str) -> None:
    with new_store(tmp_path / "w", durable=True) as store:
        desk = Desk(store)
        a = desk.items[0]
        theirs = desk.say(desk.branch("work"), **{f"i{a}": other(desk.labels(desk.first)[a])})
        again(desk, desk.items[1], other(desk.labels(desk.first)[desk.items[1]]))
        task, owner, main = desk.shop.task, desk.shop.owner, desk.main
    todo = {
        "commit": f"from handloom.store import projects\nwith store.read() as c: task = projects.task_by_id(c, {task.id})\n"
        f"store.write(lambda tx: commits.commit(tx, task, message='x', actor_id={owner}, digests=DIGESTS))",
        "merge": f"with store.read() as c: main = branches.by_id(c, {main.id}); t = commits.get(c, {theirs.id})\n"
        f"store.write(lambda tx: versions.merge(tx, main, t, source='s', message='x', actor_id={owner}))",
    }
    script = _KILLED.format(root=os.getcwd(), folder=str(tmp_path / "w")) + todo[what]
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert ended.returncode == -signal.SIGKILL, ended.stderr[-2000:]
    with Store.open(tmp_path / "w") as again_open:
        from handloom import loop

        loop.wire(again_open)
        desk.store = desk.shop.store = again_open
        assert desk.head(desk.main) == desk.first
        desk.doctor()
        if what == "commit":
            assert desk.commit().changed == 1
        else:
            result = desk.merge(desk.main, theirs)
            assert result.commit is not None
            desk.sound(result.commit)
