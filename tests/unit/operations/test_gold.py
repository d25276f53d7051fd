"""Gold among the questions, skill from it, pauses, practice: on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from handloom.core.errors import Forbidden, Malformed, WrongState
from handloom.store import Store
from tests.unit.operations.desk import Desk

ALWAYS = {"gold_share": 0.5, "gold_first": 5}


def test_gold_is_asked_among_other_questions_and_nothing_in_them_tells(store: Store) -> None:
    desk = Desk(store, n=60, known=12, **ALWAYS)
    ada = desk.person("ada")
    desk.project.ask(n=30)
    questions = ada.claim(n=20)["questions"]
    gold = {f"k{k}" for k in range(12)}
    hidden = [q for q in questions if q["items"][0]["key"] in gold]
    plain = [q for q in questions if q["items"][0]["key"] not in gold]
    assert len(hidden) >= 4
    assert len(plain) >= 4

    def looks(found: list[dict[str, Any]]) -> set[str]:
        """Everything but what is about the item itself."""
        own = ("id", "items", "reason")
        return {str({k: v for k, v in q.items() if k not in own}) + q["reason"] for q in found}

    assert looks(hidden) == looks(plain)
    numbers = sorted((int(q["id"][1:]), q in hidden) for q in questions)
    assert {True, False} == {hidden for _, hidden in numbers[1:-1]}, "numbers run through both"
    replies = [ada.answer(q["id"], desk.right(q)) for q in questions]
    assert len({str({k: v for k, v in r.items() if k not in ("id", "question")}) for r in replies}) == 1
    seen = {q["id"]: q for q in ada.questions(limit=100)["questions"]}
    assert {seen[q["id"]]["lane"] for q in questions} == {"label"}
    assert looks([seen[q["id"]] for q in hidden]) == looks([seen[q["id"]] for q in plain])
    mine = [e["body"] for e in ada.events() if e["kind"] in ("answer.given", "question.claimed")]
    assert not [body for body in mine if "state" in body]
    assert not [e for e in ada.events() if e["kind"].startswith("gold.")]
    desk.check()


def test_gold_keeps_its_label_whatever_people_say(store: Store) -> None:
    desk = Desk(store, n=20, known=10, **ALWAYS)
    ada = desk.person("ada")
    desk.project.ask(n=10)
    desk.work(ada, 10, well=False)
    labels = {item["key"]: item["label"] for item in desk.project.items(limit=50)["items"]}
    assert all(labels[f"k{k}"]["value"]["labels"] == [desk.truth[f"k{k}"]] for k in range(10))
    desk.check()


def test_an_import_does_not_overrule_gold(store: Store) -> None:
    desk = Desk(store, n=20, known=4, **ALWAYS)
    other = next(label for label in desk.truth.values() if label != desk.truth["k0"])
    known = next(item for item in desk.project.items(limit=50)["items"] if item["key"] == "k0")
    lines = [{"key": "k0", "data": known["data"], "labels": {"mail": other}}]
    assert desk.project.add_items(lines)["duplicates"] == 1
    assert desk.label(known["id"])["value"] == {"labels": [desk.truth["k0"]]}
    desk.check()


def test_somebody_who_guesses_is_paused_and_their_work_is_asked_again(store: Store) -> None:
    desk = Desk(store, n=90, known=20, overlap=1, **ALWAYS)
    bad, good = desk.person("bad"), desk.person("good")
    desk.project.ask(n=60)
    given: list[dict[str, Any]] = []
    while len(given) < 40 and not desk.events("member.paused"):
        given += desk.work(bad, 1, well=False)
    assert len(given) < 40
    with pytest.raises(Forbidden, match="0 of the last"):
        bad.claim()
    gold = {f"k{k}" for k in range(20)}
    spoilt = [q for q in given if q["items"][0]["key"] not in gold]
    assert spoilt
    assert all(desk.label(q["items"][0]["id"]) is None for q in spoilt), "what they said counts no more"
    assert all(desk.question(q["id"])["state"] == "open" for q in spoilt), "and is asked again"
    (event,) = desk.events("member.paused")
    assert event["body"]["asked_again"] == len(spoilt)
    for _ in range(60):
        if not desk.work(good, 5):
            break
    assert all(desk.label(q["items"][0]["id"])["value"] == {"labels": [desk.right(q)]} for q in spoilt)
    desk.check()
    desk.project.change_member(desk.id_of("bad"), state="active")
    desk.project.ask(n=5)
    assert bad.claim(n=1)["questions"], "an owner lets them in again, with a clean sheet"


def test_skill_is_shown_with_its_interval_and_to_the_actor(store: Store) -> None:
    desk = Desk(store, n=60, known=20, **ALWAYS)
    ada = desk.person("ada")
    desk.project.ask(n=30)
    assert ada.mine()["skill"] is None
    for _ in range(5):
        desk.work(ada, 4)
    found = ada.mine()
    skill = found["skill"]
    assert skill["checks"] == skill["checks_right"] > 3
    assert skill["accuracy"]["low"] < skill["accuracy"]["value"] == 1.0 == skill["accuracy"]["high"]
    assert [point["n"] for point in found["trend"]] == list(range(1, skill["checks"] + 1))
    assert found["feedback"] == [], "what was gold is not told"
    team = {m["name"]: m for m in desk.project.team()["members"]}
    assert team["ada"]["skill"] == skill
    with pytest.raises(Forbidden):
        ada.team()


def test_a_correction_of_a_check_counts(store: Store) -> None:
    desk = Desk(store, n=20, known=10, gold_share=1.0)
    ada = desk.person("ada")
    desk.project.ask(n=10)
    questions = ada.claim(n=5)["questions"]
    gold = next(q for q in questions if int(q["items"][0]["key"][1:]) < 10)
    first = ada.answer(gold["id"], desk.wrong(gold))
    assert ada.mine()["skill"]["checks_right"] == 0
    ada.answer(gold["id"], desk.right(gold), supersedes=first["id"])
    assert ada.mine()["skill"]["checks_right"] == 1
    desk.check()


def test_newcomers_practise_with_feedback_until_they_qualify(store: Store) -> None:
    desk = Desk(store, n=40, known=12, practice=4, qualify=0.75)
    ada = desk.person("ada")
    desk.project.ask(n=10)
    (question,) = ada.claim(n=1)["questions"]
    assert question["lane"] == "practice"
    told = ada.answer(question["id"], desk.wrong(question))["feedback"]
    assert told == {
        "right": False,
        "value": {"labels": [desk.right(question)]},
        "note": None,
        "qualified": False,
        "left": 3,
    }
    assert ada.mine()["practice"]["left"] == 3
    questions = ada.claim(n=10)["questions"]
    assert len(questions) == 3, "no more than may be needed"
    told = [ada.answer(q["id"], desk.right(q))["feedback"] for q in questions][-1]
    assert told["qualified"]
    assert {q["lane"] for q in ada.claim(n=5)["questions"]} == {"label"}
    assert ada.mine()["skill"] is None, "practice is not a check"
    desk.check()


def test_who_runs_out_of_practice_is_told_so(store: Store) -> None:
    desk = Desk(store, n=20, known=3, practice=3, qualify=1.0)
    ada = desk.person("ada")
    desk.project.ask(n=10)
    desk.work(ada, 3, well=False)
    with pytest.raises(WrongState, match="0 of the last 3 were right"):
        ada.claim()


def test_gold_is_named_with_a_value_or_taken_from_labels(store: Store) -> None:
    desk = Desk(store, n=6)
    items = [item["id"] for item in desk.project.items()["items"]]
    with pytest.raises(WrongState, match="has no label yet"):
        desk.project.add_gold([items[0]])
    with pytest.raises(Malformed):
        desk.project.add_gold()
    with pytest.raises(Malformed):
        desk.project.add_gold(items[:2], value="ham")
    assert desk.project.add_gold([items[0]], value="spam", note="it sells something") == {"added": 1}
    (gold,) = desk.project.golds()["gold"]
    assert (gold["item"], gold["value"], gold["source"]) == (items[0], {"labels": ["spam"]}, "known")
    assert desk.label(items[0])["value"] == {"labels": ["spam"]}
    with pytest.raises(Forbidden):
        desk.person("ada").golds()
    desk.check()
    assert desk.project.remove_gold(items[0]) == {"removed": 1}
    assert desk.project.remove_gold(items[0]) == {"removed": 0}
    assert desk.label(items[0])["value"] == {"labels": ["spam"]}, "the answer that said so is still there"
    desk.check()


def test_gold_checks_those_who_were_asked_and_never_who_gave_it(store: Store) -> None:
    desk = Desk(store, n=12, overlap=2, **ALWAYS)
    ada, bob, lead = desk.person("ada"), desk.person("bob"), desk.person("lead", "engineer")
    together = [item["id"] for item in desk.project.items(limit=2)["items"]]
    assert lead.bulk_label(together, "spam")["answered"] == 2
    desk.project.ask(n=12)
    first, second = desk.work(ada, 2)
    desk.work(bob, 12, well=False)
    asked = first["items"][0]["id"]
    desk.project.add_gold([asked], value=desk.right(first))  # an answer that nobody was asked for
    desk.project.add_gold([asked], value=desk.right(first))  # and again: the one before is an answer about gold now
    desk.project.add_gold([second["items"][0]["id"]])  # without a value, the answer that came last is the trusted one
    desk.project.add_gold([together[0]], value="ham")
    desk.project.add_gold([together[1]])
    desk.check()
    desk.project.measure()
    desk.check()
    skills = {member["name"]: member["skill"] for member in desk.project.team()["members"]}
    checks = {name: skills[name]["checks"] if skills[name] else 0 for name in ("owner", "ada", "bob", "lead")}
    assert checks == {"owner": 0, "ada": 2, "bob": 1, "lead": 0}
