"""Models that were trained before labels were renamed, merged or split."""

from __future__ import annotations

import numpy as np
import pytest

from handloom.core.relabel import Chain, Migration
from handloom.jobs import columns
from handloom.jobs.columns import Past
from handloom.store import Store, people, rebuild
from handloom.workspace import Workspace
from tests.workshop import text_workshop, texts


def step(number: int, kind: str, sources: tuple[str, ...], targets: tuple[str, ...], **more: int) -> Migration:
    return Migration(number, number + 1, kind, sources, targets, ("a", "b", "c"), ("a", "b", "c"), **more)


def test_renamed_and_merged_columns_are_added_up_and_split_ones_shared() -> None:
    merge = step(1, "merge", ("a", "b"), ("ab",))
    split = step(2, "split", ("c",), ("c1", "c2"))
    past = Past(("a", "b", "c"), 1, Chain([merge, split]))
    found = columns.between(past, ["ab", "c1", "c2", "new"])
    moved = found.of(np.array([[0.2, 0.3, 0.5]]))
    assert moved == pytest.approx(np.array([[0.5, 0.25, 0.25, 0.0]]))
    assert found.vague == {1, 2}
    assert past.stale == ("c",)
    classes, told = columns.told(past, np.array([[0.2, 0.3, 0.5]]))
    assert classes == ("ab", "c")
    assert told == pytest.approx(np.array([[0.5, 0.5]]))


def test_a_migration_that_was_taken_back_leaves_older_models_alone() -> None:
    split = step(1, "split", ("c",), ("c1", "c2"))
    back = step(2, "merge", ("c1", "c2"), ("c",), undoes=1)
    chain = Chain([split, back])
    assert Past(("a", "b", "c"), 1, chain).stale == ()
    assert Past(("a", "c1", "c2"), 2, chain).read({"labels": ["c1"]}) == {"labels": ["c"]}


@pytest.mark.parametrize("kind", ["rename", "split"])
def test_a_released_model_keeps_serving_and_is_told(store: Store, kind: str) -> None:
    shop = text_workshop(store, 160, settings={"test_share": 0.2, "retrain_after": 20})
    shop.rounds(2, 30)
    gate = shop.questions("decide", "open")[0].id
    shop.decide(gate, "approve")
    with store.read() as connection:
        owner = people.owner(connection)
    assert owner is not None
    place = Workspace(store, owner).project(shop.project.name)
    old = shop.task.options["labels"][0]
    text = next({"text": text} for text, label in texts(160) if label == old)
    assert place.predict([{"data": text}])["predictions"][0]["value"] == {"labels": [old]}
    now = "new name" if kind == "rename" else "one half"
    if kind == "rename":
        made = place.labels.rename(old, "new name", "because")
        said = place.predict([{"data": text}])["predictions"][0]
        assert said["value"] == {"labels": ["new name"]}
        assert "stale" not in said
        assert [one["stale"] for one in made["models"]] == [[]]
    else:
        made = place.labels.split(old, ["one half", "other half"], "because")
        said = place.predict([{"data": text}])["predictions"][0]
        assert (said["value"], said["stale"]) == ({"labels": [old]}, [old])
        assert [one["stale"] for one in made["models"]] == [[old]]
    before = len(shop.models())
    for _ in range(2):
        shop.work(30, say=lambda item: now if shop.says(item) == old else shop.says(item))
        shop.advance()
    assert len(shop.models()) > before
    with store.read() as connection:
        assert rebuild.compare(connection, store.hooks) == []
