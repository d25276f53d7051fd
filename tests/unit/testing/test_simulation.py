from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from handloom.core.errors import BadItem, EmptyInput, Malformed, NotEnoughLabels
from handloom.core.protocols import Bad, Record
from handloom.testing import temporary_workspace
from handloom.testing.simulation import Arm, Team, examples, reached, simulate
from handloom.workspace import Workspace

WORDS = {"ham": ["home", "dinner", "tomorrow", "friend", "walk"], "spam": ["money", "win", "prize", "free", "click"]}


def records(n: int = 120, **split: str) -> list[Record | Bad]:
    made: list[Record | Bad] = []
    for i in range(n):
        label = ("ham", "spam")[i % 2]
        text = f"{WORDS[label][i % 5]} {WORDS[label][i % 3]} {i}"
        made.append(Record(i + 1, {"text": text}, labels={"task": label}, meta=dict(split) or None))
    return made


@pytest.fixture
def site() -> Iterator[Workspace]:
    with temporary_workspace() as made:
        yield made


def test_a_temporary_workspace_is_gone_afterwards() -> None:
    with temporary_workspace() as made:
        folder = Path(made.store.folder)
        assert made.me()["role"] == "owner"
        assert folder.exists()
    assert not folder.exists()


def test_the_same_share_of_every_label_is_held_out(site: Workspace) -> None:
    data = examples(records(120), site.store, seed=1)
    assert data.labels == ("ham", "spam")
    assert len(data.tests) == 36
    assert sum(data.truth[key] == "ham" for key in data.tests) == 18
    assert data == examples(records(120), site.store, seed=1)
    assert data.tests != examples(records(120), site.store, seed=2).tests


def test_a_named_split_is_used_and_equal_items_are_kept_once(site: Workspace) -> None:
    train, test = records(40, split="train"), records(60, split="test")
    data = examples([*train, *test], site.store)
    assert len(data.lines) == 60
    assert len(data.tests) == 20


def test_validation_is_the_test_where_there_is_no_other(site: Workspace) -> None:
    data = examples([*records(40, split="train"), *records(60, split="validate")[40:]], site.store)
    assert len(data.tests) == 20


def test_a_split_without_a_test_is_refused(site: Workspace) -> None:
    with pytest.raises(Malformed, match="2020, 2021, and no row is marked"):
        examples([*records(40, split="2020"), *records(60, split="2021")[40:]], site.store)


def test_what_has_no_label_is_left_out(site: Workspace) -> None:
    data = examples([*records(10), Record(11, {"text": "x"}), Bad(12, Malformed("broken"))], site.store)
    assert len(data.lines) == 10
    with pytest.raises(EmptyInput):
        examples([Record(1, {"text": "x"})], site.store)
    with pytest.raises(NotEnoughLabels):
        examples(records(1), site.store)
    with pytest.raises(BadItem, match="several labels"):
        examples([Record(1, {"text": "x"}, labels={"task": ["a", "b"]})], site.store)


def test_labels_of_numbers_are_in_the_order_of_numbers(site: Workspace) -> None:
    made = [Record(i, {"text": f"t {i}"}, labels={"task": str(i % 12)}) for i in range(48)]
    assert examples(made, site.store).labels == tuple(str(i) for i in range(12))


def test_the_first_point_that_is_good_enough_counts() -> None:
    curve = [{"labels": 10, "accuracy": 0.5}, {"labels": 20, "accuracy": 0.9}, {"labels": 30, "accuracy": 0.8}]
    assert reached(curve, 0.85) == curve[1]
    assert reached(curve, 0.95) is None


def told(_name: str, _done: int, _total: int) -> None:
    """Nobody looks at the progress here."""


def test_a_simulation_runs_the_loop_and_comes_out_the_same_again() -> None:
    def run() -> dict[str, object]:
        with temporary_workspace() as site:
            data = examples(records(), site.store)
            arms = [Arm("random", 0, 10, 30), Arm("margin", 1, 10, 30)]
            return simulate(site, data, "text_class@1", arms, Team(people=2, accuracy=0.95), told)

    first = run()
    assert first == run()
    arms = first["arms"]
    assert isinstance(arms, list)
    assert [[p["labels"] for p in arm["curve"]] for arm in arms] == [[10, 20, 30], [10, 20, 30]]
    assert all(arm["curve"][0]["seconds"] > 0 for arm in arms)


def test_overlap_costs_seconds_and_no_labels(site: Workspace) -> None:
    data = examples(records(), site.store)
    arm = Arm("random", 0, 10, 20)
    found = simulate(site, data, "text_class@1", [arm], Team(people=3, overlap=3, accuracy=0.8), told)
    curve = found["arms"][0]["curve"]
    assert curve[-1]["labels"] == 20
    assert curve[-1]["seconds"] > 3 * 20


def test_a_batch_larger_than_the_budget_is_refused(site: Workspace) -> None:
    with pytest.raises(Malformed, match="larger than the budget"):
        simulate(site, examples(records(), site.store), "text_class@1", [Arm("random", 0, 50, 20)], Team(), told)
