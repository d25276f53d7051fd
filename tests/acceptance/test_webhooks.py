"""Addresses that are told what happens: nothing lost, nothing unsigned, whatever the other side does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from handloom.jobs import hooks
from handloom.store import schema, webhooks

from .conftest import Site
from .outside import Service, service


class Told:
    """A project, somebody who answers, and an address that is told."""

    def __init__(self, site: Site, outside: Service) -> None:
        self.site, self.outside, self.store = site, outside, site.workspace.store
        self.project = site.project(items=30)
        self.ada = site.person("Ada")
        self.path = f"/projects/{self.project}/webhooks"

    def add(self, *kinds: str) -> dict[str, Any]:
        made = self.site.owner.post(
            self.path, json={"address": self.outside.url, **({"kinds": kinds} if kinds else {})}
        )
        assert made.status_code == 201, made.text
        self.outside.secret = made.json()["secret"]
        return made.json()

    def answer(self, n: int, label: str = "ham", client: httpx.Client | None = None) -> list[str]:
        who = client or self.ada
        claimed = who.post(f"/projects/{self.project}/claim", json={"n": n}).json()["questions"]
        for question in claimed:
            self.say(question["id"], label, who)
        return [question["id"] for question in claimed]

    def say(self, question: str, label: str, who: httpx.Client) -> None:
        body = {"id": str(uuid.uuid4()), "question": question, "value": {"labels": [label]}, "seconds": 1.0}
        assert who.post("/answers", json=body).status_code == 201

    def deliver(self) -> int:
        return hooks.deliver(self.store)

    @property
    def shown(self) -> dict[str, Any]:
        return self.site.owner.get(self.path).json()["webhooks"][0]

    def subjects(self, kind: str) -> list[str]:
        return [event["subject"] for event in self.outside.events if event["type"] == kind]


@pytest.fixture
def told(site: Site) -> Iterator[Told]:
    with service() as outside:
        yield Told(site, outside)


def test_resolved_questions_and_changed_labels_are_told_once_and_signed(told: Told) -> None:
    told.add()
    told.site.ask(told.project, 3)
    questions = told.answer(3)
    assert told.outside.requests == []
    assert told.deliver() == 1
    assert told.deliver() == 0
    assert told.outside.authentic()
    assert told.subjects("question.resolved") == questions
    labels = [event for event in told.outside.events if event["type"] == "label.changed"]
    assert [one["label"] for one in labels] == [{"value": {"labels": ["ham"]}, "confidence": 1.0, "n": 1}] * 3
    assert all(one["task"] == "mail" and one["key"].startswith("k") for one in labels)
    assert len({event["id"] for event in told.outside.events}) == 6


def test_only_the_kinds_that_were_asked_for_and_only_from_then_on(told: Told) -> None:
    told.site.ask(told.project, 4)
    told.answer(2)
    told.add("label.changed")
    told.answer(2)
    told.deliver()
    assert [event["type"] for event in told.outside.events] == ["label.changed"] * 2


def test_a_label_that_changed_twice_before_it_is_told_is_told_as_it_stands(told: Told) -> None:
    told.add("label.changed")
    told.site.ask(told.project, 1, needs=2)
    (question,) = told.answer(1)
    first = told.store.write(lambda tx: tx.execute(sa.select(schema.answer.c.id)).scalar_one())
    body = {"id": str(uuid.uuid4()), "question": question, "value": {"labels": ["spam"]}, "supersedes": first}
    assert told.ada.post("/answers", json=body).status_code == 201
    told.deliver()
    assert [event["label"]["value"] for event in told.outside.events] == [{"labels": ["spam"]}]


def test_a_question_that_wants_more_answers_is_not_told_as_resolved(told: Told) -> None:
    told.add("question.resolved")
    told.site.ask(told.project, 1, needs=2)
    (question,) = told.answer(1)
    told.deliver()
    assert told.outside.requests == []
    told.answer(1, client=told.site.person("Bob"))
    told.deliver()
    assert told.subjects("question.resolved") == [question]


def test_gold_and_reviewed_answers_change_labels_too(told: Told) -> None:
    told.add("label.changed")
    told.site.owner.post(f"/projects/{told.project}/gold", json={"items": ["i5"], "value": {"labels": ["spam"]}})
    told.deliver()
    assert told.outside.events[0]["label"]["value"] == {"labels": ["spam"]}
    told.site.owner.delete(f"/projects/{told.project}/gold/i5")
    told.deliver()
    assert told.subjects("label.changed") == ["i5", "i5"]


def test_a_needed_decision_is_told_with_what_it_will_do(told: Told) -> None:
    from handloom.store.queue import NewBatch, NewQuestion, ask

    told.add("decision.needed")
    body = {
        "title": "Release model 2?",
        "effect": "model 2 serves",
        "choices": ["approve", "reject"],
        "default": "reject",
    }
    new = NewQuestion(None, "decision", "gate", 0.0, 0.0, "better", body=body, expires=told.site.clock() + 60)
    number = int(told.project[1:])
    told.store.write(lambda tx: ask(tx, NewBatch(number, 1, "gate", 1, "decide"), [new]))
    told.deliver()
    (event,) = told.outside.events
    assert {name: event[name] for name in body} == body
    assert (event["task"], event["lane"], event["expires"]) == ("mail", "decide", "2023-11-14T22:14:20.000Z")
    told.deliver()
    assert len(told.outside.events) == 1


def test_it_is_tried_again_later_and_later_until_it_is_dead_and_goes_on_when_revived(told: Told) -> None:
    made = told.add("question.resolved")
    told.outside.status = [500]
    told.site.ask(told.project, 3)
    questions = told.answer(2)
    for tries in range(1, hooks.TRIES + 1):
        assert told.deliver() == 0
        assert told.deliver() == 0  # not before its time
        assert len(told.outside.requests) == tries
        told.site.clock.move(hooks.LONGEST_PAUSE)
    assert (told.shown["state"], told.shown["status"]) == ("dead", 500)
    assert told.deliver() == 0
    assert len(told.outside.requests) == hooks.TRIES
    messages = {headers["webhook-id"] for headers in told.outside.headers}
    assert len(messages) == 1  # the same message each time
    questions += told.answer(1)
    told.outside.status = [200]
    revived = told.site.owner.patch(f"{told.path}/{made['id']}", json={"state": "active"})
    assert (revived.json()["state"], revived.json()["tries"]) == ("active", 0)
    told.deliver()
    assert [event["subject"] for event in told.outside.requests[-1]["events"]] == questions


def test_an_address_that_is_down_loses_nothing(told: Told) -> None:
    told.add("question.resolved")
    with service() as gone:
        address = gone.url
    told.store.write(lambda tx: tx.execute(sa.update(schema.webhook).values(address=address)))
    told.site.ask(told.project, 1)
    questions = told.answer(1)
    told.deliver()
    assert "cannot be reached" in told.shown["error"]
    told.store.write(lambda tx: tx.execute(sa.update(schema.webhook).values(address=told.outside.url)))
    told.site.clock.move(6)
    told.deliver()
    assert told.subjects("question.resolved") == questions


def test_more_than_fits_into_one_message_arrives_in_order(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "LINES", 4)
    told.add("question.resolved")
    told.site.ask(told.project, 10)
    questions = told.answer(10)
    told.deliver()
    assert told.subjects("question.resolved") == questions
    assert len(told.outside.requests) == 3


def test_two_workers_do_not_tell_the_same_thing_twice(told: Told) -> None:
    told.add("question.resolved")
    told.site.ask(told.project, 5)
    told.answer(5)
    threads = [threading.Thread(target=told.deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told.subjects("question.resolved")) == 5


def test_killed_in_the_middle_of_a_message_nothing_is_lost(told: Told) -> None:
    """A worker process gets no answer from the address and dies by SIGKILL; the next delivery sends it all again."""
    told.add("question.resolved")
    told.site.ask(told.project, 5)
    questions = told.answer(5)
    arrived = threading.Event()
    take = told.outside.take
    told.outside.take = lambda headers, body: (take(headers, body), arrived.set())[0]  # type: ignore[method-assign]
    told.outside.slow = True
    code = "import sys; from handloom.store import Store; from handloom.jobs import hooks; from pathlib import Path\n"
    code += f"hooks.deliver(Store.open(Path(sys.argv[1]), clock=lambda: {told.site.clock()}))"
    worker = subprocess.Popen([sys.executable, "-c", code, str(told.store.folder)], env=os.environ)
    assert arrived.wait(60)
    worker.send_signal(signal.SIGKILL)
    worker.wait(30)
    told.outside.slow = False
    assert told.deliver() == 0  # the dead one still holds it
    told.site.clock.move(hooks.BUSY + 1)
    assert told.deliver() == 1
    first, second = told.outside.requests
    assert [event["subject"] for event in second["events"]] == questions
    assert [event["id"] for event in first["events"]] == [event["id"] for event in second["events"]]


def test_a_test_message_says_at_once_whether_it_was_taken(told: Told) -> None:
    made = told.add()
    assert told.site.owner.post(f"{told.path}/{made['id']}/test").json() == {"ok": True, "status": 200, "error": None}
    assert told.outside.requests[0]["events"][0]["type"] == "handloom.test"
    assert told.outside.authentic()
    told.outside.status, told.outside.location = [302], told.outside.url
    said = told.site.owner.post(f"{told.path}/{made['id']}/test").json()
    assert said == {"ok": False, "status": 302, "error": "the address answered 302"}
    assert len(told.outside.requests) == 2


def test_an_engineer_reaches_public_addresses_only(told: Told) -> None:
    engineer = told.site.person("Eve", "engineer")
    made = engineer.post(told.path, json={"address": told.outside.url}).json()
    said = engineer.post(f"{told.path}/{made['id']}/test").json()
    assert said["ok"] is False
    assert "may not go" in said["error"]
    assert told.outside.requests == []
    assert told.ada.get(told.path).status_code == 403


def test_removed_it_is_told_nothing_and_paused_it_waits(told: Told) -> None:
    made = told.add("question.resolved")
    address = f"{told.path}/{made['id']}"
    assert told.site.owner.patch(address, json={"state": "paused"}).json()["state"] == "paused"
    told.site.ask(told.project, 2)
    told.answer(1)
    assert told.deliver() == 0
    told.site.owner.patch(address, json={"state": "active"})
    assert told.deliver() == 1
    assert told.site.owner.delete(address).json() == {"removed": made["id"]}
    told.answer(1)
    assert told.deliver() == 0
    assert told.site.owner.get(told.path).json() == {"webhooks": []}
    assert told.site.owner.delete(address).status_code == 404


def test_a_worker_is_wanted_while_something_is_untold(told: Told) -> None:
    told.add("question.resolved")
    told.site.ask(told.project, 1)

    def wanted() -> bool:
        with told.store.read() as connection:
            found = webhooks.due(connection, told.site.clock())
            return any(webhooks.anything(connection, one) for one in found)

    assert not wanted()
    told.answer(1)
    assert wanted()
    told.deliver()
    assert not wanted()
