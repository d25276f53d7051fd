from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from handloom.store import Store, picking, queue, schema
from tests.workshop import Workshop, text_workshop
from tests.workspaces import new_store


@pytest.fixture
def shop(store: Store) -> Workshop:
    return text_workshop(store, n=90, settings={"test_share": 0.3})


def draw(shop: Workshop, n: int, *, test: bool = False, seed: int = 0) -> list[int]:
    with shop.store.read() as connection:
        return picking.draw(connection, shop.project.id, shop.task.id, n, test=test, rng=np.random.default_rng(seed))


def members(shop: Workshop, test: bool) -> set[int]:
    with shop.store.read() as connection:
        return set(connection.execute(sa.select(schema.item.c.id).where(schema.item.c.test == test)).scalars())


def test_a_draw_is_without_repeats_and_from_the_right_set(shop: Workshop) -> None:
    for test in (False, True):
        found = draw(shop, 12, test=test)
        assert len(found) == len(set(found)) == 12
        assert set(found) <= members(shop, test)
        assert set(draw(shop, 1000, test=test)) == members(shop, test)


def test_what_was_asked_or_labelled_is_not_drawn_and_not_counted(shop: Workshop) -> None:
    asked = draw(shop, 10)
    batch = queue.NewBatch(shop.project.id, shop.task.id, "random", 1, "label")
    new = [queue.NewQuestion(item, "choice", "random", 0.1, 0.0, "r") for item in asked]
    numbers = shop.store.write(lambda tx: queue.ask(tx, batch, new))[1]
    shop.work(4)
    shop.store.write(lambda tx: queue.close(tx, numbers, "stale", "newer", unclaimed_only=True))
    labelled = {shop.item_of(q.id) for q in shop.questions(state="resolved")}
    with shop.store.read() as connection:
        assert set(picking.taken(connection, shop.task.id).tolist()) == labelled
        assert picking.taken_of(connection, shop.task.id, asked) == labelled
        free = picking.free_count(connection, shop.project.id, shop.task.id, test=False)
    assert free == len(members(shop, False)) - 4
    assert set(draw(shop, 1000)) == members(shop, False) - labelled


def test_every_item_is_drawn_equally_often(tmp_path: Path) -> None:
    with new_store(tmp_path / "w") as store:
        shop = text_workshop(store, n=40, settings={"test_share": 0.0})
        counts = np.zeros(41)
        for seed in range(400):
            counts[draw(shop, 5, seed=seed)] += 1
        assert counts[1:].sum() == 2000
        # 50 expected each; chi-square with 39 degrees of freedom, beyond 80 once in 10,000 cases
        assert ((counts[1:] - 50) ** 2 / 50).sum() < 80


def test_a_sparse_project_among_many_items_is_drawn_from_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picking, "_GUESSES", 1)
    with new_store(tmp_path / "w") as store:
        shop = text_workshop(store, n=60, settings={"test_share": 0.0})
        asked = draw(shop, 55)
        batch = queue.NewBatch(shop.project.id, shop.task.id, "random", 1, "label")
        new = [queue.NewQuestion(item, "choice", "random", 0.1, 0.0, "r") for item in asked]
        store.write(lambda tx: queue.ask(tx, batch, new))
        assert sorted(draw(shop, 10)) == sorted(set(shop.truth) - set(asked))


def test_standing_counts_labels_that_are_new_since_a_position(shop: Workshop) -> None:
    shop.advance()
    shop.work(7)
    with shop.store.read() as connection:
        now = picking.standing(connection, shop.project.id, shop.task.id, since=0, enough=100)
        later = picking.standing(connection, shop.project.id, shop.task.id, since=now.newest, enough=100)
        some = picking.standing(connection, shop.project.id, shop.task.id, since=0, enough=3)
    assert (now.items, now.labels, now.open, now.people, now.fresh) == (90, 7, 13, 3, 7)
    assert later.fresh == 0
    assert some.fresh == 3
