"""Asking again, experts, reviews, rules of who gets what: on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from handloom.core.errors import Conflict, Forbidden, Malformed, NotFound, WrongState
from handloom.store import Store
from tests.unit.operations.desk import Desk


def test_an_item_is_asked_again_until_its_label_is_sure(store: Store) -> None:
    desk = Desk(store, n=3, overlap=1, most_answers=4, sure=0.9)
    people = [desk.person(f"p{k}") for k in range(5)]
    desk.project.ask(n=3)
    (agreed,) = desk.work(people[0], 1)
    assert desk.question(agreed["id"])["state"] == "open", "one stranger is not enough"
    (again,) = people[1].claim(n=1)["questions"]
    assert again["id"] == agreed["id"]
    reply = people[1].answer(again["id"], desk.right(again))
    assert reply["state"] == "resolved"
    label = desk.label(agreed["items"][0]["id"])
    assert (label["n"], label["value"]["labels"]) == (2, [desk.right(agreed)])
    assert label["confidence"] >= 0.9
    assert [e["body"]["needs"] for e in desk.events("question.wants")] == [2]
    desk.check()


def test_asking_again_ends_at_the_limit_and_where_nobody_is_left(store: Store) -> None:
    desk = Desk(store, n=1, overlap=1, most_answers=9, sure=0.999, experts=False)
    people = [desk.person(f"p{k}") for k in range(3)]
    desk.project.ask(n=1)
    (question,) = desk.work(people[0], 1)
    for k, who in enumerate(people[1:], 2):
        found = desk.work(who, 1)
        assert len(found) == 1
        assert desk.question(question["id"])["needs"] == min(k + 1, 3)
    assert desk.question(question["id"])["state"] == "resolved"
    desk.check()


def test_a_question_does_not_wait_for_who_has_gone(store: Store) -> None:
    desk = Desk(store, n=1, overlap=1, most_answers=5, sure=0.999)
    ada, _, eve = desk.person("ada"), desk.person("bob"), desk.person("eve", "expert")
    desk.project.change_member(desk.id_of("eve"), state="paused")
    desk.project.ask(n=1)
    (question,) = desk.work(ada, 1)
    assert desk.question(question["id"])["state"] == "open", "bob could be asked"
    desk.project.change_member(desk.id_of("bob"), state="paused")
    assert desk.question(question["id"])["state"] == "resolved"
    desk.project.change_member(desk.id_of("eve"), state="active")
    assert eve.claim(lane="expert")["questions"] == [], "one answer is no conflict"
    desk.check()


def test_only_questions_that_nobody_is_left_for_are_settled(store: Store) -> None:
    desk = Desk(store, n=3, overlap=1, most_answers=5, sure=0.999)
    people = [desk.person(name) for name in ("ada", "bob", "cyd")]
    desk.project.ask(n=3)
    first, second = desk.work(people[0], 2)
    desk.work(people[1], 1)
    assert {desk.question(q["id"])["state"] for q in (first, second)} == {"open"}
    desk.project.change_member(desk.id_of("bob"), state="paused")
    assert {desk.question(q["id"])["state"] for q in (first, second)} == {"open"}, "cyd is there for both"
    desk.project.change_member(desk.id_of("cyd"), state="paused")
    assert {desk.question(q["id"])["state"] for q in (first, second)} == {"resolved"}
    desk.check()


def test_people_who_disagree_are_settled_by_an_expert(store: Store) -> None:
    desk = Desk(store, n=4, overlap=2)
    ada, bob, eve = desk.person("ada"), desk.person("bob"), desk.person("eve", "expert")
    desk.project.add_guidelines("mail", "Receipts are ham.")
    desk.project.ask(n=1)
    (question,) = ada.claim(n=1)["questions"]
    ada.answer(question["id"], "ham", rationale="a receipt")
    bob.answer(bob.claim(n=1)["questions"][0]["id"], "spam", note="it sells something")
    item = question["items"][0]["id"]
    with pytest.raises(Forbidden):
        ada.claim(lane="expert")
    (conflict,) = eve.claim(lane="expert")["questions"]
    assert conflict["body"]["why"] == "disagree"
    assert conflict["guidelines"] == {"version": 1}
    sides = {str(s["value"]["labels"]): s["reasons"] for s in conflict["body"]["values"]}
    assert sides == {"['ham']": ["a receipt"], "['spam']": ["it sells something"]}
    assert "ada" not in str(conflict)
    assert "bob" not in str(conflict)
    eve.answer(conflict["id"], "spam", rationale="an advertisement with a receipt number")
    label = desk.label(item)
    assert (label["value"], label["confidence"]) == ({"labels": ["spam"]}, 1.0)
    (told,) = ada.mine()["feedback"]
    assert (told["yours"], told["verdict"]) == ({"labels": ["ham"]}, {"labels": ["spam"]})
    assert told["reason"] == "an advertisement with a receipt number"
    assert bob.mine()["feedback"] == []
    assert [p.mine()["skill"]["checks_right"] for p in (ada, bob)] == [0, 1], "a verdict tells about both"
    assert desk.project.quality()["conflicts"] == {"open": 0, "settled": 1}
    desk.check()


@pytest.mark.parametrize("outcome", ["flag", "unsure"])
def test_a_doubt_goes_to_an_expert(store: Store, outcome: str) -> None:
    desk = Desk(store, n=4)
    ada, eve = desk.person("ada"), desk.person("eve", "expert")
    desk.project.ask(n=1)
    (question,) = ada.claim(n=1)["questions"]
    assert ada.answer(question["id"], outcome=outcome, note="two mails in one")["state"] == "escalated"
    (conflict,) = eve.claim(lane="expert")["questions"]
    assert conflict["body"] == {
        "why": outcome,
        "values": [{"value": None, "outcome": outcome, "n": 1, "reasons": ["two mails in one"]}],
    }
    eve.answer(conflict["id"], "other")
    assert desk.label(conflict["items"][0]["id"])["value"] == {"labels": ["other"]}
    assert eve.claim(lane="expert")["questions"] == []
    desk.check()


def test_nobody_judges_a_conflict_of_their_own(store: Store) -> None:
    desk = Desk(store, n=4)
    eve, fay = desk.person("eve", "expert"), desk.person("fay", "expert")
    desk.project.ask(n=1)
    (question,) = eve.claim(n=1)["questions"]
    eve.answer(question["id"], outcome="flag")
    assert eve.claim(lane="expert")["questions"] == []
    assert len(fay.claim(lane="expert")["questions"]) == 1


def test_a_verdict_becomes_gold_where_that_is_wished(store: Store) -> None:
    desk = Desk(store, n=4, expert_gold=True)
    ada, eve = desk.person("ada"), desk.person("eve", "expert")
    desk.project.ask(n=1)
    ada.answer(ada.claim(n=1)["questions"][0]["id"], outcome="flag")
    first = eve.answer(eve.claim(lane="expert")["questions"][0]["id"], "other")
    (gold,) = desk.project.golds()["gold"]
    assert (gold["source"], gold["hidden"], gold["value"]) == ("expert", True, {"labels": ["other"]})
    eve.answer(first["question"], "spam", supersedes=first["id"])
    assert desk.project.golds()["gold"][0]["value"] == {"labels": ["spam"]}
    assert desk.label(gold["item"])["value"] == {"labels": ["spam"]}
    desk.check()


def test_rejected_work_is_asked_again(store: Store) -> None:
    desk = Desk(store, n=12)
    bad, good, ray = desk.person("bad"), desk.person("good"), desk.person("ray", "reviewer")
    desk.project.ask(n=12)
    done = desk.work(bad, 6, well=False)
    desk.work(good, 2)
    name = desk.id_of("bad")
    with pytest.raises(Forbidden):
        bad.open_review(name)
    review = ray.open_review(name, sample=3)
    assert (review["size"], review["sample"], len(review["answers"])) == (6, 3, 3)
    with pytest.raises(WrongState):
        ray.open_review(name)
    with pytest.raises(Malformed, match="needs a reason"):
        ray.workspace.close_review(review["id"], accept=False)
    closed = ray.workspace.close_review(review["id"], accept=False, reason="every third is wrong")
    assert (closed["state"], closed["asked_again"]) == ("rejected", 6)
    assert all(desk.label(q["items"][0]["id"]) is None for q in done)
    told = bad.mine()["feedback"]
    assert len(told) == 6
    assert told[0]["reason"] == "rejected in review: every third is wrong"
    desk.check()
    again = desk.work(good, 20)
    assert {q["id"] for q in done} <= {q["id"] for q in again}
    assert bad.claim()["questions"] == [], "nobody is asked again about their own"
    with pytest.raises(WrongState):
        ray.workspace.close_review(review["id"], accept=True)
    with pytest.raises(WrongState, match="answered nothing"):
        ray.open_review(name)
    desk.check()


def test_accepted_work_stays_and_is_not_looked_at_twice(store: Store) -> None:
    desk = Desk(store, n=12)
    ada, ray = desk.person("ada"), desk.person("ray", "reviewer")
    desk.project.ask(n=12)
    first = desk.work(ada, 4)
    review = ray.open_review(desk.id_of("ada"), sample=50)
    assert ray.workspace.close_review(review["id"], accept=True)["asked_again"] == 0
    second = desk.work(ada, 3)
    assert ray.open_review(desk.id_of("ada"))["size"] == len(second)
    assert all(desk.label(q["items"][0]["id"]) for q in first)
    assert [r["state"] for r in ray.reviews()["reviews"]] == ["open", "accepted"]


def test_questions_go_by_language_and_overlap_goes_by_slice(store: Store) -> None:
    rules = [
        {"name": "german", "where": {"field": "language", "is": "de"}, "tags": ["de"], "needs": 2},
        {"name": "french", "where": {"field": "language", "is": "fr"}, "tags": ["fr"]},
    ]
    meta = {k: {"language": ("de", "fr", "en")[k % 3]} for k in range(9)}
    desk = Desk(store, n=9, meta=meta, assign=rules)
    ada, bob, cyd = desk.person("ada"), desk.person("bob"), desk.person("cyd")
    for name, tags in (("ada", ["de"]), ("bob", ["de", "fr"])):
        desk.project.change_member(desk.id_of(name), tags=tags)
    desk.project.ask(n=9)
    languages = {
        who: sorted(q["items"][0]["meta"]["language"] for q in handle.claim(n=20)["questions"])
        for who, handle in (("cyd", cyd), ("ada", ada), ("bob", bob))
    }
    assert languages == {"cyd": ["en"] * 3, "ada": ["de"] * 3, "bob": ["de"] * 3 + ["fr"] * 3}
    needs = {q["items"][0]["meta"]["language"]: q["needs"] for q in desk.project.questions(limit=50)["questions"]}
    assert needs == {"de": 2, "fr": 1, "en": 1}
    desk.check()


def test_hard_items_go_to_who_has_shown_skill(store: Store) -> None:
    rules = [{"name": "hard", "where": {"field": "slice", "is": "hard"}, "skill": 0.6}]
    desk = Desk(store, n=60, known=20, meta={k: {"slice": "hard"} for k in range(40, 60)}, assign=rules, gold_share=0.5)
    ada = desk.person("ada")
    desk.project.ask(n=40)
    held = ada.claim(n=40)["questions"]
    assert not [q for q in held if (q["items"][0]["meta"] or {}).get("slice")]
    for question in held:
        ada.answer(question["id"], desk.right(question))
    assert ada.mine()["skill"]["accuracy"]["low"] >= 0.6
    assert {(q["items"][0]["meta"] or {}).get("slice") for q in ada.claim(n=60)["questions"]} >= {"hard"}


def test_one_never_answers_after_another(store: Store) -> None:
    desk = Desk(store, n=6, overlap=2)
    ada, bob = desk.person("ada"), desk.person("bob")
    desk.project.change_settings({"never_after": [[desk.id_of("ada"), desk.id_of("bob")]]})
    desk.project.ask(n=6)
    first = {q["id"] for q in desk.work(bob, 2)}
    held = {q["id"] for q in bob.claim(n=2)["questions"]}
    offered = {q["id"] for q in ada.claim(n=6)["questions"]}
    assert len(offered) == 2
    assert not offered & (first | held), "neither after bob nor while bob is at it"
    assert not offered & {q["id"] for q in bob.claim(n=6)["questions"]}, "nor the other way round at the same time"
    for question in sorted(offered):
        ada.answer(question, "ham")
    assert offered == {q["id"] for q in bob.claim(n=6)["questions"]}, "bob may answer after ada"


def test_rules_and_tags_are_checked(store: Store) -> None:
    desk = Desk(store, n=1)
    for wrong in ([{"name": ""}], [{"name": "a"}, {"name": "a"}], [{"name": "a", "where": {"field": "x"}}], "no"):
        with pytest.raises(Malformed):
            desk.project.change_settings({"assign": wrong})
    with pytest.raises(Malformed):
        desk.project.change_settings({"never_after": [["a1"]]})
    with pytest.raises(Malformed):
        desk.project.change_member("a1", tags=["x" * 100])


def test_an_invitation_lets_in_as_often_as_it_says(store: Store) -> None:
    from handloom.operations import team

    desk = Desk(store, n=6, members_only=True)
    invitation = desk.project.invite(role="reviewer", tags=["de"], uses=1)
    code = invitation["path"].removeprefix("/join#")
    actor, token, _ = team.join(desk.site.store, code, "ada")
    assert token.startswith("hl_a")
    desk.site.site.forget()
    ada = desk.site.acting(actor.name).project("mail")
    assert ada.reviews()["reviews"] == [], "in the project a reviewer"
    assert desk.site.acting("ada").me()["role"] == "annotator", "and nothing more in the workspace"
    with pytest.raises(Exception, match="used up"):
        team.join(desk.site.store, code, "bob")
    second = desk.project.invite(uses=5)
    assert [one["uses"] for one in desk.project.invitations()["invitations"]] == [5]
    assert desk.project.revoke_invitation(second["id"]) == {"revoked": 1}
    with pytest.raises(Exception, match="revoked"):
        team.join(desk.site.store, second["path"].removeprefix("/join#"), "bob")
    late = desk.project.invite(hours=1)["path"].removeprefix("/join#")
    store.clock.move(3601)  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="expired"):
        team.join(desk.site.store, late, "bob")


def test_who_is_paused_or_removed_is_asked_no_more(store: Store) -> None:
    desk = Desk(store, n=12)
    ada, bob = desk.person("ada"), desk.person("bob")
    desk.project.ask(n=10)
    held = ada.claim(n=5)["questions"]
    name = desk.id_of("ada")
    desk.project.change_member(name, state="paused", reason="on leave")
    assert {q["id"] for q in held} <= {q["id"] for q in bob.claim(n=10)["questions"]}, "others get what they held"
    with pytest.raises(Forbidden, match="paused in project mail: on leave"):
        ada.claim()
    assert ada.mine()["state"] == "paused", "they still see their own page"
    desk.project.change_member(name, state="removed")
    with pytest.raises(NotFound):
        ada.claim()
    desk.project.change_member(name, state="active")
    assert ada.claim()["questions"] == []
    with pytest.raises(Forbidden):
        ada.change_member(name, role="owner")
    desk.check()


def test_a_link_does_not_undo_a_removal(store: Store) -> None:
    desk = Desk(store, n=2)
    ada = desk.person("ada")
    desk.project.change_member(desk.id_of("ada"), state="removed")
    code = desk.project.invite()["path"].removeprefix("/join#")
    with pytest.raises(Exception, match="only an owner"):
        ada.workspace.accept(code)
    bob = desk.person("bob")
    assert bob.workspace.accept(code)["role"] == "annotator", "and the refused use was not counted"


def test_a_review_of_ones_own_work_is_refused(store: Store) -> None:
    desk = Desk(store, n=4)
    ray = desk.person("ray", "reviewer")
    desk.project.ask(n=4)
    desk.work(ray, 2)
    with pytest.raises(Conflict, match="nobody reviews their own work"):
        ray.open_review(desk.id_of("ray"))
