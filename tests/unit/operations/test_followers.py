"""Whoever takes over suggestions because they are there is asked for their own judgement."""

from __future__ import annotations

from handloom import ask
from handloom.core.ids import parse
from handloom.core.people import Skill
from handloom.store import Store, quality, queue, skills
from handloom.store.queue import NewBatch, NewQuestion
from tests.unit.operations.desk import Desk

N = 20


def suggesting(store: Store, **settings: object) -> Desk:
    """Questions that all have a suggestion."""
    desk = Desk(store, n=N, **settings)
    items = [parse("item", item["id"]) for item in desk.project.items(limit=N)["items"]]
    suggestion = {"value": {"labels": ["ham"]}, "confidence": 0.9, "model": "m1"}
    new = [NewQuestion(item, "choice", "margin", 0.0, 0.0, "unsure", suggestion=suggestion, most=3) for item in items]
    store.write(lambda tx: queue.ask(tx, NewBatch(1, 1, "margin", 1, "label"), new))
    return desk


def follows(desk: Desk, name: str, share: float) -> None:
    found = Skill(0.8, 0.7, 0.9, 60.0, follows=share)
    actor = parse("actor", desk.id_of(name))
    desk.site.store.write(lambda tx: skills.add(tx, task_id=1, actor_id=actor, found=found, position=1))
    warned = {"answers": 60, "anchoring": {"warning": "follows wrong suggestions" if share > 0.5 else None}}
    desk.site.store.write(lambda tx: quality.put(tx, quality.Measurement(1, 1, 60, [], {}, 1.0), {actor: warned}))


def test_a_follower_sees_every_fifth_suggestion(store: Store) -> None:
    desk = suggesting(store, most_answers=3)
    ada, ben = desk.person("Ada"), desk.person("Ben")
    follows(desk, "Ben", 0.1)
    follows(desk, "Ada", 0.6)
    seen = [question for question in ada.claim(n=N)["questions"] if question["suggestion"]]
    assert len(seen) == N // ask.route.SHOWN_TO_FOLLOWERS
    ada.release_claims([question["id"] for question in ada.questions()["questions"]])
    assert all(question["suggestion"] for question in ben.claim(n=N)["questions"])
    again = desk.site.acting(desk.id_of("Ada")).question(seen[0]["id"])
    assert again["suggestion"] is None  # not hers any more, and nobody is shown what they do not hold


def test_a_question_that_is_held_shows_the_same_however_it_is_looked_at(store: Store) -> None:
    desk = suggesting(store, most_answers=3)
    ada = desk.person("Ada")
    follows(desk, "Ada", 1.0)
    for question in ada.claim(n=N)["questions"]:
        assert ada.workspace.question(question["id"])["suggestion"] == question["suggestion"]
        assert ada.claim_question(question["id"])["suggestion"] == question["suggestion"]


def test_where_nobody_is_measured_suggestions_stay(store: Store) -> None:
    desk = suggesting(store)
    ada = desk.person("Ada")
    follows(desk, "Ada", 1.0)
    assert all(question["suggestion"] for question in ada.claim(n=N)["questions"])
