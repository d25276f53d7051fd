"""One label for many items: who may, what is left out, how it is marked, and that taking it back leaves what was before."""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from handloom.core.errors import EmptyInput, Forbidden, Malformed, NotFound, TooLarge, UnknownLabel
from handloom.handle import ProjectHandle
from handloom.operations import bulk
from handloom.store import Store, labels, people, picking, schema

from .desk import LABELS, Desk


def ids(project: ProjectHandle, *keys: str) -> list[str]:
    """Item ids by key; all of them without keys."""
    by_key = {one["key"]: one["id"] for one in project.items(limit=200)["items"]}
    return [by_key[key] for key in keys] if keys else list(by_key.values())


def said(desk: Desk, item: str) -> list[dict[str, Any]]:
    """Answers to questions about an item, as a reviewer sees them."""
    return [a for q in desk.site.item(item)["tasks"][0]["questions"] for a in q["answers"]]


def test_every_item_gets_an_answer_with_its_share_of_the_seconds(store: Store) -> None:
    desk = Desk(store)
    lead = desk.person("lead", "engineer")
    some = ids(desk.project)[:8]
    done = lead.bulk_label(some, "spam", seconds=4.0)
    assert done["answered"] == 8
    assert done["skipped"] == {"test": 0, "mine": 0, "labelled": 0}
    for item in some:
        label = desk.label(item)
        assert label["value"] == {"labels": ["spam"]}
        (question,) = desk.site.item(item)["tasks"][0]["questions"]
        assert (question["strategy"], question["probability"], question["state"]) == ("bulk", 0.0, "resolved")
        (answer,) = question["answers"]
        assert answer["actor"]["name"] == "lead"
        assert answer["seconds"] == pytest.approx(0.5)
    (action,) = lead.map.actions()["actions"]
    assert (action["id"], action["answers"], action["standing"]) == (done["bulk"], 8, 8)
    assert action["value"] == {"labels": ["spam"]}
    assert action["seconds"] == pytest.approx(4.0)
    desk.check()


def test_the_living_test_set_is_left_out_and_counted(store: Store) -> None:
    desk = Desk(store, n=60, test_share=0.3)
    everything = desk.project.items(limit=200)["items"]
    held = [one["id"] for one in everything if one["test"]]
    assert held
    done = desk.project.bulk_label([one["id"] for one in everything], "ham")
    assert done["skipped"]["test"] == len(held)
    assert done["answered"] == 60 - len(held)
    assert all(desk.label(item) is None for item in held)
    desk.check()


def test_what_one_answered_or_others_labelled_is_left_out(store: Store) -> None:
    desk = Desk(store, n=9)
    ann, bea = desk.person("ann", "reviewer"), desk.person("bea", "reviewer")
    desk.project.ask(n=6)
    mine, theirs = desk.work(ann, 3), desk.work(bea, 3)
    everything = ids(desk.project)
    done = ann.bulk_label(everything, "other")
    assert done["skipped"] == {"test": 0, "mine": 3, "labelled": 3}
    assert done["answered"] == 3
    for question in mine:
        assert desk.label(question["items"][0]["id"])["value"] == {"labels": [desk.right(question)]}
    over = ann.bulk_label(everything, "other", labelled=True)
    assert (over["answered"], over["skipped"]["mine"]) == (3, 6)
    for question in theirs:
        assert len(said(desk, question["items"][0]["id"])) == 2
    desk.check()


def test_sent_again_it_changes_nothing(store: Store) -> None:
    desk = Desk(store)
    sent = {"id": str(uuid.uuid4()), "seconds": 3.0}
    some = ids(desk.project)[:5]
    first = desk.project.bulk_label(some, "ham", **sent)
    assert desk.project.bulk_label(some, "ham", **sent) == first
    assert [len(said(desk, item)) for item in some] == [1] * 5
    more = desk.project.bulk_label([*some, *ids(desk.project)[5:7]], "ham", **sent)
    assert (more["bulk"], more["answered"]) == (first["bulk"], 7)
    assert len(desk.project.map.actions()["actions"]) == 1
    desk.check()


def test_long_actions_are_written_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 4)
    desk = Desk(store)
    done = desk.project.bulk_label(ids(desk.project)[:11], "ham")
    assert done["answered"] == 11
    (action,) = desk.project.map.actions()["actions"]
    assert (action["answers"], action["id"]) == (11, done["bulk"])
    with store.read() as connection:
        events = connection.execute(
            sa.select(schema.event.c.body).where(schema.event.c.kind == "answer.bulk").order_by(schema.event.c.seq)
        ).scalars()
        assert [len(body["questions"]) for body in events] == [4, 4, 3]
        assert connection.execute(sa.select(schema.batch.c.n).where(schema.batch.c.strategy == "bulk")).scalar() == 11
    assert desk.project.map.undo(done["bulk"]) == {"bulk": done["bulk"], "retracted": 11}
    desk.check()


def test_annotators_and_machines_may_not_and_undo_is_for_oneself(store: Store) -> None:
    desk = Desk(store)
    some = ids(desk.project)[:3]
    with pytest.raises(Forbidden, match="label in bulk needs"):
        desk.person("ann").bulk_label(some, "ham")
    machine = desk.site.add_actor("robot", "engineer", "model")["actor"]["id"]
    with pytest.raises(Forbidden, match="answers of people"):
        desk.site.acting(machine).project("mail").bulk_label(some, "ham")
    done = desk.person("lead", "engineer").bulk_label(some, "ham")
    with pytest.raises(Forbidden, match="whoever did it"):
        desk.project.map.undo(done["bulk"])
    assert all(desk.label(item) is not None for item in some)


def test_nonsense_is_refused_and_nothing_is_stored(store: Store) -> None:
    desk = Desk(store)
    some = ids(desk.project)[:2]
    with pytest.raises(UnknownLabel, match="spam"):
        desk.project.bulk_label(some, "spma")
    with pytest.raises(EmptyInput):
        desk.project.bulk_label([], "spam")
    with pytest.raises(NotFound):
        desk.project.bulk_label(["i999"], "spam")
    with pytest.raises(Malformed, match="UUID"):
        desk.project.bulk_label(some, "spam", id="seven")
    with pytest.raises(Malformed, match="seconds"):
        desk.project.bulk_label(some, "spam", seconds=-1.0)
    with pytest.raises(TooLarge):
        desk.project.bulk_label(["i1"] * (bulk.MAX_BULK + 1), "spam")
    with pytest.raises(NotFound):
        desk.project.map.undo("b999")
    assert desk.project.map.actions()["actions"] == []
    assert all(desk.label(item) is None for item in some)


def test_an_item_of_another_project_is_not_there(store: Store) -> None:
    desk = Desk(store)
    other = desk.site.create_project("elsewhere", [{"name": "x", "kind": "text_class@1", "labels": list(LABELS)}])
    other.add_items([{"key": "z", "data": {"text": "far away"}}])
    (foreign,) = (one["id"] for one in other.items()["items"])
    with pytest.raises(NotFound):
        desk.project.bulk_label([foreign], "ham")


def test_gold_among_them_is_counted_apart_and_stays_the_label(store: Store) -> None:
    desk = Desk(store, n=20, known=8)
    lead = desk.person("lead", "engineer")
    some = ids(desk.project, *(f"k{k}" for k in range(8)))
    done = lead.bulk_label(some, "ham", labelled=True)
    assert done["answered"] == 8
    right = sum(desk.truth[f"k{k}"] == "ham" for k in range(8))
    (action,) = lead.map.actions()["actions"]
    assert action["checks"] == {"n": 8, "right": right}
    assert [desk.label(item)["value"]["labels"] for item in some] == [[desk.truth[f"k{k}"]] for k in range(8)]
    skill = next(one["skill"] for one in desk.project.team()["members"] if one["name"] == "lead")
    assert skill is None
    reader = desk.person("expert", "expert")
    assert reader.map.actions()["actions"][0]["checks"] is None
    desk.check()


def test_bulk_says_nothing_about_pace_or_what_an_answer_costs(store: Store) -> None:
    desk = Desk(store)
    lead = desk.person("lead", "engineer")
    desk.project.ask(n=3)
    desk.work(lead, 3)
    lead.bulk_label(ids(desk.project), "ham", seconds=1.0)
    with store.read() as connection:
        actor = people.named(connection, "lead")
        assert actor is not None
        pace = people.pace(connection, actor.id)
        assert pace.median_seconds == 2.0
        assert pace.answers == 30
        assert picking.answer_seconds(connection, 1)[1].tolist() == [2.0, 2.0, 2.0]


def test_an_open_question_is_withdrawn_and_asked_again_after_an_undo(store: Store) -> None:
    desk = Desk(store, n=6)
    desk.project.ask(n=4)
    before = {q["items"][0]["id"]: q for q in desk.project.questions(lane="label")["questions"]}
    assert len(before) == 4
    done = desk.project.bulk_label(ids(desk.project), "ham")
    assert done["answered"] == 6
    assert desk.project.claim(n=10)["questions"] == []
    desk.project.map.undo(done["bulk"])
    again = {q["items"][0]["id"]: q for q in desk.project.claim(n=10)["questions"]}
    assert again.keys() == before.keys()
    for item, question in again.items():
        assert (question["strategy"], question["reason"]) == (before[item]["strategy"], before[item]["reason"])
    desk.check()


def test_a_question_that_somebody_is_at_is_left_to_them(store: Store) -> None:
    desk = Desk(store, n=2)
    ann = desk.person("ann")
    desk.project.ask(n=1)
    (question,) = ann.claim(n=1)["questions"]
    item = question["items"][0]["id"]
    assert desk.project.bulk_label([item], "ham")["answered"] == 1
    ann.answer(question["id"], "spam", seconds=1.0)
    assert len(said(desk, item)) == 2
    assert desk.label(item)["confidence"] == 0.5
    desk.check()


def test_a_reviewer_can_reject_bulk_work_and_it_is_asked_again(store: Store) -> None:
    desk = Desk(store, n=6)
    lead, ann = desk.person("lead", "engineer"), desk.person("ann")
    done = lead.bulk_label(ids(desk.project), "ham")
    review = desk.project.open_review(desk.id_of("lead"), sample=3)
    desk.site.close_review(review["id"], accept=False, reason="too quick")
    assert all(desk.label(item) is None for item in ids(desk.project))
    assert len(ann.claim(n=10)["questions"]) == 6
    assert lead.map.undo(done["bulk"]) == {"bulk": done["bulk"], "retracted": 0}
    desk.check()


def snapshot(desk: Desk, who: list[ProjectHandle]) -> dict[str, Any]:
    """Everything that an undo has to bring back: labels, what is asked, and what each person would be handed."""
    with desk.site.store.read() as connection:
        found = connection.execute(sa.select(schema.label)).all()
        standing = {row.item_id: labels.standing(connection, task_id=row.task_id, item_id=row.item_id) for row in found}
        counters = {
            row.name: row.value
            for row in connection.execute(sa.select(schema.counter))
            if row.name.startswith("labels") or row.name.endswith((".open", ".claimed", ".resolved", ".skipped"))
        }
    handed = []
    for person in who:
        questions = person.claim(n=100)["questions"]
        handed.append(sorted((q["items"][0]["id"], q["strategy"], q["reason"]) for q in questions))
        person.workspace.release_claims([q["id"] for q in questions])
    return {
        "labels": {row.item_id: (row.value, row.confidence, row.n, sorted(row.answers)) for row in found},
        "standing": standing,
        "counters": {name: value for name, value in counters.items() if value},
        "handed": handed,
    }


@pytest.mark.parametrize("seed", range(8))
def test_after_an_undo_everything_is_as_before(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    known = chance.choice((0, 0, 5))
    settings = {"overlap": chance.choice((1, 2)), "test_share": chance.choice((0.0, 0.25)), "gold_share": 0.0}
    desk = Desk(store, n=24, known=known, **settings)
    crew = [desk.person(f"p{k}", "reviewer") for k in range(3)]
    for _ in range(chance.randrange(3)):
        desk.project.ask(n=chance.randrange(1, 8))
        for person in crew:
            desk.work(person, chance.randrange(1, 4), well=chance.random() < 0.8)
    everything = ids(desk.project)
    if chance.random() < 0.5:
        crew[0].bulk_label(chance.sample(everything, 5), "other")
    before = snapshot(desk, crew)
    for _ in range(2):
        some = chance.sample(everything, chance.randrange(1, 20))
        done = crew[1].bulk_label(some, chance.choice(LABELS), labelled=chance.random() < 0.5)
        if done["bulk"] is None:
            continue
        assert snapshot(desk, crew)["labels"] != before["labels"] or done["answered"] == 0 or known
        desk.check()
        assert crew[1].map.undo(done["bulk"])["retracted"] == done["answered"]
        assert crew[1].map.undo(done["bulk"])["retracted"] == 0
        assert snapshot(desk, crew) == before
        desk.check()
