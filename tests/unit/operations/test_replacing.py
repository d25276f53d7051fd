"""Find and replace over the labels of a dataset."""

from __future__ import annotations

import pytest

from handloom.core.errors import EmptyInput, Malformed
from handloom.store import Store

from .desk import Desk
from .test_labels import values_of


@pytest.fixture
def desk(store: Store) -> Desk:
    made = Desk(store, 9)
    made.project.ask(n=9)
    made.work(made.person("ann"), 6)
    made.work(made.person("ben"), 3)
    made.project.dataset.commit("first")
    return made


def test_rows_are_found_previewed_and_changed_as_one_version(desk: Desk) -> None:
    replace = desk.project.curation.replace
    before = values_of(desk.project.dataset)
    seen = replace("ham", label="spam", search="number 4", branch="fix", preview=True)
    assert (seen["count"], seen["commit"]) == (1, None)
    assert [b["name"] for b in desk.project.dataset.branches()["branches"]] == ["main"]
    made = replace("ham", "four is ham", label="spam", search="number 4", branch="fix")
    assert values_of(desk.project.dataset) == before
    assert values_of(desk.project.dataset, "fix") == {**before, "i5": "ham"}
    desk.project.dataset.restore("main", "no", branch="fix")
    assert values_of(desk.project.dataset, "fix") == before
    assert made["count"] == 1
    desk.check()


def test_a_predicate_and_a_person_find_rows_too(desk: Desk) -> None:
    replace = desk.project.curation.replace
    assert replace("ham", where='label == "spam" and text ends with "1"', preview=True)["count"] == 1
    by_ben = replace("ham", answered_by="ben", preview=True)
    assert by_ben["count"] == len([one for one in by_ben["sample"] if one["before"] != {"labels": ["ham"]}])
    assert by_ben["count"] <= 3
    with pytest.raises(EmptyInput):
        replace("ham", "why", search="nowhere")
    with pytest.raises(Malformed, match="say which rows"):
        replace("ham", "why")


def test_on_main_a_replacement_waits_for_people_as_any_other_correction(desk: Desk) -> None:
    project = desk.project
    project.change_settings({"merge_policy": {"corrections": "request"}})
    before = values_of(project.dataset)
    made = project.curation.replace("ham", "all of it is wanted", label="spam")
    assert values_of(project.dataset) == before
    (request,) = project.dataset.requests.list()["requests"]
    assert (request["title"], request["head"], request["target"]) == ("all of it is wanted", made["commit"], "main")


def test_a_request_is_about_what_was_replaced_after_it_was_opened(desk: Desk) -> None:
    project = desk.project
    project.curation.replace("ham", "one", label="spam", search="number 4", branch="fix")
    opened = project.dataset.requests.open("fix", "one and two")
    later = project.curation.replace("ham", "two", label="spam", search="number 1", branch="fix")
    assert project.dataset.requests.show(opened["id"])["head"] == later["commit"]
