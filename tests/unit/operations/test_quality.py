"""What is known of labels and people: measured by a job, kept, and only read by whoever looks."""

from __future__ import annotations

import pytest

from handloom.core.errors import Forbidden
from handloom.operations import labels
from handloom.store import Store
from tests.unit.operations.desk import LABELS, Desk


def busy(store: Store, **settings: object) -> Desk:
    """Nine items, each answered by three people: two who are right, and one who never is."""
    desk = Desk(store, n=9, overlap=3, experts=False, **settings)
    desk.project.ask(n=9, strategy="random")
    for name, well in (("Ada", True), ("Ben", True), ("Cem", False)):
        desk.work(desk.person(name), 9, well=well)
    return desk


def test_nothing_is_known_before_the_first_measurement(store: Store) -> None:
    found = busy(store).project.quality()
    assert (found["as_of"], found["behind"], found["labels"], found["agreement"]) == (None, 27, 0, None)


def test_a_measurement_says_how_far_people_agree_and_what_they_mix_up(store: Store) -> None:
    desk = busy(store)
    job = desk.project.measure()
    assert (job["kind"], job["state"]) == ("measure", "done")
    found = desk.project.quality()
    assert found["behind"] == 0
    agreement = found["agreement"]
    # Two of three agree on every item, and the third names the next label.
    assert agreement["percent"]["value"] == pytest.approx(1 / 3, abs=1e-4)
    assert agreement["percent"]["n"] == 9
    shares = {(one["a"]["name"], one["b"]["name"]): (one["value"], one["n"]) for one in agreement["pairs"]}
    assert shares == {("Ada", "Ben"): (1.0, 9), ("Ada", "Cem"): (0.0, 9), ("Ben", "Cem"): (0.0, 9)}
    first = agreement["confusions"][0]
    # Of three items with ham and three with spam, each pair of labels is mixed up in two of three pairs of answers.
    assert (first["items"], first["value"], first["n"]) == (2.0, 0.5, 4)
    assert {one["label"] for one in agreement["by_label"]} == {"ham", "spam", "other"}
    assert agreement["alpha"]["low"] <= agreement["alpha"]["value"] <= agreement["alpha"]["high"]


def test_skill_is_told_by_class_and_over_time(store: Store) -> None:
    desk = busy(store)
    desk.project.measure()
    team = {one["name"]: one for one in desk.project.team()["members"]}
    ada, cem = ({one["label"]: one for one in team[name]["classes"]} for name in ("Ada", "Cem"))
    for label in LABELS:
        assert ada[label]["low"] <= ada[label]["value"] <= ada[label]["high"]
        assert ada[label]["value"] > 0.9 > 0.1 > cem[label]["value"]
    assert sum(one["n"] for one in team["Ada"]["periods"]) == 9
    assert team["Ada"]["load"] == {"answers": 9, "seconds": 18.0, "recent": {"answers": 9, "seconds": 18.0}}
    assert team["owner"]["load"] is None
    assert team["Ada"]["skill"] is None  # nobody asked for people to be measured, so nobody is weighed


def test_ones_own_page_tells_the_same(store: Store) -> None:
    desk = busy(store)
    desk.project.measure()
    ada = desk.site.acting(desk.id_of("Ada")).project("mail")
    mine, team = ada.mine(), {one["name"]: one for one in desk.project.team()["members"]}
    assert mine["classes"] == team["Ada"]["classes"] != []
    assert mine["periods"] == team["Ada"]["periods"]
    with pytest.raises(Forbidden):
        ada.measure()


def test_time_becomes_money_once_an_hour_has_a_price(store: Store) -> None:
    desk = busy(store)
    desk.project.measure()
    found = desk.project.quality()
    assert (found["labels"], found["answers_per_label"], found["seconds_per_label"]) == (9, 3.0, 6.0)
    assert (found["minutes"], found["money"], found["money_per_label"]) == (0.9, None, None)
    desk.project.change_settings({"hour_costs": 36.0})
    found = desk.project.quality()  # nothing has to be measured again for it
    assert (found["hour_costs"], found["money"], found["money_per_label"]) == (36.0, 0.54, 0.06)


def test_corrections_cost_time_and_speak_once(store: Store) -> None:
    desk = Desk(store, n=1, overlap=2)
    ada, ben = desk.person("Ada"), desk.person("Ben")
    desk.project.ask(n=1, strategy="random")
    question = ada.claim(n=1)["questions"][0]
    slip = ada.answer(question["id"], desk.wrong(question), seconds=2.0)
    ada.answer(question["id"], desk.right(question), seconds=1.0, supersedes=slip["id"])
    desk.work(ben, 1)
    desk.project.measure()
    found = desk.project.quality()
    assert (found["answers"], found["seconds_per_label"]) == (3, 5.0)
    assert (found["agreement"]["percent"]["value"], found["agreement"]["percent"]["n"]) == (1.0, 1)


def test_what_is_set_aside_neither_agrees_nor_disagrees(store: Store) -> None:
    desk = busy(store)
    review = desk.project.open_review(desk.id_of("Cem"))
    desk.site.close_review(review["id"], accept=False, reason="never right")
    desk.project.measure()
    found = desk.project.quality()
    assert found["agreement"]["percent"]["value"] == 1.0
    assert found["answers"] == 27  # their time was spent all the same
    desk.check()


def test_the_loop_measures_when_enough_has_come_since(store: Store) -> None:
    desk = Desk(store, n=240, overlap=1, auto=True, retrain_after=10_000, batch=300)
    ada = desk.person("Ada")
    desk.project.advance()
    desk.work(ada, 100)
    desk.work(ada, 99)
    desk.project.advance()
    assert desk.project.quality()["as_of"] is None
    while desk.work(ada, 50):
        pass
    desk.project.advance()
    found = desk.project.quality()
    assert found["behind"] == 0
    assert found["labels"] >= 200
    assert found["agreement"]["alpha"] == {"value": None, "low": -1.0, "high": 1.0, "n": 0}


def test_renamed_labels_are_measured_under_their_new_name(store: Store) -> None:
    desk = busy(store)
    labels.relabel_task(desk.site.session, "mail", "mail", "rename", ["spam"], ["junk"], reason="a clearer word")
    desk.project.measure()
    told = desk.project.quality()["agreement"]["by_label"]
    assert {one["label"]: one["n"] for one in told} == {"ham": 9, "junk": 9, "other": 9}
