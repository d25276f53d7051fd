"""Long versions: in pieces they are what they are at once, seen by nobody before they are whole, whatever comes between."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from handloom import dataset, loop
from handloom.core.errors import DiskFull, NotFound
from handloom.jobs import versions
from handloom.jobs.versions import DIGESTS
from handloom.store import Store, branches, commits, committing, edits, given, rebuild, schema, staging
from handloom.store.bundle import writing
from handloom.store.committing import Labels
from handloom.store.edits import Edit
from handloom.store.recording import Note
from handloom.store.staging import Stage
from tests.workshop import Workshop, text_workshop

KEPT = (schema.commit_, schema.revision, schema.content, schema.branch)


@pytest.fixture
def shop(store: Store, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Forty labelled items, which are many here."""
    monkeypatch.setattr(committing, "FEW", 3)
    for name, size in (("LEAST", 4), ("FIRST", 4), ("MOST", 7)):
        monkeypatch.setattr(staging, name, size)
    return text_workshop(store, n=40, given=40, settings={"test_share": 0.3})


class Between:
    """What happens before each piece, by its number."""

    def __init__(self, **acts: Callable[[], object]) -> None:
        self.pieces, self._acts = 0, acts

    def __call__(self) -> None:
        self.pieces += 1
        self._acts.pop(f"at_{self.pieces}", lambda: None)()

    @property
    def missed(self) -> list[str]:
        return list(self._acts)


def commit(shop: Workshop, give_way: Callable[[], None] = lambda: None) -> commits.Commit:
    return committing.commit(shop.store, Labels(shop.task, "all", shop.owner, DIGESTS), give_way=give_way)


def say(shop: Workshop, **labels: str) -> None:
    """An import says something else of known items."""
    value = [(int(item[1:]), False, {shop.task.id: {"labels": [label]}}) for item, label in labels.items()]
    shop.store.write(lambda tx: given.again(tx, shop.project.id, value, shop.owner))


def vanish(shop: Workshop, item: int) -> None:
    """A label whose only answer was taken back."""
    shop.store.write(lambda tx: tx.execute(sa.delete(schema.label).where(schema.label.c.item_id == item)))


def sound(shop: Workshop, made: commits.Commit) -> dict[int, Any]:
    """What a version says; its digest and counts are those of its rows."""
    with shop.store.read() as connection:
        assert connection.execute(sa.select(schema.commit_.c.id).where(schema.commit_.c.branch_id < 0)).all() == []
        rows = list(commits.checkout(connection, made))
    found = (dataset.of(rows), len(rows), sum(row.test for row in rows))
    assert (made.digest, made.rows, made.test_rows) == found
    return {row.item_id: row.value["labels"] for row in rows}


def labels(shop: Workshop) -> dict[int, Any]:
    with shop.store.read() as connection:
        query = sa.select(schema.label.c.item_id, schema.label.c.value)
        return {row.item_id: row.value["labels"] for row in connection.execute(query)}


def stored(shop: Workshop) -> list[Any]:
    with shop.store.read() as connection:
        return [sorted(map(repr, connection.execute(sa.select(table)).all())) for table in KEPT]


def test_a_first_version_in_pieces_is_the_one_made_at_once(shop: Workshop) -> None:
    between = Between()
    made = commit(shop, between)
    assert between.pieces > 5
    assert sound(shop, made) == labels(shop)
    assert (made.changed, made.loose, made.parent_id) == (40, 0, None)
    with shop.store.read() as connection:
        assert rebuild.compare(connection, shop.store.hooks) == []
        assert branches.head(connection, branches.branch(connection, shop.task.id, "main")) == made
    assert commit(shop) == made


def test_what_people_say_while_a_first_version_is_written_is_in_it(shop: Workshop) -> None:
    items = sorted(shop.truth)
    between = Between(
        at_5=lambda: say(shop, **{f"i{items[0]}": "sport", f"i{items[-1]}": "food"}),
        at_6=lambda: vanish(shop, items[1]),
        at_7=lambda: vanish(shop, items[-2]),
        at_8=lambda: say(shop, **{f"i{item}": "money" for item in items[2:12]}),
    )
    made = commit(shop, between)
    assert between.missed == []
    found = sound(shop, made)
    assert found == labels(shop)
    assert items[1] not in found
    assert found[items[0]] == ["sport"]
    assert made.rows == 38
    assert commit(shop) == made


def test_nobody_sees_a_version_before_it_is_whole(shop: Workshop) -> None:
    before = b"".join(writing.pieces(shop.store, shop.project.id, "0"))
    looks: list[int] = []

    def look() -> None:
        with shop.store.read() as connection:
            found = connection.execute(sa.select(schema.commit_)).one()
            rows = connection.execute(sa.select(sa.func.count()).select_from(schema.revision)).scalar_one()
            looks.append(rows)
            assert commits.newest(connection, shop.task.id) is None
            assert branches.branches(connection, shop.task.id) == []
            with pytest.raises(NotFound):
                branches.resolve(connection, shop.task.id, f"c{found.id}")
        assert b"".join(writing.pieces(shop.store, shop.project.id, "0")) == before

    commit(shop, Between(at_8=look))
    assert 0 < looks[0] < 40


def edited(shop: Workshop, branch: branches.Branch, changes: dict[int, Edit], give_way: Callable[[], None]) -> Any:
    note = Note(shop.owner, "many", 0)
    plan = partial(edits.plan_edit, branch=branch, edits=changes, note=note, digests=DIGESTS)

    def prepare(stage: Stage) -> staging.Ahead | None:
        return staging.ahead(stage, branch, shop.owner, lambda c, store: plan(c, store=store))

    stage = partial(Stage, shop.store, shop.store.write, give_way)
    write = shop.store.write
    return staging.carried(stage, prepare, lambda tx, one: edits.edit(tx, branch, changes, note, DIGESTS, one), write)


def test_a_version_that_was_made_meanwhile_comes_first_and_holds_nothing_of_the_other(shop: Workshop) -> None:
    first = commit(shop)
    work = shop.store.write(lambda tx: branches.add_branch(tx, first, "work", shop.owner))
    items = sorted(shop.truth)
    seen: list[commits.Commit] = []

    def another() -> None:
        note = Note(shop.owner, "one", 0)
        one = {items[0]: Edit({"labels": ["tech"]}), items[30]: Edit(weight=3.0)}
        seen.append(shop.store.write(lambda tx: edits.edit(tx, work, one, note, DIGESTS)))
        with shop.store.read() as connection:
            rows = list(commits.checkout(connection, seen[0]))
            assert seen[0].digest == dataset.of(rows)
            assert [row.value["labels"] for row in rows if row.item_id == items[0]] == [["tech"]]

    between = Between(at_4=another)
    made = edited(shop, work, {item: Edit({"labels": ["novel"]}, weight=2.0) for item in items[:25]}, between)
    assert made.parent_id == seen[0].id < made.id
    found = sound(shop, made)
    assert all(found[item] == ["novel"] for item in items[:25])
    with shop.store.read() as connection:
        assert {row.item_id: row for row in commits.checkout(connection, made)}[items[30]].weight == 3.0


def test_a_merge_in_pieces_is_the_one_made_at_once(shop: Workshop) -> None:
    first = commit(shop)
    work, other = (
        shop.store.write(lambda tx, name=name: branches.add_branch(tx, first, name, shop.owner))
        for name in ("work", "other")
    )
    items = sorted(shop.truth)
    theirs = edited(shop, work, {item: Edit({"labels": ["novel"]}) for item in items[:20]}, lambda: None)
    edited(shop, other, {item: Edit({"labels": ["tech"]}) for item in items[18:30]}, lambda: None)
    named: dict[str, Any] = {"message": "merge", "actor_id": shop.owner}
    stage = partial(Stage, shop.store, shop.store.write, lambda: None)
    done = staging.carried(
        stage,
        lambda one: versions.merge_ahead(one, other, theirs, **named),
        lambda tx, ahead: versions.merge(tx, other, theirs, source="work", **named, ahead=ahead),
        shop.store.write,
    )
    assert done.commit is not None
    assert [one.item_id for one in done.conflicts] == items[18:20]
    assert done.commit.other_id == theirs.id
    found = sound(shop, done.commit)
    assert found[items[0]] == ["novel"]
    assert found[items[29]] == ["tech"]
    with shop.store.read() as connection:
        assert len(edits.conflicts_of(connection, done.commit.id)) == 2


def test_what_a_killed_process_left_is_swept_away(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored(shop)
    monkeypatch.setattr(Stage, "drop", lambda self: None)

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        commit(shop, Between(at_7=die))
    left = stored(shop)
    assert all(len(now) > len(then) for now, then in zip(left, before, strict=True))
    assert staging.sweep(shop.store) == 0
    assert stored(shop) == left
    gone = subprocess.Popen(["true"], stdin=subprocess.DEVNULL)
    gone.wait()
    c = schema.commit_.c
    with shop.store.read() as connection:
        record = json.loads(connection.execute(sa.select(c.message)).scalar_one())
    dead = json.dumps(record | {"pid": gone.pid})
    shop.store.write(lambda tx: tx.execute(sa.update(schema.commit_).values(message=dead)))
    left = stored(shop)

    def full(_store: Store) -> int:
        raise DiskFull("no space is left")

    with monkeypatch.context() as patched:
        patched.setattr(staging, "sweep", full)
        loop.wire(shop.store)  # a start does not fail for it
    assert stored(shop) == left
    loop.wire(shop.store)
    assert stored(shop) == before
    assert sound(shop, commit(shop)) == labels(shop)


def test_a_version_whose_rows_were_swept_away_is_made_again(shop: Workshop) -> None:
    def swept() -> None:
        with shop.store.read() as connection:
            number = connection.execute(sa.select(schema.commit_.c.id)).scalar_one()
        staging._drop(shop.store.write, lambda: None, number)

    made = commit(shop, Between(at_6=swept))
    assert sound(shop, made) == labels(shop)
