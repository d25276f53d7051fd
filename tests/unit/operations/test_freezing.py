"""What is frozen refuses changes, and says who froze it and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handloom.core.errors import Frozen, WrongState
from handloom.operations import freezing as ops
from handloom.store import Store

from .desk import Desk


@pytest.fixture
def desk(store: Store) -> Desk:
    made = Desk(store, 9, overlap=2)
    made.project.ask(n=9)
    made.work(made.person("ann"), 9)
    made.project.dataset.commit("first")
    made.project.dataset.add_branch("fix")
    return made


def frozen(desk: Desk, what: str, name: str | None = None) -> str:
    return ops.freeze(desk.site.session, "mail", what, "the paper quotes it", name=name)["id"]


EDIT = [{"item": "i1", "weight": 2}]
CHANGES: dict[str, Callable[[Desk], Any]] = {
    "edit main": lambda desk: desk.project.dataset.edit("main", EDIT, "why"),
    "edit fix": lambda desk: desk.project.dataset.edit("fix", EDIT, "why"),
    "import": lambda desk: desk.project.add_items(
        [{"key": "k1", "data": {"text": "spam number 1"}, "labels": {"mail": "ham"}}]
    ),
    "add": lambda desk: desk.project.add_items([{"key": "new", "data": {"text": "new"}}]),
    "gold": lambda desk: desk.project.add_gold(items=["i2"], value="spam"),
    "rename": lambda desk: desk.project.labels.rename("spam", "junk", "because"),
}
REFUSED = {
    ("project", None): {"edit main", "edit fix", "import", "add", "gold", "rename"},
    ("task", None): {"edit main", "edit fix", "import", "gold", "rename"},
    ("branch", "fix"): {"edit fix"},
    ("slice", 'text contains "spam"'): {"import", "gold", "rename"},
}


@pytest.mark.parametrize(("what", "name"), list(REFUSED))
def test_what_is_frozen_refuses_changes_until_it_is_thawed(desk: Desk, what: str, name: str | None) -> None:
    number = frozen(desk, what, name)
    for change in sorted(REFUSED[what, name]):
        with pytest.raises(Frozen, match=r"is frozen by owner since .*the paper quotes it.*thaw"):
            CHANGES[change](desk)
    ops.thaw(desk.site.session, "mail", number, "the paper is out")
    for change in sorted(REFUSED[what, name]):
        CHANGES[change](desk)
    desk.check()
    with pytest.raises(WrongState, match="thawed already"):
        ops.thaw(desk.site.session, "mail", number, "again")


def test_a_frozen_slice_leaves_the_rest_alone_and_is_not_asked_about(desk: Desk) -> None:
    frozen(desk, "slice", 'text contains "spam"')
    CHANGES["edit main"](desk)
    asked = desk.person("ben").claim(n=9)["questions"]
    assert {q["items"][0]["data"]["text"].split()[0] for q in asked} == {"ham", "other"}
    assert desk.project.ask(n=9)["questions"] == 0
    desk.check()


def test_an_answer_that_was_on_its_way_is_refused(desk: Desk) -> None:
    ben = desk.person("ben")
    held = ben.claim(n=1)["questions"][0]
    frozen(desk, "task")
    with pytest.raises(Frozen):
        ben.answer(held["id"], "spam", seconds=1.0)
    assert desk.project.curation.freezes()["freezes"][0]["reason"] == "the paper quotes it"
    with pytest.raises(WrongState, match="frozen already"):
        frozen(desk, "task")
